import StressBasics

/// One share of a cell that `results.csv` states without interval.
private struct IntervalRow {
    let row: ResultRow
    let measure: Measure
    let share: MeasuredShare
}

extension RunReport {
    /// `intervals.csv`: the intervals of the shares for which `results.csv` has no interval columns, so that every
    /// number of a page can be found in a file.
    var intervalsTable: CSVTable {
        let confidence = study.statistics.confidence
        let items = rows.flatMap { row in
            [Measure.liquidated, .unprotected].compactMap { measure in
                row.estimate.measuredShare(measure, confidence: confidence)
                    .map { IntervalRow(row: row, measure: measure, share: $0) }
            }
        }
        let own: [Column<IntervalRow>] = [
            Column("measure", "", .text, "Column of results.csv that the interval belongs to") { $0.measure.column },
            Column("count", "entries", .integer, "Entries counted") { String($0.share.count) },
            Column("value_frac", "fraction", .number, "Their share of held entries") { numberText($0.share.fraction) },
            Column("ci_low_frac", "fraction", .number, "Lower end of the interval") { field($0.share.interval?.low) },
            Column("ci_high_frac", "fraction", .number, "Upper end of the interval") { field($0.share.interval?.high) },
            Column("ci_method", "", .text, "How the interval was made: wilson_disjoint or zero_count_disjoint") {
                $0.share.interval?.method.rawValue ?? ""
            },
            Column("confidence", "fraction", .number, "Confidence of the interval") { _ in numberText(confidence) },
        ]
        let identity = cellColumns.map { $0.of { (item: IntervalRow) in item.row.cell } }
        return CSVTable(file: "intervals.csv", columns: [runColumn()] + identity + own, rows: items)
    }
}
