import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// A history's cell among those that it is pooled with.
private struct PooledLine {
    let row: ResultRow
    let count: PooledCount
    let column: PooledColumn
    let pooled: PooledRates.Estimate?
    var rates: PooledRates? { try? column.outcome.get() }
}

extension RunReport {
    /// `pooled.csv`, of a study of several histories: each history's own share beside what it would be taken for among the others.
    var pooledTables: [CSVTable] { study.inputs.count > 1 ? [pooledTable] : [] }

    private var pooledTable: CSVTable {
        let lines = pooled.flatMap { column in
            column.places.indices.map { place in
                PooledLine(
                    row: rows[column.places[place]], count: column.counts[place], column: column,
                    pooled: (try? column.outcome.get())?.estimates[place])
            }
        }
        return CSVTable(
            file: "pooled.csv",
            columns: [runColumn()] + keyColumns { $0.row.cell.key } + ownColumns + commonColumns + pooledColumns
                + [.confidence(study.statistics.confidence), refusalColumn] + cutColumns,
            rows: lines)
    }
}

/// What the history says by itself.
private var ownColumns: [Column<PooledLine>] {
    [
        .count("entries_count", "Entries of whole windows that were held in the history") {
            $0.row.estimate.windows.entries
        },
        .number("negative_count", "entries", "Those of them that ended below zero") { $0.row.estimate.exit.negative },
        .number("effective_events_count", "events", "Independent events that they are worth", \.count.events),
        .share("negative_equity_frac", "The history's own share, which is the result") {
            $0.row.estimate.exit.frequency
        },
    ]
        + endColumns("ci_*_frac", low: "Lower end of its own interval", high: "Upper end of its own interval") {
            $0.row.estimate.exit.interval?.ends
        }
}

/// What all of them have in common.
private var commonColumns: [Column<PooledLine>] {
    [
        .count("histories_count", of: "histories", "Histories with data that are pooled", \.column.places.count),
        .share("common_frac", "The share that they vary around") { $0.rates?.common },
        .number(
            "tau", "log",
            "Standard deviation of the log share between histories: 0 where all are alike, 1 where factors of e are usual"
        ) { $0.rates?.tau },
    ]
}

/// What the history is taken for among the others.
private var pooledColumns: [Column<PooledLine>] {
    estimatedShare(
        "pooled",
        "Partial-pooling estimate, between the own share and the common one: not the result, but for short histories beside it",
        { $0.pooled?.rate }, { $0.pooled?.interval })
        + [.share("own_weight_frac", "How much of it is the own share") { $0.pooled?.ownWeight }]
}

/// What was seen of the history's cut windows.
private var cutColumns: [Column<PooledLine>] {
    [
        .count(
            "cut_count",
            "Entries without a whole window that were watched to where a gap or the end of the history cut it"
        ) {
            $0.row.estimate.windows.cut
        },
        .number("cut_negative_count", "entries", "Those of them that ended below zero before") {
            $0.row.estimate.exit.cutNegative
        },
    ]
}

private var refusalColumn: Column<PooledLine> {
    .words("refusal", "Why nothing is pooled: \(PooledRates.Refusal.words)") { line in
        if case .failure(let refusal) = line.column.outcome { refusal.rawValue } else { nil }
    }
}

extension PooledRates.Refusal {
    /// All of them with their reasons.
    fileprivate static var words: String {
        allCases.map { "\($0.rawValue) (\($0.words))" }.joined(separator: ", ")
    }

    private var words: String {
        switch self {
        case .fewHistories: "fewer than \(PooledRates.fewestHistories) histories with data"
        case .fewEvents: "fewer than two histories with one effective event or more"
        }
    }
}
