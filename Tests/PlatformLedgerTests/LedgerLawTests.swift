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
    /// Days are counted and added up as each says by itself.
    @Test(arguments: 0..<3) func daysAreTheSumOfTheirBlocks(batch: UInt64) throws {
        for (seed, input) in try platforms(batch).prefix(3) {
            let tally = try input.run(control: RunControl())
            let assets = Array(tally.blocks.indices)
            let days = assets.map { asset in tally.blocks[asset].first?.indices.map { $0 / 2 } ?? [] }
            let count = (days.flatMap { $0 }.max() ?? -1) + 1
            let classes = input.population.classes.count
            let sums = tally.sums(of: assets, on: days, count: count, classes: classes)
            #expect(sums.count == classes + 1 && LedgerTally.total(sums[0]) == tally.total, "seed \(seed)")
            for group in 0..<classes { #expect(LedgerTally.total(sums[group + 1]) == tally.sums(group: group)) }
            expectColumns(sums[0], "seed \(seed)")
        }
    }

    private func expectColumns(_ days: [LedgerSums], _ name: Comment) {
        let counts: [KeyPath<LedgerSums, Int>] = [\.unprotected, \.liquidated, \.shortfalls, \.owing]
        for (what, path) in zip(LedgerSums.Count.allCases, counts) {
            let share = LedgerSums.share(days, what)
            #expect(share.events == days.map { Double($0[keyPath: path]) }, name)
            #expect(share.entries == days.map { UInt32($0.entries) }, name)
        }
        let amounts: [KeyPath<LedgerSums, Int128>] = [
            \.margin, \.notional, \.shortfall, \.fund, \.deleveraging, \.socialised, \.platform, \.owed,
        ]
        for (what, path) in zip(LedgerSums.Amount.allCases, amounts) {
            #expect(LedgerSums.quotes(days, what) == days.map { Money.quote($0[keyPath: path]) }, name)
        }
    }

    private func platforms(_ batch: UInt64) throws -> [(seed: UInt64, input: PlatformInput)] {
        try RandomPlatform.batch(batch).map { ($0.seed, $0.platform.input) }
    }

    @Test(arguments: 0..<20) func everyUnitOfAShortfallIsSomebodys(batch: UInt64) throws {
        try expectEveryUnit(try platforms(batch))
    }

    /// The same where positions are reduced before they are closed.
    @Test(arguments: 0..<10) func everyUnitIsSomebodysAfterReductions(batch: UInt64) throws {
        let reduced = try reduced(batch)
        try expectEveryUnit(reduced)
        let steps = try reduced.reduce(0) { try $0 + $1.input.run().total.reductions }
        #expect(steps > 1000, "platforms that reduce nobody show nothing")
    }

    private func reduced(_ batch: UInt64) throws -> [(seed: UInt64, input: PlatformInput)] {
        try RandomPlatform.batch(batch).map { ($0.seed, try $0.platform.withPartialClosing(seed: $0.seed).input) }
    }

    private func expectEveryUnit(_ platforms: [(seed: UInt64, input: PlatformInput)]) throws {
        for (seed, input) in platforms {
            let (tally, list) = try input.run(into: EventList())
            let total = tally.total
            #expect(
                total.shortfall
                    == total.fund + total.deleveraging + total.socialised + total.platform + total.owed, "seed \(seed)")
            #expect(total.haircut == total.deleveraging, "seed \(seed): what winners give is what losers get")
            #expect(total.deleveragedPositions <= total.deleveraged, "seed \(seed): a meeting has a position")
            #expect((total.deleveragedPositions == 0) == (total.deleveraged == 0), "seed \(seed)")
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

    @Test(arguments: 0..<20) func withoutSafeguardsTradersOweTheirShortfall(batch: UInt64) throws {
        for (seed, input) in try platforms(batch) {
            var bare = input
            bare.safeguards = SafeguardRules()
            (bare.safeguards.surplusToFund, bare.safeguards.feeToFund) = (0, 0)
            let total = try bare.run().total
            #expect(total.owed == total.shortfall && total.owing == total.shortfalls, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<20) func aLargerFundLeavesLessWithoutQueues(batch: UInt64) throws {
        for (seed, input) in try platforms(batch) + (batch < 5 ? reduced(batch) : []) {
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

    /// Entry by entry: who is below zero by the model is below zero here. Where the model knows a fill by its law, the bar's draw decides.
    @Test(arguments: 0..<10) func withoutSafeguardsThePositionsAreTheModels(batch: UInt64) throws {
        try expectTheModelsPositions(try platforms(batch), atLeast: 1000)
    }

    /// The same where margins are set for a contract and change by date.
    @Test(arguments: 0..<4) func underDatedMarginsThePositionsAreTheModels(batch: UInt64) throws {
        let dated = try RandomPlatform.batch(batch).map { ($0.seed, try $0.platform.withSchedule(seed: $0.seed).input) }
        try expectTheModelsPositions(dated, atLeast: 300)
    }

    /// The same where positions are reduced before they are closed. Where a fill is known by a law the model reduces at its expected price,
    /// and the ledger at the price that was drawn: those are left to the judge.
    @Test(arguments: 0..<6) func reducedPositionsAreTheModels(batch: UInt64) throws {
        let reduced = try RandomPlatform.batch(batch).filter { $0.platform.input.rules.liquidation.fill != .delay }.map
        {
            ($0.seed, try $0.platform.withPartialClosing(seed: $0.seed, openInterest: 10_000).input)
        }
        try expectTheModelsPositions(reduced, atLeast: 500)
    }

    /// To the last unit of money but for rounding: a population of one class without safeguards is a cell of the model.
    @Test(arguments: 0..<6) func whatReducedPositionsAreShortOfIsTheModels(batch: UInt64) throws {
        var (compared, reductions) = (0, 0)
        for (seed, platform) in try RandomPlatform.batch(batch + 50)
        where platform.input.rules.liquidation.fill != .delay && platform.input.rules.liquidation.enabled {
            let reduced = try platform.withPartialClosing(seed: seed, openInterest: 10_000).input
            for trader in reduced.population.classes {
                let input = alone(reduced, trader)
                let (tally, list) = try input.run(into: EventList())
                reductions += tally.total.reductions
                let found = list.events.reduce(into: [Int: Double]()) { found, event in
                    guard case .closed(let position, _, _, let equity, _) = event, equity < 0 else { return }
                    found[position.entry] = -Money.quote(equity)
                }
                let margin = 10_000 / trader.leverage.value
                for entry in try held(input, trader, 10_000) where entry.isNegative && entry.isDecided {
                    let amount = found[Int(entry.bar)] ?? 0
                    #expect(abs(amount - entry.shortfall * margin) < 1e-5, "seed \(seed), entry \(entry.bar)")
                    compared += 1
                }
                #expect(tally.total.owed == tally.total.shortfall && list.unbalanced == 0, "seed \(seed)")
            }
        }
        #expect(compared > 300 && reductions > 300, "\(compared) compared, \(reductions) reductions")
    }

    /// One class on the first asset, whose traders owe what they are short of.
    private func alone(_ input: PlatformInput, _ trader: TraderClass) -> PlatformInput {
        let population = Population(
            classes: [trader], horizon: input.population.horizon, stride: input.population.stride)
        let asset = LedgerAsset(
            name: "X", market: input.assets[0].market, population: population, rules: input.rules, maxGap: nil)
        var bare = PlatformInput(
            assets: [asset], population: population, rules: input.rules, safeguards: SafeguardRules(), seed: input.seed)
        (bare.safeguards.feeToFund, bare.safeguards.surplusToFund) = (0, 0)
        return bare
    }

    private func expectTheModelsPositions(_ platforms: [(seed: UInt64, input: PlatformInput)], atLeast: Int) throws {
        var compared = 0
        for (seed, input) in platforms {
            guard let asset = input.assets.first else { continue }
            // Money has a smallest unit, which must be nothing beside a position.
            var population = input.population
            (population.openInterestPerBar, population.scale) = (10_000, .constant)
            var bare = PlatformInput(
                assets: [
                    LedgerAsset(
                        name: "X", market: asset.market, population: population, rules: input.rules, maxGap: nil)
                ], population: population, rules: input.rules, safeguards: SafeguardRules(), seed: seed)
            (bare.safeguards.feeToFund, bare.safeguards.surplusToFund) = (0, 0)
            let events = try bare.run(into: EventList()).sink.events
            for (group, trader) in population.classes.enumerated() {
                let below = Set(
                    events.compactMap { event -> Int? in
                        guard case .closed(let position, _, let isLiquidation, let equity, _) = event,
                            position.group == group, equity < 0,
                            isLiquidation || bare.assets[0].windows.lastBar[position.entry] >= 0
                        else { return nil }
                        return position.entry
                    })
                let modelled = try modelled(bare, trader, population.notionals[group])
                let plain = PlainLedger(bare)
                for entry in below.subtracting(modelled.open).symmetricDifference(modelled.below) {
                    let record = plain.record(asset: 0, group: group, entry: entry)
                    #expect(plain.isOnTheEdge(record), "seed \(seed), class \(group), entry \(entry)")
                }
                compared += below.count
            }
        }
        #expect(compared > atLeast, "the law needs positions to be one")
    }

    /// Entries that end below zero by the model, and those of which a draw so near to the edge cannot tell.
    private func modelled(
        _ input: PlatformInput, _ trader: TraderClass, _ notional: Double
    ) throws -> (below: Set<Int>, open: Set<Int>) {
        var (below, open) = (Set<Int>(), Set<Int>())
        for entry in try held(input, trader, notional) {
            let draw = ledgerDraw(seed: input.seed, asset: "X", time: entry.exitTime, side: trader.side)
            // A low fill is bad for longs.
            let distance = entry.negative.value - (trader.side == .long ? draw : 1 - draw)
            let isCertain = entry.negative == .zero || entry.negative == .one
            if !isCertain, abs(distance) < 1e-6 { open.insert(Int(entry.bar)) }
            if isCertain ? entry.isNegative : distance >= 1e-6 { below.insert(Int(entry.bar)) }
        }
        return (below, open)
    }

    private func held(_ input: PlatformInput, _ trader: TraderClass, _ notional: Double) throws -> [HeldEntry] {
        let study = Study(
            name: "test", inputs: [StudyInput(asset: "X", source: BarSource(files: ["x.csv"]))],
            grid: StudyGrid(
                contracts: [.linear], sides: [trader.side], leverages: [trader.leverage],
                horizons: [input.population.horizon]),
            position: PositionRules(notional: notional, stride: input.population.stride, maxGap: .off),
            platforms: [NamedPlatform(name: "p", rules: input.rules)])
        let job = HistoryJob(study: study, asset: "X", market: input.assets[0].market, kernel: .plain)
        return try job.heldEntries(cell: 0, threads: 1)
    }

    /// A fund may be larger than any payment; it begins and ends with what it has.
    @Test func aFundOfAnySizeIsItself() throws {
        var input = try RandomPlatform(seed: 778).input
        input.safeguards.fund = FundRules(amount: 1e15, floor: 9e14)
        let tally = try input.run()
        #expect(tally.books.total == 0 && tally.lowestFund > Int128(9e14) * 1_000_000)
        let moved = tally.days.reduce(Int128(0)) { $0 + $1.inflow - $1.outflow }
        #expect(tally.books.fund == Int128(1e15) * 1_000_000 + moved)
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

extension PlainLedger {
    /// Whether a position is due, or not, by the last bits of funding that is added up in another order.
    func isOnTheEdge(_ record: Record) -> Bool {
        (record.entry + 1...max(record.entry + 1, lastBars[record.asset][record.entry])).contains { bar in
            let (price, carry) = (checked(record, bar: bar), carry(record, bar: bar))
            let margin = opened(record).equity(at: price, carry) - opened(record).requirement(at: price, carry)
            return abs(margin) < 1e-12 * record.notional
        }
    }
}
