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
        state.lastClosing = state.moment
        switch rules.closing {
        case .all:
            for place in state.positions.indices where state.isOpen[place] { liquidate(&state, place) }
        case .worst: closeWorst(&state)
        }
        guard state.isOver else { return }
        state.ended = state.moment
        if let collateral = rules.collateral {
            let fill = late(state, collateral.fill, terms.count, collateral.pricing)
            state.kept = state.units * fill.price(series: collateral.series, point: state.point ?? 0)
        }
    }

    private func liquidate(_ state: inout AccountState, _ place: Int) {
        let fill = late(state, rules.legs[place].fill, place, rules.legs[place].pricing)
        let price = fill.price(series: rules.legs[place].series, point: state.point ?? 0)
        book(
            &state, place, at: rules.legs[place].pricing.slipped(price, bar: fill.bar),
            feeRate: rules.liquidationFee)
        state.closedCount += 1
    }

    /// How an account ends of which every leg is closed at the prices of the check at hand: nothing comes after that, so all points of the
    /// law are looked at here.
    func closedAtEveryPoint(_ state: AccountState) -> AccountEnds {
        let points = 0..<AccountWalk.points
        var left = points.map { _ in state.realised }
        for place in state.positions.indices where state.isOpen[place] {
            let leg = rules.legs[place]
            let fill = late(state, leg.fill, place, leg.pricing)
            let prices = fill.prices
            for point in points {
                let price = prices[AccountWalk.quantile(point: point, series: leg.series)]
                left[point] += result(
                    state, place, at: leg.pricing.slipped(price, bar: fill.bar), feeRate: rules.liquidationFee)
            }
        }
        if let collateral = rules.collateral {
            let prices = late(state, collateral.fill, terms.count, collateral.pricing).prices
            for point in points {
                left[point] +=
                    state.units * prices[AccountWalk.quantile(point: point, series: collateral.series)]
            }
        }
        return AccountEnds(
            equity: left, closedCount: state.openCount * points.count, due: state.moment, ended: state.moment)
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

    /// What a leg or the collateral is filled at, before slippage. A series without a bar at the moment has no range, so every rule but
    /// `next` fills it at its last close.
    private func late(_ state: AccountState, _ rule: ResolvedFill, _ place: Int, _ pricing: ExitPricing) -> LateFill {
        let (moment, price) = (state.moment, state.prices[place])
        let bar = Int(lanes[place].bar[moment])
        switch rule {
        case .gap, .best: return LateFill(anchor: price, bar: bar)
        case .worst: return LateFill(anchor: adverse(place, moment), bar: bar)
        case .next(let latency):
            let delayed = pricing.delayed(bar: bar, latency: latency)
            return LateFill(anchor: delayed.price, bar: delayed.bar)
        case .delay(let law):
            let (low, high) = (lanes[place].lows[moment], lanes[place].highs[moment])
            guard low > 0 else { return LateFill(anchor: adverse(place, moment), bar: bar) }
            return LateFill(anchor: price, bar: bar, spread: law.spread(anchor: price, low: low, high: high))
        }
    }

    private func adverse(_ place: Int, _ moment: Int) -> Double {
        let falls = place < rules.legs.count ? rules.legs[place].sign > 0 : true
        return falls ? lanes[place].lows[moment] : lanes[place].highs[moment]
    }

    /// Which of the 64 quantiles a series is filled at, at a point: `v/64` with `v = 64 u · 19^k mod 64` and `u = (m + ½)/64` is the middle of
    /// part ⌊v⌋. Powers of 19 keep the series from sharing their luck, and every series goes through the same 64 quantiles.
    static func quantile(point: Int, series: Int) -> Int {
        // Halves are counted, modulo 128, so that everything is whole.
        var halves = 2 * point + 1
        for _ in 0..<series { halves = halves * 19 & 127 }
        return halves >> 1
    }
}

/// Where something is filled that the platform closes.
private struct LateFill {
    /// The price where the fill is certain, else what it is spread around.
    var anchor: Double
    /// The bar of the fill, among the series' own.
    var bar: Int
    var spread: DelaySpread?

    /// The fills at the 64 quantiles of the law; the same where it is certain.
    var prices: [Double] {
        guard let spread else { return Array(repeating: anchor, count: AccountWalk.points) }
        return spread.quantiles(AccountWalk.points).map { anchor * exp($0) }
    }

    /// The fill of a series at a point.
    func price(series: Int, point: Int) -> Double {
        guard let spread else { return anchor }
        let part = (Double(AccountWalk.quantile(point: point, series: series)) + 0.5) / Double(AccountWalk.points)
        return anchor * exp(spread.quantile(part, from: spread.lower, to: spread.upper))
    }
}
