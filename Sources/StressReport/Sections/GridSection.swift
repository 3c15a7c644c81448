import StressBasics
import StressResults
import StressStatistics

extension AssetSide {
    /// The grid: leverage by holding time, one tab a measure.
    var gridSection: ReportSection {
        let definition =
            "Share of entries in %, its \(confidenceText(confidence)) interval underneath. Outlined: the cell of the first sentence."
        let tabs = measures.map { measure in (measure: measure, blocks: grids.flatMap { blocks($0, measure) }) }
        return ReportSection(
            "grid", label: "Leverage × holding time", title: gridTitle, definition: definition,
            [.tabs(tabs), .controls { writeCellChoice(&$0) }, .heatLegend]
                + (subsetNote.map { [.paragraph(.key, $0)] } ?? [])
                + [.source(Set(measures.map(\.intervalFile)).sorted(by: >))])
    }

    private func blocks(_ grid: CellGrid, _ measure: Measure) -> [Block] {
        let name = namedAxes.map { grid.first.words($0, .heading) }.joined(separator: ", ")
        let table = SectionTable(
            name: "\(measure.shownTab.definition), \(name)",
            caption: "\(measure.shownTab.definition), % of entries, by leverage and holding time", style: .grid,
            head: ["Leverage"] + shownHorizons.map(\.screenText), rows: shownLeverages.map { row($0, grid, measure) })
        return (grids.count > 1 ? [.subheading(name)] : []) + [.table(table)]
    }

    private func row(_ leverage: Leverage, _ grid: CellGrid, _ measure: Measure) -> SectionTable.Row {
        let cells = shownHorizons.map { horizon -> SectionTable.Cell in
            let row = grid.row(leverage, horizon)
            return .heat(
                HeatCell(
                    figure: row?.estimate.figure(measure, confidence: confidence), confidence: confidence,
                    subject: "\(leverage.screenText) \(side.rawValue), held up to \(horizon.screenText)",
                    isHeadline: row != nil && row?.cell == headline?.cell))
        }
        return SectionTable.Row([.text(leverage.screenText)], cells)
    }

    // A page stays readable and small: larger grids show an even choice of their axes.
    var shownLeverages: [Leverage] {
        chosen(report.study.grid.leverages, limit: 24, keeping: headline?.cell.leverage)
    }

    var shownHorizons: [TimeSpan] {
        chosen(report.study.grid.horizons, limit: 12, keeping: headline?.cell.horizon)
    }

    private var subsetNote: String? {
        let grid = report.study.grid
        let (leverages, horizons) = (shownLeverages.count, shownHorizons.count)
        guard leverages < grid.leverages.count || horizons < grid.horizons.count else { return nil }
        return "Shown: \(leverages) of \(grid.leverages.count) leverages and \(horizons) of "
            + "\(grid.horizons.count) holding times; the full grid is in results.csv."
    }
}
