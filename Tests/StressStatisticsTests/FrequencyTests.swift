import CoverageSimulation
import StressBasics
import Testing

@testable import StressStatistics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct DistributionTests {
    /// Quantiles of the beta distribution by scipy 1.17 (`beta.ppf`).
    @Test(arguments: [
        (1.0, 100.0, 0.975, 0.03621669264517641), (6.5, 93.5, 0.025, 0.025690170298120207),
        (0.5, 2, 0.5, 0.12061475842818319), (3000.25, 1_000_000, 0.975, 0.0030990856854570662),
        (250, 3, 0.1, 0.9790185145133573),
    ])
    func betaReferenceValues(a: Double, b: Double, share: Double, expected: Double) {
        #expect(abs(BetaDistribution(a: a, b: b).quantile(share) / expected - 1) < 1e-10)
    }

    /// Two-sided quantiles of Student's t by scipy 1.17 (`t.ppf`).
    @Test(arguments: [
        (0.95, 1.0, 12.706204736174694), (0.95, 2.5, 3.5746548420036817), (0.99, 14, 2.9768427343708344),
        (0.95, 3000, 1.960755055322458),
    ])
    func studentReferenceValues(confidence: Double, degrees: Double, expected: Double) {
        #expect(abs(studentQuantile(twoSided: confidence, degrees: degrees) / expected - 1) < 1e-9)
    }

    /// `P(X ≤ x)` of a beta distribution and `P(Y ≤ 1 − x)` of its mirror image add up to 1; the quantile undoes it.
    @Test(arguments: 0..<200)
    func betaLaws(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let (a, b, x) = (0.3 + 300 * random.uniform(), 0.3 + 3000 * random.uniform(), random.uniform())
        let (beta, mirror) = (BetaDistribution(a: a, b: b), BetaDistribution(a: b, b: a))
        let share = 0.001 + 0.998 * random.uniform()
        #expect(abs(beta.cumulative(x) + mirror.cumulative(1 - x) - 1) < 1e-11, "seed \(seed)")
        #expect(abs(beta.cumulative(beta.quantile(share)) - share) < 1e-11, "seed \(seed)")
    }

    /// Quantiles are those that plain halving finds, for shapes and shares from tiny to huge.
    @Test(arguments: 0..<300)
    func quantilesAreThoseOfHalving(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func size(_ low: Double, _ high: Double) -> Double { exp(log(low) + random.uniform() * log(high / low)) }
        let (a, b, shape) = (size(0.05, 5_000), size(0.05, 50_000), size(0.01, 5_000))
        let tail = size(1e-6, 0.5)
        let share = random.uniform() < 0.5 ? tail : 1 - tail
        let beta = BetaDistribution(a: a, b: b)
        var (low, high) = (0.0, 1.0)
        for _ in 0..<1100 {
            let middle = (low + high) / 2
            if beta.cumulative(middle) < share { low = middle } else { high = middle }
        }
        #expect(abs(beta.quantile(share) - low) <= 1e-10 * low + 1e-300, "seed \(seed): a \(a), b \(b), share \(share)")
        (low, high) = (-700, 50)
        for _ in 0..<80 {
            let middle = (low + high) / 2
            if gammaCumulative(exp(middle), shape: shape) < share { low = middle } else { high = middle }
        }
        let found = gammaQuantile(share, shape: shape)
        #expect(abs(found - exp(low)) <= 1e-10 * exp(low), "seed \(seed): shape \(shape), share \(share)")
    }
}

@Suite struct StationaryVarianceTests {
    /// The plain sum over all pairs of blocks, as Politis and Romano write it.
    @Test(arguments: 0..<60)
    func theRecursionIsTheSum(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = 1 + Int(random.next() % 90)
        let length = seed % 5 == 0 ? 1 : 1 + 40 * random.uniform()
        var values = (0..<count).map { _ in random.uniform() - 0.3 }
        let mean = values.reduce(0, +) / Double(count)
        values = values.map { $0 - mean }
        var (expected, weight) = (0.0, 1.0)
        for lag in 0..<count {
            let covariance = (0..<count).reduce(0) { $0 + values[$1] * values[($1 + lag) % count] }
            expected += (lag == 0 ? 1 : 2 * (1 - Double(lag) / Double(count)) * weight) * covariance
            weight *= 1 - 1 / length
        }
        let found = StationaryVariance(values, meanLength: length).ofSum
        #expect(abs(found - max(0, expected)) < 1e-9 * Double(count), "seed \(seed)")
    }

