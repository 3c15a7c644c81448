import MarginModel
import PriceSeries
import StressBasics
import StressEngine
import StressStatistics
import StudyPlan
import Testing

@testable import StressPipeline

/// Bands over all figures that limits speak of.
@Suite struct JointLimitTests {
    private func market(bars: Int) throws -> MarketHistory {
        var random = SeededGenerator(seed: 4).stream("joint")
        var close = [100.0]
        for bar in 1..<bars { close.append(close[bar - 1] * (1 + 0.04 * (random.uniform() - 0.5))) }
        let open = [100.0] + close.dropLast()
        return MarketHistory(
            series: try BarSeries(
                time: (0..<bars).map { Int64($0) * 3_600_000 }, open: open,
                high: zip(open, close).map { max($0, $1) * 1.01 }, low: zip(open, close).map { min($0, $1) * 0.99 },
                close: close))
    }

    private func study() throws -> Study {
        let leverages = [5.0, 10, 20, 40].compactMap { Leverage($0) }
        var study = Study(
            name: "joint", inputs: [StudyInput(asset: "X", source: BarSource(files: ["x.csv"]))],
            grid: StudyGrid(
                contracts: [.linear], sides: [.long, .short], leverages: leverages,
                horizons: [.hours(4), .hours(12), .days(2)]),
            platforms: [
                NamedPlatform(
                    name: "p",
                    rules: try PlatformRules(
                        fees: Fees(open: 0, close: 0, liquidation: 0), slippage: Slippage(base: 0, impact: 0),
                        tiers: MaintenanceTiers([MaintenanceTier(notionalCap: .infinity, rate: 0.005, amount: 0)]),
                        liquidation: LiquidationRules(), borrow: BorrowRules(yearlyRate: 0, marginLevel: 1)))
            ])
        study.statistics.resamples = 100
        study.headline.horizon = .days(2)
        study.limits = [
            StudyLimit(cells: CellSelector(horizon: .hours(4)), measure: .liquidated, max: 0.5),
            StudyLimit(cells: CellSelector(side: .long, leverage: leverages[2]), measure: .negativeEquity, max: 0.1),
        ]
        return study
    }

    /// How a grid is divided depends on the memory, and no result does.
    @Test func partsChangeNoBand() throws {
        let (study, market) = (try study(), try market(bars: 1500))
        func bands(parts: Int) throws -> [CurveBandText] {
            let grid = GridAnswers(study: study, threads: 2, keepsCompared: true)
            let job = grid.job(of: "X", market: market)
            let answers = try grid.answers(of: job, asset: "X", market: market, parts: parts)
            return JointLimits(study: study, job: job, results: answers.results, estimates: answers.estimates).bands
                .map { CurveBandText(cells: $0.cells.map(\.id), bounds: $0.band.bounds) }
        }
        let whole = try bands(parts: 1)
        #expect(whole.count == 3 && whole.map(\.cells.count) == [9, 1, 1])
        for parts in 2...study.mostParts { #expect(try bands(parts: parts) == whole, "\(parts) parts") }
    }

    /// One figure has nothing to be held together with: its band is its own interval, whatever the seed.
    @Test(arguments: [UInt64(1), 7]) func oneFigureIsHeldByItsOwnInterval(seed: UInt64) throws {
        var study = try study()
        study.statistics.seed = seed
        study.limits = [
            StudyLimit(
                cells: CellSelector(side: .long, leverage: study.grid.leverages[2], horizon: .hours(12)),
                measure: .liquidated, max: 0.5)
        ]
        let market = try market(bars: 1500)
        let grid = GridAnswers(study: study, threads: 2, keepsCompared: true)
        let job = grid.job(of: "X", market: market)
        let answers = try grid.answers(of: job, asset: "X", market: market, parts: 1)
        let bands = JointLimits(study: study, job: job, results: answers.results, estimates: answers.estimates).bands
        let band = try #require(bands.first)
        let place = try #require(answers.results.firstIndex { $0.rules.cell.id == band.cells[0].id })
        let own = try #require(answers.estimates[place].share(.liquidated, confidence: 0.95)?.interval)
        #expect(bands.count == 1 && band.band.bounds == [own.ends] && own.ends.low < own.ends.high)
    }

    /// A band stands on the block sums of the measure that it is of: nothing else gives the events that its own interval was made of.
    @Test func everyResampledShareNamesItsBlocks() throws {
        let (study, market) = (try study(), try market(bars: 1500))
        let grid = GridAnswers(study: study, threads: 2, keepsCompared: true)
        let job = grid.job(of: "X", market: market)
        let answers = try grid.answers(of: job, asset: "X", market: market, parts: 1)
        var (seen, all) = (Set<Measure>(), 0.0)
        for (result, estimate) in zip(answers.results, answers.estimates) {
            for measure in Measure.allCases {
                let blocks = result.tally.blocks(of: measure)
                #expect((blocks == nil) == (estimate.inference(measure) == nil), "\(measure.name)")
                guard let blocks, let share = estimate.share(measure, confidence: 0.95) else { continue }
                let events = blocks.events.reduce(0, +)
                let fraction = events / Double(blocks.entries.reduce(0, +))
                #expect(abs(fraction - share.fraction) < 1e-12, "\(measure.name) of \(result.rules.cell.id)")
                seen.insert(measure)
                all += events
            }
        }
        #expect(seen.isSuperset(of: [.negativeEquity, .liquidated, .unprotected]) && all > 0)
    }

    private struct CurveBandText: Equatable {
        let cells: [String]
        let bounds: [Interval]
    }
}
