import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

/// Every fast kernel against the plain walk, on histories and rules drawn from printed seeds.
@Suite struct AgreementTests {
    /// Every contract under rules drawn at random: funding, interest, brackets, dated margins, partial liquidation, marks,
    /// every fill and trigger, slippage that depends on volume, delays, strides, gaps.
    @Test(arguments: 0..<120)
    func everyRuleAgrees(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("rules")
        let market = try RandomStudy.market(seed, &random)
        for contract in ContractKind.allCases {
            let cell = try RandomStudy.cell(contract, &random)
            var study = try cell.study(
                leverages: RandomStudy.leverages(&random, most: 12), horizons: RandomStudy.horizons(market, &random))
            study.grid.sides = [.long, .short]
            study.statistics.block = [.minutes(7), .minutes(60), .days(1)][Int(random.next() % 3)]
            try compare(study, market, chunk: [16, 200, 16_384][Int(random.next() % 3)], "seed \(seed), \(contract)")
        }
    }

    /// A brief job says the same of what ends below zero, bit for bit.
    @Test(arguments: 200..<240)
    func briefTalliesEndAlike(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("rules")
        let market = try RandomStudy.market(seed, &random)
        for contract in ContractKind.allCases {
            let study = try RandomStudy.cell(contract, &random).study(
                leverages: RandomStudy.leverages(&random, most: 6), horizons: RandomStudy.horizons(market, &random))
            var job = HistoryJob(study: study, asset: "X", market: market, kernel: .automatic, barsPerChunk: 64)
            let whole = try job.run(threads: 1)
            job.isBrief = true
            for (brief, full) in zip(try job.run(threads: 2), whole) {
                let (one, other, name) = (brief.tally, full.tally, "seed \(seed), \(contract), \(full.rules.cell.id)")
                #expect(one.entries == other.entries && one.excluded == other.excluded, "\(name)")
                #expect(one.rejected == other.rejected && one.liquidated == other.liquidated, "\(name)")
                #expect(one.negative == other.negative && one.undecided == other.undecided, "\(name)")
                let (exits, fullExits) = (one.exits.map { $0.map(\.counted) }, other.exits.map { $0.map(\.counted) })
                #expect(exits == fullExits, "\(name)")
                #expect(one.cut.watched == other.cut.watched, "\(name)")
                for (mine, theirs) in zip(one.negativeTimes, other.negativeTimes) {
                    #expect(mine.total == theirs.total, "\(name)")
                    #expect(one.exposure.rawShare(mine) == other.exposure.rawShare(theirs), "\(name)")
                }
            }
        }
    }

    /// Grids from 1 to 500 leverages.
    @Test(arguments: [1, 2, 3, 17, 125, 500])
    func everyGridSizeAgrees(count: Int) throws {
        let market = MarketHistory(series: randomSeries(seed: UInt64(count), bars: 260, wildness: 0.02))
        var cell = TestCell(fees: (0.0005, 0.0004, 0.002), slippage: 0.0003, fill: .auto)
        cell.tiers = [MaintenanceTier(notionalCap: .infinity, rate: 0.001, amount: 0)]
        let steps = Double(max(1, count - 1))
        let leverages: [Double] = (0..<count).map { 1 + 498 * Double($0) / steps }
        var study = try cell.study(leverages: leverages, horizons: [.minutes(1), .minutes(45), .minutes(250)])
        study.grid.sides = [.long, .short]
        let results = try compare(study, market, chunk: 64, "\(count) leverages")
        #expect(results.allSatisfy { $0.kernel == .sweep })
    }

    /// Flat prices, prices that only rise or fall, and few different ones: ties everywhere.
    @Test(arguments: 0..<5, [true, false])
    func tiesAndConstantsAgree(shape: Int, isFunded: Bool) throws {
        let count = 220
        let prices: [Double] = (0..<count).map { bar in
            switch shape {
            case 0: 100
            case 1: 100 + Double(bar) / 4
            case 2: 100 - Double(bar) / 4
            case 3: [100, 99, 98, 99][bar % 4]
            default: bar % 50 == 49 ? 50 : 100
            }
        }
        let series = try BarSeries(time: (0..<count).map { Int64($0) * 60_000 }, price: prices)
        let funding = isFunded ? FundingSchedule(constant: 0.0001, every: .minutes(8), over: series) : nil
        let market = MarketHistory(series: series, funding: funding)
        for contract in ContractKind.allCases {
            for fill in FillRule.allCases {
                var cell = TestCell(contract: contract, fees: (0, 0, 0), fill: fill)
                cell.delay = .seconds(10)
                // No maintenance and no fees: trigger prices are simple fractions, and many bars stand exactly on them.
                cell.tiers = [MaintenanceTier(notionalCap: .infinity, rate: 0, amount: 0)]
                var study = try cell.study(
                    leverages: [1, 2, 4, 5, 10, 20, 50, 100], horizons: [.minutes(1), .minutes(60), .minutes(219)])
                study.grid.sides = [.long, .short]
                try compare(study, market, chunk: 32, "shape \(shape), \(contract), \(fill)")
            }
        }
    }

