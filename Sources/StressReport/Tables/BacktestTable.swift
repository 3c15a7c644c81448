import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// A later year of a cell.
private struct TestedYear {
    let cell: StudyCell
    let test: YearTest
}

extension RunReport {
    /// `backtest.csv`, where a history has later years to be tested by.
    var backtestTables: [CSVTable] {
        yearRecords.isEmpty
            ? [] : [backtestTable(yearRecords, confidence: study.statistics.confidence, first: [runColumn()])]
    }
}

/// `backtest.csv`: a row a cell and calendar year, what the data up to it said and what it showed.
public func backtestText(_ records: [YearRecord], confidence: Double) -> String {
    backtestTable(records, confidence: confidence, first: []).contents
}

private func backtestTable(
    _ records: [YearRecord], confidence: Double, first: [Column<TestedYear>]
) -> CSVTable {
    let rows = records.flatMap { record in record.years.map { TestedYear(cell: record.cell, test: $0) } }
    let identity = cellColumns.map { $0.of { (item: TestedYear) in item.cell } }
    return CSVTable(
        file: "backtest.csv", columns: first + identity + saidColumns(confidence) + shownColumns, rows: rows)
}

private func saidColumns(_ confidence: Double) -> [Column<TestedYear>] {
    [
        Column("year", "", .integer, "Calendar year of the entries that are predicted, UTC") {
            String($0.test.year)
        },
        Column("past_entries_count", "entries", .integer, "Entries whose window had closed when the year began") {
            String($0.test.pastEntries)
        },
        Column("past_negative_equity_frac", "fraction", .number, "Share of them that ended below zero") {
            numberText($0.test.pastFrequency)
        },
        Column("ci_low_frac", "fraction", .number, "Lower end of the long run's interval, from them alone") {
            numberText($0.test.confidence.low)
        },
        Column("ci_high_frac", "fraction", .number, "Upper end of it") { numberText($0.test.confidence.high) },
        Column("next_year_low_frac", "fraction", .number, "Lower end of the year's prediction, from them alone") {
            numberText($0.test.prediction.low)
        },
        Column("next_year_high_frac", "fraction", .number, "Upper end of it") { numberText($0.test.prediction.high) },
        Column("confidence", "fraction", .number, "Confidence of both") { _ in numberText(confidence) },
    ]
}

private var shownColumns: [Column<TestedYear>] {
    [
        Column("entries_count", "entries", .integer, "Entries of the year") { String($0.test.entries) },
        Column("negative_count", "entries", .number, "Those of them that ended below zero") {
            numberText($0.test.events)
        },
        Column("negative_equity_frac", "fraction", .number, "Their share") { numberText($0.test.frequency) },
        Column("in_ci_count", "years", .integer, "1 where the share lay in the long run's interval, 0 where not") {
            $0.test.isInConfidence ? "1" : "0"
        },
        Column("in_next_year_count", "years", .integer, "1 where the share lay in the prediction, 0 where not") {
            $0.test.isInPrediction ? "1" : "0"
        },
    ]
}
