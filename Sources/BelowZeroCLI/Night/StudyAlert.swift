import Foundation
import StressBasics
import StressReport
import StressResults
import StudyPlan

/// One of a study's commands, run with JSON on its standard input.
struct StudyAlert {
    /// Its key in the study: `on_breach` or `on_failure`.
    let key: String
    let command: Operations.AlertCommand
    /// Where the study lies. Never where its prices lie: whoever may write those may not run programs.
    let home: StudyHome

    /// Why the program cannot be run, as far as that can be told without running it; nil when it may.
    var objection: String? {
        let name = command.words[0]
        let places =
            name.contains("/")
            ? [pathLike(home.located(name))]
            : (ProcessInfo.processInfo.environment["PATH"] ?? "/bin:/usr/bin")
                .split(separator: ":", omittingEmptySubsequences: false).map { ($0.isEmpty ? "." : $0) + "/" + name }
        var isFolder: ObjCBool = false
        let found = places.filter {
            FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder) && !isFolder.boolValue
        }
        if found.isEmpty { return "cannot run \(program): No such file or directory" }
        guard found.contains(where: FileManager.default.isExecutableFile) else {
            return "cannot run \(program): Permission denied"
        }
        return nil
    }

    /// Runs it and says how it ended: as an error when that was not well.
    ///
    /// - Parameters:
    ///   - input: what stands on its standard input as JSON.
    ///   - isCancelled: asked now and then; ends it early.
    ///
    /// - Returns: whether it ended well.
    func send(_ input: some Encodable, console: Console, isCancelled: @escaping @Sendable () -> Bool) -> Bool {
        let child = ChildProcess(words: words, timeout: command.timeout, isCancelled: isCancelled)
        let (ending, errorText) = child.run(input: jsonText(input) + "\n")
        for line in errorText.split(separator: "\n").map(String.init) {
            console.tell("\(key): \(line)", level: .info, people: "\(key): \(ConsoleLog.escaped(line))")
        }
        guard let trouble = trouble(ending) else {
            console.tell("\(key) done", ["code": .stringConvertible(0)], people: nil)
            return true
        }
        console.complain("error: \(key): \(trouble)")
        return false
    }

    private func trouble(_ ending: ChildProcess.Ending) -> String? {
        switch ending {
        case .exited(0): nil
        case .exited(let code): "\(program) ended with exit code \(code)"
        case .signalled(let number): "\(program) was ended by signal \(number)"
        case .timedOut: "\(program) took longer than \(command.timeout.text) and was ended"
        case .cancelled: "\(program) was ended because the run was"
        case .notStarted(let words): "cannot run \(program): \(words)"
        }
    }

    /// As the study names it: arguments may hold what is not for a log.
    private var program: String { SourceLocation.presentablePath(command.words[0]) }

    /// A program with a `/` is relative to the study file.
    private var words: [String] {
        let program = command.words[0]
        return [program.contains("/") ? pathLike(home.located(program)) : program] + command.words.dropFirst()
    }

    /// `x` in the study's own folder must not become a name to look for on the `PATH`.
    private func pathLike(_ path: String) -> String { path.contains("/") ? path : "./" + path }
}
