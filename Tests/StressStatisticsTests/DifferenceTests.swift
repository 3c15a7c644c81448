import CoverageSimulation
import StressBasics
import Testing

@testable import StressStatistics

@Suite struct DifferenceTests {
    private func panel(
        _ columns: [BlockShare], length: Double = 7, resamples: Int = 2000
    ) throws -> HorizonPanel {
        try #require(
            HorizonPanel(
                columns: columns, horizonBlocks: length, disjointWindows: 260,
                rules: ResamplingRules(resamples: resamples), name: "difference",
                memory: MarketMemory(runBlocks: length)))
    }

    private func columns(_ seed: UInt64, count: Int, blocks: Int, rarity: UInt64 = 12) -> [BlockShare] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            var left = 0
            let counts = (0..<blocks).map { _ -> UInt32 in
                if left == 0, random.next() % rarity == 0 { left = 1 + Int(random.next() % 6) }
                left = max(0, left - 1)
                return left > 0 ? UInt32(random.next() % 25) : 0
            }
            return BlockShare(counts: counts, entries: Array(repeating: 24, count: blocks))
        }
    }

    /// The plain version: block by block, how often each was drawn.
    @Test(arguments: 0..<20)
    func pairedResamplesAreThoseOfTheColumns(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var pair = columns(seed, count: 2, blocks: 60)
        pair[1].entries = pair[1].entries.map { _ in UInt32(1 + random.next() % 30) }
        let plan = ResamplePlan(blockCount: 60, meanLength: 1 + 5 * random.uniform(), resamples: 30, random: random)
        let found = plan.differences(of: pair[0], pair[1])
        let single = plan.ratios(of: pair[...])
        for resample in 0..<30 {
            let difference = single[0].shares[resample] - single[1].shares[resample]
            #expect(abs(found.shares[resample] - difference) < 1e-12)
            var squares = 0.0
            func total(_ blocks: [Double]) -> Double {
                var sum = 0.0
                for run in plan.runs(of: resample) {
                    // A run is summed by itself, as where resamples are made of runs.
                    var own = 0.0
                    for block in run.start..<run.end { own += blocks[Int(block) % 60] }
                    sum += own
                }
                return sum
            }
            for run in plan.runs(of: resample) {
                var residual = 0.0
                for (share, sign) in zip(pair, [1.0, -1]) {
                    let entries = total(share.entries.map { Double($0) })
                    for block in run.start..<run.end {
                        let (count, held) = (share.events[Int(block) % 60], share.entries[Int(block) % 60])
                        let expected: Double = total(share.events) / entries * Double(held)
                        residual += sign * (count - expected) / entries
                    }
                }
                squares += residual * residual
            }
            #expect(abs(found.errors[resample] - squares.squareRoot()) < 1e-12, "seed \(seed)")
        }
    }

    /// Cells move together: the difference of near twins is known far better than their separate intervals suggest.
    @Test func differencesKnowThatCellsMoveTogether() throws {
        let base = columns(12, count: 1, blocks: 600)[0]
        let twin = BlockShare(events: base.events.map { $0 - ($0 / 4).rounded(.down) }, entries: base.entries)
        let panel = try panel([base, twin])
        let all = panel.shares.compactMap { panel.inference($0) }
        let difference = try #require(panel.difference(0, 1))
        #expect(difference.difference == all[0].frequency - all[1].frequency)
        #expect(difference.isClear && difference.interval.low > 0 && difference.method == .bootstrapTJoint)
        let apart = (all[0].standardError * all[0].standardError + all[1].standardError * all[1].standardError)
            .squareRoot()
        #expect(difference.standardError < apart / 2)
        let back = try #require(panel.difference(1, 0))
        #expect(back.interval.low == -difference.interval.high && back.interval.high == -difference.interval.low)
    }

    /// What never differed in the resamples is not known exactly.
    @Test func whatNeverDifferedHasAnIntervalYet() throws {
        let base = columns(3, count: 1, blocks: 600)[0]
        let same = try #require(try panel([base, base]).difference(0, 1))
        #expect(same.percentile.low == 0 && same.percentile.high == 0)
        #expect(same.method == .intervalsJoint && same.interval.low < 0 && same.interval.high > 0 && !same.isClear)
        let none = BlockShare(counts: Array(repeating: 0, count: 600), entries: base.entries)
        let never = try #require(try panel([none, none]).difference(0, 1))
        #expect(
            never.method == .intervalsJoint && never.interval.low == -never.interval.high
                && abs(never.interval.high - zeroCountBound(trials: 260, confidence: 0.95)) < 1e-12)
    }

    /// Fewer than fifteen runs: the ends of the two intervals, added up.
    @Test func fewRunsAddTheDistances() throws {
        let pair = columns(4, count: 2, blocks: 100)
        let panel = try panel(pair, length: 10)
        let single = panel.shares.compactMap { panel.inference($0)?.interval }
        let found = try #require(panel.difference(0, 1))
        #expect(found.method == .intervalsApart)
        #expect(abs(found.interval.low - (single[0].low - single[1].high)) < 1e-12)
        #expect(abs(found.interval.high - (single[0].high - single[1].low)) < 1e-12)
        let enough = try #require(try self.panel(pair, length: 6).difference(0, 1))
        #expect(enough.method != .intervalsApart)
    }

    @Test(arguments: 0..<20)
    func theIntervalHoldsTheDifferenceAndTheQuantiles(seed: UInt64) throws {
        let pair = columns(seed, count: 2, blocks: 400, rarity: 8 + seed * 20)
        guard let found = try panel(pair, resamples: 400).difference(0, 1) else { return }
        #expect(found.interval.low <= found.difference && found.difference <= found.interval.high)
        #expect((-1...1).contains(found.interval.low) && (-1...1).contains(found.interval.high))
    }
}
