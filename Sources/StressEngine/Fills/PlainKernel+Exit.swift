import MarginModel
import PriceSeries
import StressBasics
import StressStatistics

/// The prices that an exit goes through, quote currency per coin.
public struct ExitPrices: Hashable, Sendable {
    /// Where equity met the requirement, or the close of the horizon.
    public internal(set) var trigger: Double
    /// What could be had at once.
    public internal(set) var gap: Double
    /// What was had after the delay.
    public internal(set) var delayed: Double
    /// That, less slippage.
    public internal(set) var slipped: Double
    /// The bar in which the exit was filled.
    public internal(set) var bar: Int
    /// Where the fill is known by a law: what it may be, around the price that could be had at once. The delayed price is then the
    /// expected one.
    public internal(set) var spread: DelaySpread?
}

extension PlainKernel {
    /// How a held position ends: closed by `fill` after a liquidation, or at the close of `last`. Faster with trees where what is left of
    /// a position goes on after a first liquidation.
    ///
    /// - Parameter isBrief: whether what a shortfall is made of may be left out where the fill is known by a law.
    @_specialize(where Position == LinearPosition)
    @_specialize(where Position == InversePosition)
    @_specialize(where Position == BorrowedCashPosition)
    @_specialize(where Position == BorrowedCoinPosition)
    @_specialize(where Position == SpotPosition)
    func exit(
        _ path: EntryPath, entry: Int, last: Int, fill: ResolvedFill, trees: PassageTrees? = nil, isBrief: Bool = false
    ) -> EntryExit {
        guard let bar = path.liquidationBar else {
            return settle(position(entry: entry), horizonPrices(last), feeRate: rules.platform.fees.close, path.carry)
        }
        let due = DuePosition(path: path, bar: bar, entry: entry, last: last, fill: fill, isBrief: isBrief)
        return Position.liquidation(of: due, position(entry: entry), kernel: self, trees: trees)
    }

    /// How a position ends that is due and taken over whole.
    func takeover(_ due: DuePosition, _ position: Position) -> EntryExit {
        let (fees, carry) = (rules.platform.fees, due.path.carry)
        let prices = exitPrices(
            due.fill, level: position.triggerPrice(carry), bar: due.bar, expected: !due.isBrief)
        let (feeRate, tolerance) = (fees.close + fees.liquidation, rules.toleranceOfMargin)
        var exit =
            prices.spread.map {
                due.isBrief
                    ? delayedEquity(position, prices, feeRate: feeRate, carry).exit($0, tolerance: tolerance)
                    : delayedExit(position, prices, feeRate: feeRate, carry)
                        .exit($0, tolerance: tolerance)
            } ?? settle(position, prices, feeRate: feeRate, carry)
        exit.closedBar = due.bar
        return exit
    }

    /// The stages of an exit whose fill is known by a law.
    func delayedExit(_ position: Position, _ prices: ExitPrices, feeRate: Double, _ carry: Carry) -> DelayedExit {
        let margin = position.initialMargin
        let slipped = pricing.slipped(prices.gap, bar: prices.bar)
        // Equity at a price with nothing paid yet, not even the opening fee.
        func gross(_ price: Double) -> Double { (position.equity(at: price, .none) + position.openingFee) / margin }
        func straight(_ atAnchor: Double, base: Double) -> AffineEquity {
            AffineEquity(atAnchor: atAnchor, base: base, power: Position.pricePower)
        }
        let exitFee = feeRate * position.tradedNotional(at: slipped)
        let base = gross(Position.vanishingPrice)
        let costs = (position.openingFee + exitFee) / margin
        return DelayedExit(
            atTrigger: gross(prices.trigger), atOnce: gross(prices.gap),
            delayed: straight(gross(prices.gap), base: base),
            slipped: straight(gross(slipped), base: base),
            afterFees: Self.hasCosts(carry)
                ? straight(gross(slipped) - costs, base: base - position.openingFee / margin) : nil,
            final: final(position, slipped, feeRate: feeRate, carry))
    }

