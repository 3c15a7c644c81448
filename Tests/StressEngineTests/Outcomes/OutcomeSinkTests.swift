import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

/// What a walk hands to a sink, on histories and rules drawn from printed seeds.
@Suite struct OutcomeSinkTests {
    /// Keeps all it is given.
    private struct Collector: OutcomeSink {
        var chunks = 0
        var blocks: [Int] = []
        var excluded: [Int] = []
        var rejected: [Int] = []
        var outcomes: [EntryOutcome] = []

        static var readsAllFills: Bool { true }
        var reads: OutcomeParts { OutcomeParts(prices: true) }

        mutating func beginChunk() { chunks += 1 }
        mutating func beginBlock() { blocks.append(0) }
        mutating func addExcluded(_ entry: Int) { excluded.append(entry) }
        mutating func addRejected(_ entry: Int) { rejected.append(entry) }
        mutating func add(_ outcome: borrowing EntryOutcome) {
            blocks[blocks.count - 1] += 1
            outcomes.append(copy outcome)
        }
    }

    /// A random study of one contract, both sides, and a history.
    private func run(
        _ contract: ContractKind, seed: UInt64, kernel: KernelChoice, leverages: UInt64 = 3
    ) throws -> HistoryJob {
        var random = SeededGenerator(seed: seed).stream("outcomes \(contract)")
        let market = try RandomStudy.market(seed, &random)
        let cell = try RandomStudy.cell(contract, &random)
        var study = try cell.study(
            leverages: RandomStudy.leverages(&random, most: leverages),
            horizons: RandomStudy.horizons(market, &random))
        study.grid.sides = [.long, .short]
        study.statistics.block = .minutes(7)
        return HistoryJob(study: study, asset: "X", market: market, kernel: kernel, barsPerChunk: 64)
    }

    /// Entry by entry: what the outcomes say adds up to what the run says, to the last bit, because both are added in one order.
    @Test(arguments: 0..<24)
    func collectedOutcomesAddUpToTheTally(seed: UInt64) throws {
        for contract in ContractKind.allCases {
            let run = try run(contract, seed: seed, kernel: .plain)
            for (cell, result) in try run.run(threads: 2).enumerated() {
                let sinks = try run.outcomes(cell: cell, threads: 2, into: Collector())
                expectSum(sinks, result, run.clock, run.market.series.time, "seed \(seed), \(result.rules.cell)")
            }
        }
    }

    private func expectSum(
        _ sinks: [Collector], _ result: CellResult, _ clock: BarClock, _ time: [Int64],
        _ name: @autoclosure () -> Comment
    ) {
        let (tally, outcomes) = (result.tally, sinks.flatMap(\.outcomes))
        let totals = tally.windowTotals
        func bars(_ outcome: EntryOutcome, _ bar: Int) -> Int {
            BarClock.bars(from: clock.place(time[outcome.entry]), to: clock.place(time[bar]))
        }
        #expect(sinks.allSatisfy { $0.chunks == 1 } && sinks.count == tally.exits[0].count, name())
        #expect(sinks.flatMap(\.blocks) == tally.entries.array.map(Int.init), name())
        #expect(sinks.flatMap(\.excluded).count == tally.excluded.total, name())
        #expect(sinks.flatMap(\.rejected).count == totals.rejected, name())
        #expect(outcomes.count { $0.isLiquidated } == tally.liquidated.total, name())
        #expect(outcomes.count { $0.path.isUnprotected } == tally.unprotected.total, name())
        #expect(outcomes.count { $0.isCut && $0.isLiquidated } == totals.cutLiquidated, name())
        #expect(zip(outcomes, outcomes.dropFirst()).allSatisfy { $0.entry < $1.entry && $0.block <= $1.block }, name())
        var toLiquidation = DurationHistogram(unit: clock.unit)
        for outcome in outcomes {
            if let bar = outcome.path.liquidationBar { toLiquidation.add(bars: bars(outcome, bar)) }
        }
        #expect(toLiquidation == tally.timesToLiquidation, name())
        for fill in tally.roles.indices {
            #expect(outcomes.reduce(.zero) { $0 + $1.negative(fill: fill) } == tally.negative[fill].total, name())
            var times = TimedEvents()
            for outcome in outcomes where outcome.negative(fill: fill) > 0 {
                let (exit, shortfall) = (outcome.exits[fill], outcome.shortfall(fill: fill))
                times.add(
                    bars: exit.closedBar.map { bars(outcome, $0) }, events: outcome.negative(fill: fill),
                    shortfall: shortfall.isFinite ? shortfall : nil)
            }
            // Shortfalls by time are joined chunk by chunk; how many they are is exact.
            #expect(times.total == tally.negativeTimes[fill].total, name())
            for (sink, sums) in zip(sinks, tally.exits[fill]) { expectSums(sink, sums, fill, name()) }
        }
    }

