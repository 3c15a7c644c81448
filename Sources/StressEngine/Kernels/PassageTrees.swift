import MarginModel
import PriceSeries
import StressBasics

/// The trees of one price history: of the extremes, which decide what is below zero, and of the prices that trigger.
///
/// Searches ask for them at every block of bars, so that each stands in a field of its own and none is looked up; and all stand in one
/// object, of which a search holds one reference.
final class PassageTrees: Sendable {
    private let extremes: BySide<FirstPassage>
    /// Of the mark's extremes, and of the closes that trigger, where there are such.
    private let marks: BySide<FirstPassage>?
    private let closes: BySide<FirstPassage>?
    private let linear: BySide<FundingTree>?
    private let inverse: BySide<FundingTree>?

    /// Funding since the first bar, and where it is worst for one side.
    final class FundingTree: Sendable {
        let sums: FundingSums
        /// Minima of what a position has been paid.
        let tree: FirstPassage

        fileprivate init(_ sums: FundingSums, _ side: Side) {
            self.sums = sums
            tree = FirstPassage(sums.sums, negated: side == .long)
        }
    }

    /// Builds the trees that the given triggers need. O(bars).
    init(_ market: MarketHistory, triggers: Set<LiquidationTrigger>) {
        let series = market.series
        extremes = PassageTrees.worst(lows: series.low, highs: series.high)
        marks = market.mark.map { PassageTrees.worst(lows: $0.low, highs: $0.high) }
        let close = market.mark?.close ?? series.close
        closes = triggers.contains(.close) ? PassageTrees.worst(lows: close, highs: close) : nil
        linear = PassageTrees.funding(market, isInverse: false)
        inverse = PassageTrees.funding(market, isInverse: true)
    }

    private static func worst(lows: [Double], highs: [Double]) -> BySide<FirstPassage> {
        BySide { $0 == .long ? FirstPassage(lows, negated: false) : FirstPassage(highs, negated: true) }
    }

    private static func funding(_ market: MarketHistory, isInverse: Bool) -> BySide<FundingTree>? {
        guard market.fundingPerBar != nil else { return nil }
        let sums = FundingSums(market, isInverse: isInverse)
        return BySide { FundingTree(sums, $0) }
    }

    /// Of the worst traded prices for one side.
    @inline(__always)
    func extremes(_ side: Side) -> FirstPassage { extremes[side] }

    /// Of what one side has paid for funding; nil without any.
    @inline(__always)
    func funding(_ side: Side, isInverse: Bool) -> FundingTree? { (isInverse ? inverse : linear)?[side] }

    /// Of the prices that trigger for one side.
    @inline(__always)
    func checked(_ side: Side, _ trigger: LiquidationTrigger) -> FirstPassage {
        (trigger == .close ? closes : marks)?[side] ?? extremes[side]
    }
}

/// One value for a long and one for a short.
private struct BySide<Value: Sendable>: Sendable {
    private let long: Value
    private let short: Value

    init(_ value: (Side) -> Value) { (long, short) = (value(.long), value(.short)) }

    @inline(__always)
    subscript(side: Side) -> Value { side == .long ? long : short }
}
