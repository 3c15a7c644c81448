import Foundation
import MarginModel
import PriceSeries
import StressEngine
import StressStatistics
import StudyPlan

/// The overshoot with which longer bars say on the average what the minutes say.
public struct OvershootFit: Sendable {
    /// `κ` of ``DelayLaw``: how far the price moves on, a multiple of its volatility over the delay.
    public let overshoot: Double
    /// Its interval; an end is 0 or infinite where no overshoot within ``range`` reaches it. Nil where the ratio has none, and where neither
    /// end is reached.
    public let interval: Interval?

    /// Overshoots that are tried.
    public static let range: ClosedRange<Double> = 0.1...12

    /// Finds it by bisection on its logarithm: the more a price overshoots, the more often an entry ends below zero.
    ///
    /// - Parameters:
    ///   - judge: the run on the minutes.
    ///   - cells: places of the cells that take part, in which both runs saw something.
    /// - Returns: nil without such a cell, or when no overshoot within the range gives the minutes' average.
    init?(
        study: Study, market: MarketHistory, judge: GridFrequencies, cells: [Int], threads: Int
    ) throws(RunCancelled) {
        let search = Search(study: study, market: market, judge: judge, cells: cells, threads: threads)
        guard let found = try search.overshoot(at: 0) else { return nil }
        overshoot = found
        guard let margin = try search.ratio(found)?.logarithmMargin else {
            interval = nil
            return
        }
        let (low, high) = (try search.overshoot(at: -margin), try search.overshoot(at: margin))
        interval = low == nil && high == nil ? nil : Interval(low: low ?? 0, high: high ?? .infinity)
    }

    private struct Search {
        let study: Study
        let market: MarketHistory
        let judge: GridFrequencies
        let cells: [Int]
        let threads: Int

        /// Halvings of a range of a factor of 120: to less than half a per cent.
        private static let steps = 10

        /// Where the mean logarithm of the ratios is `level`.
        func overshoot(at level: Double) throws(RunCancelled) -> Double? {
            guard !cells.isEmpty, try logarithm(range.lowerBound) < level, try logarithm(range.upperBound) > level
            else {
                return nil
            }
            var (low, high) = (log(range.lowerBound), log(range.upperBound))
            for _ in 0..<Search.steps {
                let middle = (low + high) / 2
                if try logarithm(exp(middle)) < level { low = middle } else { high = middle }
            }
            return exp((low + high) / 2)
        }

        /// Where the law sees nothing at all in one of the cells the mean is as low as can be.
        private func logarithm(_ overshoot: Double) throws(RunCancelled) -> Double {
            try ratio(overshoot)?.logarithm ?? -.infinity
        }

        func ratio(_ overshoot: Double) throws(RunCancelled) -> RatioInference? {
            guard let changed = study.with(overshoot: overshoot) else { return nil }
            return try GridFrequencies(study: changed, market: market, threads: threads).ratio(to: judge, cells)
        }
    }
}

extension Study {
    /// The study with another overshoot on every platform; nil when it is out of range.
    fileprivate func with(overshoot: Double) -> Study? {
        var copy = self
        for place in copy.platforms.indices {
            let rules = copy.platforms[place].rules
            guard let liquidation = rules.liquidation.with(overshoot: overshoot) else { return nil }
            copy.platforms[place].rules = rules.with(liquidation: liquidation)
        }
        return copy
    }
}
