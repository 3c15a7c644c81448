import StressBasics
import StressStatistics

/// How often the share of one further year lay in what was said of it before, on the processes of ``CoverageStudy``.
public struct YearCoverage: Sendable {
    /// How prices move, how long entries are held, what is asked.
    public let study: CoverageStudy

    /// Of histories as long as the study's.
    public init(_ study: CoverageStudy) { self.study = study }

    /// A level's intervals, and how often they held the next year's share.
    public struct Row: Sendable {
        /// The true frequency.
        public let truth: Double
        /// Share of trials in which the confidence interval of the long run held it.
        public let confidence: Double
        /// Share of trials in which the prediction held it.
        public let prediction: Double
        /// Mean width of the prediction over the truth.
        public let width: Double
        /// Share of further years without an event.
        public let zeroYears: Double
    }

    private static let yearDays = 365

    private struct Outcome {
        let next: Double
        let confidence: Interval
        let prediction: Interval
    }

    private func outcomes(seed: Int) -> [Outcome] {
        let years = study.history(seed: seed, furtherDays: YearCoverage.yearDays)
        let windows = (study.days - study.horizonDays) / study.horizonDays
        let length = max(Double(study.horizonDays), years.past.memory.runBlocks)
        return zip(years.past.columns, years.next).compactMap { past, next in
            guard
                let found = YearPrediction(
                    past, meanLength: length, disjointWindows: windows, yearBlocks: Double(YearCoverage.yearDays),
                    confidence: 0.95)
            else { return nil }
            return Outcome(
                next: next.frequency ?? 0, confidence: found.longRun.bounds, prediction: found.interval)
        }
    }

    /// Judges `trials` histories: a level a row.
    public func table(trials: Int) -> [Row] {
        let all = (0..<trials).map { outcomes(seed: $0) }
        return study.levels.indices.map { level in
            let found = all.map { $0[level] }
            func share(_ holds: (Outcome) -> Bool) -> Double { Double(found.count(where: holds)) / Double(trials) }
            let width = found.reduce(0) { $0 + $1.prediction.high - $1.prediction.low } / Double(trials)
            return Row(
                truth: study.levels[level].truth, confidence: share { $0.confidence.holds($0.next) },
                prediction: share { $0.prediction.holds($0.next) }, width: width / study.levels[level].truth,
                zeroYears: share { $0.next == 0 })
        }
    }
}

extension Interval {
    fileprivate func holds(_ value: Double) -> Bool { low <= value && value <= high }
}
