import MarginModel
import StressStatistics

/// How a position ends, and whether a new one follows.
extension BehaviourWalk {
    /// Equity that has lost more than half of the margin is below this, in parts of the margin paid in.
    private static var half: Double { 0.5 }

    /// Closes what stands at the prices of an exit; the closing bar is that of its cause.
    func finish(
        _ state: inout BehaviourState<Position>, _ prices: ExitPrices, feeRate: Double,
        _ cause: Closing, _ bar: Int
    ) {
        let account = state.account
        var exit: EntryExit
        let lostHalf: EventCount
        if let spread = prices.spread {
            let delayed = kernel.delayedExit(account, prices, feeRate: feeRate, state.carry)
            exit = delayed.exit(
                spread, tolerance: kernel.rules.toleranceOfMargin, phase: kernel.pricing.phase(entry: state.entry))
            lostHalf = EventCount(probability: delayed.final.below(-Self.half, spread)?.probability ?? 0)
        } else {
            exit = kernel.settle(account, prices, feeRate: feeRate, state.carry)
            lostHalf = exit.equity < Self.half ? .one : .zero
        }
        exit.closedBar = cause == .horizon ? nil : bar
        end(&state, exit, lostHalf, cause, bar, filled: prices.bar)
        state.note(.closed, prices.bar, level: prices.trigger, price: prices.slipped, cause)
    }

    /// The platform closes it, whole or step by step.
    func liquidate(_ state: inout BehaviourState<Position>, _ bar: Int) {
        let fill = rules.fill
        guard rules.isPartial else {
            let prices = kernel.liquidationPrices(fill, state.position, bar: bar, state.carry)
            return finish(&state, prices, feeRate: rules.liquidationFee, .liquidated, bar)
        }
        let path = EntryPath(liquidationBar: bar, unprotectedBar: nil, carry: state.carry)
        let due = DuePosition(path: path, bar: bar, entry: state.entry, last: state.last, fill: fill)
        let exit = Position.liquidation(of: due, state.account, kernel: kernel, trees: trees?.passages)
        end(
            &state, exit, exit.equity < Self.half ? .one : .zero, .liquidated, bar, filled: exit.closedBar ?? state.last
        )
        state.note(.closed, bar, level: state.position.triggerPrice(state.carry), price: closes[bar], .liquidated)
    }

    private func end(
        _ state: inout BehaviourState<Position>, _ exit: EntryExit, _ lostHalf: EventCount,
        _ cause: Closing, _ bar: Int, filled: Int
    ) {
        state.outcome = BehaviourOutcome(
            exit: exit, cause: cause, liquidationBar: cause == .liquidated ? bar : nil, lostHalf: lostHalf,
            paidIn: (state.position.initialMargin + state.released) / state.wholeMargin, filledBar: filled)
    }
}
