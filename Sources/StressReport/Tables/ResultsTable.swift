import StressBasics
import StressResults
import StressStatistics

extension RunReport {
    /// `results.csv` alone.
    public var resultsText: String { resultsTable.contents }

    /// `results.csv`: one row a cell, in plan order. The first columns are a stable interface; a new measure goes to the end.
    var resultsTable: CSVTable {
        let confidence = study.statistics.confidence
        func measures(_ first: Measure, _ last: Measure?) -> [Column<ResultRow>] {
            Measure.from(first, to: last).flatMap { measureColumns($0, confidence) }
        }
        func otherEnds(_ measure: Measure) -> [Column<ResultRow>] {
            confidence == 0.95 ? [] : measure.endColumns("the interval of \(measure.name)", confidence)
        }
        var columns: [Column<ResultRow>] = [runColumn()] + keyColumns { $0.cell.key }
        columns += [fillColumn] + measures(.entries, .owed)
        columns += measures(.meanShortfall, .meanEquity)
        columns += [statusColumn] + measures(.worstNegativeCount, .worstLargestShortfall)
        columns += otherEnds(.negativeEquity) + (confidence == 0.95 ? [] : [.confidence(confidence)])
        columns += otherEnds(.worstNegativeEquity) + measures(.bestNegativeCount, .undecided)
        columns += otherEnds(.bestNegativeEquity) + measures(.disjointWindows, nil)
        return CSVTable(file: "results.csv", columns: columns, rows: rows)
    }

    /// A measure's column, and those of its interval.
    private func measureColumns(_ measure: Measure, _ confidence: Double) -> [Column<ResultRow>] {
        guard let ends = measure.ends else { return [measure.column] }
        guard ends.areNamedByLevel else {
            return [measure.column] + measure.endColumns("its interval at the study's confidence", confidence)
        }
        // A name must not promise another level than it holds: at other confidences these stay empty.
        let named = measure.endColumns(
            "its 95 % interval; empty at other confidences", 0.95, isEmpty: confidence != 0.95)
        return [measure.column] + named + (measure == .negativeEquity ? [methodColumn] : [])
    }
}

extension Measure {
    /// The measures of a cell from one to another, or to the last, in the order of their columns.
    fileprivate static func from(_ first: Measure, to last: Measure?) -> ArraySlice<Measure> {
        let rest = ofCells.drop { $0 != first }
        return last.flatMap { rest.firstIndex(of: $0) }.map { rest[...$0] } ?? rest
    }

    /// Its column of `results.csv`.
    fileprivate var column: Column<ResultRow> {
        Column(name, unit.rawValue, type, meaning) { text($0.estimate.value(self)) }
    }

    /// The columns with the ends of its interval, named for a confidence.
    fileprivate func endColumns(
        _ words: String, _ confidence: Double, isEmpty: Bool = false
    ) -> [Column<ResultRow>] {
        guard let names = ends?.columns(confidence: confidence) else { return [] }
        func end(_ name: String, _ side: String, _ end: @escaping (Interval) -> Double) -> Column<ResultRow> {
            Column(name, unit.rawValue, .number, "\(side) end of \(words)") { row in
                isEmpty
                    ? "" : field(row.estimate.share(self, confidence: confidence)?.interval.map { end($0.ends) })
            }
        }
        return [end(names.low, "Lower", \.low), end(names.high, "Upper", \.high)]
    }
}

private var fillColumn: Column<ResultRow> {
    Column("fill", "", .text, "Fill rule of liquidations: delay, gap, next, worst, best, or off without liquidation") {
        $0.fill
    }
}

private var methodColumn: Column<ResultRow> {
    Column("ci_method", "", .text, "How the interval was made: \(methodWords)") {
        $0.estimate.exit.interval?.method.rawValue ?? ""
    }
}

private var statusColumn: Column<ResultRow> {
    Column("status", "", .text, "ok, zero_seen, impossible, rejected, few_windows, few_regimes or no_data") {
        $0.estimate.status.rawValue
    }
}