    @Test(arguments: 0..<60)
    func runSumsAreThoseOfAllWindows(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = 1 + Int(random.next() % 40)
        let length = 1 + Int(random.next() % 50)
        let values = (0..<count).map { _ in random.uniform() - 0.5 }
        let sums = (0..<count).map { start in
            (0..<min(length, count)).reduce(0) { $0 + values[(start + $1) % count] }
        }
        let found = extremeRunSums(values, length: length)
        #expect(abs(found.largest - sums.max()!) < 1e-12 && abs(found.smallest - sums.min()!) < 1e-12, "seed \(seed)")
    }
}

@Suite struct FrequencyTests {
    private func inference(_ share: BlockShare, length: Double = 7, windows: Int = 260) -> FrequencyInference? {
        FrequencyInference(share, meanLength: length, disjointWindows: windows, confidence: 0.95)
    }

    /// Crashes of a few days in `days` days of 24 entries; the first on the first day.
    private func history(_ seed: UInt64, days: Int, crashes: Int) -> BlockShare {
        var random = SeededGenerator(seed: seed)
        var share = BlockShare(counts: Array(repeating: 0, count: days), entries: Array(repeating: 24, count: days))
        for _ in 0..<crashes {
            let start = Int(random.next() % UInt64(days))
            for day in start..<min(days, start + 4) { share.events[day] = Double(random.next() % 25) }
        }
        return share
    }

    /// The error is that of the resamples, which it replaces.
    @Test(arguments: 0..<8)
    func theErrorIsThatOfResamples(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let (share, length) = (history(seed, days: 400, crashes: 30), 1 + 12 * random.uniform())
        let plan = ResamplePlan(blockCount: 400, meanLength: length, resamples: 8000, random: random)
        let resampled = sampleVariance(plan.ratios(of: [share])[0].shares).squareRoot()
        let found = try #require(inference(share, length: length))
        #expect(abs(found.standardError / resampled - 1) < 0.04, "seed \(seed)")
    }

