import MarginModel
import PriceSeries
import StressBasics

/// The trees of one price history: of the extremes, which decide what is below zero, and of the prices that trigger.
struct PassageTrees: Sendable {
    private let lows: FirstPassage
    private let highs: FirstPassage
    private let checked: [Key: FirstPassage]
    private let funding: [Side: FundingTree]

    private struct Key: Hashable {
        let side: Side
        let trigger: LiquidationTrigger
    }

    /// Funding since the first bar, and where it is worst for one side.
    struct FundingTree: Sendable {
        let linear: FundingSums
        let inverse: FundingSums
        /// Minima of what a position has been paid.
        let linearTree: FirstPassage
        let inverseTree: FirstPassage

        func sums(isInverse: Bool) -> FundingSums { isInverse ? inverse : linear }
    }

    /// Builds the trees that the given triggers need. O(bars).
    init(_ market: MarketHistory, triggers: Set<LiquidationTrigger>) {
        let series = market.series
        lows = FirstPassage(series.low, negated: false)
        highs = FirstPassage(series.high, negated: true)
        var checked: [Key: FirstPassage] = [:]
        if let mark = market.mark {
            checked[Key(side: .long, trigger: .extreme)] = FirstPassage(mark.low, negated: false)
            checked[Key(side: .short, trigger: .extreme)] = FirstPassage(mark.high, negated: true)
        }
        if triggers.contains(.close) {
            let close = market.mark?.close ?? series.close
            checked[Key(side: .long, trigger: .close)] = FirstPassage(close, negated: false)
            checked[Key(side: .short, trigger: .close)] = FirstPassage(close, negated: true)
        }
        self.checked = checked
        funding = market.fundingPerBar == nil ? [:] : PassageTrees.funding(market)
    }

    private static func funding(_ market: MarketHistory) -> [Side: FundingTree] {
        let linear = FundingSums(market, isInverse: false)
        let inverse = FundingSums(market, isInverse: true)
        return Dictionary(
            uniqueKeysWithValues: Side.allCases.map { side in
                let isLong = side == .long
                return (
                    side,
                    FundingTree(
                        linear: linear, inverse: inverse, linearTree: FirstPassage(linear.sums, negated: isLong),
                        inverseTree: FirstPassage(inverse.sums, negated: isLong))
                )
            })
    }

    func extremes(_ side: Side) -> FirstPassage { side == .long ? lows : highs }

    func funding(_ side: Side) -> FundingTree? { funding[side] }

    func checked(_ side: Side, _ trigger: LiquidationTrigger) -> FirstPassage {
        checked[Key(side: side, trigger: trigger)] ?? extremes(side)
    }
}
