import MarginModel
import PriceSeries
import StressBasics
import StressEngine
import StressReport
import StressStatistics
import StudyPlan

/// Takes the headline cell of every page apart: one for each price history and direction.
struct CellDetails {
    let study: Study
    let input: AssetInput
    let run: StressRun
    let rows: [ResultRow]
    let threads: Int
    let control: RunControl

    /// Cells whose walk looks at more bars than this are left whole: their pages go without episodes.
    static let mostBarsLookedAt = 4_000_000_000

    /// One detail for each direction that has the headline's cell. Throws ``RunCancelled``.
    func details() throws(RunCancelled) -> [CellDetail] {
        guard let headline = study.headlineCell else { return [] }
        let weather = MarketWeather(times: input.market.series.time, closes: input.market.series.close)
        var details: [CellDetail] = []
        for side in study.grid.sides {
            let selector = CellSelector(
                contract: headline.contract, side: side, leverage: headline.leverage, horizon: headline.horizon,
                platform: headline.platform)
            guard let place = rows.firstIndex(where: { selector.matches($0.cell) }),
                let inference = rows[place].estimate.inference,
                run.outcomeCost(cell: place) <= CellDetails.mostBarsLookedAt
            else { continue }
            let entries = try run.heldEntries(cell: place, threads: threads, control: control)
            let context = context(headline.horizon, meanRunBlocks: inference.meanRunBlocks)
            let cell = rows[place].cell
            let anatomy = CellAnatomy(entries: entries, weather: weather, context: context)
            let paths = episodePaths(place, anatomy.episodes, series: input.market.series)
            let speeds = try otherSpeeds(than: rows[place])
            let isHeadline = cell.asset == headline.asset && side == headline.side
            var detail = CellDetail(
                cell: cell, anatomy: anatomy, sensitivity: isHeadline ? try sensitivity(rows[place], anatomy) : [],
                tail: tail(horizon: headline.horizon, side: side))
            (detail.paths, detail.otherSpeeds) = (paths, speeds)
            details.append(detail)
        }
        return details
    }

    private func sensitivity(_ row: ResultRow, _ anatomy: CellAnatomy) throws(RunCancelled) -> [SensitivityRow] {
        try Sensitivity(
            study: study, market: input.market, row: row, anatomy: anatomy, threads: threads, control: control
        )
        .rows()
    }

    func context(_ horizon: TimeSpan, meanRunBlocks: Double) -> CellAnatomy.Context {
        CellAnatomy.Context(
            horizon: horizon, barLength: input.market.series.barLength ?? .days(1), blocks: run.blockCount,
            meanLength: meanRunBlocks, rules: study.statistics.resampling, name: StressRun.streamName(horizon: horizon))
    }

    // MARK: Tail

    private static let returnPeriods = [1.0, 2, 5, 10, 20]

    private func tail(horizon: TimeSpan, side: Side) -> TailReport? {
        let found = run.adverseMoves(horizon: horizon, side: side)
        guard let first = found.times.first, let last = found.times.last, last > first else { return nil }
        let years = Double(last - first) / (365.25 * 86_400_000)
        let random = SeededGenerator(seed: study.statistics.seed).stream("tail \(horizon.text)")
        let analysis = TailAnalysis(
            times: found.times, values: found.moves, separation: horizon, years: years, random: random)
        let levels = CellDetails.returnPeriods.compactMap { period -> TailReport.Level? in
            switch analysis.outcome {
            case .failure(let failure): return TailReport.Level(years: period, move: nil, refusal: failure.reason)
            case .success(let fit):
                switch fit.returnLevel(years: period, confidence: study.statistics.confidence) {
                case nil: return nil
                case .success(let level): return TailReport.Level(years: period, move: level, refusal: nil)
                case .failure(let failure):
                    return TailReport.Level(years: period, move: nil, refusal: failure.reason)
                }
            }
        }
        return TailReport(analysis: analysis, levels: levels)
    }

    // MARK: Required margin

    /// One requirement for each direction and holding time of the grid.
    func requirements() -> [MarginRequirement] {
        study.grid.sides.flatMap { side in
            study.grid.horizons.compactMap { horizon -> MarginRequirement? in
                guard let row = rows.first(where: { $0.cell.side == side && $0.cell.horizon == horizon }),
                    let inference = row.estimate.inference
                else { return nil }
                let found = run.adverseMoves(horizon: horizon, side: side)
                let margin = RequiredMargin(
                    moves: found.moves, blocks: found.blocks, frequency: study.statistics.maxFrequency,
                    disjointWindows: inference.disjointWindows,
                    context: context(horizon, meanRunBlocks: inference.meanRunBlocks))
                return margin.map {
                    MarginRequirement(asset: input.asset, side: side, horizon: horizon, margin: $0)
                }
            }
        }
    }
}
