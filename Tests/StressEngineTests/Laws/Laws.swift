import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

/// The bars of `series` at other times.
func retimed(_ time: [Int64], _ series: BarSeries) throws -> BarSeries {
    try BarSeries(time: time, open: series.open, high: series.high, low: series.low, close: series.close)
}

/// Laws that hold on every price history; each seed is one random history.
@Suite struct Laws {
    private static let leverages = [1.0, 1.5, 2, 3, 5, 10, 20, 50, 100]

    @Test(arguments: 0..<30)
    func aFullyPaidLongNeverOwes(seed: UInt64) throws {
        let bars = randomSeries(seed: seed, bars: 300, wildness: 0.2)
        for liquidation in [true, false] {
            var cell = TestCell(leverage: 1, liquidation: liquidation)
            cell.horizon = .minutes(60)
            let result = try cell.run(bars)
            #expect(
                result.tally.exitTotals(fill: 0).negative == .zero && result.tally.windowTotals.unprotected == 0,
                "seed \(seed)")
            #expect(result.estimate(confidence: 0.95).status == .impossible)
        }
    }

    @Test(arguments: 0..<30)
    func aFullyPaidShortOwesAboveTwiceItsPrice(seed: UInt64) throws {
        let bars = randomSeries(seed: seed, bars: 300, wildness: 0.2)
        var cell = TestCell(side: .short, leverage: 1, liquidation: false)
        cell.horizon = .minutes(60)
        let windows = try cell.kernel(MarketHistory(series: bars), as: LinearPosition.self).windows
        let expected = windows.lastBar.enumerated().count {
            $1 >= 0 && bars.close[Int($1)] > 2 * bars.close[$0] * (1 + 1e-12)
        }
        #expect(try cell.run(bars).tally.exitTotals(fill: 0).negative == EventCount(expected), "seed \(seed)")
    }

    @Test(arguments: 0..<30)
    func liquidationsRiseWithLeverageAndHorizon(seed: UInt64) throws {
        let bars = randomSeries(seed: seed, bars: 400, wildness: 0.03)
        for side in Side.allCases {
            let horizons = [TimeSpan.minutes(5), .minutes(20), .minutes(90)]
            let study = try TestCell(side: side).study(leverages: Laws.leverages, horizons: horizons)
            let results = try HistoryJob(study: study, asset: "X", market: MarketHistory(series: bars)).run(threads: 2)
            for horizon in horizons {
                let counts = results.filter { $0.rules.cell.horizon == horizon && $0.tally.windowTotals.rejected == 0 }
                    .map {
                        $0.tally.windowTotals.liquidated
                    }
                #expect(counts == counts.sorted(), "seed \(seed)")
            }
        }
    }

    /// Below-zero counts do *not* rise with leverage while somebody liquidates: a dip to 98.9 closes the 100× long at once
    /// and saves it from the gap to 85 that ruins the 20× long.
    @Test func belowZeroDoesNotRiseWithLeverage() throws {
        let bars = series([(100, 100, 100, 100), (99.9, 100, 98.9, 99), (85, 86, 84, 85), (85, 85, 85, 85)])
        var cell = TestCell(leverage: 20, horizon: .minutes(2))
        #expect(try #require(try cell.outcome(bars)).equity < 0)
        cell.leverage = 100
        #expect(try #require(try cell.outcome(bars)).equity > 0)
    }

    @Test(arguments: 0..<20)
    func bestGapWorstAreOrderedPerEntry(seed: UInt64) throws {
        let bars = randomSeries(seed: seed, bars: 300, wildness: 0.05)
        for side in Side.allCases {
            var cell = TestCell(side: side, leverage: 15, fees: (0.0005, 0.0005, 0.001), slippage: 0.0005)
            cell.horizon = .minutes(40)
            for entry in 0..<250 {
                guard let gap = try cell.outcome(bars, entry: entry, fill: .gap), gap.path.liquidationBar != nil,
                    let best = try cell.outcome(bars, entry: entry, fill: .best),
                    let worst = try cell.outcome(bars, entry: entry, fill: .worst)
                else { continue }
                #expect(
                    worst.equity <= gap.equity + 1e-12 && gap.equity <= best.equity + 1e-12,
                    "seed \(seed), entry \(entry)")
            }
        }
    }

    /// `best ≤ gap ≤ worst` holds entry by entry, and a delay leaves no more below zero than the bar's worst price does.
    @Test(arguments: 0..<20)
    func aDelayLiesWithinTheBar(seed: UInt64) throws {
        let bars = randomSeries(seed: seed, bars: 300, wildness: 0.05)
        for contract in [ContractKind.linear, .inverse, .margin] {
            for side in Side.allCases {
                var cell = TestCell(
                    contract: contract, side: side, leverage: 15, fees: (0.0005, 0.0005, 0.001), slippage: 0.0005,
                    borrow: (0.1, 1.05), fill: .delay)
                (cell.horizon, cell.delay) = (.minutes(40), .seconds(7))
                let brief = DelayLaw(delay: TimeSpan(milliseconds: 1), overshoot: 1e-7, barLength: .days(1))
                for entry in 0..<250 {
                    guard let delay = try cell.outcome(bars, entry: entry), delay.path.liquidationBar != nil,
                        let gap = try cell.outcome(bars, entry: entry, fill: .gap),
                        let worst = try cell.outcome(bars, entry: entry, fill: .worst),
                        let soon = try cell.outcome(bars, entry: entry, fill: .delay(brief))
                    else { continue }
                    let spread = try #require(delay.exit.spread)
                    let name: Comment = "seed \(seed), \(contract) \(side), entry \(entry)"
                    #expect(worst.equity <= delay.equity + 1e-12, name)
                    #expect(spread.negative >= .zero && spread.negative <= .one, name)
                    #expect(spread.negative == .zero || worst.equity < 0, name)
                    #expect(spread.shortfall <= max(0, -worst.equity) * spread.negative.value + 1e-9, name)
                    #expect(abs(delay.exit.causes.total - spread.shortfall) < 1e-9, name)
                    #expect((1..<ShortfallSpread.looks).allSatisfy { spread.bins[$0 - 1] <= spread.bins[$0] }, name)
                    #expect(abs(spread.largest + worst.equity) < 1e-9 || spread.negative == .zero, name)
                    #expect(abs(soon.equity - gap.equity) < 1e-6, name)
                }
            }
        }
    }

    @Test(arguments: 0..<20)
    func aLongerHorizonNeverUnliquidates(seed: UInt64) throws {
        let bars = randomSeries(seed: seed, bars: 300, wildness: 0.04)
        let (short, long) = (
            TestCell(leverage: 12, horizon: .minutes(10)), TestCell(leverage: 12, horizon: .minutes(50))
        )
        for entry in 0..<240 {
            guard let a = try short.outcome(bars, entry: entry), let b = try long.outcome(bars, entry: entry) else {
                continue
            }
            if let bar = a.path.liquidationBar { #expect(b.path.liquidationBar == bar, "seed \(seed), entry \(entry)") }
            if a.path.isUnprotected { #expect(b.path.isUnprotected, "seed \(seed), entry \(entry)") }
        }
    }

    @Test(arguments: 0..<20)
    func scalingAllPricesChangesNothing(seed: UInt64) throws {
        // A power of two scales without rounding.
        let bars = randomSeries(seed: seed, bars: 300, wildness: 0.05)
        func scaled(_ column: [Double]) -> [Double] { column.map { $0 * 1024 } }
        let big = try BarSeries(
            time: bars.time, open: scaled(bars.open), high: scaled(bars.high), low: scaled(bars.low),
            close: scaled(bars.close))
        for side in Side.allCases {
            var cell = TestCell(side: side, leverage: 25, fees: (0.0005, 0.0005, 0), slippage: 0.0005)
            cell.horizon = .minutes(30)
            #expect(try cell.run(bars).tally == cell.run(big).tally, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<12)
    func everyThreadCountGivesTheSameBits(seed: UInt64) throws {
        let bars = randomSeries(seed: seed, bars: 2000, wildness: 0.02, holes: true)
        var cell = TestCell(fees: (0.0005, 0.0005, 0.002), slippage: 0.0005, fill: .auto)
        cell.maxGap = .automatic
        var study = try cell.study(leverages: Laws.leverages, horizons: [.minutes(10), .minutes(120)])
        study.grid.sides = [.long, .short]
        study.statistics.block = .minutes(45)
        let job = HistoryJob(
            study: study, asset: "X", market: MarketHistory(series: bars), kernel: .automatic, barsPerChunk: 90)
        #expect(job.blocks.chunks.count > 15)
        let whole = try job.run(threads: 1).map(\.tally)
        for threads in [2, 3, 8] {
            #expect(try job.run(threads: threads).map(\.tally) == whole, "seed \(seed), \(threads) threads")
        }
        #expect(whole.contains { $0.exitTotals(fill: 0).negative > 0 }, "the history is wild enough to tell")
    }

    @Test(arguments: 0..<12)
    func shardsOfBlocksMakeTheWhole(seed: UInt64) throws {
        let bars = randomSeries(seed: seed, bars: 1500, wildness: 0.03)
        let blocks = BlockRuns(MarketHistory(series: bars), block: .minutes(37), barsPerChunk: 70)
        #expect(blocks.blocks.flatMap { Array($0) } == Array(0..<bars.count))
        for most in [1, 2, 7, 1000] {
            let tasks = blocks.tasks(most: most)
            #expect(tasks.flatMap { Array($0) } == Array(blocks.chunks.indices))
            #expect(tasks.flatMap { Array(blocks.bars($0)) } == Array(0..<bars.count))
            #expect(tasks.count <= most)
        }
    }

    /// What a planner that sees no bars says of how a history is divided is what becomes of it where it begins with a chunk, and one chunk off
    /// where it does not: of minutes, hours and days, whose chunks end after so many bars or so many days.
    @Test(arguments: [TimeSpan.minutes(1), .minutes(15), .hours(1), .hours(24)], [TimeSpan.hours(24), .hours(6)])
    func historiesAreDividedAsIsPlanned(barLength: TimeSpan, block: TimeSpan) throws {
        func runs(_ bars: Int, from first: Int64) throws -> (chunks: Int, kept: Int) {
            let times = (0..<bars).map { first + Int64($0) * barLength.milliseconds }
            var study = try TestCell().study()
            study.statistics.block = block
            let series = try BarSeries(time: times, price: times.map { _ in 100 })
            let job = HistoryJob(study: study, asset: "X", market: MarketHistory(series: series), kernel: .automatic)
            return (job.blocks.chunks.count, job.keptRuns.count)
        }
        for bars in [1000, 40_000, 300_000] {
            // All chunks are a power of two of blocks from 1970 on.
            let planned = HistoryJob.chunkCount(bars: bars, barLength: barLength, block: block)
            let aligned = try runs(bars, from: 0)
            #expect(aligned.chunks == planned, "\(bars) bars")
            #expect(aligned.kept == HistoryJob.keptRunCount(bars: bars, barLength: barLength, block: block))
            let shifted = try runs(bars, from: 12_345 * 3_600_000).chunks
            #expect(shifted == planned || shifted == planned + 1, "\(bars) bars")
        }
    }

    @Test func everyEntryIsCountedOnce() throws {
        let bars = randomSeries(seed: 9, bars: 700, holes: true)
        var cell = TestCell(leverage: 100)
        cell.maxGap = .automatic
        cell.tiers = [MaintenanceTier(notionalCap: .infinity, rate: 0.02, amount: 0)]
        let rejected = try cell.run(bars).tally.windowTotals
        #expect(rejected.entries == 0 && rejected.rejected > 0 && rejected.rejected + rejected.excluded == 700)
        cell.leverage = 10
        let held = try cell.run(bars).tally.windowTotals
        #expect(held.entries == rejected.rejected && held.excluded == rejected.excluded && held.rejected == 0)
    }

    @Test func cancelledRunsThrow() throws {
        let job = HistoryJob(
            study: try TestCell().study(), asset: "X", market: MarketHistory(series: randomSeries(seed: 1, bars: 500)))
        let control = RunControl()
        control.cancel()
        #expect(throws: RunCancelled.self) { try job.run(threads: 2, control: control) }
    }

    @Test func progressReachesTheEnd() throws {
        let job = HistoryJob(
            study: try TestCell().study(leverages: [2, 5], horizons: [.minutes(5)]), asset: "X",
            market: MarketHistory(series: randomSeries(seed: 1, bars: 500)))
        let control = RunControl()
        control.plan(job.workUnits)
        #expect(control.progress == 0)
        _ = try job.run(threads: 2, control: control)
        #expect(control.progress == 1)
    }
}
