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
        let own: [Column<IntervalRow>] = [
            Column("measure", "", .text, "Column of results.csv that the interval belongs to") { $0.measure.name },
            Column("count", "entries", .number, "Entries counted, or the sum of their probabilities") {
                numberText($0.share.count)
            },
            Column("value_frac", "fraction", .number, "Their share of held entries") { numberText($0.share.fraction) },
            Column("ci_low_frac", "fraction", .number, "Lower end of the interval") { field($0.share.interval?.low) },
            Column("ci_high_frac", "fraction", .number, "Upper end of the interval") { field($0.share.interval?.high) },
            Column("ci_method", "", .text, "How the interval was made: \(methodWords)") {
                $0.share.interval?.method.rawValue ?? ""
            },
            Column("confidence", "fraction", .number, "Confidence of the interval") { _ in numberText(confidence) },
        ]
        let identity = cellColumns.map { $0.of { (item: IntervalRow) in item.row.cell } }
        let columns = [runColumn()] + identity + own + resamplingColumns + orderedColumns
        return CSVTable(file: "intervals.csv", columns: columns, rows: items)
    }

    private var resamplingColumns: [Column<IntervalRow>] {
        boundColumns("wilson_effective", "Wilson's interval on the effective entries") { $0.effectiveWilson }
            + evidenceColumns
    }

    private func boundColumns(
        _ name: String, _ words: String, _ find: @escaping (FrequencyInference) -> Interval?
    ) -> [Column<IntervalRow>] {
        let low: (IntervalRow) -> String = { field($0.inference.flatMap(find)?.low) }
        let high: (IntervalRow) -> String = { field($0.inference.flatMap(find)?.high) }
        return [
            Column("\(name)_low_frac", "fraction", .number, "Lower end of \(words)", text: low),
            Column("\(name)_high_frac", "fraction", .number, "Upper end of \(words)", text: high),
        ]
    }

    private var orderedColumns: [Column<IntervalRow>] {
        let words =
            "end, in order with those of the same cell at shorter holding times, and of liquidated_frac and unprotected_frac at lower leverages"
        return [
            Column("ordered_low_frac", "fraction", .number, "Lower \(words)") { field($0.ordered?.low) },
            Column("ordered_high_frac", "fraction", .number, "Upper \(words)") { field($0.ordered?.high) },
        ]
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
