import StressBasics
import Testing

@testable import StressStatistics

/// Columns that are judged side by side, against each by itself.
@Suite struct SideBySideTests {
    private func columns(_ random: inout SeededGenerator, blocks: Int) -> [[Double]] {
        (0..<1 + Int(random.next() % 19)).map { _ in
            let rarity = random.uniform()
            return (0..<blocks).map { _ in random.uniform() < rarity ? random.uniform() - 0.4 : 0 }
        }
    }

    private func bits(_ forms: [RunForms]) -> [UInt64] {
        forms.flatMap { [$0.variance, $0.largest, $0.smallest].map(\.bitPattern) }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func formsAreThoseOfEach(seed: UInt64) {
        var random = SeededGenerator(seed: seed).stream("forms")
        let blocks = 1 + Int(random.next() % 90)
        let columns = columns(&random, blocks: blocks)
        let length = 1 + random.uniform() * Double(blocks - 1)
        let plain = columns.map { RunForms($0, meanLength: length) }
        #expect(bits(RunForms.of(columns, meanLength: length)) == bits(plain), "seed \(seed)")
        let weights = columns.map { $0.map { max(0, $0) } }
        #expect(
            effectiveRuns(of: weights, length: length).map(\.bitPattern)
                == weights.map { effectiveRuns($0, length: length).bitPattern }, "seed \(seed)")
        #expect(
            columnSums(columns).map(\.bitPattern) == columns.map { $0.reduce(0, +).bitPattern }, "seed \(seed)")
    }

    @Test func noColumnsHaveNoForms() {
        #expect(RunForms.of([], meanLength: 2).isEmpty && effectiveRuns(of: [], length: 2).isEmpty)
        #expect(columnSums([]).isEmpty && columnSums([[]]) == [0])
        // Only columns of as many blocks stand side by side.
        #expect(columnSums([[1], [2], [3, 4], [5, 6, 7], [8]]) == [1, 2, 7, 18, 8])
    }

    /// What is asked for most is remembered, and is what any other confidence would have given.
    @Test func theUsualQuantile() {
        let usual = normalQuantile(twoSided: 0.95)
        #expect(usual == 1.959963984540054)
        #expect(normalQuantile(twoSided: (0.95).nextDown) <= usual && usual <= normalQuantile(twoSided: (0.95).nextUp))
    }

    // MARK: Cells

    /// A cell of several fill rules: blocks without entries at both ends, and windows that are cut, or none of these.
    private func tally(_ random: inout SeededGenerator, roles: [FillRole], blocks: Int) -> CellTally {
        var tally = CellTally(roles: roles, barLength: .days(1))
        let (rarity, isCut, lead) = (random.uniform() * 0.3, random.next() % 2 == 0, Int(random.next() % 4))
        tally.beginChunk()
        for block in 0..<blocks {
            tally.beginBlock()
            if block < lead || block >= blocks - lead { continue }
            for _ in 0..<random.next() % 4 {
                let cutAfter = isCut && random.uniform() < 0.1 ? 1 + Int(random.next() % 20) : nil
                add(to: &tally, &random, isLiquidated: random.uniform() < rarity, cutAfter: cutAfter)
            }
        }
        return tally
    }

    private func add(
        to tally: inout CellTally, _ random: inout SeededGenerator, isLiquidated: Bool, cutAfter: Int?
    ) {
        let bars = isLiquidated ? 1 + Int(random.next() % UInt64(cutAfter ?? 30)) : nil
        let exits = tally.roles.map { _ in EntryExit(equity: isLiquidated ? random.uniform() - 0.8 : 1.5) }
        tally.add(
            exits, tolerance: 1e-12,
            path: WatchedPath(liquidatedAfter: bars, unprotectedAfter: bars, cutAfter: cutAfter),
            closings: tally.roles.map { _ in bars })
    }

    /// Column by column, as each is made and judged by itself.
    private func expectPlain(
        _ found: CellConclusions, _ tally: CellTally, _ panel: HorizonPanel, merged: Int, _ name: String
    ) {
        let fills = tally.roles.indices
        let shares = fills.map { tally.negativeShare(fill: $0) } + [tally.liquidatedShare, tally.unprotectedShare]
        let columns = shares.map { $0.merged(by: merged) }
        #expect(found.negative == fills.map { panel.inference(columns[$0]) }, "\(name)")
        #expect(found.liquidated == panel.inference(columns[fills.count]), "\(name)")
        #expect(found.unprotected == panel.inference(columns[fills.count + 1]), "\(name)")
        let year = panel.prediction(columns[0], yearBlocks: 40)
        #expect(found.nextYear == year?.interval && found.negative[0] == year?.longRun, "\(name)")
        for fill in fills {
            let ratios = [tally.meanShortfall(fill: fill), tally.shortfallPerEntry(fill: fill)].map {
                plainMean($0.merged(by: merged), shares, columns[0].entries, panel)
            }
            #expect([found.severity[fill]?.mean, found.severity[fill]?.perEntry] == ratios, "\(name)")
        }
    }

    private func plainMean(
        _ ratio: BlockRatio, _ shares: [BlockShare], _ entries: [UInt32], _ panel: HorizonPanel
    ) -> MeanInference? {
        let share = shares.dropLast().compactMap(\.frequency).max() ?? 0
        let evidence = MeanInference.Evidence(
            runs: Double(entries.count { $0 > 0 }) / panel.plan.meanLength,
            windows: share * Double(panel.disjointWindows), spells: panel.spells)
        return ClusteredMean(panel.held(ratio), meanLength: panel.plan.meanLength).map {
            MeanInference($0, evidence: evidence, confidence: panel.rules.confidence)
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func cellsAreJudgedAsEachOfTheirColumns(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("cells")
        let blocks = 40 + Int(random.next() % 200)
        let all = [[.chosen], [.chosen, .worst], [.chosen, .worst, .best, .gap]] as [[FillRole]]
        let tallies = (0..<1 + Int(seed % 11)).map { _ in
            tally(&random, roles: all[Int(random.next() % 3)], blocks: blocks)
        }
        let merged = seed % 4 == 3 ? 3 : 1
        let entries = tallies.map { $0.liquidatedShare.merged(by: merged).entries }
        let panel = HorizonPanel(
            held: try #require(HorizonPanel.heldBlocks(entries)), horizonBlocks: 1 + 4 * random.uniform(),
            disjointWindows: seed % 7 == 6 ? 0 : 20 + Int(random.next() % 400),
            rules: ResamplingRules(resamples: 0, confidence: seed % 2 == 0 ? 0.95 : 0.9), name: "cells",
            memory: MarketMemory(runBlocks: 2))
        let found = panel.conclusions(tallies, mergedBy: merged, yearBlocks: 40)
        #expect(found.count == tallies.count)
        for (found, tally) in zip(found, tallies) {
            expectPlain(found, tally, panel, merged: merged, "seed \(seed)")
        }
    }
}
