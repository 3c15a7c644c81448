import MarginModel
import PriceSeries
import StressBasics
import StudyPlan

/// How one entry of an account ended: once, or at every point of the law of its fills.
struct AccountEnds {
    /// Final equity, quote currency: one number, or one a point.
    var equity: [Double]
    /// Legs that the platform closed, over all points.
    var closedCount: Int
    /// The moment in which the platform first closed one; nil where it never did.
    var due: Int?
    /// The moment in which it closed the last, at whatever point; nil where some legs were held to the horizon.
    var ended: Int?
}

/// Follows the entries of one account moment by moment, exactly as the definition reads: the judge.
///
/// A moment goes: funding; checks at the opens, at the movements of the path and at the closes; rebalancing. With extremes of blocks,
/// moments in which nothing can happen are passed over, and the others go the same way: results have the same bits.
struct AccountWalk: Sendable {
    let rules: AccountRules
    let times: [Int64]
    /// For each leg, and behind them the collateral.
    let lanes: [Lane]
    let search: AccountSearch?
    /// Of each leg, in storage of its own: positions hold a reference to their table.
    let terms: [PositionTerms]

    /// The columns of a series along the moments.
    struct Lane: Sendable {
        let opens: [Double]
        let highs: [Double]
        let lows: [Double]
        let closes: [Double]
        private let funding: [Double]?
        private let stamps: FundingSchedule?
        /// Its last bar at or before each moment, among its own.
        let bar: [Int32]
        private let barTimes: [Int64]

        init(_ series: AlignedSeries) {
            let along = series.along.series
            (opens, highs, lows, closes) = (along.open, along.high, along.low, along.close)
            (funding, stamps) = (series.along.fundingPerBar, series.market.funding)
            (bar, barTimes) = (series.bar, series.market.series.time)
        }

        /// What a position opened at the moment `entry`, and held since, is charged at a later one: the rates stamped since the bar before,
        /// of which those stamped up to the entry are nobody's but its holders' before.
        func fundingRate(_ moment: Int, since entry: Int, times: [Int64]) -> Double {
            guard let funding else { return 0 }
            // Bars of other series may be entries where this one has a hole.
            let isFirst = bar[moment] != bar[entry] && bar[moment - 1] == bar[entry]
            guard isFirst, barTimes[Int(bar[entry])] < times[entry], let stamps else { return funding[moment] }
            return stamps.sum(after: times[entry], through: times[moment])
        }
    }

    /// Points of the law of fills that an entry that is due is walked at.
    static let points = 64

    init(_ rules: AccountRules, market: BasketMarket, extremes: BasketExtremes?) {
        self.rules = rules
        times = market.times
        let places = rules.legs.map(\.series) + (rules.collateral.map { [$0.series] } ?? [])
        lanes = places.map { Lane(market.series[$0]) }
        search = extremes.map { AccountSearch($0, places: places) }
        terms = rules.legs.map(\.terms.withOwnStorage)
    }

    /// The account opened at the closes of a moment.
    func opened(_ entry: Int) -> AccountState {
        var positions = terms.indices.map { LinearPosition(terms[$0], entryPrice: lanes[$0].closes[entry]) }
        if rules.collateral != nil {
            // The margin is in the collateral, not in the positions.
            for place in positions.indices {
                let margin = positions[place].initialMargin
                positions[place].credit(-margin, margin: -margin, .none)
            }
        }
        var state = AccountState(
            positions: positions, carries: positions.map { _ in .none }, isOpen: positions.map { _ in true },
            openCount: positions.count, prices: lanes.map { $0.closes[entry] }, moment: entry + 1)
        if let collateral = rules.collateral { state.units = collateral.margin / state.prices[terms.count] }
        scheduleRebalance(&state, entry: entry)
        return state
    }

    /// Whether the platform would not open it.
    func isRejected(_ entry: Int) -> Bool {
        guard rules.platform.liquidation.enabled else { return false }
        let isTooLarge = terms.contains { terms in
            terms.rules.tiers.tier(for: terms.notional).maxLeverage.map { $0 < terms.leverage.value } ?? false
        }
        // Of who stands exactly at the requirement rounding may leave a little.
        let rounding = PositionTerms.rounding * terms.reduce(0) { $0 + $1.notional }
        return isTooLarge || excess(opened(entry)) <= rounding
    }

