import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

/// Shares of behaviours against sums over entries, each event weighed by hand: by how many entries were watched as long.
@Suite struct BehaviourShareTests {
    /// One entry that was made, as the definition reads.
    private struct Seen {
        /// Bar lengths from the entry to where its window was cut; nil for a whole one.
        var cutAfter: Int?
        /// How it ended, and how holding did.
        var own, held: BehaviourOutcome
        var entry: Int
        var clock: BarClock
        var times: [Int64]

        func after(_ outcome: BehaviourOutcome) -> Int? { outcome.exit.closedBar.map(bars) }

        func bars(_ bar: Int) -> Int { BarClock.bars(from: clock.place(times[entry]), to: clock.place(times[bar])) }

        /// Whether it is known how it ended.
        func isDecided(_ outcome: BehaviourOutcome) -> Bool { cutAfter == nil || outcome.exit.closedBar != nil }
    }

    private func seen(_ behaviour: Behaviour, _ job: HistoryJob, _ kernel: PlainKernel<LinearPosition>) -> [Seen] {
        let (rules, market) = (job.rules[0], job.market)
        let hodl = BehaviourWalk(kernel, BehaviourRules(.hodl, cell: rules, market: market))
        let own = BehaviourWalk(kernel, BehaviourRules(behaviour, cell: rules, market: market))
        var none: [BehaviourEvent]?
        return market.series.close.indices.compactMap { entry in
            guard kernel.windows.lastBar[entry] != EntryWindows.notAnEntry,
                let (last, isCut) = kernel.windows.watched(entry), !kernel.isRejected(entry: entry),
                behaviour.enterAfter?.lets(entry, closes: market.series.close) ?? true
            else { return nil }
            let end = WindowEnd(last: last, isCut: isCut)
            var seen = Seen(
                cutAfter: nil, own: own.outcome(entry: entry, to: end, events: &none),
                held: hodl.outcome(entry: entry, to: end, events: &none), entry: entry, clock: job.clock,
                times: market.series.time)
            if isCut { seen.cutAfter = seen.bars(last) }
            return seen
        }
    }

    private func share(_ all: [Seen], _ outcome: (Seen) -> BehaviourOutcome, _ event: (BehaviourOutcome) -> Double)
        -> Double
    {
        // How long each was watched, shortest first: as long as an event were those from the first that is not shorter on.
        let watched = all.map { $0.cutAfter ?? .max }.sorted()
        var sum = 0.0
        for seen in all {
            let own = outcome(seen)
            guard seen.isDecided(own) else { continue }
            let after = seen.after(own) ?? .max
            var (low, high) = (0, watched.count)
            while low < high {
                let middle = (low + high) / 2
                if watched[middle] < after { low = middle + 1 } else { high = middle }
            }
            sum += event(own) / Double(watched.count - low)
        }
        return min(1, sum)
    }

    private var behaviours: [Behaviour] {
        func make(_ change: (inout Behaviour) -> Void) -> Behaviour {
            var behaviour = Behaviour(name: "b")
            change(&behaviour)
            return behaviour
        }
        return [
            make { $0.stopLoss = 0.01 },
            make { ($0.trailingStop, $0.panicExit) = (0.02, 0.01) },
            make { ($0.stopLoss, $0.enterAfter) = (0.02, .gain(0, bars: 2)) },
            make { $0.enterAfter = .fall(0, bars: 2) },
            make { ($0.stopLoss, $0.reenter) = (0.03, Reentry(after: .minutes(1), times: 3)) },
            make { ($0.instalments) = Instalments(count: 3, every: .minutes(2)) },
            make { $0.topUp = TopUp(at: 3, add: 1, times: 1) },
        ]
    }

