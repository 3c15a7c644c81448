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

    func writeMaxLeverages(_ w: inout HTMLWriter) {
        let columns = maxLeverages
        guard !columns.isEmpty else { return }
        let most = shareText(report.study.statistics.maxFrequency)
        let title = "Highest leverage up to which the upper end of the share below zero is at or below \(most)"
        w.element("p", .class("mini"), text: title + ":")
        w.scrolling(title) { w in
            w.element("table", .class("tbl num")) { w in
                w.tableHead(["Behaviour", "Up to", "Upper end, %", "Lowest above", "Upper end, %"])
                w.element("tbody") { w in
                    for column in columns {
                        let figures =
                            fields(column.highest, none: "none") + fields(column.breaking, none: "none known")
                        w.numberRow(visibleText(column.behaviour), figures)
                    }
                }
            }
        }
        w.source(["max_leverage.csv"], root: "../")
    }

    private func fields(_ level: JudgedLeverage?, none: String) -> [String] {
        guard let level else { return [none, ""] }
        return [level.cell.leverage.screenText, level.high.map(shareNumber) ?? "cannot happen"]
    }
}
