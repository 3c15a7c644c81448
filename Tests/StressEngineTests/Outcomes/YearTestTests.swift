import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import Testing

@testable import StressEngine

/// Year tests against the program on files cut by hand.
@Suite struct YearTestTests {
    private static let day: Int64 = 86_400_000

    /// Four-hourly prices from the middle of 2018 to the end of 2021.
    private func series(seed: UInt64, wildness: Double = 0.02) throws -> BarSeries {
        var random = SeededGenerator(seed: seed).stream("years")
        let begin = try #require(CivilTime(year: 2018, month: 6, day: 15).instant).milliseconds
        let end = try #require(CivilTime(year: 2022, month: 1, day: 1).instant).milliseconds
        let time = Array(stride(from: begin, to: end, by: 14_400_000))
        var close = [100.0]
        for bar in 1..<time.count {
            let calm = bar / 300 % 4 == 0 ? 3.0 : 1.0
            close.append(close[bar - 1] * (1 + wildness * calm * (random.uniform() - 0.5)))
        }
        let open = [100.0] + close.dropLast()
        return try BarSeries(
            time: time, open: open, high: zip(open, close).map { max($0, $1) * 1.005 },
            low: zip(open, close).map { min($0, $1) * 0.995 }, close: close)
    }

    /// Equal but for how many of the whole history's disjoint windows are those of the past.
    private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 2e-3 * b }

    /// Events of whole windows, each counted as one.
    private func counted(_ result: CellResult) -> BlockShare {
        BlockShare(events: result.tally.negative[0].array.map(\.value), entries: result.tally.entries.array)
    }

    private func cut(_ series: BarSeries, from: Int64, until: Int64) throws -> BarSeries {
        let kept = series.time.indices.filter { (from..<until).contains(series.time[$0]) }
        func column(_ values: [Double]) -> [Double] { kept.map { values[$0] } }
        return try BarSeries(
            time: kept.map { series.time[$0] }, open: column(series.open), high: column(series.high),
            low: column(series.low), close: column(series.close))
    }

    private func study() throws -> Study {
        var cell = TestCell()
        cell.fill = .delay
        return try cell.study(leverages: [5, 20, 60], horizons: [.days(1), .days(5)])
    }

    private func results(_ series: BarSeries) throws -> (job: HistoryJob, results: [CellResult]) {
        let job = HistoryJob(study: try study(), asset: "X", market: MarketHistory(series: series))
        return (job, try job.run(threads: 1))
    }

    /// The past of a year is what a file that ends before it gives, and the year what a file of it alone does, as far as windows are
    /// whole.
    @Test(arguments: 0..<4)
    func pastAndYearAreThoseOfCutFiles(seed: UInt64) throws {
        let whole = try series(seed: seed)
        let (job, all) = try results(whole)
        let tests = job.yearTests(of: all, confidence: 0.95, threads: 2)
        #expect(tests.map { $0.map(\.year) } == all.map { _ in [2020, 2021] })
        for year in [2020, 2021] {
            let begin = try #require(CivilTime(year: year, month: 1, day: 1).instant).milliseconds
            let end = try #require(CivilTime(year: year + 1, month: 1, day: 1).instant).milliseconds
            let past = try results(try cut(whole, from: 0, until: begin)).results
            for (place, result) in past.enumerated() {
                let test = try #require(tests[place].first { $0.year == year })
                // Whole windows: entries up to the holding time before the end.
                let days = result.tally.windowTotals.entries / 6
                let held = counted(result).held(0..<days)
                #expect(test.pastEntries == held.total && test.pastEntries == 6 * days, "seed \(seed)")
                #expect(abs(test.pastFrequency * Double(held.total) - held.count) < 1e-6, "seed \(seed)")
                let horizon = result.rules.cell.horizon.milliseconds
                let alone = try results(try cut(whole, from: begin, until: end + horizon)).results[place]
                let days2 = Int((min(end, 1_640_995_200_000 - horizon) - begin) / YearTestTests.day)
                let shown = counted(alone).held(0..<days2)
                if year == 2020 {
                    #expect(test.entries == shown.total, "seed \(seed)")
                    #expect(abs(test.events - shown.count) < 1e-6, "seed \(seed)")
                    #expect(test.frequency == test.events / Double(test.entries))
                } else {
                    // The end of the file cuts windows of the last year: what was seen stands for more.
                    #expect(test.frequency >= test.events / Double(test.entries) && test.frequency <= 1)
                    let seen = counted(all[place]).events.suffix(365).reduce(0, +)
                    #expect(abs(test.events - seen) < 1e-6, "seed \(seed)")
                }
            }
        }
    }

    /// What comes after a year says nothing of what was predicted for it.
    @Test func laterPricesChangeNoPrediction() throws {
        let whole = try series(seed: 9)
        let end = try #require(CivilTime(year: 2021, month: 1, day: 20).instant).milliseconds
        let (job, all) = try results(whole)
        let (early, some) = try results(try cut(whole, from: 0, until: end))
        let (found, before) = (
            job.yearTests(of: all, confidence: 0.9, threads: 1), early.yearTests(of: some, confidence: 0.9, threads: 1)
        )
        for (cell, earlier) in zip(found, before) {
            let (a, b) = (try #require(cell.first), try #require(earlier.first))
            #expect(a.year == 2020 && b.year == 2020 && a.pastEntries == b.pastEntries && a.entries == b.entries)
            #expect(isClose(a.prediction.high, b.prediction.high) && isClose(a.confidence.low, b.confidence.low))
        }
    }

    @Test func aShortHistoryHasNone() throws {
        let whole = try series(seed: 3)
        let end = try #require(CivilTime(year: 2019, month: 12, day: 31).instant).milliseconds
        let (job, all) = try results(try cut(whole, from: 0, until: end))
        #expect(job.yearTests(of: all, confidence: 0.95, threads: 1).allSatisfy { $0.isEmpty })
    }
}
