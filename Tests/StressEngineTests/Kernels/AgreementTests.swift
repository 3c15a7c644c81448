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
        let market = try market(seed, &random)
        for contract in ContractKind.allCases {
            let cell = try cell(contract, &random)
            var study = try cell.study(leverages: leverages(&random, most: 12), horizons: horizons(market, &random))
            study.grid.sides = [.long, .short]
            study.statistics.block = [.minutes(7), .minutes(60), .days(1)][Int(random.next() % 3)]
            try compare(study, market, chunk: [16, 200, 16_384][Int(random.next() % 3)], "seed \(seed), \(contract)")
        }
    }

    /// Grids from 1 to 500 leverages.
    @Test(arguments: [1, 2, 3, 17, 125, 500])
    func everyGridSizeAgrees(count: Int) throws {
        let market = MarketHistory(series: randomSeries(seed: UInt64(count), bars: 260, wildness: 0.02))
        var cell = TestCell(fees: (0.0005, 0.0004, 0.002), slippage: 0.0003, fill: .auto)
        cell.tiers = [MaintenanceTier(notionalCap: .infinity, rate: 0.001, amount: 0)]
        var study = try cell.study(
            leverages: (1...count).map { 1 + 498 * Double($0 - 1) / Double(max(1, count - 1)) },
            horizons: [.minutes(1), .minutes(45), .minutes(250)])
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
        let market = try market(seed, &random)
        let cell = try cell(.linear, &random)
        var study = try cell.study(leverages: leverages(&random, most: 20), horizons: horizons(market, &random))
        study.grid.sides = [.long, .short]
        study.statistics.block = .minutes(11)
        for chunk in [1, 30, 150, 5000] {
            let run = StressRun(study: study, asset: "X", market: market, kernel: .automatic, barsPerChunk: chunk)
            let whole = try run.run(threads: 1)
            for threads in [2, 5, 16] {
                #expect(try run.run(threads: threads).map(\.tally) == whole.map(\.tally), "seed \(seed)")
            }
            let plain = try StressRun(study: study, asset: "X", market: market, kernel: .plain, barsPerChunk: chunk)
                .run(threads: 2)
            for (one, other) in zip(whole, plain) { expectAgreement(one, other, "seed \(seed), chunk \(chunk)") }
        }
    }

    /// Cells that are run in parts, to save memory: every one has the same bits, intervals included.
    @Test(arguments: 0..<24)
    func partsAreTheWhole(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("parts")
        let market = try market(seed, &random)
        let contract = ContractKind.allCases[Int(seed) % ContractKind.allCases.count]
        let cell = try cell(contract, &random)
        var study = try cell.study(leverages: leverages(&random, most: 12), horizons: horizons(market, &random))
        (study.grid.sides, study.grid.contracts) = ([.long, .short], [contract, .linear])
        study.statistics.block = .minutes(11)
        let rules = ResamplingRules(resamples: 50, seed: seed, confidence: 0.95)
        let kernel: KernelChoice = seed % 4 == 3 ? .plain : .automatic
        func run(_ cells: [StudyCell]?) -> StressRun {
            StressRun(study: study, asset: "X", market: market, kernel: kernel, cells: cells)
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
        let fast = try StressRun(study: study, asset: "X", market: market, kernel: .automatic, barsPerChunk: chunk)
            .run(threads: 2)
        let plain = try StressRun(study: study, asset: "X", market: market, kernel: .plain, barsPerChunk: chunk)
            .run(threads: 2)
        #expect(fast.allSatisfy { $0.kernel != .plain } && plain.allSatisfy { $0.kernel == .plain })
        for (one, other) in zip(fast, plain) { expectAgreement(one, other, comment) }
        return fast
    }
}