    /// How an entry ends. O(moments of the window), with extremes of blocks O(events × log moments) as a rule.
    ///
    /// - Parameter last: the last moment that is seen of its window.
    func ends(_ entry: Int, last: Int) -> AccountEnds {
        var state = opened(entry)
        follow(&state, entry: entry, last: last)
        guard state.isHeld else {
            return AccountEnds(
                equity: [state.equity], closedCount: state.closedCount, due: state.due, ended: state.ended)
        }
        if rules.closing == .all { return closedAtEveryPoint(state) }
        var ends = AccountEnds(equity: [], closedCount: 0, due: state.moment, ended: state.moment)
        for point in 0..<AccountWalk.points {
            var copy = state
            (copy.point, copy.isHeld) = (point, false)
            follow(&copy, entry: entry, last: last)
            ends.equity.append(copy.equity)
            ends.closedCount += copy.closedCount
            ends.ended = ends.ended.flatMap { ended in copy.ended.map { max(ended, $0) } }
        }
        return ends
    }

    /// Goes on to the end, or to where a point of the law has to be chosen.
    private func follow(_ state: inout AccountState, entry: Int, last: Int) {
        while !state.isOver, !state.isHeld {
            if state.check == .begin { passOver(&state, last: last) }
            step(&state, entry: entry)
            if state.isHeld || state.isOver { return }
            if state.moment == last { return settle(&state, at: last) }
            if state.moment == state.rebalanceMoment { rebalance(&state, entry: entry) }
            (state.moment, state.check) = (state.moment + 1, .begin)
        }
    }

    /// The rest of one moment.
    private func step(_ state: inout AccountState, entry: Int) {
        let checks = rules.platform.liquidation
        if state.check == .begin { charge(&state, entry: entry) }
        while state.check != .end {
            let isChecked =
                checks.enabled && (checks.trigger == .extreme || state.check == .closes) && state.check != .begin
            if isChecked, isDue(&state) {
                if rules.isLawful, state.point == nil {
                    state.isHeld = true
                    return
                }
                closeDue(&state)
                if state.isOver { return }
            }
            state.check = next(state.check)
        }
    }

    private func next(_ check: AccountState.Check) -> AccountState.Check {
        switch check {
        case .begin: .opens
        case .opens: rules.movements.isEmpty ? .closes : .movement(0)
        case .movement(let place): place + 1 < rules.movements.count ? .movement(place + 1) : .closes
        case .closes, .end: .end
        }
    }

    /// Funding of the series that have a bar.
    private func charge(_ state: inout AccountState, entry: Int) {
        let moment = state.moment
        for place in state.positions.indices where state.isOpen[place] {
            let rate = lanes[place].fundingRate(moment, since: entry, times: times)
            guard rate != 0 else { continue }
            state.carries[place].funding += state.positions[place].fundingCharge(
                rate: rate, at: lanes[place].opens[moment])
        }
    }

    /// What is left at the horizon: legs close at their last closes, the collateral is valued at its own.
    private func settle(_ state: inout AccountState, at last: Int) {
        for place in state.positions.indices where state.isOpen[place] {
            let pricing = rules.legs[place].pricing
            let price = pricing.slipped(lanes[place].closes[last], bar: Int(lanes[place].bar[last]))
            book(&state, place, at: price, feeRate: rules.platform.fees.close)
        }
        if rules.collateral != nil { state.kept = state.units * lanes[terms.count].closes[last] }
    }

    /// Closes a leg at a price.
    func book(_ state: inout AccountState, _ place: Int, at price: Double, feeRate: Double) {
        state.realised += result(state, place, at: price, feeRate: feeRate)
        state.isOpen[place] = false
        state.openCount -= 1
    }

    /// What a leg leaves that is closed at a price.
    func result(_ state: AccountState, _ place: Int, at price: Double, feeRate: Double) -> Double {
        state.positions[place].equity(at: price, state.carries[place])
            - feeRate * state.positions[place].tradedNotional(at: price)
    }
}
