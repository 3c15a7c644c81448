import MarginModel
import StressStatistics
import StudyPlan

/// Exits and liquidation inside a bar.
///
/// What the open is already through comes first: liquidation, then stops, then limit orders. Of the levels that the range reaches, those
/// against the position come before those in its favour unless the behaviour says otherwise, the one nearer to the open first; of equal
/// ones liquidation, then the fixed stop.
extension BehaviourWalk {
    struct Level {
        let price: Double
        let cause: Closing
    }

    func tradeInside(_ state: inout BehaviourState<Position>, _ bar: Int) {
        guard rules.hasStop || state.nextExit < rules.exits.count else {
            if rules.liquidates, isDue(state, bar) { liquidate(&state, bar) }
            return
        }
        let open = opens[bar]
        if let due = liquidationLevel(state, bar), isAgainst(open, due.price) { return close(&state, at: due, bar) }
        if let stop = stopLevel(state, bar), isAgainst(open, stop.price) { return close(&state, at: stop, bar) }
        takeProfits(&state, bar) { sign * (open - $0) >= 0 }
        if rules.isFavourableFirst { takeProfits(&state, bar, isReached: { isInFavour(bar, $0) }) }
        if state.ending == nil, let level = adverseLevel(state, bar) { close(&state, at: level, bar) }
        takeProfits(&state, bar) { isInFavour(bar, $0) }
        if state.ending == nil, let due = liquidationLevelAtClose(state, bar) { close(&state, at: due, bar) }
    }

    private func isAgainst(_ price: Double, _ level: Double) -> Bool { sign * (price - level) <= 0 }

    private func isInFavour(_ bar: Int, _ level: Double) -> Bool {
        sign * (favourable[bar] - level) >= 0 || sign * (opens[bar] - level) >= 0
    }

    /// Where the platform closes the position inside the bar; nil when it does not.
    private func liquidationLevel(_ state: BehaviourState<Position>, _ bar: Int) -> Level? {
        guard rules.liquidates, !rules.triggersAtClose else { return nil }
        return level(ifDue: state, bar)
    }

    /// Where a platform that looks at closes closes it; nil when it does not.
    private func liquidationLevelAtClose(_ state: BehaviourState<Position>, _ bar: Int) -> Level? {
        guard rules.liquidates, rules.triggersAtClose else { return nil }
        return level(ifDue: state, bar)
    }

    private func level(ifDue state: BehaviourState<Position>, _ bar: Int) -> Level? {
        guard isDue(state, bar) else { return nil }
        return Level(price: state.position.triggerPrice(state.carry), cause: .liquidated)
    }

    @inline(__always)
    func isDue(_ state: BehaviourState<Position>, _ bar: Int) -> Bool {
        kernel.isDue(state.position, at: kernel.checkedPrices[bar], state.carry)
    }

    /// The nearer of the stop orders that the bar reaches; nil when it reaches none.
    func stopLevel(_ state: BehaviourState<Position>, _ bar: Int) -> Level? {
        let nearer = nearerStop(state)
        return isAgainst(adverse[bar], nearer.price) || isAgainst(opens[bar], nearer.price) ? nearer : nil
    }

    /// The nearer of the stop orders; infinitely far without one.
    func nearerStop(_ state: BehaviourState<Position>) -> Level {
        nearerStop(entryPrice: state.entryPrice, best: state.best)
    }

    @inline(__always)
    private func nearerStop(entryPrice: Double, best: Double) -> Level {
        let fixed = entryPrice * (1 - sign * rules.stop)
        let trailing = rules.trailing.isFinite ? best - sign * rules.trailing * abs(best) : fixed
        return sign * (trailing - fixed) > 0
            ? Level(price: trailing, cause: .trailed) : Level(price: fixed, cause: .stopped)
    }

    private func adverseLevel(_ state: BehaviourState<Position>, _ bar: Int) -> Level? {
        guard let stop = stopLevel(state, bar) else { return liquidationLevel(state, bar) }
        guard let due = liquidationLevel(state, bar) else { return stop }
        return sign * (stop.price - due.price) > 0 ? stop : due
    }

