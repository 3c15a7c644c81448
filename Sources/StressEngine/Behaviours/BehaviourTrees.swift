import MarginModel
import PriceSeries
import StressBasics

/// What a search for the next event of a behaviour looks into: the extremes of blocks of bars. 34 bytes a bar.
public struct BehaviourTrees: Sendable {
    let passages: PassageTrees
    /// Lowest and highest prices of bars, their opens among them; the highest negated.
    private let lows: FirstPassage
    private let highs: FirstPassage
    private let closes: FirstPassage
    private let closesNegated: FirstPassage

    /// Builds the trees that the given triggers need. O(bars).
    init(_ market: MarketHistory, triggers: Set<LiquidationTrigger>, passages: PassageTrees?) {
        let series = market.series
        self.passages = passages ?? PassageTrees(market, triggers: triggers)
        lows = FirstPassage(zip(series.low, series.open).map { min($0, $1) }, negated: false)
        highs = FirstPassage(zip(series.high, series.open).map { max($0, $1) }, negated: true)
        closes = FirstPassage(series.close, negated: false)
        closesNegated = FirstPassage(series.close, negated: true)
    }

    /// The trees as one side sees them.
    func sided(_ side: Side) -> Sided {
        side == .long
            ? Sided(worst: lows, best: highs, worstClose: closes, bestClose: closesNegated)
            : Sided(worst: highs, best: lows, worstClose: closesNegated, bestClose: closes)
    }

    /// Extremes of blocks for one side; all prices times the side's sign, so that lower is worse.
    struct Sided: Sendable {
        fileprivate let worst: FirstPassage
        fileprivate let best: FirstPassage
        fileprivate let worstClose: FirstPassage
        fileprivate let bestClose: FirstPassage

        /// The most levels a block may have.
        var height: Int { worst.height }

        @inline(__always)
        func worst(_ height: Int, _ bar: Int) -> Double { worst.minimum(height: height, at: bar) }

        @inline(__always)
        func best(_ height: Int, _ bar: Int) -> Double { -best.minimum(height: height, at: bar) }

        @inline(__always)
        func worstClose(_ height: Int, _ bar: Int) -> Double { worstClose.minimum(height: height, at: bar) }

        @inline(__always)
        func bestClose(_ height: Int, _ bar: Int) -> Double { -bestClose.minimum(height: height, at: bar) }
    }
}
