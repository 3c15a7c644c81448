import MarginModel
import StressStatistics

/// What is done at the close of a bar.
///
/// The holding time ends at the close of the last bar of a whole window, before anybody panics. That of a cut one goes on there, unseen: who
/// panics at that close sells as at any other, and what became of the entry is known.
extension BehaviourWalk {
    func tradeAtClose(_ state: inout BehaviourState<Position>, _ bar: Int) {
        let isLast = bar == state.last
        if isLast, !state.isCut { return stand(&state, bar) }
        let close = closes[bar]
        // In favour of the position by at least nothing: a new best close.
        if sign * (close - state.best) > 0 { state.best = close }
        if rules.panic.isFinite, state.best > 0, sign * (close / state.best - 1) <= -rules.panic {
            return finish(&state, kernel.horizonPrices(bar), feeRate: rules.closeFee, .panicked, bar)
        }
        // Where a window is cut, what leaves the position standing is not seen to matter.
        if isLast { return stand(&state, bar) }
        if state.bought < rules.instalments { buy(&state, bar) }
        if state.paid < rules.topUps, state.dueTopUp == nil, let topUp = rules.behaviour.topUp,
            isCalled(state.position, at: close, times: topUp.at, state.carry)
        {
            state.dueTopUp = bar + topUp.latency
            state.note(.call, bar, level: close, price: close)
        }
    }

    /// Ends a position that still stands at the end of what is seen of its window.
    private func stand(_ state: inout BehaviourState<Position>, _ bar: Int) {
        finish(&state, kernel.horizonPrices(bar), feeRate: rules.closeFee, .horizon, bar)
    }

    /// Whether equity is at most so many times the requirement.
    func isCalled(_ position: Position, at price: Double, times: Double, _ carry: Carry) -> Bool {
        position.equity(at: price, carry) <= times * position.requirement(at: price, carry)
    }

    /// Pays in what the platform called for.
    func payIn(_ state: inout BehaviourState<Position>, _ bar: Int) {
        state.dueTopUp = nil
        guard let topUp = rules.behaviour.topUp else { return }
        state.paid += 1
        state.position.credit(
            topUp.add * state.wholeMargin, margin: topUp.add * state.wholeMargin, state.carry)
        state.note(.topUp, bar, level: opens[bar], price: opens[bar])
    }

    /// Instalments that have become due by a bar, the first among them.
    func due(entry: Int, by bar: Int) -> Int {
        let passed = times[bar] - times[entry]
        return min(rules.instalments, 1 + Int(clamping: passed / max(1, rules.instalmentStep)))
    }

    /// Buys the instalments that are due; at a price that cannot be bought at they wait.
    private func buy(_ state: inout BehaviourState<Position>, _ bar: Int) {
        let due = due(entry: state.entry, by: bar)
        guard due > state.bought, closes[bar] > 0 else { return }
        let part = Double(due - state.bought) / Double(rules.instalments)
        state.position.join(bought(bar, part: part), state.carry)
        state.bought = due
        state.note(.instalment, bar, level: closes[bar], price: closes[bar])
    }
}
