import MarginModel
import PriceSeries
import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What an exit is filled at, under the rules of a platform: the same for every leverage and contract.
///
/// Columns are kept here once. Give every thread its own: reading them out of a shared history at every entry would count
/// references to storage that all threads share, and the threads would wait for each other.
package struct ExitPricing: Sendable {
    /// `d`.
    let sign: Double
    let opens: [Double]
    let closes: [Double]
    /// The prices that are worst for the position.
    let extremes: [Double]
    let lows: [Double]
    let highs: [Double]
    /// Whether mark prices trigger, so that a trigger price may lie outside what was traded.
    private let hasMarks: Bool
    /// One past the last bar that a delayed fill may use, by bar.
    private let segmentEnd: [Int32]
    let barLength: TimeSpan
    /// The part of a price that is lost where an exit's size does not matter.
    private let fixedSlippage: Double
    private let impact: Impact?

    /// The pricing of one cell's exits.
    package init(_ rules: CellRules, market: MarketHistory, windows: EntryWindows) {
        sign = rules.cell.side.sign
        opens = market.series.open
        closes = market.series.close
        extremes = rules.cell.side == .long ? market.series.low : market.series.high
        (lows, highs) = (market.series.low, market.series.high)
        hasMarks = market.mark != nil
        segmentEnd = windows.segmentEnd
        barLength = market.barLength
        let slippage = rules.platform.slippage
        fixedSlippage = slippage.base
        impact = slippage.impact > 0 ? Impact(slippage, notional: rules.terms.notional, market: market) : nil
    }

    /// What an exit's own size costs, by bar. An object, so that loops on platforms without it carry no reference to a history.
    private final class Impact: Sendable {
        private let slippage: Slippage
        private let notional: Double
        private let market: MarketHistory

        init(_ slippage: Slippage, notional: Double, market: MarketHistory) {
            (self.slippage, self.notional, self.market) = (slippage, notional, market)
        }

        func fraction(_ bar: Int) -> Double {
            slippage.fraction(notional: notional, volume: market.quoteVolume(bar), volatility: market.volatility)
        }
    }

    /// The first price of a bar.
    package func open(_ bar: Int) -> Double { opens[bar] }

    /// The open if it is already through the trigger price, else the trigger price.
    @inline(__always)
    func atOnce(bar: Int, trigger: Double) -> Double {
        let open = opens[bar]
        return sign * (open - trigger) <= 0 ? open : trigger
    }

    /// The open `latency` bars later and its bar; the last close when the series ends, or breaks off in a step wider than
    /// the allowed gap, before that.
    @inline(__always)
    func delayed(bar: Int, latency: Int) -> (price: Double, bar: Int) {
        let end = Int(segmentEnd[bar])
        return bar + latency < end ? (opens[bar + latency], bar + latency) : (closes[end - 1], end - 1)
    }

    /// Where a liquidation in `bar` is filled under the law of a delay. A bar that reaches 0 fills at its extreme.
    @inline(__always)
    func fill(_ law: DelayLaw, bar: Int, trigger: Double) -> DelayedFill {
        let (low, high) = (lows[bar], highs[bar])
        guard low > 0 else { return DelayedFill(anchor: extremes[bar]) }
        let anchor = anchor(bar: bar, trigger: trigger)
        return DelayedFill(anchor: anchor, spread: law.spread(anchor: anchor, low: low, high: high))
    }

    /// The price that could be had at once; with marks, as far as it was traded.
    @inline(__always)
    func anchor(bar: Int, trigger: Double) -> Double {
        let price = atOnce(bar: bar, trigger: trigger)
        return hasMarks ? min(max(price, lows[bar]), highs[bar]) : price
    }

    /// `ln(H/L)`; 0 where a bar has no range or no positive prices, and a fill in it is certain under every law.
    @inline(__always)
    func range(_ bar: Int) -> Double { lows[bar] > 0 && highs[bar] > lows[bar] ? log(highs[bar] / lows[bar]) : 0 }

    /// A price made worse for the position by the platform's slippage in `bar`.
    @inline(__always)
    package func slipped(_ price: Double, bar: Int) -> Double {
        let fraction = impact?.fraction(bar) ?? fixedSlippage
        return price - sign * fraction * abs(price)
    }
}
