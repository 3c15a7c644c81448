import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// How much leverage each behaviour leaves room for.
extension AssetSide {
    /// The headline's column of `max_leverage.csv`, holding first; empty where no behaviour was followed at several leverages.
    private var maxLeverages: [MaxLeverage] {
        guard let cell = headline?.cell else { return [] }
        let selector = CellSelector(like: cell.key, but: [.leverage])
        let columns = MaxLeverage.columns(of: report).filter { selector.matches($0.place) }
        return columns.dropFirst().contains { $0.counts.values.reduce(0, +) > 1 } ? columns : []
    }

    /// The table with what it says; empty where there is nothing to compare.
    var maxLeverageBlocks: [Block] {
        let columns = maxLeverages
        guard !columns.isEmpty else { return [] }
        let most = shareText(report.study.statistics.maxFrequency)
        let title = "Highest leverage up to which the upper end of the share below zero is at or below \(most)"
        let table = SectionTable(
            name: title, caption: "", head: ["Behaviour", "Up to", "Upper end, %", "Lowest above", "Upper end, %"],
            rows: columns.map { column in
                SectionTable.Row(
                    visibleText(column.behaviour),
                    figures(column.highest, none: "none") + figures(column.breaking, none: "none known"))
            })
        return [.paragraph(.mini, title + ":"), .table(table), .source(["max_leverage.csv"])]
    }

    private func figures(_ level: JudgedLeverage?, none: String) -> [ShownFigure] {
        guard let level else { return [ShownFigure(none), ShownFigure("")] }
        let leverage = level.cell.leverage
        return [
            ShownFigure(leverage.screenText, leverage.value, nil, .leverage), .share(level.high, none: "cannot happen"),
        ]
    }
}
