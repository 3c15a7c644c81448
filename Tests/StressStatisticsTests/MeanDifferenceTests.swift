import Foundation
import StressBasics
import StressStatistics
import Testing

/// Differences of means over the same history.
@Suite struct MeanDifferenceTests {
    private func panel(_ columns: [BlockShare], _ seed: UInt64) throws -> HorizonPanel {
        try #require(
            HorizonPanel(
                columns: columns, horizonBlocks: 2, disjointWindows: 200,
                rules: ResamplingRules(resamples: 400, seed: seed),
                name: "1d", memory: MarketMemory(runBlocks: 2)))
    }

    private func columns(_ seed: UInt64, shift: Double) -> [BlockShare] {
        var random = SeededGenerator(seed: seed)
        let entries = (0..<400).map { _ in UInt32(20 + random.next() % 8) }
        let sums = entries.map { Double($0) * (1 + random.uniform()) }
        let less = zip(sums, entries).map { $0 - Double($1) * (shift + 0.1 * (random.uniform() - 0.5)) }
        return [BlockShare(events: sums, entries: entries), BlockShare(events: less, entries: entries)]
    }

    private func difference(_ columns: [BlockShare], _ seed: UInt64) throws -> MeanDifference? {
        let panel = try panel(columns, seed)
        return panel.meanDifference(panel.shares[0], panel.shares[1])
    }

    /// What is equal differs by nothing, for certain.
    @Test func equalColumnsDifferByNothing() throws {
        let columns = columns(1, shift: 0)
        let found = try #require(try difference([columns[0], columns[0]], 1))
        #expect(found.difference == 0 && found.interval == Interval(low: 0, high: 0))
    }

    /// Paired: noise that both share leaves the interval narrow, and it holds the truth about as often as promised.
    @Test func intervalsHoldTheTruth() throws {
        var held = 0
        for seed in 0..<100 as Range<UInt64> {
            let found = try #require(try difference(columns(seed, shift: 0.25), seed))
            let interval = try #require(found.interval)
            #expect(interval.high - interval.low < 0.02, "seed \(seed)")
            if interval.low <= 0.25, interval.high >= 0.25 { held += 1 }
        }
        #expect(held >= 85, "\(held) of 100")
    }

    /// Few blocks differ, most of them one way: the bootstrap-t alone holds the truth in 85 %.
    @Test func rareDifferencesAreHeld() throws {
        let (often, seldom) = (0.1, 0.025)
        var (held, given) = (0, 0)
        for seed in 1_000..<1_300 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let entries = (0..<160).map { _ in UInt32(24) }
            let same = entries.map { Double($0) * (1 + random.uniform()) }
            let other = same.map { sum in
                let size = -24 * log(1 - random.uniform())
                let draw = random.uniform()
                return draw < often ? sum - size : draw < often + seldom ? sum + 2 * size : sum
            }
            let columns = [BlockShare(events: same, entries: entries), BlockShare(events: other, entries: entries)]
            guard let interval = try difference(columns, seed)?.interval else { continue }
            let truth = often - 2 * seldom
            given += 1
            if interval.low <= truth, interval.high >= truth { held += 1 }
        }
        #expect(given > 200 && Double(held) >= 0.91 * Double(given), "\(held) of \(given)")
    }

    /// A change in one block of many is no ground for an interval, and none with ends beyond reason is given.
    @Test func oneBlockDecidesNothing() throws {
        var columns = columns(3, shift: 0)
        columns[1] = columns[0]
        columns[1].events[7] += 0.5
        let found = try #require(try difference(columns, 3))
        #expect(found.interval == nil && found.method == .fewEpisodes)
    }

    /// Columns of other entries are compared by their own means.
    @Test func otherEntriesHaveTheirOwnMean() throws {
        var columns = columns(4, shift: 0.25)
        columns[1].entries = columns[1].entries.map { $0 / 2 }
        columns[1].events = columns[1].events.map { $0 / 2 }
        let found = try #require(try difference(columns, 4))
        #expect(
            abs(found.difference - (try #require(columns[0].frequency)) + (try #require(columns[1].frequency))) < 1e-12)
        #expect(found.interval != nil)
    }
}
