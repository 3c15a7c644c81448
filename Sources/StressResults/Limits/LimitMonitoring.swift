import StressBasics
import StressStatistics
import StudyPlan

extension RunReport {
    /// The checks of a monitored limit, judged by intervals for a look every night. The cells with an interval share its false alarms.
    func monitored(_ checks: [LimitCheck], _ monitor: StudyLimit.Monitor) -> [LimitCheck] {
        let sharing = max(1, checks.count { $0.interval != nil })
        let lengths = Dictionary(
            assets.map { ($0.asset, ($0.last + $0.barLength - $0.first).inDays) },
            uniquingKeysWith: { first, _ in first })
        return checks.map { check in
            guard let value = check.value, let interval = check.interval, let cell = check.cell,
                let days = lengths[check.asset]
            else { return check }
            let falseAlarm = monitor.falseAlarm / Double(sharing)
            let boundary = MonitoredBoundary(
                falseAlarm: falseAlarm, days: max(days, 1), firstDays: cell.horizon.inDays)
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

extension TimeSpan {
    fileprivate var inDays: Double { inHours / 24 }
}
