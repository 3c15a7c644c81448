import MarginModel
import StressBasics

/// Bringing legs back to their shares.
extension AccountWalk {
    /// Finds the next moment at which legs are brought back; several that are due at one moment count once.
    func scheduleRebalance(_ state: inout AccountState, entry: Int) {
        guard let every = rules.rebalance?.milliseconds else { return }
        let (span, overflows) = every.multipliedReportingOverflow(by: state.rebalances)
        let (time, isBeyond) = times[entry].addingReportingOverflow(span)
        guard !overflows, !isBeyond, let end = times.last, time <= end else {
            state.rebalanceMoment = Int.max
            return
        }
        var (low, high) = (max(entry + 1, state.moment), times.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] >= time { high = middle } else { low = middle + 1 }
        }
        state.rebalanceMoment = low
    }

    /// Brings the open legs' notionals at the closes back to their shares of what they add up to.
    func rebalance(_ state: inout AccountState, entry: Int) {
        let moment = state.moment
        let open = state.positions.indices.filter { state.isOpen[$0] }
        let notionals = open.map { state.positions[$0].tradedNotional(at: lanes[$0].closes[moment]) }
        let (total, shares) = (notionals.reduce(0, +), open.reduce(0) { $0 + rules.legs[$1].share })
        for place in open {
            let close = lanes[place].closes[moment]
            // What is worth nothing cannot be bought or sold.
            guard close > 0 else { continue }
            trade(&state, place, to: total * rules.legs[place].share / shares / close, at: close)
        }
        if let every = rules.rebalance?.milliseconds {
            state.rebalances = (times[moment] - times[entry]) / every + 1
        }
        scheduleRebalance(&state, entry: entry)
    }

    /// Buys or sells to a number of coins: dearer and cheaper by the slippage.
    private func trade(_ state: inout AccountState, _ place: Int, to quantity: Double, at close: Double) {
        let (held, fees) = (state.positions[place].quantity, rules.platform.fees)
        let sold = rules.legs[place].pricing.slipped(close, bar: Int(lanes[place].bar[state.moment]))
        guard quantity > held else {
            let fee = fees.close * (held - quantity) * sold
            return state.positions[place].reduce(to: quantity, at: sold, fee: fee)
        }
        let bought = 2 * close - sold
        var added = terms[place]
        added.notional = (quantity - held) * bought
        guard added.notional > 0 else { return }
        var position = LinearPosition(added, entryPrice: bought)
        // What is added is paid for by the account.
        position.credit(-position.initialMargin, margin: -position.initialMargin, .none)
        state.positions[place].join(position, state.carries[place])
    }
}
