import StressBasics
import Testing

@testable import StressStatistics

/// What comparisons ask of resamples, side by side, against each column by itself.
@Suite struct PairedShareTests {
    private let plan = ResamplePlan(
        blockCount: 90, meanLength: 4, resamples: 300, random: SeededGenerator(seed: 7).stream("paired"))

    /// Few entries at the beginning, so that resamples without any come along.
    private func column(_ random: inout SeededGenerator, entries: [UInt32]? = nil) -> BlockShare {
        let odds = [1, 2, 40][Int(random.next() % 3)] as UInt64
        let entries = entries ?? (0..<90).map { $0 % odds == 0 ? UInt32(random.next() % 30) : 0 }
        return BlockShare(events: entries.map { Double($0) * random.uniform() }, entries: entries)
    }

    private func expectSame(_ one: ResampledRatio, _ other: ResampledRatio, _ name: String) {
        #expect(one.shares.map(\.bitPattern) == other.shares.map(\.bitPattern), "\(name)")
        #expect(one.errors.map(\.bitPattern) == other.errors.map(\.bitPattern), "\(name)")
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func differencesSideBySideAreThoseOfEach(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let base = column(&random)
        let columns = (0..<1 + Int(random.next() % 9)).map { _ in column(&random) }
        let found = plan.differences(of: columns, from: base)
        #expect(found.count == columns.count)
        for (one, column) in zip(found, columns) {
            expectSame(one.ratio, plan.differences(of: column, base), "seed \(seed)")
            #expect(
                one.shares.map(\.bitPattern) == plan.ratios(of: [column])[0].shares.map(\.bitPattern), "seed \(seed)")
        }
    }

    /// The plain version: one pair at a time, run by run, in the order in which the runs were drawn.
    private func plain(_ first: BlockShare, _ second: BlockShare) -> PairedRatio {
        func totals(_ blocks: [Double]) -> [Double] {
            (blocks + blocks).reduce(into: [0.0]) { $0.append($0[$0.count - 1] + $1) }
        }
        let columns = [first, second].map {
            (count: totals($0.events), entries: totals($0.entries.map(Double.init)), observed: $0.frequency ?? 0)
        }
        var (ratio, ofFirst, ofSecond) = (ResampledRatio(shares: [], errors: []), [Double](), [Double]())
        for resample in 0..<plan.resamples {
            var (shares, squares) = ([Double](), plan.runs(of: resample).map { _ in [0.0, 0.0] })
            for (side, column) in columns.enumerated() {
                let steps = plan.runs(of: resample).map { run in
                    (
                        count: column.count[Int(run.end)] - column.count[Int(run.start)],
                        entries: column.entries[Int(run.end)] - column.entries[Int(run.start)]
                    )
                }
                let entries = steps.reduce(0) { $0 + $1.entries }
                let share = entries > 0 ? steps.reduce(0) { $0 + $1.count } / entries : column.observed
                shares.append(share)
                for run in steps.indices where entries > 0 {
                    squares[run][side] = (steps[run].count - share * steps[run].entries) / entries
                }
            }
            ofFirst.append(shares[0])
            ofSecond.append(shares[1])
            ratio.shares.append(shares[0] - shares[1])
            ratio.errors.append(squares.reduce(0) { $0 + ($1[0] - $1[1]) * ($1[0] - $1[1]) }.squareRoot())
        }
        return PairedRatio(ratio: ratio, first: ofFirst, second: ofSecond)
    }

    @Test(arguments: 40..<52 as Range<UInt64>)
    func pairsSideBySideAreThoseOfEach(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pairs = (0..<1 + Int(random.next() % 6)).map { _ in (column(&random), column(&random)) }
        let found = plan.differences(of: pairs)
        #expect(found.count == pairs.count)
        for (one, pair) in zip(found, pairs) {
            let plain = plain(pair.0, pair.1)
            expectSame(one.ratio, plain.ratio, "seed \(seed)")
            #expect(one.first.map(\.bitPattern) == plain.first.map(\.bitPattern), "seed \(seed)")
            #expect(one.second.map(\.bitPattern) == plain.second.map(\.bitPattern), "seed \(seed)")
        }
    }

    /// A plan that was drawn before is the one that would be drawn, and not that of another draw.
    @Test func plansAreThoseThatWouldBeDrawn() {
        let plans = ResamplePlans()
        let draws = [(60, 4.0, 20, UInt64(1)), (60, 4.0, 20, 1), (60, 4.0, 20, 2), (60, 5.0, 20, 2), (61, 5.0, 21, 2)]
            .map {
                ResamplePlans.Draw(
                    blockCount: $0.0, meanLength: $0.1, resamples: $0.2, seed: $0.3, stream: "bootstrap 1d")
            }
        for draw in draws {
            let found = plans.plan(draw)
            #expect((found.blockCount, found.meanLength) == (draw.blockCount, draw.meanLength))
            #expect(found.resamples == draw.resamples)
            for resample in 0..<draw.resamples {
                #expect(found.multiplicities(of: resample) == draw.plan.multiplicities(of: resample))
            }
        }
    }

    @Test(arguments: 20..<40 as Range<UInt64>)
    func ratiosOfTheSameWeightsAreThoseOfEach(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let weights = column(&random).entries.map(Double.init)
        let sums = (0..<1 + Int(random.next() % 19)).map { _ in weights.map { $0 * (random.uniform() - 0.5) } }
        let found = plan.ratios(of: sums, weights: weights)
        #expect(found.count == sums.count)
        for (one, sums) in zip(found, sums) {
            expectSame(one, plan.ratios(of: [BlockRatio(sums: sums, weights: weights)][...])[0], "seed \(seed)")
        }
    }

    @Test(arguments: 40..<60 as Range<UInt64>)
    func sharesAreThoseOfRatios(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let base = column(&random)
        let columns = (0..<1 + Int(random.next() % 19)).map { _ in
            column(&random, entries: random.next() % 4 == 0 ? nil : base.entries)
        }
        let ratios = plan.ratios(of: columns[...]).map { $0.shares.map(\.bitPattern) }
        #expect(plan.shares(of: columns).map { $0.map(\.bitPattern) } == ratios, "seed \(seed)")
    }

    /// Ties and zeros of both signs among them: a stable sort says which one stands where.
    @Test(arguments: 60..<90 as Range<UInt64>)
    func orderStatisticsAreThoseOfASort(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let kinds = [-0.0, 0.0, 0.0, -1.5, .infinity, -.infinity]
        let count = 50 + Int(random.next() % 3000)
        let shifts: [Double] = [0, 0.5, 1]
        let shift = shifts[Int(seed % 3)]
        let values: [Double] = (0..<count).map { _ in
            let kind = Int(random.next() % 20)
            return kind < kinds.count ? kinds[kind] : random.uniform() - shift
        }
        let ends = tailOrderStatistics(values, confidence: 0.95)
        let tail = Double(count) * (1 - 0.95) / 2
        let place = max(0, Int(tail.rounded(.down)) - 1)
        let low = values.sorted()[place]
        let high = -values.map { -$0 }.sorted()[place]
        #expect(ends.low.bitPattern == low.bitPattern, "seed \(seed)")
        #expect(ends.high.bitPattern == high.bitPattern, "seed \(seed)")
    }
}
