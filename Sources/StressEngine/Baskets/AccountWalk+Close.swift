import MarginModel
import StressBasics
import StudyPlan

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the platform closes of an account that is due, and at which prices.
extension AccountWalk {
    func closeDue(_ state: inout AccountState) {
        state.due = state.due ?? state.moment
        switch rules.closing {
        case .all:
            for place in state.positions.indices where state.isOpen[place] { liquidate(&state, place) }
        case .worst: closeWorst(&state)
        }
        guard state.isOver else { return }
        state.ended = state.moment
        if let collateral = rules.collateral {
            state.kept = state.units * fill(state, collateral.fill, collateral.series, terms.count, collateral.pricing)
        }
    }

    private func liquidate(_ state: inout AccountState, _ place: Int) {
        let leg = rules.legs[place]
        let (price, bar) = fillAndBar(state, leg.fill, leg.series, place, leg.pricing)
        book(&state, place, at: leg.pricing.slipped(price, bar: bar), feeRate: rules.liquidationFee)
        state.closedCount += 1
    }

    /// Closes the leg that has lost most, and the next, while the rest is due with the closed ones booked at the prices of the check.
    private func closeWorst(_ state: inout AccountState) {
        // What the fills say instead is known to nobody yet.
        var expected = state
        while let place = worst(state) {
            book(&expected, place, at: state.prices[place], feeRate: rules.liquidationFee)
            liquidate(&state, place)
            if state.isOver || excess(expected) > 0 { return }
        }
    }

    /// The open leg that has lost most, the earlier of equals; nil without one.
    private func worst(_ state: AccountState) -> Int? {
        let open = state.positions.indices.filter { state.isOpen[$0] }
        func gain(_ place: Int) -> Double {
            let position = state.positions[place]
            return position.equity(at: state.prices[place], state.carries[place]) - position.initialMargin
        }
        return open.min { gain($0) < gain($1) }
    }

    private func fill(
        _ state: AccountState, _ rule: ResolvedFill, _ series: Int, _ place: Int, _ pricing: ExitPricing
    ) -> Double {
        fillAndBar(state, rule, series, place, pricing).price
    }

    /// What a leg or the collateral is filled at, before slippage, and the bar of the fill among its own. A series without a bar at the
    /// moment has no range, so every rule but `next` fills it at its last close.
    private func fillAndBar(
        _ state: AccountState, _ rule: ResolvedFill, _ series: Int, _ place: Int, _ pricing: ExitPricing
    ) -> (price: Double, bar: Int) {
        let (lane, moment, price) = (lanes[place], state.moment, state.prices[place])
        let bar = Int(lane.bar[moment])
        switch rule {
        case .gap, .best: return (price, bar)
        case .worst: return (adverse(lane, moment, place), bar)
        case .next(let latency): return pricing.delayed(bar: bar, latency: latency)
        case .delay(let law):
            let (low, high) = (lane.lows[moment], lane.highs[moment])
            guard low > 0 else { return (adverse(lane, moment, place), bar) }
            guard let spread = law.spread(anchor: price, low: low, high: high) else { return (price, bar) }
            let luck = AccountWalk.luck(point: state.point ?? 0, series: series)
            return (price * exp(spread.quantile(luck, from: spread.lower, to: spread.upper)), bar)
        }
    }

    private func adverse(_ lane: Lane, _ moment: Int, _ place: Int) -> Double {
        let falls = place < rules.legs.count ? rules.legs[place].sign > 0 : true
        return falls ? lane.lows[moment] : lane.highs[moment]
    }

    /// The quantile at which a series is filled at a point: `v/64` with `v = 64 u · 19^k mod 64` and `u = (m + ½)/64`. Powers of 19 keep the
    /// series from sharing their luck, and every series goes through the same 64 quantiles.
    static func luck(point: Int, series: Int) -> Double {
        // Halves are counted, modulo 128, so that everything is whole.
        var halves = 2 * point + 1
        for _ in 0..<series { halves = halves * 19 & 127 }
        return Double(halves) / 128
    }
}
