import CSVIngest
import RunStore
import StressBasics
import StudyPlan

/// A failure the user can do something about: what to print, and the exit code. Everything else is a bug.
public struct Failure: Error {
    /// What a program ends with because of it: those of sysexits.h, those of a shell for signals, and two of our own.
    public enum Code: Int32, Sendable {
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

    /// What the program ends with.
    public let code: Code
    /// Whole messages, each of which may have several lines.
    public let messages: [String]
    /// The same as findings.
    public var findings: [Finding] = []
    /// One message, after `error: `, and what the user can do.
    public init(_ code: Code, _ message: String, hint: String = "") {
        self.code = code
        messages = [Failure.block("error: \(message)", hint: hint)]
        findings = [Finding(check: "failure", severity: .error, message: message, hint: hint)]
    }

    /// - Parameters:
    ///   - messages: as they are to be printed.
    ///   - findings: the same.
    public init(_ code: Code, messages: [String], findings: [Finding]) {
        (self.code, self.messages, self.findings) = (code, messages, findings)
    }

    /// A study that cannot be used, with all that is wrong in it.
    public init(_ error: StudyError) {
        code = .badStudy
        messages = error.findings.map(Failure.text)
        findings = error.findings
    }

    /// A run folder, a file, or a history of runs that cannot be written or read.
    public init(_ error: StoreError) {
        let code: Code =
            switch error.reason {
            case .cannotCreate, .newer, .foreign: .cannotCreate
            case .inputOutput: .inputOutput
            case .busy: .tryAgain
            case .missing: .noInput
            case .damaged, .badFolder: .badData
            }
        self.init(code, error.message, hint: error.hint)
    }

    /// The same with one more thing to do, printed last.
    public func adding(hint: String) -> Failure {
        Failure(code, messages: messages + ["   = help: \(hint)"], findings: findings)
    }

    /// Inputs that could not be used, all of them.
    public init(_ errors: [IngestError]) {
        let all = Failure(history: errors)
        self.init(all.code, messages: all.messages + [Failure.nothing(of: errors.count)], findings: all.findings)
    }

    /// A price history that could not be read, where what becomes of others is still open.
    init(history errors: [IngestError]) {
        code = errors.allSatisfy(\.exitIsNoInput) ? .noInput : .badData
        messages = errors.map { $0.rendered() }
        findings = errors.map(\.finding)
    }

    /// What is said of a question to `count` price histories of which some, or all, failed: of each its own words, and at last what was
    /// computed. Some are a partial answer; all have the code that they share, or that of bad data.
    public init(_ failures: [Failure], of count: Int) {
        let codes = Set(failures.map(\.code))
        if failures.count < count {
            code = .partial
        } else {
            code = codes.count == 1 ? failures[0].code : .badData
        }
        let last =
            failures.count < count
            ? "error: \(failures.count) of \(count) price histories failed; the others were computed"
            : Failure.nothing(of: count)
        messages = failures.flatMap(\.messages) + [last]
        findings = failures.flatMap(\.findings)
    }

    private static func nothing(of count: Int) -> String {
        "error: \(count == 1 ? "1 input" : "\(count) inputs") rejected, nothing was computed"
    }

    /// `error: message in file, line 3` and its hint.
    public static func text(_ finding: Finding) -> String {
        let word = finding.severity == .error ? "error" : finding.severity == .warning ? "warning" : "note"
        var place = ""
        if let location = finding.location {
            place =
                " (\(location.file)\(location.line.map { ", line \($0)" } ?? "")\(location.column.map { ", column \($0)" } ?? ""))"
        }
        return block("\(word): \(finding.message)\(place)", hint: finding.hint)
    }

    /// The first message without the word that says what it is.
    public var plainMessage: String { findings.first?.message ?? messages.first ?? "" }

    private static func block(_ message: String, hint: String) -> String {
        hint.isEmpty ? message : "\(message)\n   = help: \(hint)"
    }
}
