import StressBasics
import StressStatistics
import Testing

/// Differences of shares of the same entries.
@Suite struct PairedDifferenceTests {
    private func panel(_ columns: [BlockShare], _ seed: UInt64, runs: Double) throws -> HorizonPanel {
        try #require(
            HorizonPanel(
                columns: columns, horizonBlocks: runs, disjointWindows: 100,
                rules: ResamplingRules(resamples: 400, seed: seed), name: "1d", memory: MarketMemory(runBlocks: runs)))
    }

    /// Events in clusters, and the same with some of them prevented and some added.
    private func columns(_ seed: UInt64) -> [BlockShare] {
        var random = SeededGenerator(seed: seed)
        let entries = (0..<300).map { _ in UInt32(24) }
        var isBad = false
        let base = entries.map { _ -> Double in
            if random.next() % 12 == 0 { isBad.toggle() }
            return isBad ? 24 * random.uniform() : 0
        }
        let less = base.map { $0 * 0.6 * random.uniform() }
        let other = base.map { min(24, $0 + (random.next() % 9 == 0 ? 6 * random.uniform() : 0)) }
        return [base, less, other, base.map { _ in 0 }].map { BlockShare(events: $0, entries: entries) }
    }

    /// From the one's lower end less the other's upper end to the upper end less the lower: no pairing says less than nothing.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func noIntervalIsWiderThanTheTwoAllow(seed: UInt64) throws {
        let columns = columns(seed)
        let panel = try panel(columns, seed, runs: [1, 4, 30, 150][Int(seed % 4)])
        let base = try #require(panel.inference(columns[0])?.bounds)
        let found =
            panel.pairedDifferences(of: columns, from: columns[0]) + panel.differences(of: columns, from: columns[0])
        for (column, difference) in zip(columns + columns, found) {
            let own = try #require(panel.inference(column)?.bounds)
            let difference = try #require(difference)
            let (interval, rounding) = (difference.interval, 1e-12)
            #expect(interval.low >= own.low - base.high - rounding, "seed \(seed)")
            #expect(interval.high <= own.high - base.low + rounding, "seed \(seed)")
            #expect(interval.low <= difference.difference && difference.difference <= interval.high, "seed \(seed)")
        }
    }

    /// Each has the same bits whatever stands beside it, and twice the same is the same twice.
    @Test(arguments: 100..<110 as Range<UInt64>)
    func columnsAreJudgedAlone(seed: UInt64) throws {
        let columns = columns(seed)
        let panel = try panel(columns, seed, runs: 3)
        let together = panel.pairedDifferences(of: columns + columns, from: columns[0])
        let means = panel.meanDifferences(of: columns + columns, from: columns[0])
        for (place, column) in (columns + columns).enumerated() {
            #expect(together[place] == panel.pairedDifferences(of: [column], from: columns[0])[0], "seed \(seed)")
            #expect(means[place] == panel.meanDifference(column, columns[0]), "seed \(seed)")
        }
    }

    /// Of the same entries the difference is one share; the general way, which resamples two, says the same up to rounding and bounds.
    @Test(arguments: 200..<220 as Range<UInt64>)
    func oneShareOrTwo(seed: UInt64) throws {
        let columns = columns(seed)
        let panel = try panel(columns, seed, runs: 3)
        let pairs = zip(
            panel.pairedDifferences(of: [columns[1], columns[2]], from: columns[0]),
            panel.differences(of: [columns[1], columns[2]], from: columns[0]))
        for (fast, plain) in pairs {
            let (fast, plain) = (try #require(fast), try #require(plain))
            #expect(abs(fast.standardError - plain.standardError) < 1e-12, "seed \(seed)")
            #expect(fast.interval.low >= plain.interval.low - 1e-9, "seed \(seed)")
            #expect(fast.interval.high <= plain.interval.high + 1e-9, "seed \(seed)")
            #expect(abs(fast.percentile.low - plain.percentile.low) < 1e-12, "seed \(seed)")
        }
    }

    /// What has not been seen to differ may differ as much as an event that has not been seen may happen.
    @Test func whatNeverDifferedMayStill() throws {
        let columns = columns(7)
        let panel = try panel(columns, 7, runs: 2)
        let found = try #require(panel.pairedDifferences(of: [columns[0]], from: columns[0])[0])
        let unseen = try #require(panel.inference(columns[3])?.bounds.high)
        #expect(found.difference == 0 && found.interval == Interval(low: -unseen, high: unseen) && !found.isClear)
        #expect(unseen > 0 && unseen < 0.1)
    }
}
