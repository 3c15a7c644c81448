import StressBasics
import StressResults
import StressStatistics

/// One share of a cell.
private struct IntervalRow {
    let row: ResultRow
    let measure: Measure
    let share: MeasuredShare
    /// Its ends in order with those of events that lie in each other; nil without an interval.
    let ordered: Interval?
}

/// The shares in the order of their rows; others follow as the catalogue has them.
private let shares: [Measure] = {
    let first: [Measure] = [
        .liquidated, .unprotected, .negativeEquity, .worstNegativeEquity, .gapNegativeEquity, .bestNegativeEquity,
    ]
    return first + Measure.ofCells.filter { $0.hasInterval && !first.contains($0) }
}()

extension RunReport {
    /// `intervals.csv`: every share of every cell with the interval that pages show, Wilson's beside it, and the evidence behind both.
    var intervalsTable: CSVTable {
        let confidence = study.statistics.confidence
        let ordered = Dictionary(uniqueKeysWithValues: shares.map { ($0, orderedEnds(of: $0)) })
        let items = rows.enumerated().flatMap { place, row in
            shares.compactMap { measure in
                row.estimate.share(measure, confidence: confidence).map {
                    IntervalRow(row: row, measure: measure, share: $0, ordered: ordered[measure]?[place])
                }
            }
        }
        let columns = [runColumn()] + keyColumns { $0.row.cell.key } + shareColumns + resamplingColumns + orderedColumns
        return CSVTable(file: "intervals.csv", columns: columns, rows: items)
    }

    private var shareColumns: [Column<IntervalRow>] {
        [
            .words("measure", "Column of results.csv that the interval belongs to", \.measure.name),
            .number("count", "entries", "Entries counted, or the sum of their probabilities", \.share.count),
            .share("value_frac", "Their share of held entries", \.share.fraction),
        ]
            + endColumns(
                "ci_*_frac", low: "Lower end of the interval", high: "Upper end of the interval"
            ) { $0.share.interval?.ends } + [
                .words("ci_method", "How the interval was made: \(methodWords)") {
                    $0.share.interval?.method.rawValue
                },
                .confidence(of: "the interval", study.statistics.confidence),
            ]
    }

    private var resamplingColumns: [Column<IntervalRow>] {
        let words = "end of Wilson's interval on the effective entries"
        return endColumns("wilson_effective_*_frac", low: "Lower \(words)", high: "Upper \(words)") {
            $0.inference?.effectiveWilson
        } + evidenceColumns
    }

    private var orderedColumns: [Column<IntervalRow>] {
        let words =
            "end, in order with those of the same cell at shorter holding times, and of liquidated_frac and unprotected_frac at lower leverages"
        return endColumns("ordered_*_frac", low: "Lower \(words)", high: "Upper \(words)", \.ordered)
    }

    private var evidenceColumns: [Column<IntervalRow>] {
        [
            Column("entries_effective_count", "entries", .number, "Independent trials worth as much as the entries") {
                field($0.inference?.effectiveEntries)
            },
            Column("disjoint_windows_count", "windows", .integer, "Windows that share no bar") {
                String($0.share.windows)
            },
            Column("resampled_run_mean_h", "h", .number, "Mean length of the runs whose variance the interval rests on")
            {
                field($0.row.estimate.inference?.meanRun.inHours)
            },
        ]
    }
}

extension IntervalRow {
    fileprivate var inference: FrequencyInference? { row.estimate.inference(measure) }
}

/// How intervals are made, for the dictionary.
var methodWords: String { FrequencyInterval.Method.allCases.map(\.rawValue).joined(separator: ", ") }