    /// A day of minutes is one block, and its entries overlap: it knows no more than its windows that share no bar.
    @Test(arguments: [2, 5, 23, 144], [1.0 / 1440, 0.043, 0.48, 0.9])
    func oneBlockIsWorthItsWindows(windows: Int, frequency: Double) throws {
        let share = BlockShare(events: [frequency * 1440], entries: [1440])
        let found = try #require(inference(share, length: 1, windows: windows))
        // Where less than a window's worth was seen they are a little fewer.
        #expect(found.effectiveEntries <= Double(windows) * (1 + 1e-9))
        #expect(
            found.effectiveEntries >= Double(windows)
                * (min(frequency, 1 - frequency) * Double(windows) >= 1 ? 1 - 1e-9 : 0.8))
        let (events, trials) = (frequency * Double(windows), Double(windows))
        let plain = (
            low: events > 0.05 ? BetaDistribution(a: events, b: trials - events + 1).quantile(0.025) : 0,
            high: BetaDistribution(a: events + 1, b: trials - events).quantile(0.975)
        )
        #expect(found.bounds.low <= plain.low + 0.02 && found.bounds.high >= plain.high - 0.02)
    }

    /// The same day seen as one block, as two by chance of the clock, or in hours of which each remembers the others: never a multiple of
    /// what the windows are worth, and no less than a part of it.
    @Test(arguments: 0..<12)
    func fewBlocksAreWorthLittleMoreThanTheirWindows(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let cut = 1 + Int(random.next() % 1438)
        let start = Int(random.next() % 1380)
        func events(_ bars: Range<Int>) -> Double { Double(bars.clamped(to: start..<start + 60).count) }
        let two = BlockShare(
            events: [events(0..<cut), events(cut..<1440)], entries: [UInt32(cut), UInt32(1440 - cut)])
        let hours = BlockShare(
            events: (0..<24).map { events($0 * 60..<$0 * 60 + 60) }, entries: Array(repeating: 60, count: 24))
        for (share, length) in [(two, 1.0), (hours, 12), (hours, 24)] {
            let found = try #require(inference(share, length: length, windows: 23))
            #expect(found.effectiveEntries < 23 / 0.75 + 1e-9, "seed \(seed), length \(length)")
            #expect(found.bounds.low < found.frequency / 2 && found.bounds.high > 2 * found.frequency, "seed \(seed)")
        }
    }

    /// From five runs on the variance is that of the runs, however small it is.
    @Test func enoughRunsStandForThemselves() throws {
        let share = BlockShare(events: [4, 5, 5, 4, 5, 5, 4], entries: Array(repeating: 10, count: 7))
        let found = try #require(inference(share, length: 1.4, windows: 7))
        let own = StationaryVariance(share.residuals, meanLength: 1.4).ofSum.squareRoot() / 70
        #expect(found.standardError == own && found.effectiveEntries > 40)
        let fewer = try #require(inference(share, length: 3, windows: 7))
        #expect(fewer.effectiveEntries < 7 / (1 - (7.0 / 3 - 1) / 4) + 1e-9)
    }

    /// Independent days, each with one entry: the effective entries are the entries.
    @Test func independentEntriesAreWorthThemselves() throws {
        var random = SeededGenerator(seed: 9)
        let counts = (0..<4000).map { _ in UInt32(random.uniform() < 0.1 ? 1 : 0) }
        let share = BlockShare(counts: counts, entries: Array(repeating: 1, count: 4000))
        let found = try #require(inference(share, length: 1, windows: 4000))
        #expect(abs(found.effectiveEntries / 4000 - 1) < 0.01)
        // Clopper and Pearson's interval, which it then is but for a little caution.
        let events = Double(share.count)
        let plain = (
            low: BetaDistribution(a: events, b: 4001 - events).quantile(0.025),
            high: BetaDistribution(a: events + 1, b: 4000 - events).quantile(0.975)
        )
        #expect(abs(found.bounds.low / plain.low - 1) < 0.01 && abs(found.bounds.high / plain.high - 1) < 0.01)
    }

    /// Every day's 24 entries share one fate: a day is worth one trial.
    @Test func aDayOfOneFateIsWorthOneTrial() throws {
        var random = SeededGenerator(seed: 10)
        let counts = (0..<2000).map { _ in UInt32(random.uniform() < 0.1 ? 24 : 0) }
        let share = BlockShare(counts: counts, entries: Array(repeating: 24, count: 2000))
        #expect(abs(try #require(inference(share, length: 1)).effectiveEntries / 2000 - 1) < 0.01)
    }

    @Test func nothingSeenIsJudgedByTheWindows() throws {
        let none = BlockShare(counts: Array(repeating: 0, count: 100), entries: Array(repeating: 24, count: 100))
        let found = try #require(inference(none, length: 2))
        #expect(
            found.bounds.low == 0 && abs(found.bounds.high / zeroCountBound(trials: 260, confidence: 0.95) - 1) < 1e-9)
        #expect(abs(found.effectiveEntries / 260 - 1) < 1e-12 && found.interval.method == .zeroCountEffective)
        let all = try #require(inference(BlockShare(counts: none.entries, entries: none.entries), length: 2))
        #expect(all.bounds.high == 1 && abs(all.bounds.low - (1 - found.bounds.high)) < 1e-12)
    }

    @Test func withoutEntriesThereIsNothingToSay() {
        #expect(inference(BlockShare(counts: [0, 0], entries: [0, 0])) == nil)
        #expect(inference(BlockShare(counts: [0], entries: [5]), windows: 0) == nil)
    }

    /// An interval holds its estimate, has no lower end of 0 where something was seen, and is the mirror image of what did not happen.
    @Test(arguments: 0..<300)
    func intervalLaws(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let days = 2 + Int(random.next() % 900)
        let share = history(seed, days: days, crashes: Int(random.next() % 40))
        let (length, windows) = (1 + 60 * random.uniform(), 1 + Int(random.next() % UInt64(days)))
        let found = try #require(inference(share, length: length, windows: windows))
        #expect(found.bounds.low <= found.frequency && found.frequency <= found.bounds.high, "seed \(seed)")
        #expect((found.bounds.low > 0) == (found.frequency > 0) && found.bounds.high > 0, "seed \(seed)")
        let missed = BlockShare(
            events: zip(share.entries, share.events).map { Double($0) - $1 }, entries: share.entries)
        let mirror = try #require(inference(missed, length: length, windows: windows))
        #expect(abs(mirror.bounds.low - (1 - found.bounds.high)) < 1e-9, "seed \(seed)")
        #expect(abs(mirror.bounds.high - (1 - found.bounds.low)) < 1e-9, "seed \(seed)")
        #expect(found.effectiveEntries >= 1 && found.effectiveEntries <= Double(share.total), "seed \(seed)")
    }

    /// Blocks without entries at the ends are no blocks.
    @Test(arguments: 0..<10)
    func emptyEndsAreNone(seed: UInt64) {
        let share = history(seed, days: 120, crashes: 5)
        let padded = BlockShare(events: [0] + share.events + [0, 0], entries: [0] + share.entries + [0, 0])
        #expect(inference(share) == inference(padded), "seed \(seed)")
    }

    /// Eight more days without anything new move the upper end by less than a fifth, at any length of the history: no form of the
    /// interval gives way to another.
    @Test(arguments: [(1.0, 1), (7, 7), (13, 1), (20, 7)])
    func noCliffs(length: Double, horizonDays: Int) throws {
        for seed in 0..<6 as Range<UInt64> {
            let crash = history(seed, days: 60, crashes: 2)
            var before: Double?
            for days in stride(from: 60, through: 700, by: 8) {
                let share = BlockShare(
                    events: crash.events + Array(repeating: 0, count: days - 60),
                    entries: Array(repeating: 24, count: days))
                let high = try #require(inference(share, length: length, windows: days / horizonDays)).bounds.high
                if let before { #expect(max(high / before, before / high) < 1.2, "seed \(seed), \(days) days") }
                before = high
            }
        }
    }

    /// The fewer the events, the nearer to the interval of none.
    @Test func fewEventsJoinNone() throws {
        func high(_ perDay: UInt32, of entries: UInt32) throws -> Double {
            var counts = [UInt32](repeating: 0, count: 500)
            counts[200] = perDay
            let share = BlockShare(counts: counts, entries: Array(repeating: entries, count: 500))
            return try #require(inference(share, windows: 70)).bounds.high
        }
        let none = try high(0, of: 1440)
        #expect(abs(try high(1, of: 1_000_000) / none - 1) < 1e-4)
        #expect(try high(1, of: 1440) > none && high(1, of: 1440) < high(100, of: 1440))
    }
}

