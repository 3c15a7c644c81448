import StressBasics
import StressStatistics
import StudyPlan

extension RunReport {
    /// The checks of a monitored limit, judged by intervals for a look every night. The cells with an interval share its false alarms.
    ///
    /// - Parameter earlier: where histories began in earlier runs.
    func monitored(_ checks: [LimitCheck], _ monitor: StudyLimit.Monitor, earlier: EarlierValues) -> [LimitCheck] {
        let sharing = max(1, checks.count { $0.interval != nil })
        let histories = Dictionary(assets.map { ($0.asset, $0) }, uniquingKeysWith: { first, _ in first })
        var boundaries: [BoundaryPlace: MonitoredBoundary] = [:]
        return checks.map { check in
            guard let value = check.value, let interval = check.interval, let cell = check.cell,
                let history = histories[check.asset]
            else { return check }
            let falseAlarm = monitor.falseAlarm / Double(sharing)
            let place = BoundaryPlace(asset: check.asset, horizon: cell.horizon)
            let boundary =
                boundaries[place]
                ?? MonitoredBoundary(
                    falseAlarm: falseAlarm, days: max((history.last + history.barLength - history.first).inDays, 1),
                    firstDays: cell.horizon.inDays, rolls: history.rolls(since: earlier))
            boundaries[place] = boundary
            let ends = interval.widened(
                around: value, from: study.statistics.confidence, to: boundary.standardErrors)
            var check = check
            check.monitored = MonitoredInterval(
                ends: ends, standardErrors: boundary.standardErrors, falseAlarm: falseAlarm)
            check.judge()
            return check
        }
    }
}

/// What a boundary depends on beside the limit.
private struct BoundaryPlace: Hashable {
    let asset: String
    let horizon: TimeSpan
}

extension TimeSpan {
    fileprivate var inDays: Double { inHours / 24 }
}
