import MarginModel
import PriceSeries
import StressBasics
import StressStatistics

extension PlainKernel {
    /// How a liquidated position ends on a platform that reduces before it takes over.
    ///
    /// A position that is due above the lowest bracket is reduced, at the fill price, to the cap of the next lower one, and
    /// checked again at the same price; only in the lowest bracket is what is left taken over. What survives goes on with
    /// fewer coins and closes at the horizon. A fill some bars later leaves the position as it was until then, and checks go on
    /// in the bar of the fill. Where the fill is known by a law, reductions are filled at its expected price, and the takeover by
    /// the law. O(bars after the first liquidation × brackets).
    func partialExit<Table>(
        _ due: DuePosition, _ position: Position, trees: PassageTrees?
    ) -> EntryExit where Position == LinearPositionOn<Table> {
        if let trees { return searchedExit(due, position, trees) }
        let (checked, entry) = (checkedPrices, due.entry)
        var walk = PartialWalk(position, due.path.carry)
        var nextCheck = due.bar
        for bar in due.bar...due.last {
            if bar > due.bar { advance(&walk.carry, walk.position, entry: entry, to: bar) }
            guard bar >= nextCheck else { continue }
            nextCheck = reduceWhileDue(&walk, at: checked[bar], bar: bar, fill: due.fill)
            if walk.position.quantity == 0 { return walk.exit(closedIn: bar) }
        }
        walk.sell(to: 0, horizonPrices(due.last), feeRate: rules.platform.fees.close)
        return walk.exit(closedIn: nil)
    }

    /// The same, with what is left searched for the next bar in which it is due.
    private func searchedExit<Table>(
        _ due: DuePosition, _ position: Position, _ trees: PassageTrees
    ) -> EntryExit where Position == LinearPositionOn<Table> {
        let (entry, last) = (due.entry, due.last)
        var walk = PartialWalk(position, due.path.carry)
        var bar = due.bar
        while true {
            let nextCheck = reduceWhileDue(&walk, at: checkedPrices[bar], bar: bar, fill: due.fill)
            if walk.position.quantity == 0 { return walk.exit(closedIn: bar) }
            let course = CarryCourse(position: walk.position, entry: entry, base: walk.carry, since: bar)
            let next = firstDue(course, from: nextCheck, through: last, trees)
            walk.carry = carry(course, at: next ?? last, trees)
            guard let next else { break }
            bar = next
        }
        walk.sell(to: 0, horizonPrices(last), feeRate: rules.platform.fees.close)
        return walk.exit(closedIn: nil)
    }

    /// Reduces the position while it is due at `price`; gives the bar in which checks go on.
    private func reduceWhileDue<Table>(
        _ walk: inout PartialWalk<Table>, at price: Double, bar: Int, fill: ResolvedFill
    ) -> Int where Position == LinearPositionOn<Table> {
        let fees = rules.platform.fees
        while walk.position.quantity > 0, isDue(walk.position, at: price, walk.carry) {
            let prices = liquidationPrices(fill, walk.position, bar: bar, walk.carry)
            let target = walk.position.reducedQuantity(at: price, fillPrice: prices.delayed)
            if target == 0, let spread = prices.spread {
                walk.takeOver(prices, spread, pricing, feeRate: fees.close + fees.liquidation, rules.toleranceOfMargin)
            } else {
                walk.sell(to: target, prices, feeRate: fees.close + fees.liquidation)
            }
            if prices.bar > bar { return prices.bar }
        }
        return bar + 1
    }
}

/// A position on its way through partial liquidations, and what each stage of its exits has cost.
private struct PartialWalk<Table: MaintenanceTable> {
    var position: LinearPositionOn<Table>
    var carry: Carry
    private var (gap, latency, slippage, fees) = (0.0, 0.0, 0.0, 0.0)
    /// How it ended, where the last fill is known by a law.
    private var lawful: EntryExit?

    init(_ position: LinearPositionOn<Table>, _ carry: Carry) {
        (self.position, self.carry) = (position, carry)
        fees = position.openingFee
    }

    mutating func sell(to target: Double, _ prices: ExitPrices, feeRate: Double) {
        let sold = position.quantity - target
        let fee = feeRate * sold * abs(prices.slipped)
        gap += position.sign * sold * (prices.trigger - prices.gap)
        latency += position.sign * sold * (prices.gap - prices.delayed)
        slippage += position.sign * sold * (prices.delayed - prices.slipped)
        fees += fee
        position.reduce(to: target, at: prices.slipped, fee: fee)
    }

    /// Closes what is left at a fill that is known by a law.
    mutating func takeOver(
        _ prices: ExitPrices, _ spread: DelaySpread, _ pricing: ExitPricing, feeRate: Double, _ tolerance: Double
    ) {
        let (held, margin) = (position.sign * position.quantity, position.initialMargin)
        let slipped = pricing.slipped(prices.gap, bar: prices.bar)
        let fee = feeRate * position.tradedNotional(at: slipped)
        let base = position.equity(at: LinearPositionOn<Table>.vanishingPrice, carry)
        // Stages run backwards from what is left: each adds what it has cost so far, and what it costs at the anchor.
        var (atAnchor, atNothing) = (position.equity(at: slipped, carry) - fee, base)
        func stage(_ cost: Double, now: Double) -> AffineEquity {
            atAnchor += cost + now
            atNothing += cost
            return AffineEquity(
                atAnchor: atAnchor / margin, base: atNothing / margin, power: LinearPositionOn<Table>.pricePower)
        }
        let final = stage(0, now: 0)
        let afterFees = stage(carry.funding, now: 0)
        let beforeFees = stage(fees, now: fee)
        let delayed = stage(slippage, now: held * (prices.gap - slipped))
        let atOnce = atAnchor + latency
        let exit = DelayedExit(
            atTrigger: (atOnce + gap + held * (prices.trigger - prices.gap)) / margin, atOnce: atOnce / margin,
            delayed: delayed, slipped: beforeFees, afterFees: carry.funding != 0 ? afterFees : nil, final: final)
        lawful = exit.exit(spread, tolerance: tolerance)
        position.reduce(to: 0, at: slipped, fee: fee)
    }

    /// The exit once nothing is held: equity is then the same at every price.
    func exit(closedIn bar: Int?) -> EntryExit {
        var exit = lawful ?? certainExit
        exit.closedBar = bar
        return exit
    }

    private var certainExit: EntryExit {
        let equity = position.equity(at: position.entryPrice, carry)
        let margin = position.initialMargin
        guard equity < 0 else { return EntryExit(equity: equity / margin) }
        let beforeFunding = equity + carry.funding
        let beforeFees = beforeFunding + fees
        let beforeSlippage = beforeFees + slippage
        let beforeDelay = beforeSlippage + latency
        let causes = ShortfallCauses(
            stages: (
                price: (beforeDelay + gap) / margin, gap: beforeDelay / margin, latency: beforeSlippage / margin,
                slippage: beforeFees / margin, fees: beforeFunding / margin, funding: equity / margin
            ))
        return EntryExit(equity: equity / margin, causes: causes)
    }
}
