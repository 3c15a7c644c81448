import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// A row of `differences.csv`.
private enum DifferenceLine {
    /// Two cells.
    case cells(CellComparison)
    /// The same traders on two platforms.
    case platforms(PlatformDifference)

    var difference: DifferenceInference {
        switch self {
        case .cells(let item): item.difference
        case .platforms(let item): item.difference
        }
    }

    var platforms: PlatformDifference? {
        if case .platforms(let item) = self { item } else { nil }
    }
}

extension RunReport {
    /// `differences.csv` and `bands.csv`, where they were computed.
    var comparisonTables: [CSVTable] {
        let hasDifferences = !comparisons.isEmpty || ledger?.differences.isEmpty == false
        return (hasDifferences ? [differencesTable] : []) + (curveBands.isEmpty ? [] : [bandsTable])
    }

    private var differencesTable: CSVTable {
        let lines = comparisons.map(DifferenceLine.cells) + (ledger?.differences ?? []).map(DifferenceLine.platforms)
        let confidence = Column<DifferenceLine>("confidence", "fraction", .number, "Confidence of the interval") {
            [level = study.statistics.confidence] _ in numberText(level)
        }
        var columns = [runColumn()] + identityColumns + otherColumns + ownColumns
        columns.insert(confidence, at: columns.count - 3)
        return CSVTable(
            file: "differences.csv", columns: columns + (ledger == nil ? [] : ledgerColumns), rows: lines)
    }

    private var identityColumns: [Column<DifferenceLine>] {
        let horizon = study.ledger?.population.horizon
        return axisColumns { line, axis in
            switch line {
            case .cells(let item): item.cell.key[axis]
            case .platforms(let item): item.value(axis, platform: item.platform, horizon: horizon)
            }
        }
    }

    private var otherColumns: [Column<DifferenceLine>] {
        axisColumns([.side, .leverage, .platform], prefix: "other_", words: ", of the cell it is compared with") {
            line, axis in
            switch line {
            case .cells(let item): item.other.key[axis]
            case .platforms(let item): item.value(axis, platform: item.other, horizon: nil)
            }
        }
    }

    private var ownColumns: [Column<DifferenceLine>] {
        [
            Column("difference_frac", "fraction", .number, "Share below zero less that of the other cell") {
                numberText($0.difference.difference)
            },
            Column("ci_low_frac", "fraction", .number, "Lower end of the difference's interval") {
                numberText($0.difference.interval.low)
            },
            Column("ci_high_frac", "fraction", .number, "Upper end of the difference's interval") {
                numberText($0.difference.interval.high)
            },
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
    }

    /// What two platforms are compared by, on the same traders.
    private var ledgerColumns: [Column<DifferenceLine>] {
        [
            Column(
                "share", "", .text,
                "What is compared: below_zero of two cells; of a ledger's positions on two platforms shortfall (closed below zero) or owed"
            ) { $0.platforms?.share.rawValue ?? "below_zero" },
            Column("class", "", .text, "Class of the ledger's population: all, or side and leverage") {
                $0.platforms?.name ?? ""
            },
        ]
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
