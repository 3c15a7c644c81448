import MarginModel
import PlatformLedger
import PriceSeries
import StressBasics
import StressEngine
import StressStatistics
import StudyPlan
import Testing

/// What must hold on every population, price and rule.
@Suite struct LedgerLawTests {
    private func platforms(_ batch: UInt64) throws -> [(seed: UInt64, input: PlatformInput)] {
        try (batch * 100..<batch * 100 + 100).map {
            ($0 + 10_000, try RandomPlatform(seed: $0 + 10_000, bars: 96).input)
        }
    }

    @Test(arguments: 0..<5) func everyUnitOfAShortfallIsSomebodys(batch: UInt64) throws {
        for (seed, input) in try platforms(batch) {
            let (tally, list) = try input.run(into: EventList())
            let total = tally.total
            #expect(
                total.shortfall
                    == total.fund + total.deleveraging + total.socialised + total.platform + total.owed, "seed \(seed)")
            #expect(total.haircut == total.deleveraging, "seed \(seed): what winners give is what losers get")
            #expect(
                total.owed == 0 || input.safeguards.recourse == .trader, "seed \(seed): protected traders owe nothing")
            #expect(list.unbalanced == 0 && tally.books.total == 0, "seed \(seed)")
            #expect(tally.days.reduce(0) { $0 + $1.deleveraging.haircut } == total.haircut, "seed \(seed)")
            #expect(tally.days.reduce(0) { $0 + $1.outflow } == total.fund, "seed \(seed)")
            #expect(tally.days.reduce(0) { $0 + $1.socialised } == total.socialised, "seed \(seed)")
            for case .deleveraged(_, let haircut, let part) in list.events {
                #expect(haircut >= 0 && part > 0 && part <= 1, "seed \(seed)")
            }
        }
    }

    @Test(arguments: 0..<5) func withoutSafeguardsTradersOweTheirShortfall(batch: UInt64) throws {
        for (seed, input) in try platforms(batch) {
            var bare = input
            bare.safeguards = SafeguardRules()
            (bare.safeguards.surplusToFund, bare.safeguards.feeToFund) = (0, 0)
            let total = try bare.run().total
            #expect(total.owed == total.shortfall && total.owing == total.shortfalls, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<5) func aLargerFundLeavesLessWithoutQueues(batch: UInt64) throws {
        for (seed, input) in try platforms(batch) {
            var small = input
            (small.safeguards.deleveraging, small.safeguards.early, small.safeguards.fund.topUp) = (nil, nil, nil)
            var large = small
            large.safeguards.fund.amount += 7777
            let (a, b) = (try small.run().total, try large.run().total)
            #expect(b.socialised + b.owed + b.platform <= a.socialised + a.owed + a.platform, "seed \(seed)")
            #expect(b.socialised <= a.socialised && b.owed + b.platform <= a.owed + a.platform, "seed \(seed)")
            #expect(a.shortfall == b.shortfall, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<5) func theOrderOfClassesDoesNotMatter(batch: UInt64) throws {
        for (seed, input) in try platforms(batch) {
            var plain = input
            (plain.safeguards.deleveraging, plain.safeguards.early) = (nil, nil)
            // Only the fund's balance between two payments depends on who comes first, not what it pays in all.
            (plain.safeguards.surplusToFund, plain.safeguards.feeToFund) = (0, 0)
            let population = plain.population
            var turned = population
            turned.classes.reverse()
            let assets = plain.assets.map {
                LedgerAsset(
                    name: $0.name, market: $0.market, population: turned, rules: plain.rules, maxGap: nil)
            }
            let straight = plain.assets.map {
                LedgerAsset(
                    name: $0.name, market: $0.market, population: population, rules: plain.rules, maxGap: nil)
            }
            func run(_ assets: [LedgerAsset], _ population: Population) throws -> LedgerSums {
                try PlatformInput(
                    assets: assets, population: population, rules: plain.rules, safeguards: plain.safeguards,
                    seed: plain.seed
                ).run().total
            }
            var (a, b) = (try run(straight, population), try run(assets, turned))
            (a.owing, b.owing) = (0, 0)
            #expect(a == b, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<5) func allMoneyScales(batch: UInt64) throws {
        for (seed, input) in try platforms(batch) where input.rules.tiers.tiers.count == 1 {
            // Impact of the size itself does not scale.
            guard input.rules.slippage.impact == 0 else { continue }
            func scaled(_ factor: Double) throws -> LedgerSums {
                var population = input.population
                population.openInterestPerBar = 10_000 * factor
                var rules = input.safeguards
                (rules.deleveraging, rules.early) = (nil, nil)
                rules.fund.amount *= factor
                rules.fund.floor *= factor
                rules.fund.topUp = rules.fund.topUp.map {
                    FundRules.TopUp(below: $0.below * factor, to: $0.to * factor)
                }
                let assets = input.assets.map {
                    LedgerAsset(
                        name: $0.name, market: $0.market, population: population, rules: input.rules, maxGap: nil)
                }
                return try PlatformInput(
                    assets: assets, population: population, rules: input.rules, safeguards: rules, seed: input.seed
                ).run().total
            }
            let (one, many) = (try scaled(1), try scaled(1024))
            #expect(one.entries == many.entries && one.liquidated == many.liquidated, "seed \(seed)")
            for path: KeyPath<LedgerSums, Int128> in [\.shortfall, \.fund, \.socialised, \.platform, \.owed] {
                let difference = Money.quote(one[keyPath: path] * 1024 - many[keyPath: path])
                // Every flow of the small one is rounded by half a unit at most, and many flows make a balance.
                #expect(abs(difference) <= 1024e-6 * 4 * Double(one.entries), "seed \(seed)")
            }
        }
    }

    /// Entry by entry: who is below zero by the model is below zero here.
    @Test(arguments: 0..<5) func withoutSafeguardsThePositionsAreTheModels(batch: UInt64) throws {
        for (seed, input) in try platforms(batch) {
            if case .delay = input.rules.liquidation.resolvedFill(barLength: input.assets[0].market.barLength) {
                continue
            }
            guard let asset = input.assets.first else { continue }
            // Money has a smallest unit, which must be nothing beside a position.
            var population = input.population
            (population.openInterestPerBar, population.scale) = (10_000, .constant)
            var bare = PlatformInput(
                assets: [
                    LedgerAsset(
                        name: "X", market: asset.market, population: population, rules: input.rules, maxGap: nil)
                ], population: population, rules: input.rules, safeguards: SafeguardRules(), seed: seed)
            bare.safeguards.feeToFund = 0
            bare.safeguards.surplusToFund = 0
            let events = try bare.run(into: EventList()).sink.events
            for (group, trader) in input.population.classes.enumerated() {
                let below = Set(
                    events.compactMap { event -> Int? in
                        guard case .closed(let position, _, let isLiquidation, let equity, _) = event,
                            position.group == group, equity < 0,
                            isLiquidation || bare.assets[0].windows.lastBar[position.entry] >= 0
                        else { return nil }
                        return position.entry
                    })
                #expect(
                    below == (try modelled(bare, trader, population.notionals[group])), "seed \(seed), \(group)")
            }
        }
    }

    private func modelled(_ input: PlatformInput, _ trader: TraderClass, _ notional: Double) throws -> Set<Int> {
        let study = Study(
            name: "test", inputs: [StudyInput(asset: "X", source: BarSource(files: ["x.csv"]))],
            grid: StudyGrid(
                contracts: [.linear], sides: [trader.side], leverages: [trader.leverage],
                horizons: [input.population.horizon]),
            position: PositionRules(notional: notional, stride: input.population.stride, maxGap: .off),
            platforms: [NamedPlatform(name: "p", rules: input.rules)])
        let job = HistoryJob(study: study, asset: "X", market: input.assets[0].market, kernel: .plain)
        let held = try job.heldEntries(cell: 0, threads: 1)
        return Set(held.filter(\.isNegative).map { Int($0.bar) })
    }

    @Test func anyNumberOfThreadsGivesTheSame() throws {
        let inputs = try (0..<24).map { try RandomPlatform(seed: 777 + $0).input }
        func run(_ threads: Int) -> [LedgerTally]? {
            parallelMap(count: inputs.count, threads: threads) { try? inputs[$0].run() }
        }
        let one = try #require(run(1))
        #expect(run(2) == one)
        #expect(run(5) == one)
    }
}
