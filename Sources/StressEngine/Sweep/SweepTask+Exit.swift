import MarginModel
import StressStatistics

/// What the plain kernel would say of an exit, in the sweep's terms: gains of the entry value instead of prices.
extension SweepTask {
    /// An entry that was liquidated in `bar` and ended below zero with `equity`, in parts of the margin.
    @inline(__always)
    func liquidated(_ entry: SweepEntry, _ leverage: Int, _ fill: Int, bar: Int, equity: Double) -> EntryExit {
        let trigger = frame.triggerPrice(level: levels[leverage] * entry.scale + entry.offset, bar: bar)
        var (gap, late, filledIn) = (pricing.atOnce(bar: bar, trigger: trigger), 0.0, bar)
        switch fillRules[fill] {
        case .gap: late = gap
        case .best: (gap, late) = (trigger, trigger)
        case .worst: (gap, late) = (pricing.extremes[bar], pricing.extremes[bar])
        case .next(let latency): (late, filledIn) = pricing.delayed(bar: bar, latency: latency)
        }
        let slipped = pricing.slipped(late, bar: filledIn)
        return exit(
            entry, leverage, prices: (trigger, gap, late, slipped), feeRate: liquidationFee, equity: equity)
    }

    /// An entry that was closed at `last` and ended below zero.
    @inline(__always)
    func closing(_ entry: SweepEntry, _ leverage: Int, last: Int, gain: Double) -> EntryExit {
        let close = pricing.closes[last]
        let prices = (close, close, close, pricing.slipped(close, bar: last))
        return exit(entry, leverage, prices: prices, feeRate: closeFee, equity: 1 + multiples[leverage] * gain)
    }

    @inline(__always)
    private func exit(
        _ entry: SweepEntry, _ leverage: Int, prices: (trigger: Double, gap: Double, late: Double, slipped: Double),
        feeRate: Double, equity: Double
    ) -> EntryExit {
        let (multiple, scale) = (multiples[leverage], entry.gainScale)
        let slipped = 1 + multiple * frame.gross(prices.slipped, scale: scale)
        let fees = frame.openingFee + frame.exitFee(feeRate, at: prices.slipped, scale: scale)
        let stages = (
            price: 1 + multiple * frame.gross(prices.trigger, scale: scale),
            gap: 1 + multiple * frame.gross(prices.gap, scale: scale),
            latency: 1 + multiple * frame.gross(prices.late, scale: scale), slippage: slipped,
            // Without funding the last stage is empty; computing it would leave a rounding error there.
            fees: frame.isFunded ? slipped - multiple * fees : equity, funding: equity
        )
        return EntryExit(equity: equity, causes: ShortfallCauses(stages: stages))
    }
}
