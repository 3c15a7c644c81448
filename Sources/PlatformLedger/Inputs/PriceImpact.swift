import PriceSeries
import StressBasics
import StudyPlan

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How far liquidations have moved the price of an asset.
///
/// What was liquidated of a side in a bar counts as one order, so that nothing depends on how many positions it is shared by. What is left
/// of the moves of earlier bars falls by half every half-life.
struct PriceImpact {
    private let rule: LiquidationImpact
    /// The move of the log price now: below 0 after longs were liquidated, above after shorts.
    private(set) var move = 0.0
    /// What was left of it when the bar began.
    private var before = 0.0
    private var time: Int64?
    /// `γ σ / √depth` of the bar.
    private var scale = 0.0
    /// Notional that was liquidated in the bar: longs, shorts.
    private var liquidated = [0.0, 0.0]

    /// No price goes by a larger factor than `e` to this, about 20: no square root is meant for more.
    private static let most = 3.0
    /// A move that is no more than rounding of any price.
    private static let least = 1e-12

    init(_ rule: LiquidationImpact) { self.rule = rule }

    /// How often a bar is looked through.
    var rounds: Int { rule.maxRounds }

    /// Lets time go on to a bar.
    mutating func begin(_ series: BarSeries, bar: Int) {
        let now = series.time[bar]
        let passed = Double(now - (time ?? now)) / Double(rule.halfLife.milliseconds)
        before = move * exp2(-passed)
        if abs(before) < PriceImpact.least { before = 0 }
        (time, move, liquidated) = (now, before, [0, 0])
        scale = rule.gamma * PriceImpact.deviation(series, bar: bar) / rule.depth.squareRoot()
    }

    /// Takes note of a liquidation, at what the market alone would have paid.
    mutating func add(notional: Double, side: Int) {
        liquidated[side] += notional
        let moved = before + scale * (liquidated[1].squareRoot() - liquidated[0].squareRoot())
        move = min(PriceImpact.most, max(-PriceImpact.most, moved))
    }

    /// A price of the market where liquidations have moved it; lower for a move below 0, whatever its sign.
    @inline(__always)
    func moved(_ price: Double) -> Double { move == 0 ? price : price + abs(price) * expm1(move) }

    /// `ln(H/L)/√(4 ln 2)` of a bar and the close before it, so that a gap counts (M. Parkinson, J. Business 53, 1980); 0 at prices of 0
    /// and below.
    private static func deviation(_ series: BarSeries, bar: Int) -> Double {
        let last = bar > 0 ? series.close[bar - 1] : series.close[bar]
        let (low, high) = (min(series.low[bar], last), max(series.high[bar], last))
        return low > 0 ? log(high / low) / (4 * log(2)).squareRoot() : 0
    }
}
