import DurableFiles
import StressBasics

/// How long runs are kept.
public struct Retention: Hashable, Sendable {
    /// Runs that started longer ago go; nil for no such rule.
    public var age: TimeSpan?
    /// Of the runs that wrote a folder, and of the failed ones, only so many of the newest stay; nil for no such rule.
    public var runs: Int?

    /// Rules; a run goes when either says so.
    public init(age: TimeSpan? = nil, runs: Int? = nil) {
        self.age = age
        self.runs = runs
    }
}

/// What pruning did.
public struct PruningResult: Hashable, Sendable {
    /// Names of the run folders that are gone.
    public var removed: [String] = []
    /// Names of those that were left alone, each with the reason.
    public var kept: [String] = []
    /// Failed runs that were forgotten.
    public var forgotten = 0

    /// Nothing done.
    public init() {}
}

extension RunHistory {
    /// Removes the runs of a study that are past their time, folder first, row after it.
    ///
    /// Only folders that the store knows, that lie in the study's own folder beside the store, and whose manifest is that
    /// of the recorded run are removed. The run recorded last, the one at work and the one `latest` points at stay, whatever the
    /// rules say. Links are never followed. A crash between folder and row leaves a row that the next call forgets.
    ///
    /// Which runs are the newest is told by their numbers: a clock may be set back.
    ///
    /// - Parameters:
    ///   - now: the moment ages are counted from.
    ///   - current: name of the folder of the run at work.
    public func prune(
        study: String, _ rules: Retention, now: UTCInstant, current: String? = nil
    ) throws(StoreError) -> PruningResult {
        let all = try runs(study: study).sorted { $0.id > $1.id }
        removeLeftovers(of: study)
        var result = PruningResult()
        var forgotten: [Int64] = []
        let written = all.filter { $0.folder != nil }
        let latest = LatestLink.target(in: "\(folder)/\(study)").map { "\(study)/\($0)" }
        for run in expired(written, rules, now: now).reversed() {
            guard let name = run.folder, run.id != written.first?.id, name != current, name != latest else { continue }
            if removed(run, name, study: study, &result) { forgotten.append(run.id) }
        }
        let failed = expired(all.filter { $0.folder == nil }, rules, now: now).map(\.id)
        result.forgotten = failed.count
        if !forgotten.isEmpty || !failed.isEmpty { try forget(forgotten + failed) }
        return result
    }

    /// Whether the folder of a run is gone, which is noted.
    private func removed(_ run: StoredRun, _ name: String, study: String, _ result: inout PruningResult) -> Bool {
        if let reason = objection(to: run, name, study: study) {
            result.kept.append("\(name): \(reason)")
            return false
        }
        guard exists(location(of: name)) else { return true }
        if let failure = remove(name) {
            result.kept.append("\(name): \(failure)")
            return false
        }
        result.removed.append(name)
        return true
    }

    /// The runs of a list, newest first, that the rules let go.
    private func expired(_ runs: [StoredRun], _ rules: Retention, now: UTCInstant) -> [StoredRun] {
        runs.enumerated().filter { place, run in
            (rules.runs.map { place >= $0 } ?? false) || (rules.age.map { now - run.started > $0 } ?? false)
        }.map(\.element)
    }

    /// Why a folder must not be removed; nil when it may.
    private func objection(to run: StoredRun, _ name: String, study: String) -> String? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == study, RunName(parts[1]) != nil else {
            return "not a folder of the study beside the store"
        }
        guard PathKind("\(folder)/\(study)") == .folder else { return "the study's folder is a link" }
        switch PathKind(location(of: name)) {
        case .nothing: return nil
        case .folder: break
        default: return "not a folder"
        }
        guard let record = try? RunRecord(folder: location(of: name), named: name),
            record.run.runID == run.runID, record.run.study == study
        else { return "its run.json is not that of the recorded run" }
        return nil
    }

    /// Removes a folder under a name that no reader takes for a run. Gives the reason when it could not begin.
    private func remove(_ name: String) -> String? {
        let path = location(of: name)
        let doomed = temporaryPath(for: path + RunHistory.doomedMark)
        do throws(FileError) {
            try FileCalls.system.move(path, to: doomed)
        } catch {
            return error.words
        }
        FileCalls.system.removeTree(doomed)
        return exists(doomed) ? "could not be removed whole: \(doomed)" : nil
    }

    private static let doomedMark = ".pruned"

    /// Removes what a crash in the middle of ``remove(_:)`` left.
    private func removeLeftovers(of study: String) {
        let parent = "\(folder)/\(study)"
        guard PathKind(parent) == .folder else { return }
        for name in namesInFolder(parent) where name.hasPrefix(".") && name.hasSuffix(".partial") {
            guard let mark = name.firstRange(of: RunHistory.doomedMark + "."),
                RunName(name[..<mark.lowerBound].dropFirst()) != nil,
                PathKind("\(parent)/\(name)") == .folder
            else { continue }
            FileCalls.system.removeTree("\(parent)/\(name)")
        }
    }
}
