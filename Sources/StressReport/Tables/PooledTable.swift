import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension RunReport {
    /// `pooled.csv`, of a study of several histories: each history's own share beside what it would be taken for among the others.
    var pooledTables: [CSVTable] { study.inputs.count > 1 ? [pooledTable] : [] }

    private var pooledTable: CSVTable {
        struct Line {
            let row: ResultRow
            let count: PooledCount
            let column: PooledColumn
            let pooled: PooledRates.Estimate?
            var rates: PooledRates? { try? column.outcome.get() }
        }
        let confidence = study.statistics.confidence
        let lines = pooled.flatMap { column in
            column.places.indices.map { place in
                Line(
                    row: rows[column.places[place]], count: column.counts[place], column: column,
                    pooled: (try? column.outcome.get())?.estimates[place])
            }
        }
        let own: [Column<Line>] = [
            Column("entries_count", "entries", .integer, "Entries held in the history") {
                String($0.row.estimate.windows.entries)
            },
            Column("negative_count", "entries", .number, "Those that ended below zero") {
                numberText($0.row.estimate.exit.negative + $0.row.estimate.exit.cutNegative)
            },
            Column("effective_events_count", "events", .number, "Independent events that they are worth") {
                field($0.count.events)
            },
            Column("negative_equity_frac", "fraction", .number, "The history's own share, which is the result") {
                field($0.row.estimate.exit.frequency)
            },
            Column("ci_low_frac", "fraction", .number, "Lower end of its own interval") {
                field($0.row.estimate.exit.interval?.low)
            },
            Column("ci_high_frac", "fraction", .number, "Upper end of its own interval") {
                field($0.row.estimate.exit.interval?.high)
            },
            Column("histories_count", "histories", .integer, "Histories with data that are pooled") {
                String($0.column.places.count)
            },
            Column("common_frac", "fraction", .number, "The share that they vary around") { field($0.rates?.common) },
            Column(
                "tau", "log", .number,
                "Standard deviation of the log share between histories: 0 where all are alike, 1 where factors of e are usual"
            ) { field($0.rates?.tau) },
            Column(
                "pooled_frac", "fraction", .number,
                "Partial-pooling estimate, between the own share and the common one: not the result, but for short histories beside it"
            ) { field($0.pooled?.rate) },
            Column("pooled_low_frac", "fraction", .number, "Lower end of its interval") {
                field($0.pooled?.interval.low)
            },
            Column("pooled_high_frac", "fraction", .number, "Upper end of its interval") {
                field($0.pooled?.interval.high)
            },
            Column("own_weight_frac", "fraction", .number, "How much of it is the own share") {
                field($0.pooled?.ownWeight)
            },
            Column("confidence", "fraction", .number, "Confidence of the intervals") { _ in numberText(confidence) },
            Column("refusal", "", .text, "Why nothing is pooled: \(PooledRates.Refusal.words)") { line in
                if case .failure(let refusal) = line.column.outcome { refusal.rawValue } else { "" }
            },
        ]
        let identity = cellColumns.map { $0.of { (line: Line) in line.row.cell } }
        return CSVTable(file: "pooled.csv", columns: [runColumn()] + identity + own, rows: lines)
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
