import StressBasics
import Testing

@testable import StressStatistics

@Suite struct MeanTests {
    /// Shortfalls of episodes of a few days.
    private func columns(_ seed: UInt64, count: Int, blocks: Int, rarity: Double = 0.08) -> [BlockRatio] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            var ratio = BlockRatio(
                sums: Array(repeating: 0, count: blocks), weights: Array(repeating: 0, count: blocks))
            for block in 0..<blocks where random.uniform() < rarity {
                for next in block..<min(block + 3, blocks) {
                    let entries = Double(1 + random.next() % 24)
                    ratio.weights[next] += entries
                    ratio.sums[next] += entries * random.uniform() * random.uniform()
                }
            }
            return ratio
        }
    }

    private func panel(_ blocks: Int, length: Double = 5, confidence: Double = 0.95) throws -> HorizonPanel {
        try #require(
            HorizonPanel(
                columns: [entries(blocks)], horizonBlocks: length, disjointWindows: blocks,
                rules: ResamplingRules(resamples: 500, confidence: confidence), name: "means",
                memory: MarketMemory(runBlocks: length)))
    }

    private func entries(_ blocks: Int) -> BlockShare {
        BlockShare(counts: Array(repeating: 0, count: blocks), entries: Array(repeating: 24, count: blocks))
    }

    private func mean(_ ratio: BlockRatio, length: Double = 5) throws -> MeanInference? {
        let blocks = ratio.sums.count
        return try panel(blocks, length: length).means(
            of: [ratio], entries: entries(blocks).entries, eventShare: 1)[0]
    }

    /// The plain version: block by block, how often each was drawn, and the errors run by run.
    @Test(arguments: 0..<20)
    func ratiosAreOfWhatWasDrawn(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let columns = columns(seed, count: 1 + Int(seed), blocks: 60, rarity: 0.03)
        let plan = ResamplePlan(blockCount: 60, meanLength: 1 + 5 * random.uniform(), resamples: 20, random: random)
        for (column, found) in zip(columns, plan.ratios(of: columns[...])) {
            for resample in 0..<20 {
                let drawn = plan.multiplicities(of: resample)
                var (sum, weight) = (0.0, 0.0)
                for (block, times) in drawn.enumerated() {
                    sum += Double(times) * column.sums[block]
                    weight += Double(times) * column.weights[block]
                }
                guard weight > 0 else {
                    #expect(found.shares[resample].isNaN)
                    continue
                }
                #expect(abs(found.shares[resample] - sum / weight) < 1e-12, "seed \(seed)")
                var squares = 0.0
                for run in plan.runs(of: resample) {
                    var residual = 0.0
                    for block in run.start..<run.end {
                        let place = Int(block) % 60
                        residual += column.sums[place] - sum / weight * column.weights[place]
                    }
                    squares += residual * residual
                }
                #expect(abs(found.errors[resample] - squares.squareRoot() / weight) < 1e-6, "seed \(seed)")
            }
        }
    }

    /// A resample in which one run holds all there is has no error of its own, whatever rounding leaves of nothing.
    @Test(arguments: 0..<20)
    func oneRunHasNoError(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var column = BlockRatio(sums: Array(repeating: 0, count: 80), weights: Array(repeating: 0, count: 80))
        for block in 40..<43 {
            column.weights[block] = Double(1 + random.next() % 24)
            column.sums[block] = column.weights[block] * random.uniform()
        }
        let plan = ResamplePlan(blockCount: 80, meanLength: 3, resamples: 200, random: random)
        let found = plan.ratios(of: [column][...])[0]
        for resample in 0..<200 {
            let holding = plan.runs(of: resample).count { run in
                (run.start..<run.end).contains { (40..<43).contains(Int($0) % 80) }
            }
            if holding == 1 { #expect(found.errors[resample] == 0, "seed \(seed), resample \(resample)") }
        }
        let mean = try #require(ClusteredMean(column, meanLength: 3))
        #expect(!mean.isMeasured && mean.clusters < 2)
    }

    /// A column has the same bits whatever stands beside it.
    @Test func columnsMayBeSharedOut() {
        let columns = columns(5, count: 21, blocks: 90)
        let plan = ResamplePlan(blockCount: 90, meanLength: 4, resamples: 30, random: SeededGenerator(seed: 1))
        func bits(_ found: [ResampledRatio]) -> [UInt64] {
            found.flatMap { ($0.shares + $0.errors).map(\.bitPattern) }
        }
        let parts = [0..<1, 1..<11, 11..<21].flatMap { plan.ratios(of: columns[$0]) }
        #expect(bits(plan.ratios(of: columns[...])) == bits(parts))
    }

    @Test(arguments: 0..<20)
    func intervalsHoldTheMean(seed: UInt64) throws {
        let ratio = columns(seed, count: 1, blocks: 600)[0]
        let found = try #require(try mean(ratio))
        #expect(found.method == .clusteredGamma && found.mean == ratio.value)
        let (low, high) = (try #require(found.interval?.low), try #require(found.interval?.high))
        #expect(0 <= low && low < found.mean && found.mean < high, "seed \(seed)")
        let wide = try #require(
            try panel(600, confidence: 0.99).means(
                of: [ratio], entries: entries(600).entries, eventShare: 1)[0])
        #expect(try #require(wide.interval?.low) <= low && (try #require(wide.interval?.high)) >= high)
    }

    /// The same shortfall every time is known as far as it was seen: nothing varies, so there is no interval.
    @Test func whyThereIsNone() throws {
        let ratio = columns(1, count: 1, blocks: 100, rarity: 0.3)[0]
        let few = try #require(try mean(ratio, length: 10))
        #expect(few.method == .fewRuns && few.interval == nil)
        #expect(try #require(try mean(ratio, length: 5)).method == .clusteredGamma, "20 runs are enough")
        var single = BlockRatio(sums: Array(repeating: 0, count: 400), weights: Array(repeating: 0, count: 400))
        (single.sums[200], single.weights[200]) = (3, 12)
        let one = try #require(try mean(single))
        #expect(one.method == .fewEpisodes && one.interval?.low == nil && one.mean == 0.25)
        let none = BlockRatio(sums: Array(repeating: 0, count: 400), weights: Array(repeating: 0, count: 400))
        #expect(try mean(none) == nil)
        let constant = BlockRatio(
            sums: (0..<400).map { $0 % 5 == 0 ? 6 : 0 }, weights: (0..<400).map { $0 % 5 == 0 ? 12 : 0 })
        #expect(try #require(try mean(constant)).method == .fewEpisodes)
    }

    /// What a history must have been through before an interval is claimed, and the reason that stands where it has not.
    @Test func historiesThatKnowTooLittle() throws {
        let ratio = columns(4, count: 1, blocks: 600)[0]
        let days = Array(repeating: 1.0, count: 40) + Array(repeating: 9.0, count: 15)
        let turbulent = TurbulentSpells(variances: days + days + Array(repeating: 1, count: 40), window: 10)
        let calm = TurbulentSpells(variances: Array(repeating: 1, count: 100), window: 10)
        #expect(turbulent.count == 2 && calm.count == 0)
        func refusal(runs: Double = 100, windows: Double = 100, spells: TurbulentSpells?) -> MeanInference.Method? {
            MeanInference.Evidence(runs: runs, windows: windows, spells: spells).refusal
        }
        #expect(refusal(spells: nil) == nil && refusal(spells: turbulent) == nil)
        #expect(refusal(spells: calm) == .fewRegimes && refusal(windows: 24.9, spells: turbulent) == .fewEpisodes)
        #expect(refusal(runs: 14.9, spells: calm) == .fewRuns)
        let few = try panel(600).means(of: [ratio], entries: entries(600).entries, eventShare: 24.9 / 600)[0]
        #expect(few?.method == .fewEpisodes && few?.interval == nil)
        let enough = try panel(600).means(of: [ratio], entries: entries(600).entries, eventShare: 25.1 / 600)[0]
        #expect(enough?.method == .clusteredGamma && enough?.interval != nil)
    }

    /// The variance is that of resamples, the error of the mean is scale-free, and one deeper crash raises the upper end.
    @Test(arguments: 0..<10) func intervalsFollowFromTheClusters(seed: UInt64) throws {
        let ratio = columns(seed, count: 1, blocks: 800)[0]
        let found = try #require(ClusteredMean(ratio, meanLength: 4))
        let plan = ResamplePlan(blockCount: 800, meanLength: 4, resamples: 4000, random: SeededGenerator(seed: seed))
        let drawn = sampleVariance(plan.ratios(of: [ratio][...])[0].shares).squareRoot()
        #expect(abs(found.variance.squareRoot() / drawn - 1) < 0.1, "seed \(seed)")
        let own = found.interval(confidence: 0.95)
        let scaled = BlockRatio(sums: ratio.sums.map { 8 * $0 }, weights: ratio.weights)
        let eight = try #require(ClusteredMean(scaled, meanLength: 4)).interval(confidence: 0.95)
        #expect(abs(eight.low / own.low / 8 - 1) < 1e-9 && abs(eight.high / own.high / 8 - 1) < 1e-9)
        var deeper = ratio
        let block = try #require(ratio.sums.indices.max { ratio.sums[$0] < ratio.sums[$1] })
        deeper.sums[block] *= 3
        #expect(try #require(ClusteredMean(deeper, meanLength: 4)).interval(confidence: 0.95).high > own.high)
    }

    /// An inverse long at a price of zero owes without bound, and no interval is claimed.
    @Test func shortfallsWithoutBound() throws {
        func severity(_ equities: [Double]) throws -> SeverityInference? {
            var tally = CellTally(roles: [.chosen], barLength: .days(1))
            tally.beginChunk()
            for day in 0..<300 {
                tally.beginBlock()
                let equity = day % 7 == 0 ? equities[day / 7 % equities.count] : 1
                tally.add(
                    [EntryExit(equity: equity)], tolerance: 1e-12,
                    path: WatchedPath(
                        liquidatedAfter: nil, unprotectedAfter: equity < 0 ? 1 : nil, cutAfter: nil), closings: [nil])
            }
            return try panel(300).severity(tally, mergedBy: 1)[0]
        }
        let bounded = try #require(try severity([-0.5, -0.1, -1.5]))
        #expect(bounded.mean.method == .clusteredGamma && bounded.perEntry.method == .clusteredGamma)
        #expect(abs(bounded.mean.mean - 0.7) < 0.03)
        #expect(abs(bounded.perEntry.mean - bounded.mean.mean * 43 / 300) < 1e-12)
        let unbounded = try #require(try severity([-0.5, -.infinity, -1.5]))
        #expect(unbounded.mean.method == .unbounded && unbounded.mean.interval?.low == nil)
        #expect(unbounded.perEntry.method == .unbounded && unbounded.perEntry.interval?.high == nil)
        #expect(try severity([1]) == nil)
    }

    /// Blocks taken together are the same sums.
    @Test func mergedBlocks() {
        let ratio = columns(2, count: 1, blocks: 103)[0]
        let merged = ratio.merged(by: 10)
        #expect(merged.sums.count == 11 && ratio.merged(by: 1) == ratio)
        let (together, apart) = (merged.sums.reduce(0, +), ratio.sums.reduce(0, +))
        #expect(abs(together - apart) < 1e-12)
        let last = ratio.weights[100...].reduce(0, +)
        #expect(merged.weights[10] == last)
    }
}
