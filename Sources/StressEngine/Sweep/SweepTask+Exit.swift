import MarginModel
import StressBasics
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
        case .delay(let law):
            gap = pricing.fill(law, bar: bar, trigger: trigger).anchor
            late = gap
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

// MARK: Fills that are known by a law

extension SweepTask {
    /// Where the law of a fill rule leaves a fill in `bar`; nil for other rules.
    @inline(__always)
    private func lawfulFill(
        _ entry: SweepEntry, _ leverage: Int, _ fill: Int, bar: Int
    ) -> (trigger: Double, fill: DelayedFill)? {
        guard let law = fillRules[fill].law else { return nil }
        let trigger = frame.triggerPrice(level: levels[leverage] * entry.scale + entry.offset, bar: bar)
        return (trigger, pricing.fill(law, bar: bar, trigger: trigger))
    }

    /// Whether what is left depends on chance.
    @inline(__always)
    func hasSpread(_ entry: SweepEntry, _ leverage: Int, _ fill: Int, bar: Int) -> Bool {
        lawfulFill(entry, leverage, fill, bar: bar)?.fill.spread != nil
    }

    /// The expected gain of a liquidation in `bar`: that of a fill at one price, because gains are straight in the price or in what
    /// the notional is worth at it.
    @inline(__always)
    func delayedGain(_ law: DelayLaw, bar: Int, level: Double) -> Double {
        let found = pricing.fill(law, bar: bar, trigger: frame.triggerPrice(level: level, bar: bar))
        var price = pricing.slipped(found.anchor, bar: bar)
        if let spread = found.spread {
            price *= frame.isInverse ? 1 / spread.mean(power: -1) : spread.mean(power: 1)
        }
        return frame.gain(at: price, feeRate: liquidationFee, bar: bar)
    }

    /// An entry that was liquidated in `bar` at a fill that is known by a law; nil where it is certain.
    func delayed(_ entry: SweepEntry, _ leverage: Int, _ fill: Int, bar: Int) -> EntryExit? {
        guard let (trigger, found) = lawfulFill(entry, leverage, fill, bar: bar), let spread = found.spread else {
            return nil
        }
        let (multiple, scale) = (multiples[leverage], entry.gainScale)
        let (anchor, nothing) = (found.anchor, frame.isInverse ? Double.infinity : 0)
        let slipped = pricing.slipped(anchor, bar: bar)
        func gross(_ price: Double) -> Double { 1 + multiple * frame.gross(price, scale: scale) }
        func final(_ price: Double) -> Double {
            1 + multiple * (frame.gain(at: price, feeRate: liquidationFee, bar: bar) * scale + entry.gainBase)
        }
        func straight(_ atAnchor: Double, base: Double) -> AffineEquity {
            AffineEquity(atAnchor: atAnchor, base: base, power: frame.isInverse ? -1 : 1)
        }
        let exitFee = frame.exitFee(liquidationFee, at: slipped, scale: scale)
        let exit = DelayedExit(
            atTrigger: gross(trigger), atOnce: gross(anchor), delayed: straight(gross(anchor), base: gross(nothing)),
            slipped: straight(gross(slipped), base: gross(nothing)),
            afterFees: straight(
                gross(slipped) - multiple * (frame.openingFee + exitFee),
                base: gross(nothing) - multiple * frame.openingFee),
            final: straight(final(slipped), base: final(nothing)))
        return exit.exit(spread, tolerance: tolerances[leverage])
    }
}
