import CSVIngest
import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

/// What is seen of windows that a gap or the end of the history cuts.
@Suite struct CutLaws {
    private func prefix(_ series: BarSeries, _ count: Int) throws -> BarSeries {
        try BarSeries(
            time: Array(series.time[..<count]), open: Array(series.open[..<count]), high: Array(series.high[..<count]),
            low: Array(series.low[..<count]), close: Array(series.close[..<count]))
    }

    /// What a history of the first `count` minutes says of a cell.
    private struct Judged {
        let share: Double
        let complete: Int
        /// The weight of what was decided in its last hour.
        let late: Double

        init(_ bars: BarSeries, _ cell: TestCell) throws {
            let job = HistoryJob(study: try cell.study(), asset: "X", market: MarketHistory(series: bars))
            let estimate = try job.run(threads: 1)[0].estimate(confidence: 0.95)
            let held = try job.heldEntries(cell: 0, threads: 1)
            let since = bars.time[bars.count - 61]
            let late = held.filter { $0.exitTime > since }.reduce(0) { $0 + $1.negative.value * $1.weight }
            (share, complete) = (try #require(estimate.exit.frequency), estimate.windows.entries)
            self.late = late / Double(held.count)
        }
    }

    /// Cutting a history an hour later changes the share by no more than that hour can explain: what was decided in it, and the weight
    /// of the entries that were watched for an hour more.
    private func expectNoJump(_ bars: BarSeries, _ cell: TestCell, from first: Int, _ name: String) throws {
        var before = try Judged(prefix(bars, first), cell)
        for count in stride(from: first + 60, through: bars.count, by: 60) {
            let after = try Judged(prefix(bars, count), cell)
            let grown = 60 * max(before.share, after.share) / Double(min(before.complete, after.complete))
            #expect(abs(after.share - before.share) <= after.late + grown + 1e-12, "\(name), \(count) bars")
            before = after
        }
    }

    @Test(arguments: 0..<6, [FillRule.gap, .delay])
    func noCutMakesTheShareJump(seed: UInt64, fill: FillRule) throws {
        var cell = TestCell(
            leverage: 25, horizon: .minutes(300), fees: (0.0005, 0.0005, 0), slippage: 0.0005, fill: fill)
        cell.delay = .seconds(20)
        try expectNoJump(randomSeries(seed: seed, bars: 1500, wildness: 0.004), cell, from: 700, "seed \(seed)")
    }

    /// The same of a coin's minutes to its end, cut at every hour.
    @Test(.needsSharedData) func noCutOfLUNAMakesTheShareJump() throws {
        let shared = try #require(sharedFolder)
        let file = shared + "/data/binance-vision/LUNAUSDT-1m-2022-05.csv.gz"
        let series = try ingestSeries(BarSource(files: [file])).series
        var cell = TestCell(
            leverage: 5, horizon: .hours(24), fees: (0.0005, 0.0005, 0), slippage: 0.0005, fill: .auto)
        cell.maxGap = .automatic
        try expectNoJump(series, cell, from: 60 * 26 + series.count % 60, "LUNA")
    }

    /// A history that ends in a collapse: complete windows alone know nothing of it.
    @Test func aCollapseAtTheEndCounts() throws {
        var prices = [Double](repeating: 100, count: 200)
        prices.append(40)
        let times: [Int64] = prices.indices.map { Int64($0) * 60_000 }
        let series = try BarSeries(time: times, price: prices)
        let cell = TestCell(leverage: 10, horizon: .minutes(100))
        let estimate = try cell.run(series).estimate(confidence: 0.95)
        // 201 bars, entries 0…100 have a whole window of 100 minutes, the last of which holds the fall; 101…199 are cut.
        #expect(estimate.windows.entries == 101 && estimate.windows.cut == 99 && estimate.windows.excluded == 100)
        #expect(estimate.windows.liquidated == 1 && estimate.windows.cutLiquidated == 99)
        #expect(estimate.exit.negative == 1 && estimate.exit.cutNegative == 99)
        // The fall comes u = 200 − i minutes after entry i, and as many entries as i ≤ 200 − u, that is i + 1, were watched that long.
        let share: Double = (100...199).map { 1 / Double($0 + 1) }.reduce(0, +)
        let (negative, liquidated) = (
            try #require(estimate.exit.frequency), try #require(estimate.liquidatedFrequency)
        )
        #expect(abs(negative - share) < 1e-12)
        #expect(abs(liquidated - share) < 1e-3)
    }

    /// Without a cut every weight is one over the entries, bit for bit what it was.
    @Test func wholeWindowsWeighAlike() throws {
        let exposure = Exposure(entries: 40, cut: WatchTimes())
        #expect(exposure.weight(bars: 3) == 1.0 / 40 && exposure.weight(bars: nil) == 1.0 / 40)
        var cut = WatchTimes()
        cut.add(bars: 3, count: 4)
        cut.add(bars: 70_000)
        let watched = Exposure(entries: 40, cut: cut)
        #expect(watched.weight(bars: 3) == 1.0 / 40 && watched.weight(bars: 4) == 1.0 / 36)
        #expect(watched.weight(bars: 70_002) == 1.0 / 35 && watched.weight(bars: nil) == 1.0 / 35)
    }
}
