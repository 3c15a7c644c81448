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
        let confidence = Column<DifferenceLine>.confidence(of: "the interval", study.statistics.confidence)
        let columns =
            [runColumn()] + identityColumns + otherColumns + differenceColumns + [confidence] + resampleColumns
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

    private var differenceColumns: [Column<DifferenceLine>] {
        [.share("difference_frac", "Share below zero less that of the other cell", \.difference.difference)]
            + endColumns(
                "ci_*_frac", low: "Lower end of the difference's interval",
                high: "Upper end of the difference's interval", \.difference.interval)
    }

    private var resampleColumns: [Column<DifferenceLine>] {
        [
            .words("ci_method", "How the interval was made: \(differenceMethods)") { $0.difference.method.rawValue }
        ]
            + endColumns(
                "percentile_*_frac", low: "Lower quantile of the resampled differences",
                high: "Upper quantile of the resampled differences", \.difference.percentile)
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
        let lines = curveBands.flatMap { band in
            zip(band.cells, band.band.bounds).map {
                BandLine(cell: $0, bounds: $1, criticalValue: band.band.criticalValue)
            }
        }
        let confidence = Column<BandLine>.confidence(of: "the band as a whole", study.statistics.confidence)
        return CSVTable(
            file: "bands.csv", columns: [runColumn()] + keyColumns { $0.cell.key } + bandColumns + [confidence],
            rows: lines)
    }
}

/// A cell within the band of its curve.
private struct BandLine {
    let cell: StudyCell
    let bounds: Interval
    let criticalValue: Double
}

private var bandColumns: [Column<BandLine>] {
    endColumns(
        "band_*_frac",
        low: "Lower end of the band that holds the shares below zero of all leverages of the curve at once",
        high: "Upper end of the band", \.bounds) + [
            .number(
                "critical_value", "", "Standard errors on each side, from the resampled largest deviation",
                \.criticalValue)
        ]
}

private var differenceMethods: String { DifferenceInference.Method.allCases.map(\.rawValue).joined(separator: ", ") }
