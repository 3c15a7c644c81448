import PriceSeries
import StressBasics
import TestSupport
import Testing

/// Histories made of another: funding and marks stay where they belong.
@Suite struct MarketChangesTests {
    private func funding(_ series: BarSeries, seed: UInt64) throws -> FundingSchedule {
        var random = SeededGenerator(seed: seed)
        let (first, last) = (series.time[0], series.time[series.count - 1])
        var (stamps, rates, stamp) = ([Int64](), [Double](), first - 7_200_000)
        while stamp < last + 7_200_000 {
            stamps.append(stamp)
            rates.append(0.001 * (2 * random.uniform() - 1))
            stamp += 60_000 * Int64(1 + random.next() % 300)
        }
        return try FundingSchedule(time: stamps, rate: rates)
    }

    /// Without holes the schedule laid along the long bars is the judge.
    @Test(arguments: 0..<20)
    func fundingOfLongBarsIsTheScheduleLaidAlongThem(seed: UInt64) throws {
        let drawn = randomSeries(seed: seed, bars: 600)
        // Long bars begin where a short one does.
        let series = try BarSeries(
            time: drawn.time.map { $0 - drawn.time[0] }, open: drawn.open, high: drawn.high, low: drawn.low,
            close: drawn.close)
        let schedule = try funding(series, seed: seed)
        for minutes in [5, 60, 240] as [Int64] {
            let span = TimeSpan.minutes(minutes)
            let changed = try #require(MarketHistory(series: series, funding: schedule).aggregated(to: span))
            let judge = MarketHistory(series: try #require(series.aggregated(to: span)), funding: schedule)
            let (a, b) = (try #require(changed.fundingPerBar), try #require(judge.fundingPerBar))
            #expect(a.count == b.count)
            for bar in a.indices { #expect(abs(a[bar] - b[bar]) < 1e-15, "seed \(seed) bar \(bar)") }
        }
    }

    /// With holes and with bars left out, what is charged from the first bar that stays to the last is never lost.
    @Test(arguments: 0..<20)
    func nothingChargedIsLost(seed: UInt64) throws {
        let series = randomSeries(seed: seed, bars: 400, holes: true)
        let market = MarketHistory(series: series, funding: try funding(series, seed: seed))
        let charged = try #require(market.fundingPerBar)
        var random = SeededGenerator(seed: seed)
        let left = series.time.indices.filter { _ in random.next() % 4 == 0 }
        let kept = Set(series.time.indices).subtracting(left).sorted()
        let fewer = try #require(market.without(bars: left))
        let expected = charged[kept[0] + 1...kept[kept.count - 1]].reduce(0, +)
        #expect(abs(try #require(fewer.fundingPerBar).reduce(0, +) - expected) < 1e-12)
        let long = try #require(market.aggregated(to: .hours(1)))
        let bars = series.time.indices.filter { bar in
            bar == 0 || series.time[bar] / 3_600_000 != series.time[bar - 1] / 3_600_000
        }
        let whole = charged[bars[0]...bars[bars.count - 1]].dropFirst().reduce(0, +)
        #expect(abs(try #require(long.fundingPerBar).reduce(0, +) - whole) < 1e-12)
    }

    /// The stamps that go with longer or fewer bars are those that their charges are made of, holes or not.
    @Test(arguments: 0..<20)
    func stampsMakeTheCharges(seed: UInt64) throws {
        let series = randomSeries(seed: seed, bars: 400, holes: true)
        let market = MarketHistory(series: series, funding: try funding(series, seed: seed))
        var random = SeededGenerator(seed: seed)
        let left = series.time.indices.filter { _ in random.next() % 4 == 0 }
        let fewer = try #require(market.without(bars: left))
        let changed = [market, fewer] + [5, 60].compactMap { fewer.aggregated(to: .minutes($0)) }
        #expect(changed.count == 4)
        for market in changed {
            let laid = try #require(market.funding).perBar(market.series)
            let charged = try #require(market.fundingPerBar)
            for bar in charged.indices { #expect(abs(laid[bar] - charged[bar]) < 1e-14, "seed \(seed) bar \(bar)") }
        }
    }

    /// A sum is of what is stamped after its start, not at it, up to its end.
    @Test func sumsOfStamps() throws {
        let schedule = try FundingSchedule(time: [10, 20, 30], rate: [1, 2, -2])
        #expect(schedule.sum(after: 10, through: 20) == 2 && schedule.sum(after: 9, through: 29) == 3)
        #expect(schedule.sum(after: 30, through: 99) == 0 && schedule.sum(after: 20, through: 10) == 0)
        #expect(schedule.charges(after: 10, through: 30) && !schedule.charges(after: 30, through: 99))
    }

    @Test func marksAreGathered() throws {
        let traded = series([(10, 12, 9, 11), (11, 11, 8, 9), (9, 10, 9, 10), (10, 13, 10, 12)])
        let mark = try BarSeries(
            time: [traded.time[0], traded.time[1], traded.time[3]], open: [10, 10.5, 10], high: [11, 10.6, 12],
            low: [9.5, 8.5, 10], close: [10.5, 9, 11.5])
        let market = MarketHistory(series: traded, mark: mark)
        #expect(market.mark?.missing == [2])
        let long = try #require(market.aggregated(to: .minutes(2))?.mark)
        #expect(long.high == [11, 12] && long.low == [8.5, 9] && long.close == [9, 11.5])
        #expect(long.missing == [1])
        let fewer = try #require(market.without(bars: [0, 2])?.mark)
        #expect(fewer.high == [10.6, 12] && fewer.missing.isEmpty)
        #expect(market.without(bars: [0, 1, 2, 3]) == nil)
    }
}
