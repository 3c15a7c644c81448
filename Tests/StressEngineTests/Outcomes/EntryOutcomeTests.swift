import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import TestSupport
import Testing

@testable import StressEngine

@Suite struct EntryOutcomeTests {
    /// Entry by entry the outcomes add up to the tally, for every contract.
    @Test(arguments: 0..<40)
    func outcomesAddUpToTheTally(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let series = randomSeries(seed: seed, bars: 60 + Int(random.next() % 200), wildness: 0.03, holes: true)
        let contracts: [ContractKind] = [.linear, .inverse, .margin]
        let cell = TestCell(
            contract: contracts[Int(random.next() % 3)], side: random.next() % 2 == 0 ? .long : .short,
            leverage: [2, 5, 20, 60][Int(random.next() % 4)], horizon: .minutes(Int64(2 + random.next() % 20)),
            borrow: (rate: 0.1, level: 1.05), stride: 1 + Int(random.next() % 3))
        let job = HistoryJob(study: try cell.study(), asset: "X", market: MarketHistory(series: series))
        let estimate = try job.run(threads: 1)[0].estimate(confidence: 0.95)
        let held = try job.heldEntries(cell: 0, threads: 2)
        let (cut, whole) = (held.filter { $0.cutTime != nil }, held.filter { $0.cutTime == nil })
        let windows = estimate.windows
        #expect(whole.count == windows.entries && cut.count == windows.cut, "seed \(seed)")
        #expect(whole.count { $0.isLiquidated } == windows.liquidated, "seed \(seed)")
        #expect(cut.count { $0.isLiquidated } == windows.cutLiquidated, "seed \(seed)")
        #expect(Double(whole.count { $0.isNegative }) == estimate.exit.negative, "seed \(seed)")
        #expect(Double(cut.count { $0.isNegative }) == estimate.exit.cutNegative, "seed \(seed)")
        // Entry by entry the weights are those of the share.
        let weights: Double = held.map { $0.negative.value * $0.weight }.reduce(0, +)
        let weighted = weights / Double(max(1, held.count))
        if let share = estimate.exit.frequency { #expect(abs(min(1, weighted) - share) < 1e-12, "seed \(seed)") }
        #expect(held == (try job.heldEntries(cell: 0, threads: 1)))
        #expect(zip(held, held.dropFirst()).allSatisfy { $0.bar < $1.bar && $0.block <= $1.block })
        #expect(held.allSatisfy { $0.exitTime > $0.time && Int($0.block) < job.blockCount })
        let bounded = held.filter { $0.isNegative && $0.equity.isFinite }
        if let worst = estimate.exit.shortfall?.max {
            let deepest = try #require(bounded.map { -$0.equity }.max())
            #expect(abs(deepest - worst) < 1e-11, "seed \(seed)")
        }
    }

    /// The plain version: look at every bar of every window.
    @Test(arguments: 0..<30)
    func adverseMovesAreTheWorstOfTheWindow(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let series = randomSeries(seed: seed, bars: 30 + Int(random.next() % 150), holes: true)
        let horizon = TimeSpan.minutes(Int64(1 + random.next() % 25))
        let cell = TestCell(horizon: horizon, maxGap: .automatic, stride: 1 + Int(random.next() % 4))
        let job = HistoryJob(study: try cell.study(), asset: "X", market: MarketHistory(series: series))
        let windows = try cell.kernel(MarketHistory(series: series), as: LinearPosition.self).windows
        for side in [Side.long, .short] {
            let found = job.adverseMoves(horizon: horizon, side: side)
            let entries = series.time.indices.filter { windows.lastBar[$0] >= 0 }
            #expect(found.bars.map(Int.init) == entries && found.times == entries.map { series.time[$0] })
            for (entry, move) in zip(entries, found.moves) {
                let window = entry + 1...Int(windows.lastBar[entry])
                let low = window.map { series.low[$0] }.min() ?? .nan
                let high = window.map { series.high[$0] }.max() ?? .nan
                let price = series.close[entry]
                let expected = side == .long ? 1 - low / price : high / price - 1
                #expect(move == expected, "seed \(seed), entry \(entry)")
            }
        }
        #expect(job.adverseMoves(horizon: .days(999), side: .long) == AdverseMoves())
    }
}
