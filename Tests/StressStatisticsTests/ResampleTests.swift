import StressBasics
import Testing

@testable import StressStatistics

/// Random block sums with runs of events, so that resamples differ.
private func randomColumns(_ random: inout SeededGenerator, columns: Int, blocks: Int) -> [BlockShare] {
    let entries = (0..<blocks).map { _ in UInt32(random.next() % 25) }
    let other = entries.map { $0 / 2 + 1 }
    return (0..<columns).map { column in
        let held = column % 5 == 4 ? other : entries
        let rarity = 1 + random.next() % 6
        var left = 0
        let counts = held.map { entered -> UInt32 in
            if left == 0, random.next() % (4 * rarity) == 0 { left = 1 + Int(random.next() % 6) }
            left = max(0, left - 1)
            return left > 0 && entered > 0 ? UInt32(random.next() % UInt64(entered + 1)) : 0
        }
        return BlockShare(counts: counts, entries: held)
    }
}

@Suite struct ResampleTests {
    /// The plain version: how often each block was drawn, times what is in it.
    @Test(arguments: 0..<60)
    func sumsAreMultiplicitiesTimesCounts(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let blocks = 1 + Int(random.next() % 90)
        let columns = randomColumns(&random, columns: 1 + Int(random.next() % 20), blocks: blocks)
        let plan = ResamplePlan(
            blockCount: blocks, meanLength: 1 + 12 * random.uniform(), resamples: 40, random: random)
        let fast = plan.ratios(of: columns[...])
        for (column, ratio) in zip(columns, fast) {
            for resample in 0..<plan.resamples {
                let drawn = plan.multiplicities(of: resample)
                #expect(drawn.reduce(0, +) == blocks)
                let events = zip(drawn, column.counts).reduce(0) { $0 + $1.0 * Int($1.1) }
                let trials = zip(drawn, column.entries).reduce(0) { $0 + $1.0 * Int($1.1) }
                let expected = trials > 0 ? Double(events) / Double(trials) : column.frequency ?? 0
                #expect(ratio.shares[resample] == expected, "seed \(seed), resample \(resample)")
            }
        }
    }

    @Test(arguments: 0..<30)
    func errorsAreThoseOfTheRuns(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let columns = randomColumns(&random, columns: 3, blocks: 50)
        let plan = ResamplePlan(blockCount: 50, meanLength: 4, resamples: 20, random: random)
        for (column, ratio) in zip(columns, plan.ratios(of: columns[...])) {
            for resample in 0..<20 {
                let runs = plan.runs(of: resample).map { run in
                    (run.start..<run.end).reduce(into: (events: 0.0, trials: 0.0)) { sums, block in
                        sums.events += Double(column.counts[Int(block) % 50])
                        sums.trials += Double(column.entries[Int(block) % 50])
                    }
                }
                let trials = runs.reduce(0) { $0 + $1.trials }
                let share = runs.reduce(0) { $0 + $1.events } / trials
                let squares = runs.reduce(0) { sum, run in
                    let residual = run.events - share * run.trials
                    return sum + residual * residual
                }
                let expected = squares.squareRoot() / trials
                #expect(abs(ratio.errors[resample] - expected) < 1e-9 + 1e-6 * expected, "seed \(seed)")
            }
        }
    }

    /// A column's resamples do not depend on the columns beside it, nor on how many resamples are drawn in all.
    @Test(arguments: 0..<20)
    func columnsAndResamplesMayBeSharedOut(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let columns = randomColumns(&random, columns: 23, blocks: 70)
        let plan = ResamplePlan(blockCount: 70, meanLength: 5, resamples: 30, random: random)
        let whole = plan.ratios(of: columns[...])
        let parts = [0..<1, 1..<10, 10..<23].flatMap { plan.ratios(of: columns[$0]) }
        #expect(whole == parts, "seed \(seed)")
        let short = ResamplePlan(blockCount: 70, meanLength: 5, resamples: 11, random: random)
        #expect(short.ratios(of: columns[...]).map(\.shares) == whole.map { Array($0.shares[..<11]) })
    }

