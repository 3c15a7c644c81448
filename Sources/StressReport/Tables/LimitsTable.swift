import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension RunReport {
    /// `limits.csv`: one row a limit and cell.
    var limitsTable: CSVTable {
        CSVTable(
            file: "limits.csv",
            columns: [runColumn()] + placeColumns + shareColumns + ruleColumns + valueColumns + [notShownColumn]
                + monitoredColumns + togetherColumns + [behaviourColumn],
            rows: limits)
    }
}

private typealias Figure = Column<LimitCheck>

/// What the limit is held against: a cell, a whole history, or everybody on a platform.
private var placeColumns: [Figure] {
    let asset = Figure.words(
        "asset", "Price history, as the study names it; empty for everybody on a platform", \.asset)
    return [asset]
        + axisColumns(CellAxis.allCases.filter { $0 != .asset }) { check, axis in
            (axis == .platform ? check.platform.map(AxisValue.text) : nil) ?? check.cell?.key[axis]
        }
}

/// The first columns, which were made for limits on shares.
private var shareColumns: [Figure] {
    [
        .words(
            "measure",
            "Column of results.csv that the limit is set on, newest_bar_age_h or bars_count, or a figure of the ledger"
        ) { $0.limit.measure.rawValue },
        .share("limit_max_frac", "Largest share that is not a breach; empty for other limits", \.largestFraction),
        .share("value_frac", "Measured value of a share; empty when the cell has none") {
            $0.limit.measure.isFraction ? $0.value : nil
        },
        .words(
            "status",
            "breach where what bound names is beyond the limit, though the interval may hold it; met where all of the interval is within; "
                + "not_shown where neither is so, or an estimate has no interval; no_value; no_history for a drift limit with too few runs"
        ) { $0.outcome.rawValue },
    ]
}

private var ruleColumns: [Figure] {
    [
        .words("form", "max, min or drift") { $0.limit.form.name },
        .words(
            "bound",
            "What is held against the limit: value, the lower or upper end of its interval, or all of the interval"
        ) { $0.limit.bound.rawValue },
        .words("unit", "Unit of limit, value and what belongs to them") { $0.limit.measure.unit.rawValue },
    ]
}

/// The limit and what was measured, in the unit of the row.
private var valueColumns: [Figure] {
    [
        .number(
            "limit", "by row", "What is not a breach: the largest, the smallest, the largest distance", \.threshold),
        .number("value", "by row", "Measured value; empty when there is none", \.value),
    ]
        + endColumns(
            "*", "by row", low: "Lower end of its interval; empty where the measure has none",
            high: "Upper end of its interval; empty where the measure has none", \.interval)
        + [
            .number(
                "baseline", "by row",
                "Median of the earlier runs that a drift limit looks at; for night_moves the run before", \.baseline),
            .count("earlier_runs_count", of: "runs", "Earlier values behind the baseline, or too few of them") {
                $0.limit.form.name == "drift" ? $0.earlierRuns : nil
            },
        ]
}

private var notShownColumn: Figure {
    .words(
        "not_shown",
        "What the study makes of a limit that is not shown: warn, fail (exit code 3) or ok; empty where none can be"
    ) { $0.limit.mayBeNotShown ? $0.limit.notShown.rawValue : nil }
}

/// Limits that hold in every night of a year.
private var monitoredColumns: [Figure] {
    endColumns(
        "monitored_*", "by row",
        low:
            "Lower end of the interval of a monitored limit, which is wide enough for a look every night; empty for others",
        high: "Upper end of that interval"
    ) { $0.monitored?.ends } + [
        .share(
            "false_alarm_frac",
            "Chance that a year of looks at a truth exactly at the limit has an alarm in this cell"
        ) { $0.monitored?.falseAlarm }
    ]
}

/// All limits at once.
private var togetherColumns: [Figure] {
    endColumns(
        "together_*", "by row",
        low:
            "Lower end of an interval that holds together with those of all other limits (max-t bands); empty where none is",
        high: "Upper end of that interval", \.together) + [
            .words("together_status", "met, breach or not_shown by that interval, whatever else the study says") {
                $0.togetherOutcome?.rawValue
            }
        ]
}

private var behaviourColumn: Figure {
    .words(
        "behaviour",
        "Name of the behaviour under which the cell is looked at, as in behaviours.csv; hodl is holding to the end; empty "
            + "for limits on a price history or a platform", \.behaviourName)
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
