import Foundation
import RunStore
import StressBasics
import StressPipeline
import StudyPlan

/// Where a study lies: what it runs and writes beside its data is relative to that, and its name belongs to it.
///
/// Never the folder of its prices: whoever may write those may neither run programs nor choose what is written.
struct StudyHome {
    /// The study file as it was named; nil for a study from the command line.
    var file: String?
    /// Whether a name that belongs to another study file is taken over.
    var takesOver = false

    private var files: InputFiles { InputFiles(base: file.map(LoadedStudy.folder) ?? "") }

    /// Where a file that the study names lies.
    func located(_ name: String) -> String { files.located(name) }

    /// Throws what ``claim(_:in:)`` throws, for a history that may not be there.
    func expectOwnName(_ name: String, store: String) throws {
        guard let history = try? RunHistory(path: store, isReadOnly: true) else { return }
        defer { history.close() }
        _ = try claim(name, in: history)
    }

    /// Looks whether the study's name is its own in the history.
    ///
    /// - Returns: the study file as the history names it; empty without one.
    /// - Throws: a ``Failure`` with both paths when the name belongs to another file.
    func claim(_ name: String, in history: RunHistory?) throws -> String {
        guard let history, let file else { return "" }
        let own = history.reference(to: file)
        let known: String?
        do throws(StoreError) { known = try history.studyFile(of: name) } catch { throw Failure(error) }
        guard !takesOver, let known, known != own else { return own }
        let other = history.resolved(known)
        let isGone = FileManager.default.fileExists(atPath: other) ? "" : ", which is not there any more"
        throw Failure(
            .badStudy,
            "the name '\(name)' belongs to the study \(SourceLocation.presentablePath(other))\(isGone), "
                + "and this is \(SourceLocation.presentablePath(history.resolved(own)))",
            hint: "give this study a name of its own; or run it with --take-over if it is the same study in a new place"
        )
    }
}

extension Study {
    /// The commands that there are.
    func alerts(_ home: StudyHome) -> [StudyAlert] {
        operations.commands.map { StudyAlert(key: $0.key, command: $0.command, home: home) }
    }
}
