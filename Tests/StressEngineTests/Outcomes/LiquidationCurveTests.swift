import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

/// What is searched for several leverages at once, against the plain walk, on histories and rules drawn from printed seeds.
@Suite struct LiquidationCurveTests {
    private func run(_ contract: ContractKind, seed: UInt64, kernel: KernelChoice = .automatic) throws -> HistoryJob {
        var random = SeededGenerator(seed: seed).stream("curves \(contract)")
        let market = try RandomStudy.market(seed, &random)
        let cell = try RandomStudy.cell(contract, &random)
        var study = try cell.study(
            leverages: RandomStudy.leverages(&random, most: 9), horizons: RandomStudy.horizons(market, &random))
        study.grid.sides = [.long, .short]
        study.statistics.block = .minutes(7)
        return HistoryJob(study: study, asset: "X", market: market, kernel: kernel, barsPerChunk: 64)
    }

    /// Cells that differ in leverage alone.
    private func groups(_ run: HistoryJob) -> [[Int]] {
        Dictionary(grouping: run.rules.indices) { "\(run.rules[$0].cell.side) \(run.rules[$0].cell.horizon)" }
            .values.sorted { $0[0] < $1[0] }
    }

    /// The plain walk of one entry.
    private struct Walk: PositionVisitor {
        let job: HistoryJob
        let rules: CellRules
        let entry: Int
        let last: Int

        /// The bar of the liquidation; −1 where the platform would not have opened the position.
        func visit<Position: KernelPosition>(_: Position.Type) -> Int? {
            let kernel: PlainKernel<Position> = job.kernel(rules)
            return kernel.isRejected(entry: entry) ? -1 : kernel.path(entry: entry, last: last).liquidationBar
        }
    }

    @Test func searchedBarsAreThoseOfTheWalk() throws {
        let searched = try (0..<24 as Range<UInt64>).map(searchedChunks).reduce(0, +)
        #expect(searched > 24)
    }

    /// Compares all entries of a history; gives the number of chunks that were searched for several leverages at once.
    private func searchedChunks(seed: UInt64) throws -> Int {
        var searched = 0
        for contract in ContractKind.allCases {
            let run = try run(contract, seed: seed)
            for cells in groups(run) {
                let rules = cells.map { run.rules[$0] }
                guard run.hasFixedTriggers(rules[0]), let windows = run.windows[rules[0].cell.horizon] else { continue }
                for chunk in run.blocks.chunks.indices {
                    let due = run.due(chunk, of: rules)
                    searched += 1
                    for entry in run.blocks.bars(chunk..<chunk + 1) {
                        guard let last = windows.watched(entry)?.last else { continue }
                        for (row, rules) in rules.enumerated() {
                            let walk = Walk(job: run, rules: rules, entry: entry, last: last)
                            let bar = withPosition(rules.cell.contract, rules.cell.side, walk)
                            let found = due.isRejected(row, entry) ? -1 : due.bar(row, entry)
                            #expect(found == bar, "seed \(seed), \(rules.cell), entry \(entry)")
                        }
                    }
                }
            }
        }
        return searched
    }

    @Test(arguments: 0..<24)
    func curvesAreThoseOfTheEntries(seed: UInt64) throws {
        for contract in ContractKind.allCases {
            let run = try run(contract, seed: seed)
            for cells in groups(run) {
                let contexts = cells.enumerated().map { place, cell in
                    CellAnatomy.Context(
                        horizon: run.rules[cell].cell.horizon, barLength: run.market.barLength, blocks: run.blockCount,
                        meanLength: Double(1 + place), rules: ResamplingRules(resamples: 100))
                }
                let curves = try run.liquidationCurves(cells: cells, contexts: contexts, threads: 2)
                for (place, cell) in cells.enumerated() {
                    let held = try run.heldEntries(cell: cell, threads: 2)
                    #expect(
                        curves[place] == LiquidationPoint.curve(held, context: contexts[place]),
                        "seed \(seed), \(run.rules[cell].cell)")
                }
            }
        }
    }

    /// Fill rules that are answered together say what each says alone.
    @Test(arguments: 0..<16)
    func fillsTogetherAreFillsAlone(seed: UInt64) throws {
        let law = try LiquidationRules(fill: .delay, delay: .seconds(5)).resolvedFill(barLength: .minutes(1))
        let fills: [ResolvedFill] = [.best, .gap, law, .next(latency: 1), .next(latency: 5), .worst]
        for contract in ContractKind.allCases {
            var random = SeededGenerator(seed: seed).stream("fills \(contract)")
            let market = try RandomStudy.market(seed, &random)
            let study = try RandomStudy.cell(contract, &random).study(
                leverages: RandomStudy.leverages(&random, most: 3), horizons: RandomStudy.horizons(market, &random))
            func results(_ fills: [ResolvedFill]) throws -> [CellResult] {
                try HistoryJob(study: study, asset: "X", market: market, fills: fills).run(threads: 2).flatMap(\.byFill)
            }
            let together = try results(fills)
            for (place, fill) in fills.enumerated() {
                let cells = stride(from: place, to: together.count, by: fills.count).map { together[$0] }
                for (one, alone) in zip(cells, try results([fill])) {
                    #expect(one.rules.fills == alone.rules.fills && one.tally.roles == [.chosen])
                    expectAgreement(one, alone, "seed \(seed), \(fill.name)")
                }
            }
        }
    }
}
