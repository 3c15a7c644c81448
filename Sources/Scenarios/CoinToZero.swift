import MarginModel
import StressBasics
import StressEngine

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A coin that goes to nothing: at once, or in bars of equal steps of price, each from one level to the next.
public struct CoinToZero: Hashable, Sendable {
    /// Bars that it takes; 0 for at once.
    public let bars: Int
    /// How long a bar is, for the fill by ``FillRule/delay``.
    public let barLength: TimeSpan
    /// Bars that may be asked for.
    public static let allowedBars = 0...1_000_000
    /// The rules that are compared.
    public static let fills: [FillRule] = [.gap, .worst, .delay]

    /// A way down; `bars` must be one of ``allowedBars``, the length above 0.
    public init(bars: Int, barLength: TimeSpan) { (self.bars, self.barLength) = (bars, barLength) }

    /// The price at the end of a bar, in parts of the entry price.
    private func level(_ bar: Int) -> Double { Double(bars - bar) / Double(bars) }

    /// The first bar whose end is at or below a price of the way.
    private func bar(reaching price: Double) -> Int {
        var bar = min(bars, max(1, Int(((1 - price) * Double(bars)).rounded(.down)) - 1))
        while bar < bars, level(bar) > price { bar += 1 }
        return bar
    }

    /// What a position ends with, in quote money; in parts of the initial margin at the entry price.
    public struct Outcome: Hashable, Sendable {
        /// Whether the platform closed it on the way.
        public let isLiquidated: Bool
        /// What is left, on average where a law says what was paid.
        public let equity: Double
        /// What is missing, likewise.
        public let owed: Double
    }

    /// What becomes of a position that is closed by a rule of ``fills``; the coins of an inverse one are worth what it is closed at.
    public func outcome(of position: PathPosition, fill: FillRule) -> Outcome {
        guard let trigger = position.trigger, position.sign > 0 else {
            return certain(position.moneyLeft(isLiquidated: false).base, position, isLiquidated: false)
        }
        let left = position.moneyLeft(isLiquidated: true)
        guard bars > 0 else { return certain(left.base, position, isLiquidated: true) }
        let bar = bar(reaching: trigger)
        switch fill {
        case .worst, .next, .auto: return certain(left.atPrice(level(bar)), position, isLiquidated: true)
        case .gap, .best: return certain(left.atPrice(trigger), position, isLiquidated: true)
        case .delay: return delayed(left, trigger: trigger, bar: bar, position)
        }
    }

    private func certain(_ equity: Double, _ position: PathPosition, isLiquidated: Bool) -> Outcome {
        Outcome(isLiquidated: isLiquidated, equity: equity, owed: position.owed(equity))
    }

    private func delayed(_ left: AffineEquity, trigger: Double, bar: Int, _ position: PathPosition) -> Outcome {
        let rules = position.terms.rules.liquidation
        let isTold = barLength.milliseconds <= 2 * rules.delay.milliseconds
        if isTold {
            // Of the bar in which the delay ends the open, which is the end of the bar before; nothing once all bars are over.
            let later = Int(clamping: rules.delay.milliseconds / max(1, barLength.milliseconds))
            let last = min(bars, bar.addingReportingOverflow(later).partialValue)
            return certain(left.atPrice(level(last)), position, isLiquidated: true)
        }
        let law = DelayLaw(delay: rules.delay, overshoot: rules.overshoot, barLength: barLength)
        guard let spread = law.spread(anchor: trigger, low: level(bar), high: level(bar - 1)) else {
            // At a price of nothing there is no logarithm, and without a range no law.
            return certain(left.atPrice(level(bar) > 0 ? trigger : 0), position, isLiquidated: true)
        }
        let fromTrigger = AffineEquity(atAnchor: left.atPrice(trigger), base: left.base, power: left.power)
        return Outcome(
            isLiquidated: true, equity: fromTrigger.mean(spread), owed: fromTrigger.below(0, spread)?.mean ?? 0)
    }
}

extension PathPosition {
    /// What is left in quote money by the logarithm of the price: of an inverse position `A + B/p` coins, worth `A p + B`.
    fileprivate func moneyLeft(isLiquidated: Bool) -> AffineEquity {
        let left = leftOver(isLiquidated: isLiquidated)
        guard left.power < 0 else { return left }
        return AffineEquity(atAnchor: left.base + left.slope, base: left.slope, power: 1)
    }
}

extension AffineEquity {
    /// What is left at a price of at least 0, where equity is straight in the price itself.
    fileprivate func atPrice(_ price: Double) -> Double { base + slope * price }
}