extension AgreementTests {
    private func market(_ seed: UInt64, _ random: inout SeededGenerator) throws -> MarketHistory {
        let wildness = [0.0005, 0.01, 0.1][Int(random.next() % 3)]
        let base = randomSeries(seed: seed, bars: 400, wildness: wildness, holes: random.next() % 2 == 0)
        // Every fifth history is pushed to zero and below, every third is rounded to few prices.
        let shift = seed % 5 == 4 ? -(base.close.min() ?? 0) - 2 : 0
        let step = seed % 3 == 0 ? 0.5 : 1e-9
        func shaped(_ column: [Double]) -> [Double] { column.map { (($0 + shift) / step).rounded() * step } }
        let volume = base.time.map { _ in random.next() % 9 == 0 ? 0 : 1e6 * random.uniform() }
        let series = try BarSeries(
            time: base.time, open: shaped(base.open), high: shaped(base.high), low: shaped(base.low),
            close: shaped(base.close), volume: volume)
        let mark = random.next() % 4 == 0 ? randomSeries(seed: seed, bars: 400, wildness: wildness * 0.9) : nil
        return MarketHistory(series: series, funding: try funding(series, &random), mark: mark)
    }

    /// None, a constant rate, or large rates of either sign at odd moments.
    private func funding(_ series: BarSeries, _ random: inout SeededGenerator) throws -> FundingSchedule? {
        switch random.next() % 3 {
        case 0: return nil
        case 1: return FundingSchedule(constant: 0.0003, every: .minutes(60), over: series)
        default:
            let time = (0..<60).map { series.time[0] + Int64($0) * 411_000 }
            return try FundingSchedule(time: time, rate: time.map { _ in (random.uniform() - 0.5) / 50 })
        }
    }

    private func cell(_ contract: ContractKind, _ random: inout SeededGenerator) throws -> TestCell {
        var cell = TestCell(contract: contract)
        func flip(_ odds: UInt64 = 2) -> Bool { random.next() % odds == 0 }
        cell.fees = flip() ? (0, 0, 0) : (0.0005, 0.0006, 0.004)
        cell.slippage = flip() ? 0 : 0.001
        cell.impact = flip(3) ? 0.4 : 0
        cell.borrow = (flip() ? 0 : 5 * random.uniform(), 1 + 0.2 * random.uniform())
        cell.hasBounds = flip()
        cell.fill = FillRule.allCases[Int(random.next() % UInt64(FillRule.allCases.count))]
        cell.latency = 1 + Int(random.next() % 6)
        cell.delay = [.seconds(1), .seconds(5), .seconds(29), .seconds(90)][Int(random.next() % 4)]
        cell.overshoot = [0.05, 1, 2.2, 12][Int(random.next() % 4)]
        cell.trigger = flip(4) ? .close : .extreme
        cell.liquidation = !flip(6)
        cell.maxGap = flip() ? .automatic : .off
        cell.stride = flip(4) ? 3 : 1
        if flip(3) {
            // In quote currency for linear contracts; in coin, of which 10,000 quote buy some 100, for inverse ones.
            let caps = contract == .inverse ? [60.0, 110] : [6000, 11_000]
            let amounts = [0, caps[0] * 0.006, caps[0] * 0.006 + caps[1] * 0.02]
            cell.tiers = [
                MaintenanceTier(notionalCap: caps[0], rate: 0.004, amount: amounts[0]),
                MaintenanceTier(notionalCap: caps[1], rate: 0.01, amount: amounts[1]),
                MaintenanceTier(notionalCap: .infinity, rate: 0.03, amount: amounts[2]),
            ]
        }
        if contract == .linear {
            cell.isPartial = flip(3)
            if flip(5) { cell.schedule = try schedule() }
        }
        return cell
    }

    private func schedule() throws -> MarginSchedule {
        try MarginSchedule(
            (0..<5).map {
                MarginSchedule.Entry(
                    from: UTCInstant(milliseconds: 1_600_001_000_000 + Int64($0) * 4_000_000), initial: 1 + Double($0),
                    maintenance: 0.8 + Double($0))
            }, contractSize: 1)
    }

    private func leverages(_ random: inout SeededGenerator, most: UInt64) -> [Double] {
        let fixed = [1.0, 2, 10, 100]
        let drawn = (0..<random.next() % most).map { _ in 1 + 149 * random.uniform() * random.uniform() }
        return Set(fixed + drawn).sorted()
    }

    /// From one bar to the whole series.
    private func horizons(_ market: MarketHistory, _ random: inout SeededGenerator) throws -> [TimeSpan] {
        let series = market.series
        let whole = series.time[series.count - 1] - series.time[0]
        let drawn = Int64(1 + random.next() % 300) * 60_000
        return Set([60_000, drawn, whole, whole / 3]).sorted().map { TimeSpan(milliseconds: $0) }
    }
}
