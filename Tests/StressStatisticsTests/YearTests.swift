import CoverageSimulation
import StressBasics
import Testing

@testable import StressStatistics

@Suite struct YearPredictionTests {
    /// Crashes of four days in `days` days of 24 entries.
    private func history(_ random: inout SeededGenerator, days: Int, crashes: Int) -> BlockShare {
        var share = BlockShare(counts: Array(repeating: 0, count: days), entries: Array(repeating: 24, count: days))
        for _ in 0..<crashes {
            let start = Int(random.next() % UInt64(days))
            for day in start..<min(days, start + 4) { share.events[day] = Double(random.next() % 25) }
        }
        return share
    }

    private func prediction(_ share: BlockShare, year: Double = 365, windows: Int = 200) throws -> Interval {
        try #require(
            YearPrediction(share, meanLength: 6, disjointWindows: windows, yearBlocks: year, confidence: 0.95)
        ).interval
    }

    /// A year may show more, and less, than the long run is unsure of, and the shorter the time the more so; it holds the frequency.
    @Test(arguments: 0..<200)
    func laws(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("year")
        let days = 400 + Int(random.next() % 1500)
        let share = history(&random, days: days, crashes: 1 + Int(random.next() % 50))
        let found = try #require(
            FrequencyInference(share, meanLength: 6, disjointWindows: 200, confidence: 0.95))
        guard found.frequency > 0 else { return }
        let (year, month) = (try prediction(share), try prediction(share, year: 30))
        let both = YearPrediction(share, meanLength: 6, disjointWindows: 200, yearBlocks: 365, confidence: 0.95)
        #expect(both?.longRun == found, "seed \(seed)")
        #expect(year.low <= found.bounds.low && found.bounds.high <= year.high * (1 + 1e-9), "seed \(seed)")
        #expect(month.low <= year.low && year.high <= month.high * (1 + 1e-9), "seed \(seed)")
        #expect(year.holds(found.frequency) && year.low >= 0 && year.high <= 1, "seed \(seed)")
        // A long time shows what the long run is.
        let ages = try prediction(share, year: 1e9)
        #expect(abs(ages.high / found.bounds.high - 1) < 1e-3, "seed \(seed)")
    }

    @Test func nothingSeenIsBounded() throws {
        let none = BlockShare(counts: Array(repeating: 0, count: 700), entries: Array(repeating: 24, count: 700))
        let found = try prediction(none, windows: 100)
        #expect(found.low == 0 && found.high > 0.99 * zeroCountBound(trials: 100, confidence: 0.95) && found.high < 0.1)
        #expect(
            YearPrediction(
                BlockShare(counts: [0], entries: [0]), meanLength: 1, disjointWindows: 1, yearBlocks: 1,
                confidence: 0.95) == nil)
    }

    /// A lower end of less than one entry of the year is none.
    @Test func rareEventsMayStayAway() throws {
        var share = BlockShare(counts: Array(repeating: 0, count: 1000), entries: Array(repeating: 24, count: 1000))
        share.events[500] = 3
        #expect(try prediction(share).low == 0)
    }

    /// The fast form of `make coverage`: where the long run's interval holds a year's share in 40 to 70 %.
    @Test(arguments: [ReturnProcess.independent, .garchJumps, .regimes])
    func predictionsHoldTheNextYear(process: ReturnProcess) {
        let study = CoverageStudy(
            process, horizonDays: 7, days: 1826, frequencies: [0.1, 0.03, 0.01], longRun: 1_000_000)
        for row in YearCoverage(study).table(trials: 120) {
            #expect(row.prediction >= 0.85, "\(process.rawValue), \(row.truth)")
            #expect(row.confidence < 0.8 && row.prediction > row.confidence, "\(process.rawValue), \(row.truth)")
        }
    }
}

