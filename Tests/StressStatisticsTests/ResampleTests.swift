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
                let events = zip(drawn, column.events).reduce(0) { $0 + $1.0 * Int($1.1) }
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
                        sums.events += column.events[Int(block) % 50]
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
        column = BlockShare(events: column.events, entries: Array(repeating: 24, count: blocks))
        let plan = ResamplePlan(blockCount: blocks, meanLength: length, resamples: 20_000, random: random)
        let found = sampleVariance(plan.ratios(of: [column])[0].shares)
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

@Suite struct OrderStatisticTests {
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
