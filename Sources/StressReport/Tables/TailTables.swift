import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// What a tail is of.
private enum TailQuantity {
    case move, shortfall

    var column: String { self == .move ? "move" : "shortfall" }
    /// Ends the columns' names.
    var base: String { self == .move ? "frac" : "margin_frac" }
    var unit: String { self == .move ? "of entry price" : "of margin" }
    /// How many times the history a return period may be.
    var farthest: Double { self == .move ? TailFit.farthestExtrapolation : TailFit.farthestOfShortfalls }
    var words: String {
        self == .move
            ? "Move against the position within the holding time" : "Shortfall, the deepest of its episode"
    }
    /// Every refusal with its reason.
    var refusals: String {
        TailRefusal.allCases.map { "\($0.rawValue) (\($0.words(farthest: farthest)))" }.joined(separator: ", ")
    }
}

/// One return period of one tail.
private struct TailLine {
    let tail: TailReport
    let level: TailReport.Level
    let cell: StudyCell
    var fit: TailFit? { try? tail.analysis.outcome.get() }
    /// In the unit of the levels.
    var threshold: Double? { fit.map { tail.scale.value($0.threshold) } }
    var bankrupt: TailReport.BankruptLeverage? {
        level.bankruptLeverage(contract: cell.contract, side: cell.side)
    }
}

extension RunReport {
    /// `tail.csv` and `shortfall_tail.csv`.
    var tailTables: [CSVTable] {
        [tailTable("tail.csv", .move, \.tail), tailTable("shortfall_tail.csv", .shortfall, \.shortfallTail)]
    }

    /// What is passed once in so many years.
    private func tailTable(
        _ file: String, _ quantity: TailQuantity, _ find: @escaping (CellDetail) -> TailReport?
    ) -> CSVTable {
        let confidence = Column<TailLine>.confidence(of: "the interval", study.statistics.confidence)
        let columns =
            levelColumns(quantity) + [confidence] + peakColumns(quantity) + varianceColumns + shapeColumns
            + (quantity == .move ? bankruptColumns : [])
        return detailTable(
            file,
            { detail in
                find(detail).map { tail in tail.levels.map { TailLine(tail: tail, level: $0, cell: detail.cell) } }
                    ?? []
            }, columns.map { $0.of { (row: DetailRow<TailLine>) in row.part } })
    }
}

private func levelColumns(_ quantity: TailQuantity) -> [Column<TailLine>] {
    let (name, base) = (quantity.column, quantity.base)
    return [
        .number("return_period_y", "years", "Years in which the \(name) is passed once on average", \.level.years),
        .number("\(name)_\(base)", quantity.unit, quantity.words) { $0.level.move?.level },
    ]
        + endColumns(
            "\(name)_*_\(base)", quantity.unit, low: "Lower end of its profile-likelihood interval",
            high: "Upper end of it"
        ) { $0.level.move?.interval }
}

/// Why there is no level, or what the fit stands on.
private func peakColumns(_ quantity: TailQuantity) -> [Column<TailLine>] {
    [
        .words("refusal", "Why no \(quantity.column) is given: \(quantity.refusals)") { $0.level.refusal?.rawValue },
        .number("threshold_\(quantity.base)", quantity.unit, "Threshold of the fit", \.threshold),
        .count("peaks_count", of: "peaks", "Separate peaks above it") { $0.fit?.excesses.count },
        .share("extremal_index", "Peaks over the values above the threshold, by runs") { $0.fit?.extremalIndex },
    ]
}

private var varianceColumns: [Column<TailLine>] {
    [
        .count("runs_count", of: "runs", "Lengths of the market's memory in the history") { $0.fit?.runs },
        .number(
            "dispersion", "",
            "How many times the variance of independent peaks a level has, as its runs show; widens the interval"
        ) { $0.fit?.dispersion },
        .number("degrees", "", "Degrees of freedom of that variance") { $0.fit?.degrees },
    ]
}

private var shapeColumns: [Column<TailLine>] {
    [
        .number(
            "shape", "", "Shape of the generalised Pareto tail, by maximum likelihood on the scale of the log price"
        ) { $0.fit?.distribution.shape },
        .number("shape_error", "", "Its standard error") { $0.fit?.shapeError },
        .number("shape_moments", "", "Shape by probability-weighted moments") { $0.fit?.momentFit?.shape },
        .number("scale_log", "log price", "Scale of the tail") { $0.fit?.distribution.scale },
        .share("fit_p_value", "Share of samples of the fitted tail that fit worse") { $0.fit?.fitPValue },
    ]
}

/// The leverage whose whole margin a move is, with the interval that the move's gives it.
private var bankruptColumns: [Column<TailLine>] {
    [
        .number(
            "bankrupt_leverage_x", "x",
            "Leverage of a position whose whole margin the move is: inverse for an inverse cell, else linear"
        ) { $0.bankrupt?.value },
        .number("bankrupt_leverage_low_x", "x", "Lower end of its interval, from that of the move") {
            $0.bankrupt?.interval.low
        },
        .number("bankrupt_leverage_high_x", "x", "Upper end of its interval; empty when there is none") {
            $0.bankrupt.map(\.interval.high).flatMap { $0.isFinite ? $0 : nil }
        },
    ]
}