    /// Fills limit orders, nearest first, as long as their levels are reached.
    private func takeProfits(_ state: inout BehaviourState<Position>, _ bar: Int, isReached: (Double) -> Bool) {
        while state.ending == nil, state.nextExit < rules.exits.count {
            let exit = rules.exits[state.nextExit]
            let level = state.entryPrice * (1 + sign * exit.distance)
            guard isReached(level) else { return }
            state.nextExit += 1
            sell(&state, part: exit.part, level: level, bar)
        }
    }

    /// Sells a part of what was opened by a limit order: at its level, or at the open where that is better.
    private func sell(_ state: inout BehaviourState<Position>, part: Double, level: Double, _ bar: Int) {
        let (prices, fee) = (limitPrices(level, bar), rules.closeFee)
        let price = prices.slipped
        guard state.standing - part > 1e-12 else { return finish(&state, prices, feeRate: fee, .tookProfit, bar) }
        let share = part / state.standing
        let sold = state.position.scaled(by: share)
        var carry = state.carry
        carry.funding *= share
        let equity = sold.equity(at: price, carry) - fee * sold.tradedNotional(at: price)
        state.realised += equity
        state.released += sold.initialMargin
        state.position = state.position.scaled(by: 1 - share)
        state.carry.funding *= 1 - share
        state.standing -= part
        state.note(.partSold, bar, level: level, price: price)
    }

    @inline(__always)
    private func limitPrices(_ level: Double, _ bar: Int) -> ExitPrices {
        let open = opens[bar]
        let price = sign * (open - level) >= 0 ? open : level
        return ExitPrices(trigger: level, gap: price, delayed: price, slipped: price, bar: bar)
    }

    private func close(_ state: inout BehaviourState<Position>, at level: Level, _ bar: Int) {
        if level.cause == .liquidated { return liquidate(&state, bar) }
        finish(&state, stopPrices(level, bar), feeRate: rules.closeFee, level.cause, bar)
    }

    @inline(__always)
    private func stopPrices(_ level: Level, _ bar: Int) -> ExitPrices {
        kernel.exitPrices(rules.stopFill, level: level.price, bar: bar, expected: !isBrief)
    }
}

/// Exits inside a bar of a position that nobody liquidates and whose first limit order closes all: as ``BehaviourWalk/tradeInside(_:_:)``
/// has them, without a state that is passed on.
extension BehaviourWalk {
    /// What closes it in a bar; nil where it stands.
    func exit(entryPrice: Double, best: Double, in bar: Int) -> BehaviourEnding? {
        let (open, stop) = (opens[bar], nearerStop(entryPrice: entryPrice, best: best))
        let isStopped = rules.hasStop && (isAgainst(adverse[bar], stop.price) || isAgainst(open, stop.price))
        if isStopped, isAgainst(open, stop.price) { return stopped(at: stop, bar) }
        guard let limit = rules.exits.first.map({ entryPrice * (1 + sign * $0.distance) }) else {
            return isStopped ? stopped(at: stop, bar) : nil
        }
        let isMet = isInFavour(bar, limit)
        if isMet, rules.isFavourableFirst || sign * (open - limit) >= 0 { return tookProfit(at: limit, bar) }
        if isStopped { return stopped(at: stop, bar) }
        return isMet ? tookProfit(at: limit, bar) : nil
    }

    private func stopped(at stop: Level, _ bar: Int) -> BehaviourEnding {
        BehaviourEnding(
            prices: stopPrices(stop, bar), feeRate: rules.closeFee, cause: stop.cause, bar: bar, isPastStop: true)
    }

    private func tookProfit(at limit: Double, _ bar: Int) -> BehaviourEnding {
        BehaviourEnding(prices: limitPrices(limit, bar), feeRate: rules.closeFee, cause: .tookProfit, bar: bar)
    }
}
