import StressBasics
import StressResults
import StudyPlan

/// A row of `safeguards.csv`.
private enum SafeguardLine {
    /// A step of a headline cell.
    case step(ResultRow, SafeguardSteps, SafeguardSteps.Step)
    /// A class of the ledger's population on a platform.
    case group(String, LedgerGroup)

    var steps: (steps: SafeguardSteps, step: SafeguardSteps.Step)? {
        if case .step(_, let steps, let step) = self { (steps, step) } else { nil }
    }

    var group: LedgerGroup? {
        if case .group(_, let group) = self { group } else { nil }
    }
}

extension RunReport {
    /// `safeguards.csv`: from the entries that would have been below zero to those that ended there, for the headline's cell of
    /// each page; and where a ledger ran, who paid, for all its positions, each history, each class, and each class on each history.
    var safeguardsTable: CSVTable {
        let steps = pageHeadlines.flatMap { row in
            SafeguardSteps(row).map { steps in steps.steps.map { SafeguardLine.step(row, steps, $0) } } ?? []
        }
        let groups = (ledger?.platforms ?? []).flatMap { result in
            result.groups.map { SafeguardLine.group(result.platform, $0) }
        }
        let columns = [runColumn()] + identityColumns + stepColumns + (ledger == nil ? [] : ledgerColumns)
        return CSVTable(file: "safeguards.csv", columns: columns, rows: steps + groups)
    }

    /// Where a ledger's row is of all histories or classes, their columns are empty.
    private var identityColumns: [Column<SafeguardLine>] {
        let horizon = study.ledger?.population.horizon
        return axisColumns { line, axis in
            switch line {
            case .step(let row, _, _): row.cell.key[axis]
            case .group(let platform, let group): group.value(axis, platform: platform, horizon: horizon)
            }
        }
    }

    private var stepColumns: [Column<SafeguardLine>] {
        [
            Column(
                "step", "", .text,
                "no_safeguards, liquidation (or recovery where nobody liquidates), below_zero, below_zero_worst_fill; ledger for "
                    + "rows of who paid"
            ) { $0.steps?.step.name ?? "ledger" },
            Column("entries_count", "entries", .number, "Entries; below zero for those that the step takes away") {
                $0.steps.map { numberText($0.step.entries) } ?? $0.group.map { String($0.counts.entries) } ?? ""
            },
            Column("entries_frac", "fraction", .number, "Their share of held entries") {
                $0.steps.map { numberText($0.steps.share($0.step)) } ?? ""
            },
            Column("no_safeguards_part_frac", "fraction", .number, "The same over the entries of no_safeguards") {
                $0.steps.map { field($0.steps.part($0.step)) } ?? ""
            },
        ]
    }

    private var ledgerColumns: [Column<SafeguardLine>] {
        ledgerGroupColumns(confidence: study.statistics.confidence).map {
            $0.of { (line: SafeguardLine) in line.group }
        }
    }
}

/// The rows of `safeguards.csv` that say who paid, without the steps of cells.
public func ledgerTableText(_ results: LedgerResults, study: Study) -> String {
    struct Line {
        let platform: String
        let group: LedgerGroup
    }
    let horizon = study.ledger?.population.horizon
    let identity: [Column<Line>] = axisColumns { $0.group.value($1, platform: $0.platform, horizon: horizon) }
    let entries = Column<Line>("entries_count", "entries", .integer, "Entries") { String($0.group.counts.entries) }
    let own = ledgerGroupColumns(confidence: study.statistics.confidence).map { $0.of { (line: Line) in line.group } }
    let rows = results.platforms.flatMap { result in
        result.groups.map { Line(platform: result.platform, group: $0) }
    }
    // The class stands before its counts.
    return CSVTable(file: "ledger.csv", columns: identity + [own[0], entries] + own.dropFirst(), rows: rows).contents
}
