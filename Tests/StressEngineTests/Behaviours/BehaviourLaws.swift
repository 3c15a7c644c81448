import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

/// What must hold of behaviours on any prices and rules: histories drawn from printed seeds.
@Suite struct BehaviourLaws {
    private struct Draw {
        let job: HistoryJob
        let contract: ContractKind
        let seed: UInt64

        func tallies(_ changes: [(inout Behaviour) -> Void]) throws -> [BehaviourTally] {
            let behaviours = changes.enumerated().map { place, change in
                var behaviour = Behaviour(name: "b\(place)")
                change(&behaviour)
                return behaviour
            }
            return try job.tallies(of: behaviours, cell: 0, trees: nil, threads: 2)
        }
    }

    private func draws(_ seed: UInt64, change: (inout TestCell) -> Void = { _ in }) throws -> [Draw] {
        var random = SeededGenerator(seed: seed).stream("behaviour laws")
        let market = try RandomStudy.market(seed, &random)
        return try ContractKind.allCases.map { contract in
            var cell = try RandomStudy.cell(contract, &random)
            cell.side = contract != .spot && random.next() % 2 == 0 ? .short : .long
            cell.leverage = contract == .spot ? 1 : [2, 10, 50][Int(random.next() % 3)]
            cell.horizon = .minutes(Int64(1 + random.next() % 120))
            change(&cell)
            let job = HistoryJob(study: try cell.study(), asset: "X", market: market, kernel: .plain)
            return Draw(job: job, contract: contract, seed: seed)
        }
    }

