import MarginModel

/// How many bars a rule looks at, back and ahead, besides the one that it is asked about.
///
/// What is kept between runs is named by the bars that it depends on, and those are found from reaches alone: see ``ChunkKeys``.
struct Reach: Hashable, Sendable {
    /// Bars before.
    var back: Int
    /// Bars after.
    var ahead: Int

    init(back: Int = 0, ahead: Int = 0) { (self.back, self.ahead) = (back, ahead) }

    /// The bar alone.
    static let none = Reach()

    /// All there is: for a rule that knows a figure of the whole history.
    static let history = Reach(back: .max, ahead: .max)

    /// What two rules look at that are asked about one bar.
    func union(_ other: Reach) -> Reach {
        Reach(back: max(back, other.back), ahead: max(ahead, other.ahead))
    }

    /// What a rule looks at that is asked about any bar at which this one looked.
    func then(_ next: Reach) -> Reach {
        func sum(_ a: Int, _ b: Int) -> Int {
            let (sum, overflow) = a.addingReportingOverflow(b)
            return overflow ? .max : sum
        }
        return Reach(back: sum(back, next.back), ahead: sum(ahead, next.ahead))
    }

    /// All bars in reach of some of `count` bars.
    func bars(of bars: Range<Int>, count: Int) -> Range<Int> {
        let low = back > bars.lowerBound ? 0 : bars.lowerBound - back
        let high = ahead > count - bars.upperBound ? count : bars.upperBound + ahead
        return low..<high
    }
}

/// A rule that reads a history: whoever adds one states how far it looks.
protocol HistoryRule {
    /// Bars looked at besides the one it is asked about.
    var reach: Reach { get }
}

extension ResolvedFill: HistoryRule {
    /// A fill some bars later looks at those bars; all others at the bar of the trigger.
    var reach: Reach {
        switch self {
        case .next(let latency): Reach(ahead: latency)
        case .gap, .worst, .best, .delay: .none
        }
    }
}

extension Slippage: HistoryRule {
    /// The volume of the fill's own bar, and where slippage grows with it, the volatility of the whole history.
    var reach: Reach { impact > 0 ? .history : .none }
}

extension LiquidationTrigger: HistoryRule {
    /// The bar's own extreme or close.
    var reach: Reach {
        switch self {
        case .extreme, .close: .none
        }
    }
}

extension CellRules {
    /// From any bar of a window: a trigger, one of the fills, and slippage where it is filled.
    var reach: Reach {
        let fill = fills.reduce(Reach.none) { $0.union($1.rule.reach) }
        return platform.liquidation.trigger.reach.then(fill).then(platform.slippage.reach)
    }
}
