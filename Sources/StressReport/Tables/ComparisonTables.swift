import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension RunReport {
    /// `differences.csv` and `bands.csv`, where they were computed.
    var comparisonTables: [CSVTable] {
        (comparisons.isEmpty ? [] : [differencesTable]) + (curveBands.isEmpty ? [] : [bandsTable])
    }

    private var differencesTable: CSVTable {
        let confidence = study.statistics.confidence
        let other: [Column<CellComparison>] = keyColumns(
            [.side, .leverage, .platform], prefix: "other_", words: ", of the cell it is compared with"
        ) { $0.other.key }
        let own: [Column<CellComparison>] = [
            Column("difference_frac", "fraction", .number, "Share below zero less that of the other cell") {
                numberText($0.difference.difference)
            },
            Column("ci_low_frac", "fraction", .number, "Lower end of the difference's interval") {
                numberText($0.difference.interval.low)
            },
            Column("ci_high_frac", "fraction", .number, "Upper end of the difference's interval") {
                numberText($0.difference.interval.high)
            },
            Column("confidence", "fraction", .number, "Confidence of the interval") { _ in numberText(confidence) },
            Column("ci_method", "", .text, "How the interval was made: \(differenceMethods)") {
                $0.difference.method.rawValue
            },
            Column("percentile_low_frac", "fraction", .number, "Lower quantile of the resampled differences") {
                numberText($0.difference.percentile.low)
            },
            Column("percentile_high_frac", "fraction", .number, "Upper quantile of the resampled differences") {
                numberText($0.difference.percentile.high)
            },
        ]
        let identity = cellColumns.map { $0.of { (item: CellComparison) in item.cell } }
        return CSVTable(file: "differences.csv", columns: [runColumn()] + identity + other + own, rows: comparisons)
    }

    private var bandsTable: CSVTable {
        struct Line {
            let cell: StudyCell
            let bounds: Interval
            let criticalValue: Double
        }
        let lines = curveBands.flatMap { band in
            zip(band.cells, band.band.bounds).map {
                Line(cell: $0, bounds: $1, criticalValue: band.band.criticalValue)
            }
        }
        let confidence = study.statistics.confidence
        let own: [Column<Line>] = [
            Column(
                "band_low_frac", "fraction", .number,
                "Lower end of the band that holds the shares below zero of all leverages of the curve at once"
            ) { numberText($0.bounds.low) },
            Column("band_high_frac", "fraction", .number, "Upper end of the band") { numberText($0.bounds.high) },
            Column("critical_value", "", .number, "Standard errors on each side, from the resampled largest deviation")
            {
                numberText($0.criticalValue)
            },
            Column("confidence", "fraction", .number, "Confidence of the band as a whole") { _ in
                numberText(confidence)
            },
        ]
        let identity = cellColumns.map { $0.of { (item: Line) in item.cell } }
        return CSVTable(file: "bands.csv", columns: [runColumn()] + identity + own, rows: lines)
    }
}

private var differenceMethods: String { DifferenceInference.Method.allCases.map(\.rawValue).joined(separator: ", ") }
