import PriceSeries
import StressBasics
import TestSupport
import Testing

@Suite struct BarSeriesTests {
    @Test func invariantsAreChecked() {
        let fine = [1.0, 2.0]
        #expect(throws: BarSeries.Defect.lengthMismatch(column: "high")) {
            try BarSeries(time: [0, 1], open: fine, high: [1], low: fine, close: fine)
        }
        #expect(throws: BarSeries.Defect.timeNotIncreasing(index: 1)) { try BarSeries(time: [5, 5], price: fine) }
        #expect(throws: BarSeries.Defect.priceOutOfRange(column: "open", index: 1)) {
            try BarSeries(time: [0, 1], price: [1, .nan])
        }
        #expect(throws: BarSeries.Defect.timeOutOfRange(index: 0)) { try BarSeries(time: [.min, 1], price: fine) }
    }

    @Test(arguments: [1e-16, -1e-16, 1.1e15, .infinity, .leastNonzeroMagnitude])
    func absurdPricesAreRefused(price: Double) {
        #expect(throws: BarSeries.Defect.priceOutOfRange(column: "open", index: 0)) {
            try BarSeries(time: [0], price: [price])
        }
    }

    @Test func negativePricesAreLegal() throws {
        #expect(try BarSeries(time: [0, 1], price: [18.31, -36.98]).low == [18.31, -36.98])
    }

    @Test func barLengthIsTheMostFrequentStep() throws {
        func length(_ time: [Int64]) throws -> Int64? {
            try BarSeries(time: time, price: time.map { _ in 1 }).barLength?.milliseconds
        }
        #expect(try length([0, 60, 120, 500, 560]) == 60)
        #expect(try length([0, 60, 180]) == 60, "the smallest of equals")
        #expect(try length([7]) == nil)
        #expect(try length([]) == nil)
    }

    @Test func defaultGaps() {
        #expect(BarSeries.defaultMaxGap(barLength: .minutes(1)) == .hours(6))
        #expect(BarSeries.defaultMaxGap(barLength: .hours(1)) == .hours(10))
        #expect(BarSeries.defaultMaxGap(barLength: .hours(4)) == .hours(40))
        #expect(BarSeries.defaultMaxGap(barLength: .days(1)) == .days(10))
        #expect(BarSeries.defaultMaxGap(barLength: .days(31)) == .days(62))
    }
}

@Suite struct EntryWindowTests {
    /// The definition, read aloud: for every entry look at every bar.
    private func plainLastBar(_ series: BarSeries, entry i: Int, horizon: TimeSpan, maxGap: TimeSpan?) -> Int32 {
        let end = series.time[i] + horizon.milliseconds
        let window = series.time.indices.filter { $0 > i && series.time[$0] <= end }
        let overlapped = series.time.indices.dropFirst().contains { j in
            guard let maxGap else { return false }
            let (from, to) = (series.time[j - 1], series.time[j])
            return to - from > maxGap.milliseconds && from < end && to > series.time[i]
        }
        let isShort = series.time.last! < end
        guard series.close[i] > 0 else { return EntryWindows.excluded }
        if !isShort, !overlapped { return window.last.map { Int32($0) } ?? EntryWindows.excluded }
        // Watched to the last bar before the first step that is too wide, or to the end.
        let wide = series.time.indices.first { j in
            j > i && maxGap.map { series.time[j] - series.time[j - 1] > $0.milliseconds } ?? false
        }
        let last = (wide ?? series.count) - 1
        return last > i ? EntryWindows.cutMark(Int32(last)) : EntryWindows.excluded
    }

    @Test(arguments: 0..<40)
    func windowsEqualTheDefinition(seed: UInt64) {
        let series = randomSeries(seed: seed, bars: 120, holes: seed % 2 == 0)
        for horizon in [TimeSpan.minutes(1), .minutes(7), .minutes(60), .seconds(90)] {
            for maxGap in [nil, TimeSpan.minutes(1), .minutes(10)] {
                let windows = EntryWindows(series: series, horizon: horizon, maxGap: maxGap)
                let expected = series.time.indices.map {
                    plainLastBar(series, entry: $0, horizon: horizon, maxGap: maxGap)
                }
                #expect(windows.lastBar == expected, "seed \(seed), horizon \(horizon.text)")
            }
        }
    }