    /// Holding is what a run without behaviours says, bit for bit, and rules at infinity, zero or one instalment are holding.
    @Test(arguments: 0..<60)
    func noRuleIsHolding(seed: UInt64) throws {
        for draw in try draws(seed) {
            let run = try draw.job.run(threads: 1)[0].tally
            let all = try draw.tallies([
                { ($0.stopLoss, $0.exits) = (.infinity, [PlannedExit(distance: .infinity)]) },
                { ($0.trailingStop, $0.panicExit) = (.infinity, .infinity) },
                { $0.instalments = Instalments(count: 1, every: .minutes(1)) },
                { $0.topUp = TopUp(at: 3, add: 0, times: 5) }, { $0.topUp = TopUp(at: 3, add: 1, times: 0) },
                { $0.reenter = Reentry(after: .minutes(0), times: 0) }, { $0.enterAfter = .gain(-.infinity, bars: 0) },
            ])
            let hodl = all[0].cell
            let name = "seed \(draw.seed), \(draw.contract)"
            #expect(hodl.entries == run.entries && hodl.excluded == run.excluded, "\(name)")
            #expect(
                hodl.rejected == run.rejected && hodl.liquidated == run.liquidated && hodl.cut == run.cut.withoutTouch,
                "\(name)")
            #expect(hodl.negative[0] == run.negative[0] && hodl.exits[0] == run.exits[0], "\(name)")
            #expect(hodl.negativeTimes[0] == run.negativeTimes[0] && hodl.shortfalls[0] == run.shortfalls[0], "\(name)")
            for (place, tally) in all.enumerated() {
                #expect(tally.cell == hodl && tally.equity == all[0].equity, "\(name), rule \(place)")
                #expect(
                    tally.closings == all[0].closings && tally.lostHalf == all[0].lostHalf, "\(name), rule \(place)")
            }
        }
    }

    /// A call at an equity of nothing is none, whoever liquidates.
    @Test(arguments: 60..<75)
    func aCallAtNothingIsNone(seed: UInt64) throws {
        for draw in try draws(seed, change: { $0.liquidation = false }) {
            let all = try draw.tallies([{ $0.topUp = TopUp(at: 0, add: 1, times: 3) }])
            #expect(all[1].cell == all[0].cell && all[1].equity == all[0].equity, "seed \(seed), \(draw.contract)")
        }
    }

    /// A stop that stands before the trigger leaves to the platform only what opens through both; a limit order leaves at least what its
    /// level does.
    @Test(arguments: 150..<180)
    func ordersHoldTheirLevels(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("levels")
        let market = try RandomStudy.market(seed, &random)
        var cell = TestCell()
        (cell.leverage, cell.horizon) = ([2, 10, 40][Int(random.next() % 3)], .minutes(120))
        var behaviour = Behaviour(name: "b")
        (behaviour.stopLoss, behaviour.exits) = (0.5 / cell.leverage, [PlannedExit(distance: 0.01)])
        let kernel: PlainKernel<LinearPosition> = try cell.kernel(market)
        let walk = BehaviourWalk(kernel, BehaviourRules(behaviour, cell: kernel.rules, market: market))
        var events: [BehaviourEvent]?
        for entry in market.series.close.indices {
            guard let (last, isCut) = kernel.windows.watched(entry), !isCut, !kernel.isRejected(entry: entry),
                market.isPositive
            else { continue }
            let outcome = walk.outcome(entry: entry, to: WindowEnd(last: last, isCut: false), events: &events)
            if let bar = outcome.liquidationBar, market.mark == nil, market.fundingPerBar == nil {
                let trigger = kernel.position(entry: entry).triggerPrice(.none)
                #expect(market.series.open[bar] <= trigger, "seed \(seed), entry \(entry)")
            }
            if outcome.cause == .tookProfit, market.fundingPerBar == nil {
                let least = 1 + cell.leverage * 0.01
                #expect(outcome.exit.equity >= least - 1e-9, "seed \(seed), entry \(entry)")
            }
        }
    }

    /// Stops and limit orders take positions out of the platform's hands, never into them.
    @Test(arguments: 100..<150)
    func ordersNeverRaiseLiquidations(seed: UInt64) throws {
        for draw in try draws(seed) {
            let all = try draw.tallies([
                { $0.stopLoss = 0.004 }, { $0.trailingStop = 0.01 }, { $0.exits = [PlannedExit(distance: 0.01)] },
                { $0.panicExit = 0.01 }, { ($0.stopLoss, $0.unit) = (0.3, .margin) },
            ])
            let held = all[0].cell.liquidated.array
            for (place, tally) in all.enumerated() {
                let isFewer = zip(tally.cell.liquidated.array, held).allSatisfy { $0 <= $1 }
                #expect(isFewer, "seed \(draw.seed), \(draw.contract), rule \(place)")
            }
        }
    }

    /// A limit order gains what it asks for, and takes nobody below zero whom holding would not.
    @Test(arguments: 200..<230)
    func limitOrdersGain(seed: UInt64) throws {
        let draws = try draws(seed) { cell in
            (cell.fees, cell.borrow.rate) = ((0, 0, 0), 0)
        }
        for draw in draws where draw.job.market.fundingPerBar == nil && draw.job.market.isPositive {
            let all = try draw.tallies([{ $0.exits = [PlannedExit(distance: 0.01)] }])
            let isFewer = zip(all[1].cell.negative[0].array, all[0].cell.negative[0].array).allSatisfy { $0 <= $1 }
            #expect(isFewer, "seed \(draw.seed), \(draw.contract)")
        }
    }

    /// Which of two levels in one bar came first is worth something only to who takes profits.
    @Test(arguments: 300..<330)
    func theFavourableOrderIsNoWorse(seed: UInt64) throws {
        for draw in try draws(seed, change: { $0.fill = .gap }) where draw.job.market.isPositive {
            func plan(_ order: BarOrder) -> (inout Behaviour) -> Void {
                { ($0.stopLoss, $0.exits, $0.order) = (0.01, [PlannedExit(distance: 0.01)], order) }
            }
            let all = try draw.tallies([plan(.adverse), plan(.favourable)])
            #expect(all[1].closings[.tookProfit] <= all[2].closings[.tookProfit], "seed \(draw.seed)")
            if let adverse = all[1].meanEquity, let favourable = all[2].meanEquity {
                #expect(favourable >= adverse - 1e-9, "seed \(draw.seed), \(draw.contract)")
            }
        }
    }

    /// An exit plan whose parts stand at one price is one limit order.
    @Test(arguments: 400..<430)
    func partsAtOnePriceAreOneOrder(seed: UInt64) throws {
        for draw in try draws(seed, change: { $0.isPartial = false }) {
            let parts = [0.25, 0.5, 0.25].map { PlannedExit(distance: 0.01, part: $0) }
            let all = try draw.tallies([{ $0.exits = [PlannedExit(distance: 0.01)] }, { $0.exits = parts }])
            #expect(all[1].closings == all[2].closings, "seed \(draw.seed), \(draw.contract)")
            if let one = all[1].meanEquity, let several = all[2].meanEquity {
                #expect(abs(one - several) <= 1e-9 * max(1, abs(one)), "seed \(draw.seed), \(draw.contract)")
            }
        }
    }

    /// Whoever pays in enough is not liquidated more often.
    @Test(arguments: 500..<530)
    func topUpsNeverRaiseLiquidations(seed: UInt64) throws {
        for draw in try draws(seed) where draw.contract == .linear || draw.contract == .inverse {
            let all = try draw.tallies([{ $0.topUp = TopUp(at: 3, add: 1, times: 2) }])
            #expect(all[1].cell.liquidated.total <= all[0].cell.liquidated.total, "seed \(draw.seed)")
        }
    }

    /// Threads and chunks change no bit of a tally.
    @Test(arguments: 600..<612)
    func threadsChangeNothing(seed: UInt64) throws {
        for draw in try draws(seed) {
            var behaviour = Behaviour(name: "all")
            (behaviour.stopLoss, behaviour.trailingStop) = (0.02, 0.03)
            behaviour.reenter = Reentry(after: .minutes(2), times: 3)
            let one = try draw.job.tallies(of: [behaviour], cell: 0, trees: nil, threads: 1)
            #expect(try draw.job.tallies(of: [behaviour], cell: 0, trees: nil, threads: 7) == one, "seed \(draw.seed)")
        }
    }
}

extension CutCounts {
    /// Without what nobody-liquidates would have shown, which behaviours do not count.
    fileprivate var withoutTouch: CutCounts {
        var copy = self
        copy.unprotected = 0
        return copy
    }
}
