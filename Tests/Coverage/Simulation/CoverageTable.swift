import StressBasics
import StressStatistics

/// The ways to make an interval that are compared.
public enum CoverageMethod: String, CaseIterable, Sendable {
    /// Wilson's interval as if every entry were a trial of its own.
    case plainWilson = "plain Wilson"
    /// Wilson's interval on the windows that do not overlap.
    case disjointWilson = "Wilson, disjoint windows"
    /// Quantiles of the resamples.
    case percentile = "percentile"
    /// What the reports show.
    case shown = "shown"
}

/// How often each method's interval held the truth of one level.
public struct CoverageRow: Sendable {
    /// The true frequency.
    public let truth: Double
    /// Trials in which nothing was seen at all.
    public let zeroSeen: Int
    /// Trials in which the shown interval was the bootstrap-t.
    public let studentised: Int
    /// Trials in which the interval held the truth.
    public let hits: [CoverageMethod: Int]
    /// Mean width of the intervals over the truth.
    public let width: [CoverageMethod: Double]
    /// Trials.
    public let trials: Int

    /// Share of trials in which the method's interval held the truth.
    public func coverage(_ method: CoverageMethod) -> Double { Double(hits[method] ?? 0) / Double(trials) }
}

extension CoverageStudy {
    /// What one history's intervals are: a level a row, a method a column.
    public func intervals(seed: Int, resamples: Int) -> [[CoverageMethod: FrequencyInference.Bounds]] {
        outcomes(seed: seed, resamples: resamples).map(\.bounds)
    }

    struct Outcome {
        let inference: FrequencyInference
        let bounds: [CoverageMethod: FrequencyInference.Bounds]
    }

    func outcomes(seed: Int, resamples: Int) -> [Outcome] {
        let columns = history(seed: seed)
        let windows = (days - horizonDays) / horizonDays
        let panel = HorizonPanel(
            columns: columns, horizonBlocks: Double(horizonDays), disjointWindows: windows,
            rules: ResamplingRules(resamples: resamples, seed: UInt64(seed)), name: process.rawValue)
        guard let panel else { return [] }
        return zip(columns, panel.inferences(0..<columns.count)).compactMap { share, inference in
            inference.map { Outcome(inference: $0, bounds: bounds($0, entries: share.total, windows: windows)) }
        }
    }

    private func bounds(
        _ found: FrequencyInference, entries: Int, windows: Int
    ) -> [CoverageMethod: FrequencyInference.Bounds] {
        func wilson(_ trials: Int) -> FrequencyInference.Bounds {
            if found.frequency == 0 { return .init(low: 0, high: 3 / Double(trials)) }
            let bounds = wilsonBounds(share: found.frequency, trials: Double(trials), confidence: 0.95)
            return .init(low: bounds.low, high: bounds.high)
        }
        let shown = found.interval
        return [
            .plainWilson: wilson(entries), .disjointWilson: wilson(windows),
            .percentile: found.percentile ?? found.effectiveWilson, .shown: .init(low: shown.low, high: shown.high),
        ]
    }

    /// Judges `trials` histories: a level a row.
    public func table(trials: Int, resamples: Int) -> [CoverageRow] {
        let all = (0..<trials).map { outcomes(seed: $0, resamples: resamples) }
        return levels.indices.map { level in
            let outcomes = all.map { $0[level] }
            let truth = levels[level].truth
            var (hits, width) = ([CoverageMethod: Int](), [CoverageMethod: Double]())
            for method in CoverageMethod.allCases {
                let bounds = outcomes.compactMap { $0.bounds[method] }
                hits[method] = bounds.count { $0.low <= truth && truth <= $0.high }
                width[method] = bounds.reduce(0) { $0 + ($1.high - $1.low) } / Double(trials) / truth
            }
            return CoverageRow(
                truth: truth, zeroSeen: outcomes.count { $0.inference.frequency == 0 },
                studentised: outcomes.count { $0.inference.studentised != nil }, hits: hits, width: width,
                trials: trials)
        }
    }
}