    @Test func strideKeepsMultiples() {
        let series = randomSeries(seed: 3, bars: 20)
        let windows = EntryWindows(series: series, horizon: .minutes(2), stride: 6, maxGap: nil)
        #expect(windows.lastBar.indices.filter { windows.lastBar[$0] != EntryWindows.notAnEntry } == [0, 6, 12, 18])
    }

    @Test func aGapThatStartsAtTheHorizonIsOutside() throws {
        // Entry at 0, horizon 2 min: the step 2 → 30 min starts where the window ends, and does not overlap it.
        let time: [Int64] = [0, 1, 2, 30, 31].map { $0 * 60_000 }
        let series = try BarSeries(time: time, price: [1, 1, 1, 1, 1])
        let windows = EntryWindows(series: series, horizon: .minutes(2), maxGap: .minutes(10))
        let cut = EntryWindows.cutMark
        #expect(windows.lastBar == [2, cut(2), -1, cut(4), -1])
        #expect(windows.watched(1)! == (2, true) && windows.watched(0)! == (2, false) && windows.watched(2) == nil)
        #expect(windows.segmentEnd == [3, 3, 3, 5, 5])
    }

    @Test func pricesAtOrBelowZeroCannotBeEntered() throws {
        let series = try BarSeries(time: [0, 60_000, 120_000], price: [0, -1, 5])
        #expect(EntryWindows(series: series, horizon: .minutes(1), maxGap: nil).lastBar == [-1, -1, -1])
    }

    @Test func disjointWindowsAreCountedGreedily() throws {
        let series = try BarSeries(time: (0..<10).map { Int64($0) * 60_000 }, price: .init(repeating: 1, count: 10))
        // Entries 0…6 have a whole window of 3 min; 0, 3 and 6 do not overlap.
        #expect(EntryWindows(series: series, horizon: .minutes(3), maxGap: nil).disjointCount(in: series) == 3)
        #expect(EntryWindows(series: series, horizon: .minutes(30), maxGap: nil).disjointCount(in: series) == 0)
    }
}

@Suite struct SyntheticMarketTests {
    private let markets = SyntheticMarket.samples(
        start: UTCInstant(milliseconds: 0), barLength: .hours(1), bars: 24 * 365)

    @Test func theSameSeedGivesTheSameBars() {
        for market in markets {
            let (a, b, other) = (market.series(seed: 3), market.series(seed: 3), market.series(seed: 4))
            #expect(a.close == b.close && a.time == b.time)
            #expect(a.close != other.close)
        }
    }

    /// Falls of 13, 26 and 50 % within twelve minutes, and most of the way back within the hour, wherever noise leads.
    @Test(arguments: 0..<5)
    func octoberFallsAndComesBack(seed: UInt64) {
        let october = SyntheticMarket.october2025(
            start: UTCInstant(milliseconds: 0), barLength: .minutes(1), bars: 20_160)
        let fall = 9 * 1440 + 21 * 60 + 15
        for (market, left) in zip(october, [0.87, 0.74, 0.5]) {
            let series = market.series(seed: seed)
            let before = series.open[fall]
            #expect(abs(series.close[fall + 11] / before - left) < 0.06, "\(market.name)")
            #expect(abs(series.close[fall + 59] / before - 0.95) < 0.1, "\(market.name)")
            let quiet = (0..<fall).map { series.close[$0] / series.open[$0] - 1 }
            #expect(quiet.allSatisfy { abs($0) < 0.04 })
        }
    }

    @Test(arguments: 0..<5)
    func barsAreConsistentAndEventsHappen(seed: UInt64) {
        for market in markets {
            let series = market.series(seed: seed)
            for bar in 0..<series.count {
                #expect(series.low[bar] > 0)
                #expect(series.low[bar] <= min(series.open[bar], series.close[bar]))
                #expect(series.high[bar] >= max(series.open[bar], series.close[bar]))
            }
            #expect(series.barLength == .hours(1))
            let outages = market.events.filter { $0.kind == .outage }.map { Int($0.length.inHours) }
            #expect(market.bars - series.count == outages.reduce(0, +))
        }
        let collapse = markets[2].series(seed: seed)
        #expect(collapse.close.last! < 0.02 * collapse.close.max()!, "one history ends near zero")
    }
}
