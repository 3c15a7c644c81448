import StressStatistics
import StudyPlan

/// A limit's verdict with its places in the study instead of the limit and the cell.
struct LimitRecord: Codable {
    let limit: Int
    let cell: Int?
    let asset: String
    let value, baseline, threshold: Double?
    let interval: Interval?
    /// Documents of version 1 have none.
    let monitored: MonitoredInterval?
    let together: Interval?
    let earlierRuns: Int
    let outcome: LimitCheck.Outcome
    let absence: LimitCheck.Absence?
    let isUnknown: Bool
    /// Nil for no, so that most documents do not have it.
    let isCertain: Bool?
    /// Documents of before there were limits on ledgers have none.
    let platform: String?

    init(_ check: LimitCheck, places: [StudyLimit: Int]) {
        guard let place = places[check.limit] else { preconditionFailure("a verdict is on a limit of its study") }
        (limit, cell, asset, value) = (place, check.cell?.index, check.asset, check.value)
        (interval, monitored, together) = (check.interval, check.monitored, check.together)
        (baseline, threshold, earlierRuns) = (check.baseline, check.threshold, check.earlierRuns)
        (outcome, absence) = (check.outcome, check.absence)
        (isUnknown, platform) = (check.isUnknown, check.platform)
        isCertain = check.isCertain ? true : nil
    }

    /// Nil when the study has no such limit or cell.
    func check(of limits: [StudyLimit], cells: [StudyCell]) -> LimitCheck? {
        guard limits.indices.contains(limit), cell.map(cells.indices.contains) ?? true else { return nil }
        var check = LimitCheck(
            limit: limits[limit], asset: asset, cell: cell.map { cells[$0] }, platform: platform, value: value,
            interval: interval,
            baseline: baseline, earlierRuns: earlierRuns, threshold: threshold, outcome: outcome)
        (check.absence, check.isUnknown, check.isCertain) = (absence, isUnknown, isCertain ?? false)
        (check.monitored, check.together) = (monitored, together)
        return check
    }
}
