import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

/// The search for the events of behaviours against the walk over every bar, on histories and rules drawn from printed seeds.
@Suite struct BehaviourAgreementTests {
    private func behaviour(_ random: inout SeededGenerator, _ name: String) -> Behaviour {
        func flip(_ odds: UInt64) -> Bool { random.next() % odds == 0 }
        func distance() -> Double { [0.002, 0.01, 0.05, 0.3][Int(random.next() % 4)] * (0.5 + random.uniform()) }
        var rules = Behaviour(name: name)
        if flip(2) { rules.stopLoss = distance() }
        if flip(2) {
            let first = distance()
            rules.exits = [PlannedExit(distance: first, part: 0.5), PlannedExit(distance: 2 * first, part: 0.5)]
        }
        if flip(3) { rules.trailingStop = distance() }
        if flip(3) { rules.panicExit = distance() }
        if flip(4) { rules.enterAfter = flip(2) ? .gain(distance() / 4, bars: 3) : .highVolatility(bars: 2) }
        if flip(4) { rules.unit = .margin }
        if flip(2) { rules.order = .favourable }
        switch random.next() % 4 {
        case 0:
            rules.instalments = Instalments(
                count: 2 + Int(random.next() % 4), every: .minutes(Int64(1 + random.next() % 9)))
        case 1: rules.reenter = Reentry(after: .minutes(Int64(random.next() % 5)), times: 3)
        default: break
        }
        if flip(3) {
            rules.topUp = TopUp(
                at: 1 + 3 * random.uniform(), add: random.uniform(), times: 1 + Int(random.next() % 3),
                latency: 1 + Int(random.next() % 4))
        }
        return rules
    }

    /// One who buys in instalments and holds, several of them at one close where they are due more often than there are bars.
    private func buyer(_ random: inout SeededGenerator, _ other: Behaviour) -> Behaviour {
        var rules = Behaviour(name: other.name)
        rules.enterAfter = other.enterAfter
        rules.instalments = Instalments(
            count: 2 + Int(random.next() % 20), every: .seconds(Int64([20, 60, 150, 600][Int(random.next() % 4)])))
        return rules
    }

    /// One who pays in what the platform calls for, and nothing else; the platform calls early, late, or not before it closes.
    private func payer(_ random: inout SeededGenerator, _ other: Behaviour) -> Behaviour {
        var rules = Behaviour(name: other.name)
        rules.enterAfter = other.enterAfter
        rules.topUp = TopUp(
            at: [1.01, 2, 20][Int(random.next() % 3)] * (0.5 + random.uniform()), add: 2 * random.uniform(),
            times: 1 + Int(random.next() % 3), latency: 1 + Int(random.next() % 9))
        return rules
    }

    /// The same, with levels of the price that close all of it: before a call, between it and the payment, and after.
    private func guardedPayer(_ random: inout SeededGenerator, _ other: Behaviour) -> Behaviour {
        var rules = payer(&random, other)
        rules.order = other.order
        if random.next() % 4 > 0 { rules.stopLoss = [0.003, 0.01, 0.03, 0.3][Int(random.next() % 4)] }
        if rules.stopLoss == nil || random.next() % 3 == 0 {
            rules.exits = [PlannedExit(distance: 0.03 * random.uniform(), part: 1)]
        }
        return rules
    }

    /// One who goes on after a loss to the platform, or to a stop order too.
    private func gambler(_ random: inout SeededGenerator, _ other: Behaviour) -> Behaviour {
        var rules = Behaviour(name: other.name)
        (rules.enterAfter, rules.unit, rules.order) = (other.enterAfter, other.unit, other.order)
        if random.next() % 2 == 0 { rules.stopLoss = 0.02 * (0.1 + random.uniform()) }
        if random.next() % 3 == 0 { rules.panicExit = 0.02 * (0.1 + random.uniform()) }
        rules.reenter = Reentry(after: .minutes(Int64(random.next() % 20)), times: 1 + Int(random.next() % 9))
        return rules
    }

