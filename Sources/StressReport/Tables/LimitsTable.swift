import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension RunReport {
    /// `limits.csv`: one row a limit and cell.
    var limitsTable: CSVTable {
        let own: [Column<LimitCheck>] = [
            Column(
                "measure", "", .text,
                "Column of results.csv that the limit is set on, newest_bar_age_h or bars_count, or a figure of the ledger"
            ) {
                $0.limit.measure.rawValue
            },
            Column("limit_max_frac", "fraction", .number, "Largest share that is not a breach; empty for other limits")
            {
                field($0.largestFraction)
            },
            Column("value_frac", "fraction", .number, "Measured value of a share; empty when the cell has none") {
                $0.limit.measure.isFraction ? field($0.value) : ""
            },
            Column(
                "status", "", .text,
                "met, breach, not_shown where the interval holds the limit, no_value, or no_history for a drift limit with too few runs"
            ) {
                $0.outcome.rawValue
            },
            Column("form", "", .text, "max, min or drift") { $0.limit.form.name },
            Column(
                "bound", "", .text,
                "What is held against the limit: value, the lower or upper end of its interval, or all of the interval"
            ) {
                $0.limit.bound.rawValue
            },
            Column("unit", "", .text, "Unit of limit, value and what belongs to them") {
                $0.limit.measure.unit.rawValue
            },
            Column("limit", "by row", .number, "What is not a breach: the largest, the smallest, the largest distance")
            {
                field($0.threshold)
            },
            Column("value", "by row", .number, "Measured value; empty when there is none") { field($0.value) },
            Column("low", "by row", .number, "Lower end of its interval; empty where the measure has none") {
                field($0.interval?.low)
            },
            Column("high", "by row", .number, "Upper end of its interval; empty where the measure has none") {
                field($0.interval?.high)
            },
            Column(
                "baseline", "by row", .number,
                "Median of the earlier runs that a drift limit looks at; for night_moves the run before"
            ) {
                field($0.baseline)
            },
            Column("earlier_runs_count", "runs", .integer, "Earlier values behind the baseline, or too few of them") {
                $0.limit.form.name == "drift" ? String($0.earlierRuns) : ""
            },
            Column(
                "not_shown", "", .text,
                "What the study makes of a limit that is not shown: warn, fail (exit code 3) or ok; empty where none can be"
            ) {
                $0.limit.mayBeNotShown ? $0.limit.notShown.rawValue : ""
            },
            Column(
                "monitored_low", "by row", .number,
                "Lower end of the interval of a monitored limit, which is wide enough for a look every night; empty for others"
            ) { field($0.monitored?.ends.low) },
            Column("monitored_high", "by row", .number, "Upper end of that interval") {
                field($0.monitored?.ends.high)
            },
            Column(
                "false_alarm_frac", "fraction", .number,
                "Chance that a year of looks at a truth exactly at the limit has an alarm in this cell"
            ) { field($0.monitored?.falseAlarm) },
            Column(
                "together_low", "by row", .number,
                "Lower end of an interval that holds together with those of all other limits (max-t bands); empty where none is"
            ) { field($0.together?.low) },
            Column("together_high", "by row", .number, "Upper end of that interval") { field($0.together?.high) },
            Column(
                "together_status", "", .text, "met, breach or not_shown by that interval, whatever else the study says"
            ) { $0.togetherOutcome?.rawValue ?? "" },
            Column(
                "behaviour", "", .text,
                "Name of the behaviour under which the cell is looked at, as in behaviours.csv; hodl is holding to the end; empty "
                    + "for limits on a price history or a platform"
            ) { $0.behaviourName ?? "" },
        ]
        let asset = Column<LimitCheck>(
            "asset", "", .text, "Price history, as the study names it; empty for everybody on a platform"
        ) {
            $0.asset
        }
        let identity = cellColumns.dropFirst().map { column in
            let ofCell = column.of { (check: LimitCheck) -> StudyCell? in check.cell }
            guard column.name == CellAxis.platform.column else { return ofCell }
            return Column<LimitCheck>(column.name, column.unit, column.type, column.meaning) {
                $0.platform ?? ofCell.text($0)
            }
        }
        return CSVTable(file: "limits.csv", columns: [runColumn(), asset] + identity + own, rows: limits)
    }
}

extension LimitCheck {
    fileprivate var largestFraction: Double? {
        guard case .max(let most) = limit.form, limit.measure.isFraction else { return nil }
        return most
    }
}

extension Measure {
    /// Whether values are shares or parts of the margin, which the first columns of `limits.csv` were made for.
    fileprivate var isFraction: Bool { unit == .fraction || unit == .ofMargin }
}
