import MarginModel
import StressStatistics

/// How a position ends.
extension BehaviourWalk {
    /// Equity that has lost more than half of the margin is below this, in parts of the margin paid in.
    static var half: Double { 0.5 }

    /// Closes what stands at the prices of an exit; the closing bar is that of its cause.
    func finish(
        _ state: inout BehaviourState<Position>, _ prices: ExitPrices, feeRate: Double,
        _ cause: Closing, _ bar: Int
    ) {
        state.ending = BehaviourEnding(prices: prices, feeRate: feeRate, cause: cause, bar: bar)
        state.ending?.isPastStop = cause == .stopped || cause == .trailed
        state.note(.closed, prices.bar, level: prices.trigger, price: prices.slipped, cause)
    }

    /// The platform closes it, whole or step by step.
    func liquidate(_ state: inout BehaviourState<Position>, _ bar: Int) {
        let prices = liquidationPrices(state.position, bar, state.carry)
        if rules.isPartial {
            state.ending = BehaviourEnding(
                prices: prices, feeRate: rules.liquidationFee, cause: .liquidated, bar: bar, isStepwise: true)
            state.note(.closed, bar, level: state.position.triggerPrice(state.carry), price: closes[bar], .liquidated)
        } else {
            finish(&state, prices, feeRate: rules.liquidationFee, .liquidated, bar)
        }
        // A stop that stands beyond the trigger, or that was not reached where other prices trigger, was not to have its turn.
        guard rules.hasStop else { return }
        let isPastStop = stopLevel(state, bar).map { sign * ($0.price - prices.trigger) > 0 } ?? false
        state.ending?.isPastStop = isPastStop
    }

    /// How the platform closes a position that carries nothing whole in a bar, where no stop order stands: as ``liquidate(_:_:)`` does,
    /// without a state that is passed on.
    @inline(__always)
    func ending(_ position: Position, dueIn bar: Int) -> BehaviourEnding {
        BehaviourEnding(
            prices: liquidationPrices(position, bar), feeRate: rules.liquidationFee, cause: .liquidated, bar: bar)
    }

    func liquidationPrices(_ position: Position, _ bar: Int, _ carry: Carry = .none) -> ExitPrices {
        kernel.exitPrices(rules.fill, level: position.triggerPrice(carry), bar: bar, expected: !isBrief)
    }

    /// What is left at the end of a window, at which a position is closed that still stands.
    func horizonEnding(_ bar: Int) -> BehaviourEnding {
        BehaviourEnding(prices: kernel.horizonPrices(bar), feeRate: rules.closeFee, cause: .horizon, bar: bar)
    }

    /// What became of a position that has ended.
    func outcome(of state: BehaviourState<Position>) -> BehaviourOutcome {
        guard let ending = state.ending else { preconditionFailure("a position ends at its horizon at last") }
        return outcome(of: state, ending)
    }

    /// What would become of a position that ended so.
    func outcome(of state: BehaviourState<Position>, _ ending: BehaviourEnding) -> BehaviourOutcome {
        let paidIn = (state.position.initialMargin + state.released) / state.wholeMargin
        let account = state.account
        if ending.isStepwise { return stepwise(state, account, ending, paidIn: paidIn) }
        return outcome(account, state.carry, ending, paidIn: paidIn)
    }

    /// What an ending leaves of an account that carries nothing, as tallies take it: the same bits as of
    /// ``outcome(_:_:_:paidIn:)``, without what a shortfall is made of.
    func end(_ account: Position, _ ending: BehaviourEnding) -> EndedEntry {
        let prices = ending.prices
        let exit: EntryExit
        let lostHalf: EventCount
        if let spread = prices.spread {
            let final = kernel.delayedEquity(account, prices, feeRate: ending.feeRate, .none)
            let bounds = bounds(final, prices)
            // Where it is known what every fill leaves, no probability is asked for.
            exit =
                bounds.least > 0
                ? EntryExit(equity: final.mean(spread), spread: ShortfallSpread())
                : final.exit(spread, tolerance: tolerance)
            lostHalf =
                bounds.most < Self.half
                ? .one : bounds.least > Self.half ? .zero : self.lostHalf(final, spread, exit)
        } else {
            exit = kernel.settle(account, prices, feeRate: ending.feeRate, .none)
            lostHalf = exit.equity < Self.half ? .one : .zero
        }
        return EndedEntry(
            exit, ending.cause, lostHalf: lostHalf, closedBar: ending.cause == .horizon ? nil : ending.bar,
            liquidationBar: ending.cause == .liquidated ? ending.bar : nil, filledBar: prices.bar,
            isPastStop: ending.isPastStop, tolerance: tolerance)
    }

