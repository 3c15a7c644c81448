import MarginModel
import PriceSeries
import StressBasics

/// What an exit is filled at, under the rules of a platform: the same for every leverage and contract.
///
/// Columns are kept here once. Give every thread its own: reading them out of a shared history at every entry would count
/// references to storage that all threads share, and the threads would wait for each other.
struct ExitPricing: Sendable {
    /// `d`.
    let sign: Double
    let opens: [Double]
    let closes: [Double]
    /// The prices that are worst for the position.
    let extremes: [Double]
    /// One past the last bar that a delayed fill may use, by bar.
    private let segmentEnd: [Int32]
    private let slippage: Slippage
    private let notional: Double
    private let market: MarketHistory

    init(_ rules: CellRules, market: MarketHistory, windows: EntryWindows) {
        sign = rules.cell.side.sign
        opens = market.series.open
        closes = market.series.close
        extremes = rules.cell.side == .long ? market.series.low : market.series.high
        segmentEnd = windows.segmentEnd
        slippage = rules.platform.slippage
        notional = rules.terms.notional
        self.market = market
    }

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

    /// A price made worse for the position by the platform's slippage in `bar`.
    @inline(__always)
    func slipped(_ price: Double, bar: Int) -> Double {
        let fraction = slippage.impact > 0 ? impact(bar) : slippage.base
        return price - sign * fraction * abs(price)
    }

    private func impact(_ bar: Int) -> Double {
        slippage.fraction(notional: notional, volume: market.quoteVolume(bar), volatility: market.volatility)
    }

    /// The price of a liquidation in `bar` after slippage; the trigger price is asked for only where it matters.
    @inline(__always)
    func filled(_ fill: ResolvedFill, bar: Int, trigger: () -> Double) -> Double {
        switch fill {
        case .gap: return slipped(atOnce(bar: bar, trigger: trigger()), bar: bar)
        case .best: return slipped(trigger(), bar: bar)
        case .worst: return slipped(extremes[bar], bar: bar)
        case .next(let latency):
            let delayed = delayed(bar: bar, latency: latency)
            return slipped(delayed.price, bar: delayed.bar)
        }
    }
}
