import MarginModel
import PriceSeries

/// The extremes of blocks of moments, by series of a basket: what moments are passed over by. 34 bytes a moment and series.
struct BasketExtremes: Sendable {
    fileprivate let lows: [FirstPassage]
    /// Negated.
    fileprivate let highs: [FirstPassage]
    /// For each moment the next, itself among them, at which some series charges funding; empty where none does.
    fileprivate let nextCharge: [Int32]

    /// O(moments × series).
    init(_ market: BasketMarket) {
        let columns = market.series.map(\.along.series)
        lows = columns.map { series in
            FirstPassage(
                series.low.indices.map { min(series.low[$0], series.open[$0], series.close[$0]) }, negated: false)
        }
        highs = columns.map { series in
            FirstPassage(
                series.high.indices.map { max(series.high[$0], series.open[$0], series.close[$0]) }, negated: true)
        }
        let charging = market.series.filter { $0.along.fundingPerBar != nil }
        nextCharge = charging.isEmpty ? [] : BasketExtremes.nextCharge(charging, market.times)
    }

    private static func nextCharge(_ series: [AlignedSeries], _ times: [Int64]) -> [Int32] {
        var (found, next) = ([Int32](repeating: 0, count: times.count), Int32(clamping: times.count))
        for moment in stride(from: times.count - 1, through: 0, by: -1) {
            if series.contains(where: { $0.charges(moment, at: times) }) { next = Int32(moment) }
            found[moment] = next
        }
        return found
    }
}

/// The extremes that an account looks at.
struct AccountSearch: Sendable {
    fileprivate let lows: [FirstPassage]
    fileprivate let highs: [FirstPassage]
    fileprivate let nextCharge: [Int32]

    init(_ extremes: BasketExtremes, places: [Int]) {
        lows = places.map { extremes.lows[$0] }
        highs = places.map { extremes.highs[$0] }
        nextCharge = extremes.nextCharge
    }

    /// The most levels that a block may have.
    fileprivate var top: Int { lows[0].height - 1 }

    fileprivate func charge(from moment: Int) -> Int { nextCharge.isEmpty ? Int.max : Int(nextCharge[moment]) }
}

/// Passing over moments in which nothing happens to an account.
///
/// What a leg adds to equity less requirement is concave in its price, so over a range of prices it is least at an end. A block of moments is
/// passed over when the sum of these least values, and of the collateral at its lowest, is above zero by more than rounding.
extension AccountWalk {
    /// Takes the state to the next moment in which something may happen, at most the last of its window.
    func passOver(_ state: inout AccountState, last: Int) {
        guard let search else { return }
        let limit = min(last, state.rebalanceMoment, search.charge(from: state.moment))
        guard rules.platform.liquidation.enabled else {
            state.moment = max(state.moment, limit)
            return
        }
        var (next, reached) = (state.moment, 0)
        while next < limit {
            // Never more than one level above the last: near its entry an account meets more than far from it.
            var level = min(reached + 1, next.trailingZeroBitCount / 4, search.top)
            while level >= 0, next + 1 << (4 * level) > limit || !isQuiet(state, search, level, next) { level -= 1 }
            guard level >= 0 else { break }
            next += 1 << (4 * level)
            reached = level
        }
        state.moment = next
    }

    /// Whether equity stays above the requirement in a block of moments, whatever path prices take.
    private func isQuiet(_ state: AccountState, _ search: AccountSearch, _ level: Int, _ moment: Int) -> Bool {
        var (least, traded) = (state.realised, 0.0)
        for place in state.positions.indices where state.isOpen[place] {
            let low = search.lows[place].minimum(height: level, at: moment)
            let high = -search.highs[place].minimum(height: level, at: moment)
            least += min(excess(state, place, at: low), excess(state, place, at: high))
            traded += state.positions[place].quantity * (abs(low) + abs(high))
        }
        if let collateral = rules.collateral {
            let worth = state.units * search.lows[state.positions.count].minimum(height: level, at: moment)
            least += collateral.counted * worth
            traded += abs(worth)
        }
        return least > 1e-9 * (traded + abs(state.realised))
    }
}