    @Test func runsAreGeometricAndStartAnywhere() {
        let plan = ResamplePlan(blockCount: 500, meanLength: 10, resamples: 400, random: SeededGenerator(seed: 5))
        let runs = (0..<400).flatMap { Array(plan.runs(of: $0).dropLast()) }
        let mean = Double(runs.reduce(0) { $0 + Int($1.end - $1.start) }) / Double(runs.count)
        // Dropping the run that the end of the series cuts off leaves a little less than the mean.
        #expect(abs(mean - 10) < 0.4)
        let single = Double(runs.count { $0.end - $0.start == 1 }) / Double(runs.count)
        #expect(abs(single - 0.1) < 0.01)
        let early = Double(runs.count { $0.start < 250 }) / Double(runs.count)
        #expect(abs(early - 0.5) < 0.02)
        #expect(Set(runs.map(\.start)).count > 490)
    }

    /// Politis and Romano give the variance of the resampled mean in closed form (their lemma 1).
    @Test(arguments: 0..<10)
    func varianceIsTheClosedForm(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let (blocks, length) = (120, 1 + 9 * random.uniform())
        var column = randomColumns(&random, columns: 1, blocks: blocks)[0]
        column = BlockShare(counts: column.counts, entries: Array(repeating: 24, count: blocks))
        let plan = ResamplePlan(blockCount: blocks, meanLength: length, resamples: 20_000, random: random)
        let found = FrequencyInference.variance(plan.ratios(of: [column])[0].shares)
        let residuals = column.residuals
        var expected = 0.0
        for lag in 0..<blocks {
            let covariance =
                (0..<blocks).reduce(0) { $0 + residuals[$1] * residuals[($1 + lag) % blocks] } / Double(blocks)
            let weight = (1 - Double(lag) / Double(blocks)) * power(1 - 1 / length, lag)
            expected += (lag == 0 ? 1 : 2) * weight * covariance
        }
        expected /= Double(blocks) * 24 * 24
        #expect(abs(found / expected - 1) < 0.05, "seed \(seed)")
    }

    private func power(_ base: Double, _ exponent: Int) -> Double { (0..<exponent).reduce(1) { a, _ in a * base } }
}

@Suite struct InferenceTests {
    private let windows = 260

    private func inferences(
        _ columns: [BlockShare], length: Double = 7, resamples: Int = 2000
    ) -> (all: [FrequencyInference], resampled: [ResampledRatio]) {
        let plan = ResamplePlan(
            blockCount: columns[0].counts.count, meanLength: length, resamples: resamples,
            random: SeededGenerator(seed: 1))
        let resampled = plan.ratios(of: columns[...])
        let all = zip(columns, resampled).compactMap {
            FrequencyInference(
                $0, resampled: $1, disjointWindows: windows, runs: Double($0.entries.count) / length, confidence: 0.95)
        }
        return (all, resampled)
    }

    /// Independent days, each with one entry: the effective entries are the entries.
    @Test func independentEntriesAreWorthThemselves() {
        var random = SeededGenerator(seed: 9)
        let counts = (0..<4000).map { _ in UInt32(random.uniform() < 0.1 ? 1 : 0) }
        let share = BlockShare(counts: counts, entries: Array(repeating: 1, count: 4000))
        let found = inferences([share], length: 1).all[0]
        #expect(abs(found.effectiveEntries / 4000 - 1) < 0.08)
    }

    /// Every day's 24 entries share one fate: a day is worth one trial.
    @Test func aDayOfOneFateIsWorthOneTrial() {
        var random = SeededGenerator(seed: 10)
        let counts = (0..<2000).map { _ in UInt32(random.uniform() < 0.1 ? 24 : 0) }
        let share = BlockShare(counts: counts, entries: Array(repeating: 24, count: 2000))
        let found = inferences([share], length: 1).all[0]
        #expect(abs(found.effectiveEntries / 2000 - 1) < 0.1)
    }

