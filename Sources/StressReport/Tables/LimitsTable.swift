import StressBasics

extension RunReport {
    /// `limits.csv`: one row a limit and cell.
    var limitsTable: CSVTable {
        let own: [Column<LimitCheck>] = [
            Column("measure", "", .text, "Column of results.csv that the limit is set on") {
                $0.limit.measure.rawValue
            },
            Column("limit_max_frac", "fraction", .number, "Largest value that is not a breach") {
                numberText($0.limit.max)
            },
            Column("value_frac", "fraction", .number, "Measured value; empty when the cell has none") {
                field($0.value)
            },
            Column("status", "", .text, "met, breach or no_value") { $0.outcome.rawValue },
        ]
        let identity = cellColumns.map { $0.of { (check: LimitCheck) in check.cell } }
        return CSVTable(file: "limits.csv", columns: [runColumn()] + identity + own, rows: limits)
    }
}

extension LimitCheck {
    /// What became of a limit; the raw value is what outputs print.
    enum Outcome: String {
        case met
        case breach
        case noValue = "no_value"
    }

    /// What became of this limit.
    var outcome: Outcome { breached ? .breach : value == nil ? .noValue : .met }
}
