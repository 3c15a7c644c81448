import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

@Suite struct SeriesEstimateTests {
    private func run(seed: UInt64, block: TimeSpan = .minutes(30)) throws -> (run: HistoryJob, results: [CellResult]) {
        let series = randomSeries(seed: seed, bars: 1500, wildness: 0.01)
        var study = try TestCell().study(leverages: [3, 10, 40, 100], horizons: [.minutes(20), .minutes(90)])
        study.statistics.block = block
        study.grid.sides = [.long, .short]
        let job = HistoryJob(study: study, asset: "X", market: MarketHistory(series: series))
        return (job, try job.run(threads: 1))
    }

    /// Counts stay what they were; intervals are those of the same block sums judged by hand.
    @Test(arguments: 0..<4)
    func intervalsAreThoseOfTheBlockSums(seed: UInt64) throws {
        let (run, results) = try run(seed: seed)
        let estimates = try run.estimates(of: results, rules: ResamplingRules(resamples: 200, seed: seed), threads: 2)
        for (result, estimate) in zip(results, estimates) {
            let length = try #require(estimate.inference).meanRunBlocks
            #expect(length >= Double(result.rules.cell.horizon.milliseconds) / 1_800_000)
            func judged(_ share: BlockShare) -> FrequencyInference? {
                FrequencyInference(
                    share, meanLength: length, disjointWindows: result.disjointWindows, confidence: 0.95)
            }
            let negative = judged(result.tally.negativeShare(fill: 0))
            #expect(estimate.windows == result.estimate(confidence: 0.95).windows)
            #expect(estimate.inference?.negative == [negative], "seed \(seed)")
            #expect(estimate.inference?.liquidated == judged(result.tally.liquidatedShare))
            #expect(estimate.inference?.unprotected == judged(result.tally.unprotectedShare))
            if estimate.status != .impossible { #expect(estimate.exit.interval == negative?.interval) }
        }
    }

    /// A cell says the same whatever else stands in the grid: other leverages, sides, horizons.
    @Test(arguments: 0..<6)
    func everySubGridGivesTheSameRows(seed: UInt64) throws {
        let series = randomSeries(seed: seed, bars: 1200, wildness: 0.01)
        var study = try TestCell().study(leverages: [2, 10, 40, 100], horizons: [.minutes(20), .minutes(90)])
        study.statistics.block = .minutes(30)
        study.grid.sides = [.long, .short]
        let rules = ResamplingRules(resamples: 200, seed: seed)
        func rows(_ study: Study) throws -> [String: CellEstimate] {
            let job = HistoryJob(study: study, asset: "X", market: MarketHistory(series: series))
            let results = try job.run(threads: 1)
            let estimates = try job.estimates(of: results, rules: rules, threads: 1)
            let names = results.map { result in
                let cell = result.rules.cell
                return "\(cell.side) \(cell.leverage) \(cell.horizon.text)"
            }
            return Dictionary(uniqueKeysWithValues: zip(names, estimates))
        }
        let whole = try rows(study)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<6 {
            var part = study
            part.grid.leverages = study.grid.leverages.filter { _ in random.next() % 2 == 0 }
            part.grid.horizons = study.grid.horizons.filter { _ in random.next() % 2 == 0 }
            part.grid.sides = random.next() % 2 == 0 ? [.short] : [.long, .short]
            guard !part.grid.leverages.isEmpty, !part.grid.horizons.isEmpty else { continue }
            for (name, estimate) in try rows(part) {
                let expected = try #require(whole[name])
                #expect(areTheSame(estimate, expected), "seed \(seed): \(name)")
            }
        }
    }

    /// Counts and intervals to the bit; mean equity to rounding, because a sweep adds in an order of its grid's.
    private func areTheSame(_ a: CellEstimate, _ b: CellEstimate) -> Bool {
        let equity = abs((a.exit.meanEquity ?? 0) - (b.exit.meanEquity ?? 0))
        return a.windows == b.windows && a.status == b.status && a.effectiveEntries == b.effectiveEntries
            && a.exit.negative == b.exit.negative && a.exit.interval == b.exit.interval && equity < 1e-12
            && a.exit.shortfall == b.exit.shortfall && a.inference == b.inference
    }

    /// Nor do seeds, nor how many resamples there are: all of it is in closed form.
    @Test func threadsChangeNothing() throws {
        let (run, results) = try run(seed: 9)
        let rules = ResamplingRules(resamples: 150)
        let one = try run.estimates(of: results, rules: rules, threads: 1)
        #expect(one == (try run.estimates(of: results, rules: rules, threads: 5)))
        for rules in [ResamplingRules(resamples: 150, seed: 2), ResamplingRules(resamples: 0)] {
            #expect(one == (try run.estimates(of: results, rules: rules, threads: 1)))
        }
        #expect(one.contains { $0.inference?.severity.contains { $0 != nil } == true })
    }

    /// More blocks than resampling needs are taken together.
    @Test func manyBlocksAreTakenTogether() throws {
        var study = try TestCell().study()
        study.statistics.block = .minutes(1)
        let series = randomSeries(seed: 1, bars: 25_000, wildness: 0.01)
        let job = HistoryJob(study: study, asset: "X", market: MarketHistory(series: series))
        #expect(job.resamplingBlocks == 3 && job.resamplingBlock == .minutes(3))
        // Blocks shorter than a bar hold one bar each, and a run is as long as the bars in it.
        study.statistics.block = TimeSpan(milliseconds: 1)
        let fine = HistoryJob(study: study, asset: "X", market: MarketHistory(series: series))
        #expect(fine.resamplingBlocks == 3 && fine.resamplingBlock == .minutes(3))
        let share = BlockShare(counts: [1, 0, 2, 3], entries: [4, 5, 6, 7]).merged(by: 3)
        #expect(share == BlockShare(counts: [3, 3], entries: [15, 7]))
    }

    @Test func cancelling() throws {
        let (run, results) = try run(seed: 3)
        let control = RunControl()
        control.cancel()
        #expect(throws: RunCancelled.self) {
            try run.estimates(of: results, rules: ResamplingRules(resamples: 100), threads: 1, control: control)
        }
    }
}
