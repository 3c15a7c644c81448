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
    let year = (saidColumns + [.confidence(of: "both", confidence)] + shownColumns).map {
        $0.of { (row: TestedYear) in row.test }
    }
    return CSVTable(file: "backtest.csv", columns: first + keyColumns { $0.cell.key } + year, rows: rows)
}

/// What the years before said.
private var saidColumns: [Column<YearTest>] {
    [
        .integer("year", "Calendar year of the entries that are predicted, UTC", \.year),
        .count("past_entries_count", "Entries whose window had closed when the year began", \.pastEntries),
        .share("past_negative_equity_frac", "Share of them that ended below zero", \.pastFrequency),
    ]
        + endColumns(
            "ci_*_frac", low: "Lower end of the long run's interval, from them alone", high: "Upper end of it",
            \.confidence)
        + endColumns(
            "next_year_*_frac", low: "Lower end of the year's prediction, from them alone", high: "Upper end of it",
            \.prediction)
}

/// What the year showed.
private var shownColumns: [Column<YearTest>] {
    [
        .count("entries_count", "Entries of the year, those of cut windows among them", \.entries),
        .number("negative_count", "entries", "Those of them that were seen to end below zero", \.events),
        .share(
            "negative_equity_frac",
            "Their share; where windows of the year are cut, each stands for as many as an event of the whole history does on average",
            \.frequency),
        .count("in_ci_count", of: "years", "1 where the share lay in the long run's interval, 0 where not") {
            $0.isInConfidence ? 1 : 0
        },
        .count("in_next_year_count", of: "years", "1 where the share lay in the prediction, 0 where not") {
            $0.isInPrediction ? 1 : 0
        },
    ]
}
