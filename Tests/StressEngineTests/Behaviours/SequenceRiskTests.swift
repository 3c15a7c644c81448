import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

/// The risk of ruin of who goes on, against one start after the other, followed through every chance.
@Suite struct SequenceRiskTests {
    private typealias Walk = BehaviourWalk<LinearPosition>

    /// How probable it is that a capital is gone, from a position on.
    private func ruin(
        _ walk: Walk, _ windows: EntryWindows, from entry: Int, until end: Int64, wait: Int64, capital: Int, left: Int
    ) -> Double {
        guard left > 0, let (last, isCut) = windows.watched(entry) else { return 0 }
        var none: [BehaviourEvent]?
        let outcome = walk.outcome(entry: entry, to: WindowEnd(last: last, isCut: isCut), events: &none)
        guard let closed = outcome.exit.closedBar, walk.times[closed] <= end,
            [.liquidated, .stopped, .trailed].contains(outcome.cause)
        else { return 0 }
        let isAbove = outcome.exit.equity > 0
        let gone =
            outcome.cause == .liquidated ? 1 : outcome.exit.spread.map { $0.negative.value } ?? (isAbove ? 0 : 1)
        let next = (entry..<walk.times.count).first {
            walk.times[$0] >= walk.times[closed] + wait && windows.watched($0) != nil
                && !walk.kernel.isRejected(entry: $0)
        }
        func goOn(_ capital: Int) -> Double {
            if capital == 0 { return 1 }
            guard let next else { return 0 }
            return ruin(walk, windows, from: next, until: end, wait: wait, capital: capital, left: left - 1)
        }
        return (gone > 0 ? gone * goOn(capital - 1) : 0) + (gone < 1 ? (1 - gone) * goOn(capital) : 0)
    }

    private func isEntry(_ walk: Walk, _ bar: Int) -> Bool {
        let kernel = walk.kernel
        return kernel.windows.lastBar[bar] != EntryWindows.notAnEntry && kernel.windows.watched(bar) != nil
            && !kernel.isRejected(entry: bar)
    }

    private func rules(_ random: inout SeededGenerator) -> Behaviour {
        var behaviour = Behaviour(name: "b")
        if random.next() % 2 == 0 { behaviour.stopLoss = [0.002, 0.01, 0.04][Int(random.next() % 3)] }
        if random.next() % 3 == 0 { behaviour.trailingStop = [0.005, 0.02][Int(random.next() % 2)] }
        if random.next() % 3 == 0 { behaviour.enterAfter = .gain(0, bars: 2) }
        if random.next() % 4 == 0 { behaviour.topUp = TopUp(at: 3, add: 1, times: 1) }
        behaviour.reenter = Reentry(after: .minutes(Int64(random.next() % 3)), times: 1 + Int(random.next() % 4))
        return behaviour
    }

    @Test(arguments: 3000..<3040)
    func everyStartIsFollowedThroughEveryChance(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("ruin")
        let market = try RandomStudy.market(seed, &random)
        var cell = try RandomStudy.cell(.linear, &random)
        cell.side = random.next() % 2 == 0 ? .short : .long
        (cell.leverage, cell.isPartial) = ([5, 25, 80][Int(random.next() % 3)], false)
        cell.horizon = .minutes(Int64(5 + random.next() % 100))
        let behaviour = rules(&random)
        let job = HistoryJob(study: try cell.study(), asset: "X", market: market, kernel: .automatic)
        let found = try job.sequencePositions(of: behaviour, cell: 0, trees: job.behaviourTrees, threads: 2)
        let plain = try job.sequencePositions(of: behaviour, cell: 0, trees: nil, threads: 1)
        if market.fundingPerBar == nil { #expect(found == plain, "seed \(seed)") }
        let reentry = try #require(behaviour.reenter)
        let most = reentry.times + 1
        let shares = RuinShare.shares(
            of: plain, horizon: cell.horizon, wait: reentry.after, most: most, blocks: job.blockCount)

        let kernel: PlainKernel<LinearPosition> = job.kernel(job.rules[0])
        var alone = behaviour
        alone.reenter = nil
        let walk = Walk(kernel, BehaviourRules(alone, cell: job.rules[0], market: market))
        // The stride says who begins; who goes on waits for no bar of it.
        let windows = EntryWindows(series: market.series, horizon: cell.horizon, maxGap: job.maxGap)
        let starts = market.series.time.indices.filter { bar in
            isEntry(walk, bar) && kernel.windows.watched(bar)?.isCut == false
                && behaviour.enterAfter?.lets(bar, closes: market.series.close) ?? true
        }
        for (margins, share) in shares {
            let ruined = starts.reduce(0.0) {
                $0
                    + ruin(
                        walk, windows, from: $1, until: walk.times[$1] + cell.horizon.milliseconds,
                        wait: reentry.after.milliseconds, capital: margins, left: most)
            }
            #expect(share.total == starts.count, "seed \(seed)")
            #expect(abs(share.count - ruined) < 1e-6 * max(1, ruined), "seed \(seed), \(margins) margins")
        }
    }

    /// Rules at infinity leave to the platform what holding leaves, and cost what its liquidations cost.
    @Test(arguments: 3100..<3120)
    func withoutAStopItIsTheLiquidations(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("ruin")
        let market = try RandomStudy.market(seed, &random)
        var (cell, never) = (try RandomStudy.cell(.linear, &random), Behaviour(name: "b"))
        (cell.leverage, cell.isPartial, cell.stride) = (25, false, 1)
        (never.stopLoss, never.reenter) = (.infinity, Reentry(after: .minutes(0), times: 3))
        let job = HistoryJob(study: try cell.study(), asset: "X", market: market, kernel: .automatic)
        let held = try job.liquidations(cell: 0, threads: 1).map { SequencePosition($0) }
        let found = try job.sequencePositions(of: never, cell: 0, trees: job.behaviourTrees, threads: 2)
        #expect(found.filter(\.isLost) == held.filter(\.isLost), "seed \(seed)")
        #expect(found.map(\.isStart) == held.map(\.isStart), "seed \(seed)")
    }

    /// A stop at 5 % of a 10× long leaves half of the margin each time; a gap below the trigger takes all of it.
    @Test func aStopCostsNoMarginUnlessNothingIsLeft() throws {
        var (cell, stops) = (TestCell(), Behaviour(name: "b"))
        (cell.horizon, cell.fill) = (.minutes(4), .gap)
        (stops.stopLoss, stops.reenter) = (0.05, Reentry(after: .minutes(0), times: 4))
        func lost(_ closes: [Double]) throws -> [Double] {
            let bars = closes.map { ($0, $0, $0, $0) }
            let job = HistoryJob(
                study: try cell.study(), asset: "X", market: MarketHistory(series: series(bars)), kernel: .automatic)
            let positions = try job.sequencePositions(of: stops, cell: 0, trees: job.behaviourTrees, threads: 1)
            return RuinShare.shares(of: positions, horizon: cell.horizon, wait: .minutes(0), most: 5, blocks: 1)
                .map(\.share.count)
        }
        #expect(try lost([100, 94, 88, 82, 77]) == [0, 0, 0, 0])
        #expect(try lost([100, 94, 80, 79, 78]) == [1, 0, 0, 0])
        #expect(try lost([100, 94, 80, 60, 40]) == [1, 1, 1, 0])
    }
}
