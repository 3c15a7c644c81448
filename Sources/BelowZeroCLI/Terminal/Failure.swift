import CSVIngest
import RunStore
import StressBasics
import StudyPlan

/// What the program ends with, and why: `--help`, the manual page and the README list these.
let exitCodes: [(code: String, meaning: String)] = [
    ("0", "done"),
    ("1", "a bug; from 'diff' that the runs differ, from 'store check' that something was found"),
    ("3", "a limit was breached"), ("4", "partial: some inputs failed, or a limit has no value"), ("64", "usage"),
    ("65", "bad data"),
    ("66", "no input"), ("73, 74", "cannot write"), ("75", "try again"), ("78", "bad study, or too large"),
    ("130, 143", "interrupted"),
]

/// A failure the user can do something about: what to print, and the exit code. Everything else is a bug.
struct Failure: Error {
    /// Exit codes, as `--help` and the README list them.
    enum Code: Int32 {
        case limitBreached = 3
        case partial = 4
        case usage = 64
        case badData = 65
        case noInput = 66
        case cannotCreate = 73
        case inputOutput = 74
        case tryAgain = 75
        case badStudy = 78
        case interrupted = 130
        case terminated = 143
    }

    let code: Code
    /// Whole messages, each of which may have several lines.
    let messages: [String]
    /// For `--json`: the same as findings.
    var findings: [Finding] = []
    /// Where to say it, when the failing part knew more of the run than the command does.
    var console: Console?

    init(_ code: Code, _ message: String, hint: String = "") {
        self.code = code
        messages = [Failure.block("error: \(message)", hint: hint)]
        findings = [Finding(check: "failure", severity: .error, message: message, hint: hint)]
    }

    init(_ code: Code, messages: [String], findings: [Finding]) {
        (self.code, self.messages, self.findings) = (code, messages, findings)
    }

    init(_ error: StudyError) {
        code = .badStudy
        messages = error.findings.map(Failure.text)
        findings = error.findings
    }

    init(_ error: StoreError) {
        let code: Code =
            switch error.reason {
            case .cannotCreate: .cannotCreate
            case .inputOutput: .inputOutput
            case .busy: .tryAgain
            case .damaged: .badData
            }
        self.init(code, error.message, hint: error.hint)
    }

    /// The same with one more thing to do, printed last.
    func adding(hint: String) -> Failure {
        Failure(code, messages: messages + ["   = help: \(hint)"], findings: findings)
    }

    /// Inputs that could not be used, all of them.
    init(_ errors: [IngestError]) {
        code = errors.allSatisfy(\.exitIsNoInput) ? .noInput : .badData
        let plural = errors.count == 1 ? "1 input" : "\(errors.count) inputs"
        messages = errors.map { $0.rendered() } + ["error: \(plural) rejected, nothing was computed"]
        findings = errors.map(\.finding)
    }

    /// `error: message in file, line 3` and its hint.
    static func text(_ finding: Finding) -> String {
        let word = finding.severity == .error ? "error" : finding.severity == .warning ? "warning" : "note"
        var place = ""
        if let location = finding.location {
            place =
                " (\(location.file)\(location.line.map { ", line \($0)" } ?? "")\(location.column.map { ", column \($0)" } ?? ""))"
        }
        return block("\(word): \(finding.message)\(place)", hint: finding.hint)
    }

    /// The first message without the word that says what it is.
    var plainMessage: String { findings.first?.message ?? messages.first ?? "" }

    private static func block(_ message: String, hint: String) -> String {
        hint.isEmpty ? message : "\(message)\n   = help: \(hint)"
    }
}
