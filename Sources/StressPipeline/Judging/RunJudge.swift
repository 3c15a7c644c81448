import RunStore
import StressReport
import StressResults
import StressStatistics
import StudyPlan

/// Holds a run against its study's limits and against earlier runs.
public struct RunJudge {
    let study: Study
    let history: RunHistory?
    let studyFile: String
    let forgivesBreaches: Bool

    /// - Parameters:
    ///   - history: earlier runs; nil where they are not known.
    ///   - studyFile: where the study lies, as the history names it; empty without one.
    ///   - forgivesBreaches: whether a breached limit leaves the exit code at 0.
    public init(study: Study, history: RunHistory?, studyFile: String, forgivesBreaches: Bool) {
        (self.study, self.history) = (study, history)
        (self.studyFile, self.forgivesBreaches) = (studyFile, forgivesBreaches)
    }

    /// Adds the verdicts on all limits to a report, what history knows of its cells, and what the program is to end with.
    ///
    /// - Returns: why some limits could not be judged, in words for a warning.
    public func judge(_ report: inout RunReport) -> [String] {
        report.addShrinkage(since: history.flatMap { try? $0.lastJobs(study: study.name) } ?? [])
        let (earlier, unjudged) = earlierValues()
        var troubles = unjudged
        report.addRolling(since: earlier)
        report.judgeLimits(earlier: earlier)
        // What a page shows beside "no data"; a history that cannot be asked leaves it out.
        report.lastGood = history.flatMap { try? $0.lastGoodValues(for: report) } ?? []
        if let history {
            do throws(StoreError) {
                if let record = try history.recordBefore(report) { report.addChanges(since: record) }
            } catch {
                troubles.append("what changed since the last run is not known: \(error.message)")
            }
        }
        report.circumstances.exitCode = report.status.exitCode(noFail: forgivesBreaches)
        report.circumstances.isRecorded = history != nil
        report.circumstances.studyFile = studyFile.isEmpty ? nil : studyFile
        return troubles
    }

    /// What the study's drift and monitored limits look at.
    private func earlierValues() -> (values: EarlierValues, troubles: [String]) {
        var (earlier, troubles) = (EarlierValues(), [String]())
        var runs: [Measure: Int] = [:]
        for limit in study.limits {
            if case .drift(let drift) = limit.form { runs[limit.measure] = max(runs[limit.measure] ?? 0, drift.runs) }
        }
        guard let history else { return (earlier, []) }
        if study.limits.contains(where: { $0.monitor != nil }) {
            do throws(StoreError) {
                earlier.beginnings = try history.beginnings(study: study.name)
            } catch {
                troubles.append("monitored limits suppose that price histories grow: \(error.message)")
            }
        }
        for (measure, count) in runs {
            do throws(StoreError) {
                earlier.add(try history.values(of: measure.rawValue, study: study.name, runs: count), of: measure)
            } catch {
                troubles.append("drift limits are not judged: \(error.message)")
            }
        }
        return (earlier, troubles)
    }
}

extension RunHistory {
    /// The last good values of the pages of `report`'s failed jobs.
    fileprivate func lastGoodValues(for report: RunReport) throws(StoreError) -> [LastGoodValue] {
        guard !report.failures.isEmpty else { return [] }
        let failed = Set(report.failures.map(\.asset))
        return try lastGoodHeadlines(study: report.study.name).compactMap { run, headline in
            guard failed.contains(headline.cell.asset), let share = headline.negativeEquity else { return nil }
            return LastGoodValue(cell: headline.cell, share: share, started: run.started)
        }
    }
}

extension RunHistory {
    /// The newest run of the study that wrote other results than `report` and started no later. Of a run that is repeated that is
    /// the same one as for the run itself, so that equal runs say equal things.
    fileprivate func recordBefore(_ report: RunReport) throws(StoreError) -> RunRecord? {
        let started = report.circumstances.started
        let found = try runs(study: report.study.name).first {
            $0.status != .failed && $0.runID != report.runID && $0.started <= started
        }
        guard let found else { return nil }
        return try record(of: found)
    }
}

extension RunReport.Status {
    /// What the program ends with: 4 for a partial run, 3 for a breached limit, or one that is not shown though it must be, unless that is forgiven, 0 otherwise.
    public func exitCode(noFail: Bool) -> Int {
        switch self {
        case .ok: 0
        case .limitBreached: noFail ? 0 : Int(Failure.Code.limitBreached.rawValue)
        case .partial: Int(Failure.Code.partial.rawValue)
        }
    }
}