    /// Without funding every bit is the same; with it, what was paid is a difference of sums.
    @Test(arguments: 0..<80)
    func theSearchIsTheWalk(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("behaviours")
        let market = try RandomStudy.market(seed, &random)
        for contract in ContractKind.allCases {
            var cell = try RandomStudy.cell(contract, &random)
            cell.side = contract != .spot && random.next() % 2 == 0 ? .short : .long
            cell.leverage = contract == .spot ? 1 : [2, 10, 50][Int(random.next() % 3)]
            cell.horizon = .minutes(Int64(1 + random.next() % 380))
            let behaviours = (0..<6).map { behaviour(&random, "b\($0)") }
            let job = HistoryJob(study: try cell.study(), asset: "X", market: market, kernel: .automatic)
            let trees = try #require(job.behaviourTrees)
            let plain = try job.tallies(of: behaviours, cell: 0, trees: nil, threads: 2)
            let fast = try job.tallies(of: behaviours, cell: 0, trees: trees, threads: 2)
            for (place, (one, other)) in zip(fast, plain).enumerated() {
                func name() -> String { "seed \(seed), \(contract), \(place == 0 ? .hodl : behaviours[place - 1])" }
                if market.fundingPerBar == nil {
                    #expect(one == other, "\(name())")
                } else {
                    expectClose(one, other, name())
                }
            }
        }
    }