    /// Any number of threads and any size of chunks: equal bits with the first, equal counts with the second.
    @Test(arguments: 0..<8)
    func threadsAndChunksChangeNothing(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("threads")
        let market = try RandomStudy.market(seed, &random)
        let cell = try RandomStudy.cell(.linear, &random)
        var study = try cell.study(
            leverages: RandomStudy.leverages(&random, most: 20), horizons: RandomStudy.horizons(market, &random))
        study.grid.sides = [.long, .short]
        study.statistics.block = .minutes(11)
        for chunk in [1, 30, 150, 5000] {
            let job = HistoryJob(study: study, asset: "X", market: market, kernel: .automatic, barsPerChunk: chunk)
            let whole = try job.run(threads: 1)
            for threads in [2, 5, 16] {
                #expect(try job.run(threads: threads).map(\.tally) == whole.map(\.tally), "seed \(seed)")
            }
            let plain = try HistoryJob(study: study, asset: "X", market: market, kernel: .plain, barsPerChunk: chunk)
                .run(threads: 2)
            for (one, other) in zip(whole, plain) { expectAgreement(one, other, "seed \(seed), chunk \(chunk)") }
        }
    }

    /// Cells that are run in parts, to save memory: every one has the same bits, intervals included.
    @Test(arguments: 0..<24)
    func partsAreTheWhole(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("parts")
        let market = try RandomStudy.market(seed, &random)
        let contract = ContractKind.allCases[Int(seed) % ContractKind.allCases.count]
        let cell = try RandomStudy.cell(contract, &random)
        var study = try cell.study(
            leverages: RandomStudy.leverages(&random, most: 12), horizons: RandomStudy.horizons(market, &random))
        (study.grid.sides, study.grid.contracts) = ([.long, .short], [contract, .linear])
        study.statistics.block = .minutes(11)
        let rules = ResamplingRules(resamples: 50, seed: seed, confidence: 0.95)
        let kernel: KernelChoice = seed % 4 == 3 ? .plain : .automatic
        func run(_ cells: [StudyCell]?) -> HistoryJob {
            HistoryJob(study: study, asset: "X", market: market, kernel: kernel, cells: cells)
        }
        let results = try run(nil).run(threads: 2)
        let estimates = try run(nil).estimates(of: results, rules: rules, threads: 2)
        for count in 1...study.mostParts {
            let parts = study.parts(of: "X", count: count).map(run)
            #expect(parts.count == count)
            for part in parts {
                let own = try part.run(threads: 2)
                let found = try part.estimates(of: own, rules: rules, threads: 2)
                for (result, estimate) in zip(own, found) {
                    let place = result.rules.cell.index
                    #expect(
                        result.tally == results[place].tally && result.kernel == results[place].kernel
                            && estimate == estimates[place], "seed \(seed), cell \(place)")
                }
            }
        }
    }

    @discardableResult
    private func compare(
        _ study: Study, _ market: MarketHistory, chunk: Int, _ comment: String
    ) throws -> [CellResult] {
        let fast = try HistoryJob(study: study, asset: "X", market: market, kernel: .automatic, barsPerChunk: chunk)
            .run(threads: 2)
        let plain = try HistoryJob(study: study, asset: "X", market: market, kernel: .plain, barsPerChunk: chunk)
            .run(threads: 2)
        #expect(fast.allSatisfy { $0.kernel != .plain } && plain.allSatisfy { $0.kernel == .plain })
        for (one, other) in zip(fast, plain) { expectAgreement(one, other, comment) }
        return fast
    }
}

extension ExitSums {
    /// What they hold of counts, and of all that ended well.
    fileprivate var counted: [Double] {
        [negative.value, cutNegative.value, equity]
            + [unboundedNegative, unboundedPositive, cutUnbounded].map(Double.init)
    }
}
