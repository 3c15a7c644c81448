import StressBasics
import StressStatistics

/// A year of looks at a history that grows by a day each night, with a limit at or above the truth.
///
/// Every night's interval is that of the program on all days up to then: nearly all of tonight's data were there last night.
public struct NightlyLooks: Sendable {
    /// What calls a breach of a largest value.
    public enum Rule: String, CaseIterable, Sendable {
        /// The value is above the limit.
        case value = "value"
        /// All of the night's interval is.
        case interval = "95 % interval"
        /// All of the interval at the boundary of 5 % a year is.
        case monitored = "5 % a year"
    }

    let study: CoverageStudy
    let level: Int
    /// The limit over the truth.
    let factor: Double
    /// Nights from one look to the next.
    let every: Int
    /// Days before the first look.
    let firstDays: Int
    /// Days at each look, and the standard errors of its boundary.
    private let looks: [(days: Int, standardErrors: Double)]

    /// - Parameter study: of the days before the first look and a year.
    public init(_ study: CoverageStudy, level: Int, factor: Double, every: Int) {
        (self.study, self.level, self.factor, self.every) = (study, level, factor, every)
        firstDays = study.days - 365
        looks = stride(from: firstDays, through: study.days, by: every).map { days in
            let boundary = MonitoredBoundary(
                falseAlarm: 0.05, days: Double(days), firstDays: Double(study.horizonDays))
            return (days, boundary.standardErrors)
        }
    }

    /// Which rules call a breach at any look of the year of a seed.
    public func alarms(seed: Int) -> Set<Rule> {
        let history = study.history(seed: seed)
        let (column, limit) = (history.columns[level], factor * study.levels[level].truth)
        let length = max(Double(study.horizonDays), history.memory.runBlocks)
        var found: Set<Rule> = []
        for (days, standardErrors) in looks where found.count < Rule.allCases.count {
            // The last entries of a night have no whole window yet.
            let whole = days - study.horizonDays
            let seen = BlockShare(events: Array(column.events[..<whole]), entries: Array(column.entries[..<whole]))
            // No interval lies above its own frequency: a night at or below the limit has no breach of any kind.
            guard isAbove(limit, seen),
                let inference = FrequencyInference(
                    seen, meanLength: length, disjointWindows: days / study.horizonDays, confidence: 0.95)
            else { continue }
            found.formUnion(breaches(inference, limit: limit, standardErrors))
        }
        return found
    }

    /// Whether a frequency is above the limit, or so near that the last bits decide.
    private func isAbove(_ limit: Double, _ seen: BlockShare) -> Bool {
        let entries = seen.entries.reduce(0) { $0 + Double($1) }
        return seen.events.reduce(0, +) > (1 - 1e-9) * limit * entries
    }

    private func breaches(_ inference: FrequencyInference, limit: Double, _ standardErrors: Double) -> Set<Rule> {
        let ends = inference.interval.ends
        let monitored = ends.widened(around: inference.frequency, from: 0.95, to: standardErrors)
        return Set(
            [
                inference.frequency > limit ? .value : nil, ends.low > limit ? .interval : nil,
                monitored.low > limit ? Rule.monitored : nil,
            ].compactMap { $0 })
    }
}