@Suite struct TurbulentSpellTests {
    /// On paper: 60 calm days, 15 of nine times the variance, calm again, and so on.
    @Test func spellsAreCounted() {
        func days(_ spells: Int) -> [Double] {
            (0..<spells).reduce(Array(repeating: 1.0, count: 60)) { days, _ in
                days + Array(repeating: 9, count: 15) + Array(repeating: 1, count: 60)
            }
        }
        for spells in 0..<5 { #expect(TurbulentSpells(variances: days(spells), window: 10).count == spells) }
        // Each time scaled alike, and read from the other end.
        #expect(TurbulentSpells(variances: days(3).map { $0 * 1e-8 }, window: 10).count == 3)
        #expect(TurbulentSpells(variances: days(3).reversed(), window: 10).count == 3)
    }

    /// One day, however wild, is no spell; two in ten days are.
    @Test func aDayIsNoSpell() {
        var days = Array(repeating: 1.0, count: 200)
        days[90] = 1e6
        #expect(TurbulentSpells(variances: days, window: 10).count == 0)
        days[94] = 1e6
        #expect(TurbulentSpells(variances: days, window: 10).count == 1)
    }

    @Test func shortAndFlatHistoriesHaveNone() {
        #expect(TurbulentSpells(variances: Array(repeating: 9, count: 29), window: 10).count == 0)
        #expect(TurbulentSpells(variances: Array(repeating: 0, count: 500), window: 10).count == 0)
        #expect(TurbulentSpells(variances: [], window: 10).count == 0)
    }

    /// What the status is for: without a spell the interval hardly ever holds the truth, with two or more it does.
    @Test func theTruthIsHeldAfterTwoSpells() {
        let study = CoverageStudy(.slowRegimes, horizonDays: 7, days: 731, frequencies: [0.1], longRun: 2_000_000)
        let found = study.table(trials: 160)[0].bySpells
        #expect(found.map(\.trials).reduce(0, +) == 160 && found.allSatisfy { $0.trials >= 10 })
        #expect(Double(found[0].hits) < 0.3 * Double(found[0].trials))
        #expect(Double(found[2].hits) > 0.85 * Double(found[2].trials))
    }
}

@Suite struct OrderedEndsTests {
    /// Shares that rise along both axes of a grid, and ends about them.
    private func grid(_ random: inout SeededGenerator) -> (shares: [Double], own: [Interval], chains: [[Int]]) {
        let (rows, columns) = (1 + Int(random.next() % 6), 1 + Int(random.next() % 5))
        var shares = [Double](repeating: 0, count: rows * columns)
        for place in shares.indices {
            let left = place % columns > 0 ? shares[place - 1] : 0
            let above = place >= columns ? shares[place - columns] : 0
            shares[place] = max(left, above) + 0.02 * random.uniform()
        }
        let own = shares.map { share in
            Interval(low: share * random.uniform(), high: share * (1 + 3 * random.uniform()))
        }
        let across = (0..<rows).map { row in (0..<columns).map { row * columns + $0 } }
        let down = (0..<columns).map { column in (0..<rows).map { $0 * columns + column } }
        return (shares, own, across + down)
    }

    @Test(arguments: 0..<400)
    func laws(seed: UInt64) {
        var random = SeededGenerator(seed: seed).stream("ordered")
        let (shares, own, chains) = grid(&random)
        let found = OrderedEnds(shares: shares, own: own, chains: chains).intervals
        for chain in chains {
            for (rarer, other) in zip(chain, chain.dropFirst()) {
                #expect(found[rarer].low <= found[other].low && found[rarer].high <= found[other].high, "seed \(seed)")
            }
        }
        for (share, ends) in zip(shares, found) { #expect(ends.holds(share), "seed \(seed)") }
        #expect(OrderedEnds(shares: shares, own: found, chains: chains).intervals == found, "seed \(seed)")
        let span = (own.map(\.low).min()!...own.map(\.high).max()!)
        #expect(found.allSatisfy { span.contains($0.low) && span.contains($0.high) }, "seed \(seed)")
    }

    /// The plain form of isotonic regression on one chain: for each place the largest, over where a run may begin, of the smallest,
    /// over where it may end, of the runs' means.
    @Test(arguments: 0..<200)
    func oneChainIsTheLargestOfSmallestMeans(seed: UInt64) {
        var random = SeededGenerator(seed: seed).stream("chain")
        let count = 1 + Int(random.next() % 12)
        let ends = (0..<count).map { _ in random.uniform() }
        let found = OrderedEnds(
            shares: Array(repeating: 0, count: count), own: ends.map { Interval(low: 0, high: $0) },
            chains: [Array(0..<count)]
        ).intervals
        for place in 0..<count {
            let smallest: [Double] = (0...place).map { first in
                let means: [Double] = (place..<count).map { last in
                    ends[first...last].reduce(0, +) / Double(last - first + 1)
                }
                return means.min()!
            }
            let expected = smallest.max()!
            #expect(abs(found[place].high - expected) < 1e-12, "seed \(seed)")
        }
    }

    /// Where the data do not hold one event in the other nothing is moved.
    @Test func fallingSharesAreNoChain() {
        let own = [Interval(low: 0.1, high: 0.5), Interval(low: 0.05, high: 0.3)]
        #expect(OrderedEnds(shares: [0.3, 0.2], own: own, chains: [[0, 1]]).intervals == own)
        #expect(OrderedEnds(shares: [0.2, 0.2], own: own, chains: []).intervals == own)
    }
}
