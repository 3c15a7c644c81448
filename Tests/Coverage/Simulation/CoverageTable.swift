import StressBasics
import StressStatistics

/// The ways to make an interval that are compared.
public enum CoverageMethod: String, CaseIterable, Sendable {
    /// Wilson's interval as if every entry were a trial of its own.
    case plainWilson = "plain Wilson"
    /// Wilson's interval on the windows that do not overlap.
    case disjointWilson = "Wilson, disjoint windows"
    /// Wilson's interval on the effective entries: the same variance without a thought for how uncertain it is.
    case effectiveWilson = "Wilson, effective entries"
    /// What the reports show.
    case shown = "shown"
}

/// How often each method's interval held the truth of one level.
public struct CoverageRow: Sendable {
    /// The true frequency.
    public let truth: Double
    /// Trials in which nothing was seen at all.
    public let zeroSeen: Int
    /// Trials in which the interval held the truth.
    public let hits: [CoverageMethod: Int]
    /// Mean width of the intervals over the truth.
    public let width: [CoverageMethod: Double]
    /// Trials.
    public let trials: Int
    /// Trials whose history had no turbulent spell, one, or more, and how often what is shown held the truth in them.
    public let bySpells: [(trials: Int, hits: Int)]

    /// Share of trials in which the method's interval held the truth.
    public func coverage(_ method: CoverageMethod) -> Double { Double(hits[method] ?? 0) / Double(trials) }
}

extension CoverageStudy {
    struct Outcome {
        let inference: FrequencyInference
        let spells: Int
        let bounds: [CoverageMethod: Interval]
    }

    func outcomes(seed: Int) -> [Outcome] {
        let history = history(seed: seed)
        let windows = (days - horizonDays) / horizonDays
        let length = max(Double(horizonDays), history.memory.runBlocks)
        return history.columns.compactMap { share in
            let inference = FrequencyInference(
                share, meanLength: length, disjointWindows: windows, confidence: 0.95)
            return inference.map {
                Outcome(
                    inference: $0, spells: history.memory.spells?.count ?? 0,
                    bounds: bounds($0, entries: share.total, windows: windows))
            }
        }
    }

    private func bounds(
        _ found: FrequencyInference, entries: Int, windows: Int
    ) -> [CoverageMethod: Interval] {
        func wilson(_ trials: Int) -> Interval {
            if found.frequency == 0 {
                return .init(low: 0, high: zeroCountBound(trials: Double(trials), confidence: 0.95))
            }
            return wilsonBounds(share: found.frequency, trials: Double(trials), confidence: 0.95)
        }
        return [
            .plainWilson: wilson(entries), .disjointWilson: wilson(windows),
            .effectiveWilson: found.effectiveWilson, .shown: found.bounds,
        ]
    }

    /// Judges `trials` histories: a level a row.
    public func table(trials: Int) -> [CoverageRow] {
        let all = (0..<trials).map { outcomes(seed: $0) }
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
                hits: hits, width: width, trials: trials, bySpells: bySpells(outcomes, truth: truth))
        }
    }

    private func bySpells(_ outcomes: [Outcome], truth: Double) -> [(trials: Int, hits: Int)] {
        (0...2).map { spells in
            let found = outcomes.filter { min($0.spells, 2) == spells }
            return (
                found.count, found.count { $0.inference.bounds.low <= truth && truth <= $0.inference.bounds.high }
            )
        }
    }
}