    @Test(arguments: 2000..<2040)
    func eventsWeighByWhoWasWatched(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("behaviour shares")
        let market = try RandomStudy.market(seed, &random)
        var cell = try RandomStudy.cell(.linear, &random)
        cell.side = random.next() % 2 == 0 ? .short : .long
        cell.leverage = [5, 20, 60][Int(random.next() % 3)]
        cell.horizon = .minutes(Int64(5 + random.next() % 200))
        let job = HistoryJob(study: try cell.study(), asset: "X", market: market, kernel: .automatic)
        let kernel: PlainKernel<LinearPosition> = job.kernel(job.rules[0])
        for trees in [nil, job.behaviourTrees] {
            let tallies = try job.tallies(of: behaviours, cell: 0, trees: trees, threads: 2)
            let held = tallies[0].cell.exposure.share(tallies[0].cell.negativeTimes[0])
            for (place, tally) in tallies.enumerated() {
                let name: Comment = "seed \(seed), rule \(place - 1), \(trees == nil ? "plain" : "searched")"
                let rule = place == 0 ? Behaviour.hodl : behaviours[place - 1]
                let all = seen(rule, job, kernel)
                let tolerance = job.rules[0].toleranceOfMargin
                let isNear = market.fundingPerBar == nil ? 1e-9 : 1e-6
                let lost = share(all, \.own) { $0.lostHalf.value }
                #expect(abs(tally.lostHalfFrequency - lost) < isNear, name)
                #expect(tally.lostHalfFrequency >= tally.cell.exposure.share(tally.cell.negativeTimes[0]), name)
                let jumped = all.filter {
                    $0.isDecided($0.own) && $0.own.isPastStop && $0.own.exit.negative(tolerance: tolerance) > 0
                }
                #expect(tally.jumps.days.reduce(0) { $0 + $1.entries } == jumped.count, name)
                #expect(
                    tally.jumps.days.reduce(0) { $0 + $1.cut } == jumped.filter { $0.cutAfter != nil }.count, name)
                guard place > 0 else { continue }
                let same = share(all, \.held) { $0.exit.negative(tolerance: tolerance).value }
                #expect(abs(tally.heldNegativeShare - same) < isNear, name)
                if rule.enterAfter == nil { #expect(tally.heldNegativeShare == held, name) }
            }
        }
    }

