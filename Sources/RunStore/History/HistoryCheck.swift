import DurableFiles
import GRDB
import StressBasics

/// Something `belowzero store check` found.
public struct StoreProblem: Hashable, Sendable {
    /// What it is; the raw value is what outputs print.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The database itself is damaged.
        case damaged
        /// A run folder that the store does not know.
        case orphanedFolder = "orphaned_folder"
        /// A run whose folder is gone.
        case missingFolder = "missing_folder"
        /// A run folder whose files are not those that were recorded.
        case changedFolder = "changed_folder"
        /// What a run that did not end well left behind.
        case leftover
        /// `latest` does not point at the newest whole run.
        case staleLatest = "stale_latest"
    }
    /// What it is.
    public let kind: Kind
    /// Path or name of what it speaks of.
    public let subject: String
    /// One sentence.
    public let message: String
    /// What to do.
    public let hint: String

    /// A finding of the given parts.
    public init(kind: Kind, subject: String, message: String, hint: String) {
        self.kind = kind
        self.subject = subject
        self.message = message
        self.hint = hint
    }
}

extension RunHistory {
    /// Compares the store with itself and with the run folders. Reads every run folder's results once.
    ///
    /// - Parameter isRunning: whether a run holds the folder's lock; its unfinished folder is then not left over.
    public func check(isRunning: Bool) throws(StoreError) -> [StoreProblem] {
        try damage() + (try folderProblems()) + (isRunning ? [] : leftovers()) + staleLinks()
    }

    private func damage() throws(StoreError) -> [StoreProblem] {
        let (words, broken) = try reading { db in
            (
                try String.fetchAll(db, sql: "PRAGMA integrity_check(10)").filter { $0 != "ok" },
                try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count
            )
        }
        let hint = "move the file away; the next run rebuilds it from the run folders"
        return words.map { StoreProblem(kind: .damaged, subject: path, message: $0, hint: hint) }
            + (broken > 0
                ? [
                    StoreProblem(
                        kind: .damaged, subject: path, message: "\(broken) rows point at nothing", hint: hint)
                ] : [])
    }

    private func folderProblems() throws(StoreError) -> [StoreProblem] {
        let runs = try runs().filter { $0.folder != nil }
        let known = Set(runs.compactMap(\.folder))
        let orphans = runFolders().filter { !known.contains($0) }.compactMap(orphan)
        return orphans + runs.reversed().compactMap(problem)
    }

    private func orphan(_ name: String) -> StoreProblem? {
        do {
            guard try RunRecord.wantsHistory(folder: location(of: name)),
                name.hasPrefix(try RunRecord(folder: location(of: name), named: name).run.study + "/")
            else { return nil }
        } catch {
            return StoreProblem(
                kind: .changedFolder, subject: name, message: error.message, hint: "remove the folder, or restore it")
        }
        return StoreProblem(
            kind: .orphanedFolder, subject: name, message: "a whole run that the store does not know",
            hint: "belowzero store rebuild")
    }

    private func problem(_ run: StoredRun) -> StoreProblem? {
        guard let name = run.folder else { return nil }
        let path = location(of: name)
        guard LatestLink.isWholeRun(path) else {
            return StoreProblem(
                kind: .missingFolder, subject: name,
                message: "the run of \(run.started.rfc3339) has no folder any more",
                hint: "belowzero store rebuild forgets it")
        }
        do {
            if try isAsRecorded(run, name, path) { return nil }
            return StoreProblem(
                kind: .changedFolder, subject: name, message: "results.csv or run.json is not what was recorded",
                hint: "restore the folder, or remove it")
        } catch {
            return StoreProblem(
                kind: .changedFolder, subject: name, message: error.message, hint: "restore the folder, or remove it")
        }
    }

    private func isAsRecorded(_ run: StoredRun, _ name: String, _ path: String) throws(StoreError) -> Bool {
        let results = try runFile(path + "/results.csv", atMost: 4 << 30)
        let digest = results.withUnsafeBytes { bytes in
            var builder = DigestBuilder()
            builder.update(bytes)
            return builder.finish().hex
        }
        guard digest == run.resultsDigest else { return false }
        return try RunRecord(folder: path, named: name).run.runID == run.runID
    }

    private func leftovers() -> [StoreProblem] {
        let studies = namesInFolder(folder).filter { PathKind("\(folder)/\($0)") == .folder }
        let places = [folder] + studies.map { "\(folder)/\($0)" }
        return places.flatMap { place in
            namesInFolder(place).filter { $0.hasPrefix(".") && $0.hasSuffix(".partial") }.map { name in
                StoreProblem(
                    kind: .leftover, subject: "\(place)/\(name)", message: "left by a run that did not end",
                    hint: "remove it, or let --resume finish it")
            }
        }
    }

    private func staleLinks() -> [StoreProblem] {
        namesInFolder(folder).compactMap { study in
            let path = "\(folder)/\(study)"
            guard PathKind(path) == .folder, let target = LatestLink.target(in: path),
                target != LatestLink.newestRun(in: path)
            else { return nil }
            return StoreProblem(
                kind: .staleLatest, subject: "\(path)/\(LatestLink.name)",
                message: "points at \(SourceLocation.presentablePath(target)), which is not the newest whole run",
                hint: "the next run of the study puts it right")
        }
    }
}
