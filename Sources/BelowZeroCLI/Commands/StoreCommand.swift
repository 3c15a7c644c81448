import ArgumentParser
import Foundation
import RunStore
import StressBasics
import StressPipeline

/// `belowzero store`: looks after the history of runs.
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Check the history of runs, or rebuild it from the run folders.",
        discussion: """
            EXAMPLES
              belowzero store check
              belowzero store rebuild
            """,
        subcommands: [Check.self, Rebuild.self])

    /// `belowzero store check`.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Compare the history with itself and with the run folders; change nothing.",
            discussion: """
                Finds a damaged database, run folders that the history does not know, runs whose folder is gone or has other \
                results, what runs that did not end well left behind, and a 'latest' that is not. With --json one object a \
                finding, on lines of their own.

                EXIT CODES
                  0 nothing found; 1 something found (or a bug, as everywhere, which standard error says); 64 and above: the check itself failed

                EXAMPLE
                  belowzero store check --store Reports/belowzero.sqlite
                """)

        @OptionGroup var place: StorePathOption
        @OptionGroup var common: CommonOptions

        func run() throws {
            try common.reporting {
                let problems = try problems()
                for problem in problems {
                    try Console.print(common.json ? jsonText(ProblemJSON(problem)) : text(problem))
                }
                if problems.isEmpty, !common.json { common.console.say("Nothing wrong with \(place.path)") }
                if !problems.isEmpty { throw ExitCode(1) }
            }
        }

        private func problems() throws -> [StoreProblem] {
            do throws(StoreError) {
                let history = try RunHistory(path: place.path)
                return try history.check(isRunning: isRunning(history.folder))
            } catch  where error.reason == .damaged {
                return [
                    StoreProblem(
                        kind: .damaged, subject: place.path, message: error.message,
                        hint: "the next run sets it aside and rebuilds it from the run folders")
                ]
            } catch {
                throw Failure(error)
            }
        }

        private func isRunning(_ folder: String) -> Bool {
            do throws(FolderLock.Refusal) {
                let lock = try FolderLock(folder: folder, owner: "")
                _ = consume lock
                return false
            } catch {
                if case .held = error { return true }
                return false
            }
        }

        private func text(_ problem: StoreProblem) -> String {
            let name = problem.kind.rawValue.replacing("_", with: " ")
            return
                "\(name): \(SourceLocation.presentablePath(problem.subject)): \(problem.message)\n   = help: \(problem.hint)"
        }
    }

    /// `belowzero store rebuild`.
    struct Rebuild: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rebuild",
            abstract: "Read every run folder again.",
            discussion: """
                Run folders that the history does not know enter it, runs whose folder is gone leave it. Failed runs, which \
                have no folder, stay. A damaged history is set aside, not overwritten.

                EXAMPLE
                  belowzero store rebuild
                """)

        @OptionGroup var place: StorePathOption
        @OptionGroup var common: CommonOptions

        func run() throws {
            try common.reporting {
                let folder = RunHistory.folder(of: place.path)
                guard FileManager.default.fileExists(atPath: folder) else {
                    throw Failure(.noInput, "no folder \(folder)", hint: "name the store with --store")
                }
                let owner = "process \(ProcessInfo.processInfo.processIdentifier), rebuilding the store"
                let result = try HeldLock.take(folder, owner: owner, rebuild)
                if common.json {
                    try Console.print(
                        jsonText(
                            RebuiltJSON(store: place.path, runsCount: result.runs, forgottenCount: result.forgotten)))
                }
                let runs = result.runs == 1 ? "1 run" : "\(result.runs) runs"
                common.console.say(
                    "\(place.path): \(runs) with a folder"
                        + (result.forgotten > 0 ? ", \(result.forgotten) without one forgotten" : ""))
            }
        }

        private func rebuild() throws -> (runs: Int, forgotten: Int) {
            do throws(StoreError) {
                let history = try RunHistory.openRepairing(path: place.path) { common.console.warn($0) }
                defer { history.close() }
                return try history.rebuild { common.console.warn($0) }
            } catch {
                throw Failure(error)
            }
        }
    }
}

/// What `store rebuild --json` prints.
private struct RebuiltJSON: Encodable {
    let store: String
    let runsCount, forgottenCount: Int
}

/// A finding as `store check --json` prints it.
private struct ProblemJSON: Encodable {
    let kind, subject, message, hint: String

    init(_ problem: StoreProblem) {
        (kind, subject) = (problem.kind.rawValue, problem.subject)
        (message, hint) = (problem.message, problem.hint)
    }
}
