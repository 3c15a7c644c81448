import MarginModel
import PriceSeries
import StressBasics
import StressStatistics

/// The prices that an exit goes through.
struct ExitPrices: Hashable, Sendable {
    /// Where equity met the requirement, or the close of the horizon.
    var trigger: Double
    /// What could be had at once.
    var gap: Double
    /// What was had after the delay.
    var delayed: Double
    /// That, less slippage.
    var slipped: Double
    /// The bar in which the exit was filled.
    var bar: Int
}

extension PlainKernel {
    /// How a held position ends: closed by `fill` after a liquidation, or at the close of `last`.
    public func exit(_ path: EntryPath, entry: Int, last: Int, fill: ResolvedFill) -> EntryExit {
        let isPartial = rules.platform.liquidation.isPartial && path.liquidationBar != nil
        if isPartial, let linear = self as? PlainKernel<LinearPosition> {
            return linear.partialExit(path, entry: entry, last: last, fill: fill)
        }
        let position = position(entry: entry)
        let fees = rules.platform.fees
        guard let bar = path.liquidationBar else {
            return settle(position, horizonPrices(last), feeRate: fees.close, path.carry)
        }
        let prices = liquidationPrices(fill, position, bar: bar, path.carry)
        return settle(position, prices, feeRate: fees.close + fees.liquidation, path.carry)
    }

    private func settle(_ position: Position, _ prices: ExitPrices, feeRate: Double, _ carry: Carry) -> EntryExit {
        let exitFee = feeRate * position.tradedNotional(at: prices.slipped)
        let equity = position.equity(at: prices.slipped, carry) - exitFee
        let margin = position.initialMargin
        guard equity < 0, equity.isFinite else { return EntryExit(equity: equity / margin) }
        // Equity at a price with nothing paid yet, not even the opening fee.
        func gross(_ price: Double) -> Double { (position.equity(at: price, .none) + position.openingFee) / margin }
        let slipped = gross(prices.slipped)
        // Without a carry the last stage is empty; computing it would leave a rounding error there.
        let hasCarry = carry.funding != 0 || Position.bearsInterest
        let afterFees = hasCarry ? slipped - (position.openingFee + exitFee) / margin : equity / margin
        let causes = ShortfallCauses(
            stages: (
                price: gross(prices.trigger), gap: gross(prices.gap), latency: gross(prices.delayed), slippage: slipped,
                fees: afterFees, funding: equity / margin
            ))
        return EntryExit(equity: equity / margin, causes: causes)
    }

    /// The prices of a position that is held to the horizon.
    func horizonPrices(_ last: Int) -> ExitPrices {
        let close = series.close[last]
        return ExitPrices(trigger: close, gap: close, delayed: close, slipped: slipped(close, bar: last), bar: last)
    }

    /// The prices of a liquidation that is due in `bar`.
    func liquidationPrices(_ fill: ResolvedFill, _ position: Position, bar: Int, _ carry: Carry) -> ExitPrices {
        let trigger = position.triggerPrice(carry)
        let openIsThrough = position.sign * (series.open[bar] - trigger) <= 0
        let atOnce = openIsThrough ? series.open[bar] : trigger
        var prices = ExitPrices(trigger: trigger, gap: atOnce, delayed: atOnce, slipped: 0, bar: bar)
        switch fill {
        case .gap: break
        case .best: (prices.gap, prices.delayed) = (trigger, trigger)
        case .worst:
            let extreme = rules.cell.side == .long ? series.low[bar] : series.high[bar]
            (prices.gap, prices.delayed) = (extreme, extreme)
        case .next(let latency): (prices.delayed, prices.bar) = delayedPrice(bar: bar, latency: latency)
        }
        prices.slipped = slipped(prices.delayed, bar: prices.bar)
        return prices
    }

    /// The open `latency` bars later and its bar; the last close when the series ends, or breaks off in a step wider than
    /// the allowed gap, before that.
    private func delayedPrice(bar: Int, latency: Int) -> (price: Double, bar: Int) {
        let end = Int(windows.segmentEnd[bar])
        return bar + latency < end ? (series.open[bar + latency], bar + latency) : (series.close[end - 1], end - 1)
    }

    /// A price made worse for the position by the platform's slippage in `bar`.
    func slipped(_ price: Double, bar: Int) -> Double {
        let slippage = rules.platform.slippage
        let fraction =
            slippage.impact > 0
            ? slippage.fraction(
                notional: rules.terms.notional, volume: market.quoteVolume(bar), volatility: market.volatility)
            : slippage.base
        return price - rules.cell.side.sign * fraction * abs(price)
    }
}