    /// What the worst and the best price of the bar in which it is filled would leave, by more than rounding apart; of equity that is not straight
    /// in the price unknown.
    @inline(__always)
    private func bounds(_ final: AffineEquity, _ prices: ExitPrices) -> (least: Double, most: Double) {
        guard Position.pricePower == 1 else { return (-.infinity, .infinity) }
        let (low, high) = (kernel.pricing.lows[prices.bar] / prices.gap, kernel.pricing.highs[prices.bar] / prices.gap)
        let ends = (final.base + final.slope * low, final.base + final.slope * high)
        let rounding = 1e-9 * (1 + abs(final.base) + abs(final.slope) * high)
        return (min(ends.0, ends.1) - rounding, max(ends.0, ends.1) + rounding)
    }

    /// How much of what a law leaves lost more than half: never less than what ended below zero, however either is rounded.
    private func lostHalf(_ final: AffineEquity, _ spread: DelaySpread, _ exit: EntryExit) -> EventCount {
        let negative = exit.negative(tolerance: tolerance)
        guard negative < .one else { return .one }
        return max(EventCount(probability: final.below(-Self.half, spread)?.probability ?? 0), negative)
    }

    /// What an ending leaves of an account.
    func outcome(
        _ account: Position, _ carry: Carry, _ ending: BehaviourEnding, paidIn: Double
    ) -> BehaviourOutcome {
        let (prices, feeRate) = (ending.prices, ending.feeRate)
        var exit: EntryExit
        let lostHalf: EventCount
        if let spread = prices.spread, isBrief {
            let final = kernel.delayedEquity(account, prices, feeRate: feeRate, carry)
            exit = final.exit(spread, tolerance: tolerance)
            lostHalf = self.lostHalf(final, spread, exit)
        } else if let spread = prices.spread {
            let delayed = kernel.delayedExit(account, prices, feeRate: feeRate, carry)
            exit = delayed.exit(
                spread, tolerance: tolerance)
            lostHalf = self.lostHalf(delayed.final, spread, exit)
        } else {
            exit = kernel.settle(account, prices, feeRate: feeRate, carry)
            lostHalf = exit.equity < Self.half ? .one : .zero
        }
        exit.closedBar = ending.cause == .horizon ? nil : ending.bar
        return BehaviourOutcome(exit, ending, lostHalf: lostHalf, paidIn: paidIn, filledBar: prices.bar)
    }

    private func stepwise(
        _ state: BehaviourState<Position>, _ account: Position, _ ending: BehaviourEnding, paidIn: Double
    ) -> BehaviourOutcome {
        let path = EntryPath(liquidationBar: ending.bar, unprotectedBar: nil, carry: state.carry)
        let due = DuePosition(path: path, bar: ending.bar, entry: state.entry, last: state.last, fill: rules.fill)
        let exit = Position.liquidation(of: due, account, kernel: kernel, trees: trees?.passages)
        return BehaviourOutcome(
            exit, ending, lostHalf: exit.equity < Self.half ? .one : .zero, paidIn: paidIn,
            filledBar: exit.closedBar ?? state.last)
    }
}

extension BehaviourOutcome {
    init(_ exit: EntryExit, _ ending: BehaviourEnding, lostHalf: EventCount, paidIn: Double, filledBar: Int) {
        (self.exit, self.lostHalf, self.paidIn, self.filledBar) = (exit, lostHalf, paidIn, filledBar)
        (cause, isPastStop) = (ending.cause, ending.isPastStop)
        liquidationBar = ending.cause == .liquidated ? ending.bar : nil
    }
}
