import StressBasics
import StressResults
import StudyPlan

extension RunReport {
    /// `safeguards.csv`: from the entries that would have been below zero to those that ended there, for the headline's cell of
    /// each page.
    var safeguardsTable: CSVTable {
        struct Line {
            let row: ResultRow
            let steps: SafeguardSteps
            let step: SafeguardSteps.Step
        }
        let lines = pageHeadlines.flatMap { row in
            SafeguardSteps(row).map { steps in steps.steps.map { Line(row: row, steps: steps, step: $0) } } ?? []
        }
        let own: [Column<Line>] = [
            Column(
                "step", "", .text,
                "no_safeguards, liquidation (or recovery where nobody liquidates), below_zero, below_zero_worst_fill"
            ) { $0.step.name },
            Column("entries_count", "entries", .number, "Entries; below zero for those that the step takes away") {
                numberText($0.step.entries)
            },
            Column("entries_frac", "fraction", .number, "Their share of held entries") {
                numberText($0.steps.share($0.step))
            },
            Column("no_safeguards_part_frac", "fraction", .number, "The same over the entries of no_safeguards") {
                field($0.steps.part($0.step))
            },
        ]
        let identity = cellColumns.map { $0.of { (line: Line) in line.row.cell } }
        return CSVTable(file: "safeguards.csv", columns: [runColumn()] + identity + own, rows: lines)
    }
}
