import MarginModel
import StressBasics
import StressStatistics

/// What the plain kernel would say of an exit, in the sweep's terms: gains of the entry value instead of prices.
extension SweepTask {
    /// An entry that was liquidated in `bar` and ended below zero with `equity`, in parts of the margin.
    @inline(__always)
    func liquidated(_ entry: SweepEntry, _ leverage: Int, _ fill: Int, bar: Int, equity: Double) -> EntryExit {
        let trigger = frame.triggerPrice(level: levels[leverage] * entry.scale + entry.offset, bar: bar)
        let stages = pricing.stages(fillRules[fill], bar: bar, trigger: trigger)
        let slipped = pricing.slipped(stages.delayed, bar: stages.bar)
        return exit(
            entry, leverage, prices: (trigger, stages.gap, stages.delayed, slipped), feeRate: liquidationFee,
            equity: equity)
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
    /// Whether what is left of a liquidation at a record depends on chance.
    @inline(__always)
    func hasSpread(_ entry: SweepEntry, _ leverage: Int, _ fill: Int, _ position: Int) -> Bool {
        guard let law = laws[fill]?.law, law.scalePerRange * ranges[position] > DelaySpread.leastScale else {
            return false
        }
        let bar = Int(records.bars[position])
        // An open of zero or less in a bar of positive prices is kept where the study keeps such prices.
        if pricing.opens[bar] > 0 { return true }
        let trigger = frame.triggerPrice(level: levels[leverage] * entry.scale + entry.offset, bar: bar)
        return pricing.anchor(bar: bar, trigger: trigger) > 0
    }

    /// The quick forms of a law around an anchor in `bar`; nil where they do not hold, as where the anchor lies outside the bar.
    @inline(__always)
    private func anchored(_ law: SweepLaw, bar: Int, range: Double, anchor: Double) -> AnchoredLaw? {
        let (low, high) = (pricing.lows[bar], pricing.highs[bar])
        guard range > 0, low <= anchor, anchor <= high, let rate = law.rate(range: range) else { return nil }
        return AnchoredLaw(law, rate: rate, anchor: anchor, low: low, high: high, isInverse: frame.isInverse)
    }

    /// The expected gain of a liquidation in `bar`: that of a fill at one price, because gains are straight in the price or in what
    /// the notional is worth at it.
    @inline(__always)
    func delayedGain(_ law: SweepLaw, bar: Int, range: Double, level: Double) -> (gain: Double, law: AnchoredLaw?) {
        let trigger = frame.triggerPrice(level: level, bar: bar)
        let anchor = pricing.anchor(bar: bar, trigger: trigger)
        let found = anchored(law, bar: bar, range: range, anchor: anchor)
        var price = anchor
        if let found {
            price = frame.isInverse ? anchor / found.mean : anchor * found.mean
        } else {
            let exact = pricing.fill(law.law, bar: bar, trigger: trigger)
            price = exact.anchor
            if let spread = exact.spread {
                price *= frame.isInverse ? 1 / spread.mean(power: -1) : spread.mean(power: 1)
            }
        }
        return (frame.gain(at: pricing.slipped(price, bar: bar), feeRate: liquidationFee, bar: bar), found)
    }

    /// A liquidation at a record, by a fill that is known by a law.
    private struct Delayed {
        let entry: SweepEntry
        let (leverage, fill): (Int, Int)
        /// The shortest horizon within which it happens.
        let horizon: Int
        let bar: Int
        /// Bar lengths from the entry to it.
        let bars: Int
        let trigger: Double
        /// The price that could be had at once.
        let anchor: Double
    }

    /// Adds what is below zero of an entry that was liquidated at a record at a fill that is known by a law.
    ///
    /// - Parameter place: that of the suspect in the list.
    @inline(__always)
    func addDelayed(
        _ entry: SweepEntry, suspect place: Int, _ fill: Int, _ position: Int, after bars: Int
    ) {
        guard let law = laws[fill] else { return }
        let due = delayed(entry, suspects[place], fill, bar: Int(records.bars[position]), after: bars)
        let final = final(due)
        let known = suspects[place].lawOf == fill ? suspectLaws[place] : nil
        guard let quick = known ?? anchored(law, bar: due.bar, range: ranges[position], anchor: due.anchor),
            let found = quick.below(final, tolerance: tolerances[due.leverage])
        else { return addExactly(due, law.law, final) }
        guard let below = found else { return }
        add(due, law.law, quick, below, final)
    }

    @inline(__always)
    private func delayed(
        _ entry: SweepEntry, _ suspect: Suspect, _ fill: Int, bar: Int, after bars: Int
    ) -> Delayed {
        let leverage = suspect.leverage
        let trigger = frame.triggerPrice(level: levels[leverage] * entry.scale + entry.offset, bar: bar)
        return Delayed(
            entry: entry, leverage: leverage, fill: fill, horizon: suspect.horizon, bar: bar, bars: bars,
            trigger: trigger, anchor: pricing.anchor(bar: bar, trigger: trigger))
    }

    /// Adds what the quick forms leave below zero.
    @inline(__always)
    private func add(
        _ due: Delayed, _ law: DelayLaw, _ quick: AnchoredLaw, _ below: AnchoredLaw.Below, _ final: AffineEquity
    ) {
        let negative = EventCount(probability: below.probability)
        guard negative > 0 else { return }
        if isBrief {
            return sums.addNegative(due.fill, due.leverage, from: due.horizon, due.entry, negative, after: due.bars)
        }
        guard let causes = stages(due, final).causes(quick, below) else {
            return addExactly(due, law, final, as: negative)
        }
        let spread = quick.spread(negative, below, final)
        sums.addNegative(due.fill, due.leverage, from: due.horizon, due.entry, spread, causes, after: due.bars)
    }

    /// - Parameter quickly: what lies below zero by the quick forms, where those know it: whoever asks for no more counts that.
    @inline(never)
    private func addExactly(_ due: Delayed, _ law: DelayLaw, _ final: AffineEquity, as quickly: EventCount? = nil) {
        guard let around = pricing.fill(law, bar: due.bar, trigger: due.trigger).spread else { return }
        let exit = stages(due, final).exit(around, tolerance: tolerances[due.leverage])
        guard var spread = exit.spread, spread.negative > 0 else { return }
        if let quickly { spread.negative = quickly }
        sums.addNegative(due.fill, due.leverage, from: due.horizon, due.entry, spread, exit.causes, after: due.bars)
    }

    /// The stages of an exit whose fill lies around an anchor.
    @inline(__always)
    private func stages(_ due: Delayed, _ final: AffineEquity) -> DelayedExit {
        let (entry, leverage, nothing) = (due.entry, due.leverage, priceOfNothing)
        let slipped = pricing.slipped(due.anchor, bar: due.bar)
        let fees =
            multiples[leverage]
            * (frame.openingFee + frame.exitFee(liquidationFee, at: slipped, scale: entry.gainScale))
        let (atAnchor, atNothing) = (gross(entry, leverage, at: due.anchor), gross(entry, leverage, at: nothing))
        let atSlipped = gross(entry, leverage, at: slipped)
        let afterFees = straight(atSlipped - fees, base: atNothing - multiples[leverage] * frame.openingFee)
        return DelayedExit(
            atTrigger: gross(entry, leverage, at: due.trigger), atOnce: atAnchor,
            delayed: straight(atAnchor, base: atNothing), slipped: straight(atSlipped, base: atNothing),
            afterFees: frame.isFunded ? afterFees : nil, final: final)
    }

    /// The last of them: what is left after all.
    @inline(__always)
    private func final(_ due: Delayed) -> AffineEquity {
        let slipped = pricing.slipped(due.anchor, bar: due.bar)
        return straight(left(due, at: slipped), base: left(due, at: priceOfNothing))
    }

    /// The price at which the notional is worth nothing.
    @inline(__always)
    private var priceOfNothing: Double { frame.isInverse ? .infinity : 0 }

    /// Equity at a price without any cost, in parts of the margin.
    @inline(__always)
    private func gross(_ entry: SweepEntry, _ leverage: Int, at price: Double) -> Double {
        1 + multiples[leverage] * frame.gross(price, scale: entry.gainScale)
    }

    /// What a liquidation leaves at a price, in parts of the margin.
    @inline(__always)
    private func left(_ due: Delayed, at price: Double) -> Double {
        let gain = frame.gain(at: price, feeRate: liquidationFee, bar: due.bar)
        return 1 + multiples[due.leverage] * (gain * due.entry.gainScale + due.entry.gainBase)
    }

    @inline(__always)
    private func straight(_ atAnchor: Double, base: Double) -> AffineEquity {
        AffineEquity(atAnchor: atAnchor, base: base, power: frame.isInverse ? -1 : 1)
    }
}

extension DelayedExit {
    /// What a shortfall is made of of which the quick forms leave a part below zero; nil where they do not hold.
    @inline(__always)
    fileprivate func causes(_ law: AnchoredLaw, _ below: AnchoredLaw.Below) -> ShortfallCauses? {
        guard let delayed = law.expectedShortfall(delayed),
            let slipped = self.slipped == self.delayed ? delayed : law.expectedShortfall(slipped)
        else { return nil }
        var fees = below.shortfall
        if let afterFees {
            guard let found = law.expectedShortfall(afterFees) else { return nil }
            fees = found
        }
        return ShortfallCauses(
            stages: (
                price: atTrigger, gap: atOnce, latency: -delayed, slippage: -slipped, fees: -fees,
                funding: -below.shortfall
            ))
    }
}