    @Test func nothingSeenHasTheRuleOfThree() {
        let none = BlockShare(counts: Array(repeating: 0, count: 100), entries: Array(repeating: 24, count: 100))
        let found = inferences([none], length: 2).all[0]
        #expect(found.effectiveWilson == FrequencyInference.Bounds(low: 0, high: 3.0 / 260))
        #expect(found.effectiveEntries == 260 && found.percentile == nil && found.studentised == nil)
        let all = BlockShare(counts: none.entries, entries: none.entries)
        #expect(
            inferences([all], length: 2).all[0].effectiveWilson
                == FrequencyInference.Bounds(low: 1 - 3.0 / 260, high: 1))
    }

    /// A history of a few runs is worth no more trials than it has runs, however little the resamples differ.
    @Test func fewRunsAreFewTrials() {
        var random = SeededGenerator(seed: 12)
        let counts = (0..<100).map { _ in UInt32(random.next() % 25) }
        let share = BlockShare(counts: counts, entries: Array(repeating: 24, count: 100))
        let found = inferences([share], length: 10).all[0]
        #expect(found.studentised == nil && found.effectiveEntries == 10 && found.percentile != nil)
        let wilson = wilsonBounds(share: found.frequency, trials: 10, confidence: 0.95)
        #expect(found.interval == FrequencyInterval(low: wilson.low, high: wilson.high, method: .wilsonEffective))
        let none = BlockShare(counts: Array(repeating: 0, count: 100), entries: share.entries)
        #expect(inferences([none], length: 10).all[0].effectiveWilson.high == 0.3)
        #expect(inferences([share], length: 3).all[0].studentised != nil, "33 runs are enough")
    }

    @Test func withoutEntriesThereIsNothingToSay() {
        let empty = BlockShare(counts: [0, 0], entries: [0, 0])
        let plan = ResamplePlan(blockCount: 2, meanLength: 1, resamples: 10, random: SeededGenerator(seed: 1))
        let resampled = plan.ratios(of: [empty])
        #expect(
            FrequencyInference(empty, resampled: resampled[0], disjointWindows: 5, runs: 2, confidence: 0.95) == nil)
    }

    /// One episode: resamples without it are so many that the bootstrap-t has no end, and it says so.
    @Test func oneEpisodeHasNoStudentisedInterval() throws {
        var counts = [UInt32](repeating: 0, count: 400)
        counts[100] = 20
        let found = inferences([BlockShare(counts: counts, entries: Array(repeating: 24, count: 400))]).all[0]
        #expect(found.studentised == nil)
        let bounds = try #require(found.percentile)
        #expect(bounds.low == 0 && bounds.high > found.frequency)
        #expect(found.effectiveWilson.low > 0 && found.effectiveWilson.high > bounds.high)
    }

    /// The panel is the parts above put together: blocks without entries at the ends are no blocks, and the runs are as long
    /// as the horizon and the longest memory ask for.
    @Test(arguments: 0..<10)
    func panels(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let inner = randomColumns(&random, columns: 11, blocks: 200)
        let columns = inner.map { column in
            BlockShare(counts: [0] + column.counts + [0, 0], entries: [0] + column.entries + [0, 0])
        }
        let rules = ResamplingRules(resamples: 300, seed: seed)
        let panel = try #require(
            HorizonPanel(columns: columns, horizonBlocks: 7, disjointWindows: 28, rules: rules, name: "A 7d"))
        // A column that starts later does not move the others' first block.
        let held = inner.map(\.entries).map { $0.lastIndex { $0 > 0 }! + 1 }.max()!
        #expect(panel.plan.blockCount <= 200 && panel.plan.blockCount >= held - 3)
        let lengths = panel.shares.compactMap { AutomaticBlockLength($0.residuals)?.stationary }
        #expect(panel.plan.meanLength == max(7, lengths.max()!))
        let whole = panel.inferences(0..<11)
        #expect(whole == panel.inferences(0..<4) + panel.inferences(4..<11))
        let other = try #require(
            HorizonPanel(columns: columns, horizonBlocks: 7, disjointWindows: 28, rules: rules, name: "B 7d"))
        #expect(other.inferences(0..<11) != whole, "each history has a stream of its own")
        let difference = try #require(panel.difference(1, 0))
        #expect(difference.difference == whole[1]!.frequency - whole[0]!.frequency)
        #expect(difference.low <= difference.difference && difference.difference <= difference.high)
        #expect(try #require(panel.band(Array(0..<4))).bounds.count == 4)
    }

    @Test func panelsWithoutEntriesAreNone() {
        let empty = BlockShare(counts: [0, 0], entries: [0, 0])
        let rules = ResamplingRules()
        #expect(
            HorizonPanel(columns: [empty], horizonBlocks: 1, disjointWindows: 0, rules: rules, name: "") == nil)
        #expect(HorizonPanel(columns: [], horizonBlocks: 1, disjointWindows: 0, rules: rules, name: "") == nil)
    }

    @Test(arguments: 0..<20)
    func intervalsHoldTheFrequency(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let columns = randomColumns(&random, columns: 6, blocks: 300)
        for found in inferences(columns, resamples: 400).all where found.standardError > 0 {
            for bounds in [found.percentile, found.effectiveWilson].compactMap({ $0 }) {
                #expect(bounds.low <= found.frequency && found.frequency <= bounds.high, "seed \(seed)")
            }
        }
    }

    /// One curve of one point is a single interval; unrelated points push the band out.
    @Test func bandsGrowWithWhatMovesApart() {
        var random = SeededGenerator(seed: 13)
        let columns = (0..<12).map { _ in randomColumns(&random, columns: 1, blocks: 800)[0] }
        let (all, resampled) = inferences(columns)
        let single = SimultaneousBand([all[0]], resampled: [resampled[0]], confidence: 0.95)
        let twins = SimultaneousBand([all[0], all[0]], resampled: [resampled[0], resampled[0]], confidence: 0.95)
        let many = SimultaneousBand(all, resampled: resampled, confidence: 0.95)
        #expect(abs(single.criticalValue - 1.96) < 0.15)
        #expect(twins.criticalValue == single.criticalValue)
        // Twelve independent normals: the 95 % quantile of the largest is 2.86.
        #expect(abs(many.criticalValue - 2.86) < 0.3)
        for (band, one) in zip(many.bounds, all) {
            #expect(band.low <= one.effectiveWilson.low && band.high >= one.effectiveWilson.high)
        }
    }

    /// What is found without sorting everything is what stands there when everything is sorted.
    @Test(arguments: 0..<400)
    func orderStatisticsAreThoseOfASort(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = 1 + Int(random.next() % 3000)
        let confidence = [0.5, 0.9, 0.95, 0.99, 0.9999, random.uniform() * 0.99 + 0.005][Int(random.next() % 6)]
        // Continuous, tied, with infinite ends, rising, falling.
        let shape = random.next() % 5
        var values = (0..<count).map { _ -> Double in
            let value = random.uniform() - 0.5
            if shape == 1 { return (value * 6).rounded() / 2 }
            return shape == 2 && abs(value) > 0.4 ? value * .infinity : value
        }
        if shape == 3 { values.sort() }
        if shape == 4 { values.sort(by: >) }
        let sorted = values.sorted()
        let place = min(max(Int(Double(count) * (1 - confidence) / 2) - 1, 0), count - 1)
        let found = tailOrderStatistics(values, confidence: confidence)
        #expect(found.low == sorted[place] && found.high == sorted[count - 1 - place], "seed \(seed)")
    }
}