    private func expectSums(_ sink: Collector, _ sums: ExitSums, _ fill: Int, _ name: @autoclosure () -> Comment) {
        var (equity, shortfall, causes, unbounded) = (0.0, 0.0, ShortfallCauses(), 0)
        for outcome in sink.outcomes where outcome.isDecided(fill: fill) {
            let exit = outcome.exits[fill]
            if !exit.equity.isFinite {
                if outcome.negative(fill: fill) > 0 { unbounded += 1 }
                continue
            }
            if !outcome.isCut { equity += exit.equity }
            guard outcome.negative(fill: fill) > 0 else { continue }
            shortfall += outcome.shortfall(fill: fill)
            causes += exit.causes
        }
        #expect(equity == sums.equity && shortfall == sums.shortfall && causes == sums.causes, name())
        #expect(unbounded == sums.unboundedNegative, name())
    }

    /// A sweep knows no single outcomes. What a search finds of each entry is what the sweep adds up: counts and times exactly, sums but
    /// for rounding.
    @Test(arguments: 0..<40)
    func outcomesOfASweptCellAddUpToTheSweep(seed: UInt64) throws {
        var swept = 0
        for contract in ContractKind.allCases {
            let run = try run(contract, seed: seed, kernel: .automatic, leverages: 12)
            let trees = PassageTrees(run.market, triggers: Set(run.rules.map(\.platform.liquidation.trigger)))
            for (cell, result) in try run.run(threads: 2).enumerated() where result.kernel == .sweep {
                swept += 1
                let sink = TallySink(result.rules, series: run.market.series, clock: run.clock)
                let tally = run.walked(0..<run.blocks.chunks.count, rules: result.rules, trees: trees, into: sink).tally
                let walked = CellResult(
                    rules: result.rules, tally: tally, disjointWindows: result.disjointWindows, kernel: .passage)
                expectAgreement(result, walked, "seed \(seed), \(contract)")
                let held = try run.heldEntries(cell: cell, threads: 2)
                expectHeld(held, result, "seed \(seed), \(result.rules.cell)")
                let liquidations = try run.liquidations(cell: cell, threads: 2)
                #expect(liquidations.map(when) == held.map(when), "seed \(seed), \(result.rules.cell)")
            }
        }
        #expect(swept > 0)
    }

    /// When an entry was liquidated, for how many it stands then, and where it was seen last.
    private func when(_ entry: HeldEntry) -> [Int64] {
        let weight = entry.isLiquidated ? Int64(bitPattern: entry.weight.bitPattern) : 0
        return [Int64(entry.bar), Int64(entry.block), entry.time, entry.exitTime, entry.cutTime ?? -1, weight]
    }

    private func expectHeld(_ held: [HeldEntry], _ result: CellResult, _ name: @autoclosure () -> Comment) {
        let (tally, sums) = (result.tally, result.tally.exitTotals(fill: 0))
        #expect(held.count == tally.entries.total, name())
        #expect(held.count { $0.isLiquidated } == tally.liquidated.total, name())
        let negative = held.reduce(EventCount.zero) { $0 + $1.negative }
        #expect(abs((negative - tally.negative[0].total).value) <= 1e-8 * Double(held.count), name())
        let shortfall = held.filter { $0.shortfall.isFinite }.reduce(0) { $0 + $1.shortfall }
        expectShare(held, result, name())
        let gross = result.rules.cell.leverage.value * Double(max(1, held.count))
        #expect(abs(shortfall - sums.shortfall) <= 1e-8 * max(gross, sums.shortfall), name())
    }

