import MarginModel

/// Whether an account is due, and at which prices.
extension AccountWalk {
    /// Equity less requirement at the state's prices.
    @inline(__always)
    func excess(_ state: AccountState) -> Double {
        var sum = state.realised
        for place in state.positions.indices where state.isOpen[place] {
            sum += excess(state, place, at: state.prices[place])
        }
        if let collateral = rules.collateral {
            sum += collateral.counted * state.units * state.prices[state.positions.count]
        }
        return sum
    }

    /// What a leg adds to it at a price.
    @inline(__always)
    func excess(_ state: AccountState, _ place: Int, at price: Double) -> Double {
        state.positions[place].equity(at: price, state.carries[place])
            - state.positions[place].requirement(at: price, state.carries[place])
    }

    /// Whether the account is due at the check at hand; leaves the prices at which it is.
    func isDue(_ state: inout AccountState) -> Bool {
        let moment = state.moment
        switch state.check {
        case .opens:
            for place in lanes.indices { state.prices[place] = lanes[place].opens[moment] }
            return excess(state) <= 0
        case .closes:
            for place in lanes.indices { state.prices[place] = lanes[place].closes[moment] }
            guard excess(state) <= 0 else { return false }
            // Who looks at closes alone has not seen the account fall due on the way there.
            if rules.platform.liquidation.trigger == .close { meet(&state, rules.toCloses) }
            return true
        case .movement(let number):
            let movement = rules.movements[number]
            move(&state, movement, part: 1)
            // Equity less requirement is concave along a movement: above zero at both ends, it is above zero between them.
            guard excess(state) <= 0 || isDueAtStart(&state, movement), isMoving(state, movement) else { return false }
            meet(&state, movement)
            return true
        case .begin, .end: return false
        }
    }

    private func isDueAtStart(_ state: inout AccountState, _ movement: [AccountRules.Course]) -> Bool {
        // Only what a closing in this moment left open can be due at the opens again.
        guard state.lastClosing == state.moment else { return false }
        move(&state, movement, part: 0)
        return excess(state) <= 0
    }

    /// Whether the price of something that is held moves at all: where none does, nothing is checked again. So asks the law that coins
    /// which are always worth 1 are money, where each series has a movement of its own.
    private func isMoving(_ state: AccountState, _ movement: [AccountRules.Course]) -> Bool {
        lanes.indices.contains { place in
            let isHeld = place < state.isOpen.count ? state.isOpen[place] : true
            return isHeld && target(place, movement[place], at: state.moment) != lanes[place].opens[state.moment]
        }
    }

    /// Takes prices a part of the way of a movement from the opens.
    private func move(_ state: inout AccountState, _ movement: [AccountRules.Course], part: Double) {
        for place in lanes.indices {
            let open = lanes[place].opens[state.moment]
            let end = target(place, movement[place], at: state.moment)
            state.prices[place] = part == 1 ? end : open + part * (end - open)
        }
    }

    private func target(_ place: Int, _ course: AccountRules.Course, at moment: Int) -> Double {
        switch course {
        case .stays: lanes[place].opens[moment]
        case .falls: lanes[place].lows[moment]
        case .rises: lanes[place].highs[moment]
        case .closes: lanes[place].closes[moment]
        }
    }

    /// Takes prices to the first part of the way at which equity meets the requirement. Between two of the places where a leg changes its
    /// bracket the difference of both is straight.
    private func meet(_ state: inout AccountState, _ movement: [AccountRules.Course]) {
        move(&state, movement, part: 0)
        var (before, left) = (0.0, excess(state))
        guard left > 0 else { return }
        for part in bends(state, movement) {
            move(&state, movement, part: part)
            let value = excess(state)
            if value <= 0 {
                let found = before + (part - before) * left / (left - value)
                return move(&state, movement, part: min(found, 1))
            }
            (before, left) = (part, value)
        }
    }

    /// Where on its way a leg changes its bracket or the sign of its price, rising, and the end.
    private func bends(_ state: AccountState, _ movement: [AccountRules.Course]) -> [Double] {
        var parts = [1.0]
        for place in state.positions.indices where state.isOpen[place] && movement[place] != .stays {
            let open = lanes[place].opens[state.moment]
            let way = target(place, movement[place], at: state.moment) - open
            guard way != 0 else { continue }
            let quantity = state.positions[place].quantity
            let caps = terms[place].rules.tiers.tiers.map { $0.notionalCap / quantity }
            let prices: [Double] = [0] + caps + caps.map { -$0 }
            parts += prices.map { ($0 - open) / way }.filter { $0 > 0 && $0 < 1 }
        }
        return parts.sorted()
    }
}
