import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension RunReport {
    /// `since_last.csv`: what is not as it was in the last run with other results; none where no such run is on record.
    var changeTables: [CSVTable] { changes.map { [changesTable($0)] } ?? [] }

    private func changesTable(_ changes: RunChanges) -> CSVTable {
        let cell: [Column<ChangedItem>] = axisColumns(
            CellAxis.allCases.filter { $0 != .asset }, words: "; empty for what concerns a price history"
        ) { item, axis in
            item.cell?[axis] ?? (axis == .platform ? item.platform.map(AxisValue.text) : nil)
        }
        return CSVTable(
            file: "since_last.csv",
            columns: [runColumn()] + beforeColumns(changes) + changeColumns + cell + figureColumns, rows: changes.items)
    }

    private func beforeColumns(_ changes: RunChanges) -> [Column<ChangedItem>] {
        [
            .words("before_run_id", "Content name of the earlier run") { _ in changes.runID },
            .time("before_started_utc", "When the earlier run started") { _ in changes.started },
            .words("before_version", "Version of the program that made the earlier run") { [version] _ in
                changes.versionBefore ?? version
            },
        ]
    }
}

private var changeColumns: [Column<ChangedItem>] {
    [
        .words(
            "change",
            "verdict, no_data, data_back, history_added, history_removed, data_revised, data_appended, data_rolled (a window of "
                + "the same length that moved on) or share (of the headline cell of a page)"
        ) { $0.kind.rawValue },
        .words("asset", "Price history, as the study names it", \.asset),
    ]
}

private var figureColumns: [Column<ChangedItem>] {
    [
        .words("measure", "Column of results.csv, or the measure of a limit", \.measure),
        .words("unit", "Unit of values and ends") { $0.measure.flatMap(Measure.init(rawValue:))?.unit.rawValue },
        .words(
            "behaviour", "Name of the behaviour under which the cell is looked at; empty for holding", \.behaviour),
    ] + figures("before", "in the earlier run", \.before) + figures("after", "in this run", \.after) + [
        .words(
            "moved",
            "Of a share: apart where the two intervals have no value in common, outside where the later share is outside of the "
                + "earlier interval, within otherwise"
        ) { $0.kind == .share ? $0.reach.rawValue : nil },
        .words("restated", "Of a price history: the first UTC day or month whose bars differ; empty without one") {
            $0.restated?.first
        },
        .count(
            "restated_count", of: "periods",
            "Days and months whose bars differ; empty where the bars could not be compared"
        ) {
            $0.restated?.count
        },
    ]
}

private func figures(
    _ prefix: String, _ words: String, _ figures: @escaping (ChangedItem) -> ChangedItem.Figures
) -> [Column<ChangedItem>] {
    [
        .words("\(prefix)_status", "Verdict on the limit, or status of the cell, \(words)") { figures($0).status },
        .number("\(prefix)_value", "by row", "Measured value \(words); empty without one") { figures($0).value },
    ] + endColumns("\(prefix)_*", "by row") { figures($0).interval } + [
        .count("\(prefix)_bars_count", of: "bars", "Bars of the price history \(words)") { figures($0).bars }
    ]
}

extension ChangedItem {
    /// How far a share moved, against the intervals; the raw value is what outputs print.
    enum Reach: String {
        case apart, outside, within
    }

    /// How far it moved.
    var reach: Reach { isApart ? .apart : isOutside ? .outside : .within }
}