@Suite struct MarketMemoryTests {
    /// Independent returns are forgotten from day to day; turbulent months are not.
    @Test func turbulenceIsRemembered() {
        func memory(_ process: ReturnProcess) -> Double {
            let study = CoverageStudy(process, horizonDays: 1, days: 1500, frequencies: [0.1], longRun: 10_000)
            return (0..<10).reduce(0) { $0 + study.history(seed: $1).memory.runBlocks } / 10
        }
        #expect(memory(.independent) < 6 && memory(.regimes) > 20)
    }

    /// Prices of 0 and below have no logarithm and are passed over; a scale changes nothing.
    @Test(arguments: 0..<20)
    func scaleAndZeros(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var price = 100.0
        let prices = (0..<400).map { bar -> Double in
            price *= 1 + 0.04 * (random.uniform() - 0.5) * (bar / 50 % 3 == 0 ? 4 : 1)
            return bar % 97 == 5 ? (bar % 2 == 0 ? 0 : -3) : price
        }
        let blocks = (0..<100).map { 4 * $0..<4 * $0 + 4 }
        func memory(_ factor: Double) -> MarketMemory {
            let scaled = prices.map { $0 * factor }
            return MarketMemory(
                close: scaled, low: scaled, high: scaled, deviation: 0.02, blocks: blocks, spellBlocks: 10)
        }
        #expect(memory(1).runBlocks.isFinite && memory(1).runBlocks >= 1)
        #expect(memory(1) == memory(0.25), "seed \(seed)")
    }
}