    /// The entries of a cell as a group have the cell's own share, whatever is cut; without a whole window they have none.
    private func expectShare(_ held: [HeldEntry], _ result: CellResult, _ name: @autoclosure () -> Comment) {
        let horizon = result.rules.cell.horizon
        let context = CellAnatomy.Context(
            horizon: horizon, barLength: result.tally.timesToLiquidation.unit,
            blocks: (held.map { Int($0.block) }.max() ?? 0) + 1, meanLength: 1, rules: ResamplingRules(resamples: 100))
        let bars = (held.map { Int($0.bar) }.max() ?? 0) + 1
        let market = MarketConditions(times: Array(0..<Int64(bars)), closes: Array(repeating: 1, count: bars))
        let anatomy = CellAnatomy(entries: held, market: market, context: context)
        let wanted = result.tally.windowTotals.entries > 0 ? result.tally.negativeShare(fill: 0).frequency : nil
        #expect(abs((anatomy.whole?.frequency ?? -1) - (wanted ?? -1)) < 1e-8, name())
        let shares = [anatomy.whole, anatomy.withoutLargest] + anatomy.conditions.map(\.inference)
        #expect(
            (shares + anatomy.liquidation.map(\.inference)).compactMap { $0 }.allSatisfy {
                (0...1).contains($0.frequency) && $0.bounds.holds($0.frequency)
            }, name())
    }

    /// Final equity is what is left less what is missing, and prices say where that was decided.
    @Test(arguments: 0..<24)
    func outcomesAreWhole(seed: UInt64) throws {
        for contract in ContractKind.allCases {
            let run = try run(contract, seed: seed, kernel: .automatic)
            for (cell, rules) in run.rules.enumerated() {
                let outcomes = try run.outcomes(cell: cell, threads: 2, into: Collector()).flatMap(\.outcomes)
                for outcome in outcomes {
                    try expectWhole(outcome, rules, "seed \(seed), \(rules.cell), \(outcome.entry)")
                }
            }
        }
    }

    private func expectWhole(_ outcome: EntryOutcome, _ rules: CellRules, _ name: @autoclosure () -> Comment) throws {
        let prices = try #require(outcome.prices)
        if !isWhole(outcome, prices, rules.cell.side) { Issue.record(name()) }
        // A liquidation comes before bankruptcy, or with it: the requirement is not below zero.
        guard outcome.isLiquidated, prices.trigger.isFinite, prices.bankruptcy.isFinite, prices.bankruptcy > 0 else {
            return
        }
        let slack = 1e-9 * (prices.entry + abs(prices.trigger))
        if rules.cell.side.sign * (prices.trigger - prices.bankruptcy) < -slack { Issue.record(name()) }
    }

    /// Asked of every entry: one plain answer, where an expectation apiece would cost more than the walk.
    private func isWhole(_ outcome: EntryOutcome, _ prices: OutcomePrices, _ side: Side) -> Bool {
        guard outcome.weight == 1, outcome.entry < outcome.exitBar(), outcome.exitBar() <= outcome.last,
            prices.exit.slipped * side.sign <= prices.exit.delayed * side.sign
        else { return false }
        return outcome.exits.indices.allSatisfy { fill in
            let (exit, shortfall) = (outcome.exits[fill], outcome.shortfall(fill: fill))
            guard outcome.surplus(fill: fill) >= 0, shortfall >= 0 else { return false }
            if !outcome.isDecided(fill: fill) || !exit.equity.isFinite { return true }
            let balance = outcome.surplus(fill: fill) - shortfall
            return abs(balance - exit.equity) <= 1e-9 * (1 + abs(exit.equity) + shortfall)
        }
    }
}