    /// A grid of leverages and holding times is followed at once, and says of each cell what its own walk says.
    @Test(arguments: 1000..<1050)
    func aGridIsItsCells(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("behaviours")
        let market = try RandomStudy.market(seed, &random)
        for contract in [ContractKind.linear, .inverse, .margin] {
            var cell = try RandomStudy.cell(contract, &random)
            cell.side = random.next() % 2 == 0 ? .short : .long
            let behaviours = (0..<10).map { place in
                // Every other one without what makes it a walk of its own, so that levels of all kinds meet.
                var drawn = behaviour(&random, "b\(place)")
                if place % 2 == 0 { (drawn.instalments, drawn.topUp, drawn.reenter) = (nil, nil, nil) }
                if place % 4 == 0 { drawn.exits = drawn.exits.prefix(1).map { PlannedExit(distance: $0.distance) } }
                switch place {
                case 1: return payer(&random, drawn)
                case 3: return buyer(&random, drawn)
                case 5: return gambler(&random, drawn)
                case 8, 9: return guardedPayer(&random, drawn)
                default: return drawn
                }
            }
            var study = try cell.study(
                leverages: RandomStudy.leverages(&random, most: 3), horizons: RandomStudy.horizons(market, &random))
            // One block or many, each followed on its own, some together, or all at once.
            study.statistics.block = .minutes([1440, 45, 6][Int(seed % 3)])
            var job = HistoryJob(study: study, asset: "X", market: market, kernel: .automatic)
            job.behaviourTileBars = [1024, 1, 50][Int(seed / 3 % 3)]
            let ids = study.cells(of: "X").map(\.id)
            let cells = Array(ids.indices)
            let trees = try #require(job.behaviourTrees)
            let plain = try job.tallies(of: behaviours, cells: cells, trees: nil, threads: 2)
            let fast = try job.tallies(of: behaviours, cells: cells, trees: trees, threads: 2)
            #expect(fast.count == cells.count && fast.allSatisfy { $0.count == behaviours.count + 1 })
            let brief = try job.followed(behaviours, cells: cells, trees: trees, threads: 2, detail: .estimated)
            for (number, (one, others)) in zip(brief, fast).enumerated() {
                #expect(
                    one.tallies == others.map { $0.held(.estimated) },
                    "seed \(seed), \(ids[number])")
                try expectSequences(one, behaviours, job, cell: number, "seed \(seed), \(ids[number])")
            }
            for (number, (ones, others)) in zip(fast, plain).enumerated() {
                for (place, (one, other)) in zip(ones, others).enumerated() {
                    func name() -> String {
                        "seed \(seed), \(ids[number]), \(place == 0 ? .hodl : behaviours[place - 1])"
                    }
                    if market.fundingPerBar == nil {
                        #expect(one == other, "\(name())")
                    } else {
                        expectClose(one, other, name())
                    }
                }
            }
        }
    }

    /// What holes and the end of the history cut: who panics at the last close that is seen is gone in the walk and in the search, and the others
    /// stand in both.
    @Test func cutWindowsEndAlike() throws {
        var met = 0
        for seed in UInt64(4000)..<4024 {
            var random = SeededGenerator(seed: seed).stream("cut behaviours")
            let market = try RandomStudy.market(seed, &random)
            var cell = try RandomStudy.cell([.linear, .inverse, .margin][Int(seed % 3)], &random)
            cell.side = random.next() % 2 == 0 ? .short : .long
            cell.maxGap = .span(.minutes([1, 5, 20][Int(random.next() % 3)]))
            let behaviours = (0..<8).map { place in
                var drawn = behaviour(&random, "b\(place)")
                if place % 4 == 0 { (drawn.instalments, drawn.topUp, drawn.reenter) = (nil, nil, nil) }
                if place % 4 == 1 { drawn = gambler(&random, drawn) }
                if place == 0 { drawn = Behaviour(name: drawn.name) }
                drawn.panicExit = 0.02 * (0.02 + random.uniform())
                return drawn
            }
            let study = try cell.study(
                leverages: RandomStudy.leverages(&random, most: 3), horizons: RandomStudy.horizons(market, &random))
            let job = HistoryJob(study: study, asset: "X", market: market, kernel: .automatic)
            let cells = Array(study.cells(of: "X").indices)
            let plain = try job.tallies(of: behaviours, cells: cells, trees: nil, threads: 2)
            let trees = try #require(job.behaviourTrees)
            let fast = try job.tallies(of: behaviours, cells: cells, trees: trees, threads: 2)
            for (cell, (ones, others)) in zip(cells, zip(fast, plain)) {
                for (place, (one, other)) in zip(ones, others).enumerated() {
                    func name() -> String {
                        "seed \(seed), cell \(cell), \(place == 0 ? .hodl : behaviours[place - 1])"
                    }
                    if market.fundingPerBar == nil {
                        #expect(one == other, "\(name())")
                    } else {
                        expectClose(one, other, name())
                    }
                }
            }
            // Of the longest holding time, and the leverage at which fewest are liquidated before.
            let calmest = cells.max { one, other in
                let (one, other) = (job.rules[one].cell, job.rules[other].cell)
                return (one.horizon, other.leverage) < (other.horizon, one.leverage)
            }
            met += try lastPanics(behaviours[0], job, cell: try #require(calmest))
        }
        #expect(met > 20)
    }

    /// How many entries whose window is cut are sold at the last close that is seen.
    private func lastPanics(_ behaviour: Behaviour, _ job: HistoryJob, cell: Int) throws -> Int {
        let windows = try #require(job.windows[job.rules[cell].cell.horizon])
        return windows.lastBar.indices.reduce(0) { count, entry in
            guard let (last, isCut) = windows.watched(entry), isCut,
                let outcome = job.trace(cell: cell, entry: entry, behaviour: behaviour)?.outcome
            else { return count }
            return outcome.cause == .panicked && outcome.exit.closedBar == last ? count + 1 : count
        }
    }

    /// Who loses a position when is known without another pass over the entries, and sequences of positions are those of the plain walk.
    private func expectSequences(
        _ followed: FollowedCell, _ behaviours: [Behaviour], _ job: HistoryJob, cell: Int,
        _ name: @autoclosure () -> String
    ) throws {
        for (place, behaviour) in behaviours.enumerated() {
            guard let lost = followed.lost[place], let reentry = behaviour.reenter else { continue }
            let (plain, most) = (
                try job.sequencePositions(of: behaviour, cell: cell, trees: nil, threads: 1), reentry.times + 1
            )
            let frame = SequenceFrame(job, behaviour, wait: reentry.after)
            let found = RuinShare.shares(
                of: job.sequences(cell: cell, lost: lost, frame: frame), most: most, blocks: job.blockCount)
            let judged = RuinShare.shares(
                of: plain, horizon: job.rules[cell].cell.horizon, wait: reentry.after, most: most,
                blocks: job.blockCount)
            #expect(found.map(\.margins) == judged.map(\.margins) && !found.isEmpty, "\(name()), \(behaviour)")
            #expect(found.map(\.share) == judged.map(\.share), "\(name()), \(behaviour)")
        }
    }

    private func expectClose(_ fast: BehaviourTally, _ plain: BehaviourTally, _ name: @autoclosure () -> String) {
        #expect(fast.closings == plain.closings && fast.complete == plain.complete, "\(name())")
        #expect(fast.filtered == plain.filtered && fast.cell.liquidated == plain.cell.liquidated, "\(name())")
        for (one, other) in zip(fast.equity.array, plain.equity.array) {
            #expect(abs(one - other) <= 1e-6 * max(1, abs(other)), "\(name()): \(one) against \(other)")
        }
        for (one, other) in zip(fast.cell.negative[0].array, plain.cell.negative[0].array) {
            #expect(abs((one - other).value) <= 1e-6, "\(name()): \(one.value) against \(other.value)")
        }
    }
}
