import RunStore
import StressBasics
import StressPipeline
import StudyPlan
import Synchronization

/// The word that a run without output leaves in the history; once, whichever of its threads ends it.
final class LostRun: Sendable {
    private let history: RunHistory?
    private let study: String
    private let studyDigest: String
    private let studyFile: String
    private let command: String
    private let started: UTCInstant
    private let console: Console
    private let isTold = Atomic(false)

    /// - Parameters:
    ///   - file: where the study lies, as the history names it.
    ///   - history: where the word is left; nil for nowhere.
    convenience init(
        _ study: Study, file: String = "", command: String, started: UTCInstant, history: RunHistory?, console: Console
    ) {
        self.init(
            study: study.name, digest: Digest(of: study.canonicalText).hex, file: file, command: command,
            started: started, history: history, console: console)
    }

    /// The same for a study that could not be read, so that its digest is not known.
    init(
        study: String, digest: String = "", file: String = "", command: String, started: UTCInstant,
        history: RunHistory?, console: Console
    ) {
        (self.study, studyDigest, studyFile) = (study, digest, file)
        (self.command, self.started) = (command, started)
        (self.history, self.console) = (history, console)
    }

    /// Records how the run ended; false where nothing is recorded.
    func record(_ failure: Failure) -> Bool {
        guard let history, !isTold.exchange(true, ordering: .relaxed) else { return false }
        let run = StoredRun(
            folder: nil, study: study, studyDigest: studyDigest, studyFile: studyFile, version: programVersion,
            command: command,
            started: started, duration: wallClock() - started, status: .failed,
            exitCode: Int(failure.code.rawValue), message: LostRun.firstLine(failure.messages.first ?? ""))
        do throws(StoreError) {
            try history.record(RunRecord(run: run))
            return true
        } catch {
            console.warn("the run is not in the history: \(error.message)")
            return false
        }
    }

    /// The first line of a message, for the history.
    static func firstLine(_ message: String) -> String {
        let line = message.split(separator: "\n").first.map(String.init) ?? ""
        let bare = line.hasPrefix("error: ") ? String(line.dropFirst(7)) : line
        return withoutSecrets(ConsoleLog.escaped(String(bare.prefix(500))))
    }
}
