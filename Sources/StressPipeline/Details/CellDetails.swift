import MarginModel
import PriceSeries
import StressBasics
import StressEngine
import StressReport
import StressResults
import StressStatistics
import StudyPlan

/// Takes the headline cell of every page apart: one for each price history and direction.
struct CellDetails: Sendable {
    let study: Study
    let input: AssetInput
    let job: HistoryJob
    let rows: [ResultRow]
    let threads: Int
    let control: RunControl

    /// Cells whose walk looks at more bars than this are left whole: their pages go without episodes.
    static let mostBarsLookedAt = 4_000_000_000

    /// One detail for each direction that has the headline's cell. Throws ``RunCancelled``.
    func details() throws(RunCancelled) -> [CellDetail] {
        guard let headline = study.headlineCell else { return [] }
        let conditions = MarketConditions(times: input.market.series.time, closes: input.market.series.close)
        let sides = study.grid.sides
        let found = parallelMap(count: sides.count, threads: threads) { place -> [CellDetail]? in
            // A direction without a detail is no cancelled one.
            do throws(RunCancelled) {
                return try detail(of: headline, sides[place], conditions).map { [$0] } ?? []
            } catch {
                return nil
            }
        }
        guard let found else { throw RunCancelled() }
        return found.flatMap { $0 }
    }

    /// The headline's cell in one direction; nil where it is not computed, or would take too long to look at.
    private func detail(
        of headline: StudyCell, _ side: Side, _ conditions: MarketConditions
    ) throws(RunCancelled) -> CellDetail? {
        var selector = CellSelector(like: headline.key, but: [.asset])
        selector.side = side
        guard let place = rows.firstIndex(where: { selector.matches($0.cell) }),
            let inference = rows[place].estimate.inference,
            job.outcomeCost(cell: place) <= CellDetails.mostBarsLookedAt
        else { return nil }
        let tails = CellTails(
            study: study, job: job, cell: rows[place].cell, run: inference.meanRun, spells: inference.turbulentSpells)
        var detail = try entryDetail(
            place, conditions, context(headline.horizon, meanRunBlocks: inference.meanRunBlocks), tails)
        // What held the entries is in pieces that fit little of what comes next.
        if job.workUnits >= HistoryJob.leastWorkToKeep { FreedMemory.giveBack() }
        detail.tail = tails.moves
        if detail.cell.asset == headline.asset, side == headline.side {
            detail.sensitivity = try sensitivity(rows[place], detail.anatomy)
        }
        detail.curves = try curves(beside: detail.cell)
        detail.paths = episodePaths(place, detail.anatomy.episodes, series: input.market.series)
        return detail
    }

    /// What the cell's entries say: millions in a long history, and let go of before what comes next.
    private func entryDetail(
        _ place: Int, _ conditions: MarketConditions, _ context: CellAnatomy.Context, _ tails: CellTails
    ) throws(RunCancelled) -> CellDetail {
        let entries = try job.heldOutcomes(cell: place, threads: threads, control: control)
        let negative = entries.negativeByExit
        let anatomy = CellAnatomy(entries: entries, negative: negative, market: conditions, context: context)
        return CellDetail(
            cell: rows[place].cell, anatomy: anatomy, sensitivity: [], tail: nil,
            shortfallTail: tails.shortfalls(entries, negative: negative, separation: context.separation), curves: [])
    }

    private func sensitivity(_ row: ResultRow, _ anatomy: CellAnatomy) throws(RunCancelled) -> [SensitivityRow] {
        try Sensitivity(
            study: study, market: input.market, row: row, anatomy: anatomy, threads: threads, control: control
        )
        .rows()
    }

    private func context(_ horizon: TimeSpan, meanRunBlocks: Double) -> CellAnatomy.Context {
        CellAnatomy.Context(
            horizon: horizon, barLength: input.market.barLength, blocks: job.blockCount,
            meanLength: meanRunBlocks, rules: study.statistics.resampling)
    }

    // MARK: Time to liquidation

    /// Entries that the curves of other leverages may look at together: about a second's work.
    static let mostCurveEntries = 4_000_000

    /// Cumulative incidence of liquidation for a few other leverages of the grid; none where that would take long.
    private func curves(beside cell: StudyCell) throws(RunCancelled) -> [LiquidationCurve] {
        let others = chosen(study.grid.leverages, limit: 5, keeping: cell.leverage).filter { $0 != cell.leverage }
        guard others.count * input.market.series.count <= CellDetails.mostCurveEntries else { return [] }
        let places = others.compactMap { leverage -> Int? in
            var selector = CellSelector(like: cell.key, but: [.asset])
            selector.leverage = leverage
            return rows.firstIndex { selector.matches($0.cell) }
        }
        .filter {
            rows[$0].estimate.inference != nil && job.outcomeCost(cell: $0) <= CellDetails.mostBarsLookedAt
        }
        let contexts = places.map {
            context(cell.horizon, meanRunBlocks: rows[$0].estimate.inference?.meanRunBlocks ?? 1)
        }
        let curves = try job.liquidationCurves(cells: places, contexts: contexts, threads: threads, control: control)
        return zip(places, curves).map { LiquidationCurve(cell: rows[$0].cell, points: $1) }
    }

    // MARK: Required margin

    /// One requirement for each direction and holding time of the grid.
    func requirements() -> [MarginRequirement] {
        let asked = study.grid.sides.flatMap { side in study.grid.horizons.map { (side, $0) } }
        let found = parallelMap(count: asked.count, threads: threads) { [requirement(asked[$0].0, asked[$0].1)] }
        return (found ?? []).flatMap { $0.compactMap { $0 } }
    }

    private func requirement(_ side: Side, _ horizon: TimeSpan) -> MarginRequirement? {
        guard let row = rows.first(where: { $0.cell.side == side && $0.cell.horizon == horizon }),
            let inference = row.estimate.inference
        else { return nil }
        let found = job.adverseMoves(horizon: horizon, side: side)
        let margin = RequiredMargin(
            moves: found.moves, blocks: found.blocks, frequency: study.statistics.maxFrequency,
            disjointWindows: inference.disjointWindows,
            context: context(horizon, meanRunBlocks: inference.meanRunBlocks))
        return margin.map { MarginRequirement(asset: input.asset, side: side, horizon: horizon, margin: $0) }
    }
}