    /// Ten hours, of which the last is 30 % down: who enters late is below zero before the data ends, with a stop or without.
    @Test func theLastFallCounts() throws {
        var cell = TestCell()
        (cell.horizon, cell.fill) = (.minutes(5), .worst)
        let calm = (100.0, 100.0, 100.0, 100.0)
        let market = MarketHistory(series: series(Array(repeating: calm, count: 9) + [(70, 70, 70, 70)]))
        let job = HistoryJob(study: try cell.study(), asset: "X", market: market, kernel: .automatic)
        var stop = Behaviour(name: "stop")
        stop.stopLoss = 0.05
        for trees in [nil, job.behaviourTrees] {
            let found = try job.tallies(of: [stop], cell: 0, trees: trees, threads: 1)
            let estimates = found.enumerated().map { BehaviourEstimate($1, isHolding: $0 == 0) }
            // Entries 0 to 4 have whole windows, of which the last sees the fall; 5 to 8 are closed in it 4, 3, 2 and 1 bars after them,
            // when 6, 7, 8 and 9 were watched.
            let share = 1.0 / 5 + 1.0 / 6 + 1.0 / 7 + 1.0 / 8 + 1.0 / 9
            for estimate in estimates {
                #expect(abs((estimate.negativeShare ?? 0) - share) < 1e-12)
                #expect(estimate.lostHalfShare == estimate.negativeShare)
            }
            #expect(
                estimates[1].heldNegativeShare == estimates[0].negativeShare && estimates[0].heldNegativeShare == nil)
            #expect(found[1].jumps.days.map(\.entries) == [5] && found[1].jumps.days.map(\.cut) == [4])
        }
    }

    /// Ten hours, of which the last closes 6 % down: who panics there has lost more than half, whole window or not, however else the behaviour is
    /// followed; where a gap follows, those of what comes after it are watched beside them and lose nothing.
    @Test(arguments: [false, true]) func panicAtTheLastCloseThatIsSeenCounts(isGap: Bool) throws {
        var cell = TestCell()
        (cell.horizon, cell.maxGap) = (.minutes(5), .automatic)
        let behaviours = panickers
        let job = HistoryJob(
            study: try cell.study(), asset: "X", market: MarketHistory(series: try fallAtTheEnd(isGap: isGap)),
            kernel: .automatic)
        // Entry 4 holds to the fall, entries 5 to 8 are cut by it 4, 3, 2 and 1 bars after them, when 6, 7, 8 and 9 were watched.
        let (whole, all) = (1.0 / 5, 1.0 / 5 + 1.0 / 6 + 1.0 / 7 + 1.0 / 8 + 1.0 / 9)
        let watched = isGap ? 2.0 : 1
        for trees in [nil, job.behaviourTrees] {
            let found = try job.tallies(of: behaviours, cell: 0, trees: trees, threads: 1)
            let (held, others) = (found[0], found.dropFirst())
            #expect(abs(held.lostHalfFrequency - whole / watched) < 1e-12)
            for (rule, tally) in zip(behaviours, others) {
                let name: Comment = "\(rule), \(trees == nil ? "plain" : "searched")"
                #expect(abs(tally.lostHalfFrequency - all / watched) < 1e-12, name)
                // At the close at which the holding time ends it is the horizon that closes.
                #expect(tally.closings[.panicked] == 0, name)
                #expect(tally.closings[.horizon] == (isGap ? 10 : 5), name)
            }
        }
    }

    /// Who sells 5 % below the best close: by levels alone, and with all that has positions followed in another way.
    private var panickers: [Behaviour] {
        let changes: [(inout Behaviour) -> Void] = [
            { _ in }, { $0.unit = .margin }, { $0.exits = [PlannedExit(distance: 0.5, part: 0.5)] },
            { $0.reenter = Reentry(after: .minutes(0), times: 2) },
            { $0.instalments = Instalments(count: 2, every: .hours(1)) },
            { $0.topUp = TopUp(at: 1, add: 1, times: 1) },
            { ($0.topUp, $0.reenter) = (TopUp(at: 1, add: 1, times: 1), Reentry(after: .minutes(0), times: 2)) },
        ]
        return changes.map { change in
            var behaviour = Behaviour(name: "panic")
            behaviour.panicExit = 0.05
            change(&behaviour)
            return behaviour
        }
    }

    private func fallAtTheEnd(isGap: Bool) throws -> BarSeries {
        let prices = [Double](repeating: 100, count: 9) + [Double](repeating: 94, count: isGap ? 11 : 1)
        let times = prices.indices.map { Int64($0) * 60_000 + ($0 > 9 ? 8 * 3_600_000 : 0) }
        return try BarSeries(time: times, price: prices)
    }

    /// A liquidation in the last bar that is seen counts, be it due at the worst price of the bar or at its close.
    @Test(arguments: [LiquidationTrigger.extreme, .close]) func liquidationInTheLastBarThatIsSeenCounts(
        trigger: LiquidationTrigger
    ) throws {
        var cell = TestCell(leverage: 20)
        (cell.horizon, cell.maxGap, cell.trigger) = (.minutes(5), .automatic, trigger)
        let all = 1.0 / 5 + 1.0 / 6 + 1.0 / 7 + 1.0 / 8 + 1.0 / 9
        for isGap in [false, true] {
            let market = MarketHistory(series: try fallAtTheEnd(isGap: isGap))
            let job = HistoryJob(study: try cell.study(), asset: "X", market: market, kernel: .automatic)
            let share = all / (isGap ? 2 : 1)
            let estimate = try job.run(threads: 1)[0].estimate(confidence: 0.95)
            #expect(abs((estimate.liquidatedFrequency ?? 0) - share) < 1e-12)
            for trees in [nil, job.behaviourTrees] {
                for tally in try job.tallies(of: panickers, cell: 0, trees: trees, threads: 1) {
                    let liquidated = BehaviourEstimate(tally, isHolding: false).liquidatedShare ?? 0
                    #expect(abs(liquidated - share) < 1e-12)
                }
            }
        }
    }

    /// A platform that closes a winner under holding, too, is not the behaviour's doing.
    @Test func winnersThatThePlatformClosesAreNotClosedEarly() throws {
        var (cell, never, early) = (TestCell(), Behaviour(name: "never"), Behaviour(name: "early"))
        // Due in the second bar, filled at the open of the third, which is higher than the entry.
        (cell.fill, cell.horizon) = (.next, .minutes(4))
        let market = MarketHistory(
            series: series([
                (100, 100, 100, 100), (100, 100, 80, 100), (120, 120, 120, 120), (120, 120, 120, 120),
                (120, 120, 120, 120),
            ]))
        let job = HistoryJob(study: try cell.study(), asset: "X", market: market, kernel: .automatic)
        (never.stopLoss, early.exits) = (.infinity, [PlannedExit(distance: 0.1)])
        early.stopLoss = 0.05
        for trees in [nil, job.behaviourTrees] {
            let found = try job.tallies(of: [never, early], cell: 0, trees: trees, threads: 1)
            #expect(found[1].cost.winners == 1 && found[1].cost.winnersClosed == 0)
            #expect(found[1].cost.forgone == 0)
            #expect(found[2].cost.winners == 1 && found[2].cost.winnersClosed == 1)
        }
    }
}
