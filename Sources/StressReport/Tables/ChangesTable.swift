import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension RunReport {
    /// `since_last.csv`: what is not as it was in the last run with other results; none where no such run is on record.
    var changeTables: [CSVTable] { changes.map { [changesTable($0)] } ?? [] }

    private func changesTable(_ changes: RunChanges) -> CSVTable {
        let before: [Column<ChangedItem>] = [
            Column("before_run_id", "", .text, "Content name of the earlier run") { _ in changes.runID },
            Column("before_started_utc", "UTC", .time, "When the earlier run started") { _ in changes.started.rfc3339 },
            Column("before_version", "", .text, "Version of the program that made the earlier run") { [version] _ in
                changes.versionBefore ?? version
            },
            Column(
                "change", "", .text,
                "verdict, no_data, data_back, history_added, history_removed, data_revised, data_appended or share (of the headline cell "
                    + "of a page)"
            ) { $0.kind.rawValue },
            Column("asset", "", .text, "Price history, as the study names it") { $0.asset },
        ]
        let cell = cellColumns.dropFirst().map { column in
            Column<ChangedItem>(
                column.name, column.unit, column.type, column.meaning + "; empty for what concerns a price history"
            ) { item in
                item.cell.map { key in self.field(column, of: key) }
                    ?? (column.name == CellAxis.platform.column ? item.platform : nil) ?? ""
            }
        }
        return CSVTable(
            file: "since_last.csv", columns: [runColumn()] + before + cell + RunReport.changeFigures,
            rows: changes.items)
    }

    /// A column of cells, of a cell that is known by its key alone.
    private func field(_ column: Column<StudyCell>, of key: CellKey) -> String {
        CellAxis.allCases.first { $0.column == column.name }.map { key[$0].field } ?? ""
    }

    private static var changeFigures: [Column<ChangedItem>] {
        [
            Column("measure", "", .text, "Column of results.csv, or the measure of a limit") { $0.measure ?? "" },
            Column("unit", "", .text, "Unit of values and ends") {
                $0.measure.flatMap(Measure.init(rawValue:))?.unit.rawValue ?? ""
            },
            Column("behaviour", "", .text, "Name of the behaviour under which the cell is looked at; empty for holding")
            {
                $0.behaviour ?? ""
            },
        ] + figures("before", "in the earlier run") { $0.before } + figures("after", "in this run") { $0.after } + [
            Column(
                "moved", "", .text,
                "Of a share: apart where the two intervals have no value in common, outside where the later share is outside of the "
                    + "earlier interval, within otherwise"
            ) { $0.kind == .share ? $0.reach.rawValue : "" }
        ]
    }

    private static func figures(
        _ prefix: String, _ words: String, _ figures: @escaping (ChangedItem) -> ChangedItem.Figures
    ) -> [Column<ChangedItem>] {
        [
            Column("\(prefix)_status", "", .text, "Verdict on the limit, or status of the cell, \(words)") {
                figures($0).status ?? ""
            },
            Column("\(prefix)_value", "by row", .number, "Measured value \(words); empty without one") {
                StressReport.field(figures($0).value)
            },
            Column("\(prefix)_low", "by row", .number, "Lower end of its interval") {
                StressReport.field(figures($0).interval?.low)
            },
            Column("\(prefix)_high", "by row", .number, "Upper end of its interval") {
                StressReport.field(figures($0).interval?.high)
            },
            Column("\(prefix)_bars_count", "bars", .integer, "Bars of the price history \(words)") {
                figures($0).bars.map(String.init) ?? ""
            },
        ]
    }
}

extension ChangedItem {
    /// How far a share moved, against the intervals; the raw value is what outputs print.
    enum Reach: String {
        case apart, outside, within
    }

    /// How far it moved.
    var reach: Reach { isApart ? .apart : isOutside ? .outside : .within }
}
