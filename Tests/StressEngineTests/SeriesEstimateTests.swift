import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import TestSupport
import Testing

@testable import StressEngine

@Suite struct SeriesEstimateTests {
    private func run(seed: UInt64, block: TimeSpan = .minutes(30)) throws -> (run: StressRun, results: [CellResult]) {
        let series = randomSeries(seed: seed, bars: 1500, wildness: 0.01)
        var study = try TestCell().study(leverages: [3, 10, 40, 100], horizons: [.minutes(20), .minutes(90)])
        study.statistics.block = block
        study.grid.sides = [.long, .short]
        let run = StressRun(study: study, asset: "X", market: MarketHistory(series: series))
        return (run, try run.run(threads: 1))
    }

    /// Counts stay what they were; intervals are those of a panel made by hand of the same block sums.
    @Test(arguments: 0..<4)
    func intervalsAreThoseOfThePanel(seed: UInt64) throws {
        let (run, results) = try run(seed: seed)
        let rules = ResamplingRules(resamples: 200, seed: seed)
        let estimates = try run.estimates(of: results, rules: rules, threads: 2)
        for horizon in [TimeSpan.minutes(20), .minutes(90)] {
            let cells = results.indices.filter { results[$0].rules.cell.horizon == horizon }
            let columns = cells.flatMap { cell -> [BlockShare] in
                let tally = results[cell].tally
                return [tally.negativeShare(fill: 0), tally.liquidatedShare, tally.unprotectedShare]
            }
            let panel = try #require(
                HorizonPanel(
                    columns: columns, horizonBlocks: Double(horizon.milliseconds) / 1_800_000,
                    disjointWindows: results[cells[0]].disjointWindows, rules: rules,
                    name: StressRun.streamName(horizon: horizon),
                    automaticLength: HorizonPanel.longestAutomaticLength(of: columns[...])))
            let found = panel.inferences(0..<columns.count)
            for (place, cell) in cells.enumerated() {
                let estimate = estimates[cell]
                #expect(estimate.windows == results[cell].estimate(confidence: 0.95).windows)
                #expect(estimate.inference?.negative == [found[3 * place]], "seed \(seed)")
                #expect(estimate.inference?.liquidated == found[3 * place + 1])
                #expect(estimate.inference?.unprotected == found[3 * place + 2])
                if estimate.status != .impossible { #expect(estimate.exit.interval == found[3 * place]?.interval) }
            }
        }
    }

    @Test func threadsChangeNothing() throws {
        let (run, results) = try run(seed: 9)
        let rules = ResamplingRules(resamples: 150)
        let one = try run.estimates(of: results, rules: rules, threads: 1)
        #expect(one == (try run.estimates(of: results, rules: rules, threads: 5)))
        #expect(one != (try run.estimates(of: results, rules: ResamplingRules(resamples: 150, seed: 2), threads: 1)))
    }

    /// More blocks than resampling needs are taken together.
    @Test func manyBlocksAreTakenTogether() throws {
        var study = try TestCell().study()
        study.statistics.block = .minutes(1)
        let series = randomSeries(seed: 1, bars: 25_000, wildness: 0.01)
        let run = StressRun(study: study, asset: "X", market: MarketHistory(series: series))
        #expect(run.resamplingBlocks == 3 && run.resamplingBlock == .minutes(3))
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