    /// What an exit whose fill is known by a law leaves at last.
    func delayedEquity(_ position: Position, _ prices: ExitPrices, feeRate: Double, _ carry: Carry) -> AffineEquity {
        final(position, pricing.slipped(prices.gap, bar: prices.bar), feeRate: feeRate, carry)
    }

    private func final(_ position: Position, _ slipped: Double, feeRate: Double, _ carry: Carry) -> AffineEquity {
        let margin = position.initialMargin
        let exitFee = feeRate * position.tradedNotional(at: slipped)
        return AffineEquity(
            atAnchor: (position.equity(at: slipped, carry) - exitFee) / margin,
            base: position.equity(at: Position.vanishingPrice, carry) / margin, power: Position.pricePower)
    }

    /// Whether anything was paid since entry.
    private static func hasCosts(_ carry: Carry) -> Bool { carry.funding != 0 || Position.bearsInterest }

    /// What is left of a position that is closed at known prices.
    func settle(_ position: Position, _ prices: ExitPrices, feeRate: Double, _ carry: Carry) -> EntryExit {
        let exitFee = feeRate * position.tradedNotional(at: prices.slipped)
        let equity = position.equity(at: prices.slipped, carry) - exitFee
        let margin = position.initialMargin
        guard equity < 0, equity.isFinite else { return EntryExit(equity: equity / margin) }
        // Equity at a price with nothing paid yet, not even the opening fee.
        func gross(_ price: Double) -> Double { (position.equity(at: price, .none) + position.openingFee) / margin }
        let slipped = gross(prices.slipped)
        // Without a carry the last stage is empty; computing it would leave a rounding error there.
        let afterFees = Self.hasCosts(carry) ? slipped - (position.openingFee + exitFee) / margin : equity / margin
        let causes = ShortfallCauses(
            stages: (
                price: gross(prices.trigger), gap: gross(prices.gap), latency: gross(prices.delayed), slippage: slipped,
                fees: afterFees, funding: equity / margin
            ))
        return EntryExit(equity: equity / margin, causes: causes)
    }

    /// The prices of a position that is held to the horizon.
    func horizonPrices(_ last: Int) -> ExitPrices { pricing.horizonPrices(last) }

    /// The prices of a liquidation that is due in `bar`.
    func liquidationPrices(_ fill: ResolvedFill, _ position: Position, bar: Int, _ carry: Carry) -> ExitPrices {
        exitPrices(fill, level: position.triggerPrice(carry), bar: bar)
    }

    /// The prices of an exit that is due in `bar` when a price reaches `level`: see ``ExitPricing/prices(_:level:bar:expected:)``.
    func exitPrices(_ fill: ResolvedFill, level: Double, bar: Int, expected: Bool = true) -> ExitPrices {
        pricing.prices(fill, level: level, bar: bar, expected: expected)
    }
}

/// The prices of exits: the same for every contract, and so not compiled for each.
extension ExitPricing {
    func horizonPrices(_ last: Int) -> ExitPrices {
        let close = closes[last]
        let slipped = slipped(close, bar: last)
        return ExitPrices(trigger: close, gap: close, delayed: close, slipped: slipped, bar: last)
    }

    /// Of an exit that is due in `bar` when a price reaches `level`.
    ///
    /// - Parameter expected: whether the expected price is asked for where the fill is known by a law; without, what could be had at once
    ///   stands in its place.
    func prices(_ fill: ResolvedFill, level: Double, bar: Int, expected: Bool) -> ExitPrices {
        let stages = stages(fill, bar: bar, trigger: level)
        let delayed = expected ? stages.delayed * (stages.spread?.mean(power: 1) ?? 1) : stages.delayed
        return ExitPrices(
            trigger: level, gap: stages.gap, delayed: delayed, slipped: slipped(delayed, bar: stages.bar),
            bar: stages.bar, spread: stages.spread)
    }
}
