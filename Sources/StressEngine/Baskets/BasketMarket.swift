import PriceSeries
import StressBasics

/// The price histories of a basket, laid along the moments at which any of them has a bar.
///
/// Histories in shorter bars than the longest are first grouped to these. The moments begin where every history has a bar at or before
/// them; entries before that are excluded.
public struct BasketMarket: Sendable {
    /// Open times of the moments, strictly increasing.
    let times: [Int64]
    /// The legs' histories in the study's order, then the collateral's.
    let series: [AlignedSeries]
    /// Length of the longest bars.
    public let barLength: TimeSpan

    /// Aligns the histories; nil where no moment has a bar of every one of them at or before it. O(histories × moments log moments).
    public init?(_ markets: [MarketHistory]) {
        guard let longest = markets.map(\.barLength).max() else { return nil }
        var grouped: [MarketHistory] = []
        for market in markets {
            guard let longer = market.barLength < longest ? market.aggregated(to: longest) : market else { return nil }
            grouped.append(longer)
        }
        let firsts = grouped.compactMap { $0.series.time.first }
        guard firsts.count == grouped.count, let start = firsts.max() else { return nil }
        let times = BasketMarket.moments(grouped, from: start)
        series = grouped.map { AlignedSeries($0, along: times) }
        (self.times, barLength) = (times, longest)
    }

    private static func moments(_ markets: [MarketHistory], from start: Int64) -> [Int64] {
        if markets.allSatisfy({ $0.series.time == markets[0].series.time }) { return markets[0].series.time }
        let all = markets.flatMap { $0.series.time.filter { $0 >= start } }.sorted()
        return all.indices.filter { $0 == 0 || all[$0] != all[$0 - 1] }.map { all[$0] }
    }

    /// Bars of the first leg that are entries by the stride and lie before the first moment.
    func entriesBefore(stride: Int) -> Int {
        let bars = Int(series[0].bar[0]) + (series[0].hasBar(0, at: times[0]) ? 0 : 1)
        return (bars + stride - 1) / stride
    }
}

/// A price history along the moments of a basket.
struct AlignedSeries: Sendable {
    /// Its own bars.
    let market: MarketHistory
    /// Its last bar at or before each moment.
    let bar: [Int32]
    /// One bar a moment: its own where it has one, otherwise its last close. Charges nothing where it has none.
    let along: MarketHistory

    /// O(moments + bars).
    init(_ market: MarketHistory, along times: [Int64]) {
        self.market = market
        let own = market.series
        if own.time == times {
            bar = times.indices.map(Int32.init)
            along = market
            return
        }
        var (bars, next) = ([Int32](), 0)
        bars.reserveCapacity(times.count)
        for time in times {
            while next + 1 < own.count, own.time[next + 1] <= time { next += 1 }
            bars.append(Int32(next))
        }
        bar = bars
        along = market.carried(bars, along: times)
    }

    /// Whether it has a bar at a moment after the first.
    func isLive(_ moment: Int) -> Bool { bar[moment] != bar[moment - 1] }

    /// Whether whoever holds it may be charged at a moment, whenever that was begun.
    func charges(_ moment: Int, at times: [Int64]) -> Bool {
        if let rate = along.fundingPerBar?[moment], rate != 0 { return true }
        guard moment > 0, isLive(moment), let funding = market.funding else { return false }
        // Charges of a hole that add up to nothing may be something for who begins inside it.
        let before = market.series.time[Int(bar[moment]) - 1]
        return before < times[moment - 1] && funding.charges(after: before, through: times[moment])
    }

    /// Whether it has a bar at a moment.
    func hasBar(_ moment: Int, at time: Int64) -> Bool { market.series.time[Int(bar[moment])] == time }
}
