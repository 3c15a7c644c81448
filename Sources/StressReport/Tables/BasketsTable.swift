import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension RunReport {
    /// `baskets.csv`, where the study asks for baskets.
    var basketTables: [CSVTable] { baskets.isEmpty ? [] : [basketsTable] }

    private var basketsTable: CSVTable {
        let last: [Line] = [
            .words("fill", "Fill rule that was computed; off without liquidation", \.fill),
            .confidence(study.statistics.confidence),
        ]
        let figures = (countColumns + shareColumns + differenceColumns).map {
            $0.of { (item: BasketResult) in item.estimate }
        }
        return CSVTable(
            file: "baskets.csv", columns: [runColumn()] + identityColumns + figures + pathColumns + last, rows: baskets)
    }
}

private typealias Line = Column<BasketResult>
private typealias Figure = Column<BasketEstimate>

private var identityColumns: [Line] {
    [
        .words("basket", "Name of the basket in the study", \.basket),
        .words(
            "mode",
            "How legs are margined: alone (everything in the first leg), isolated (an account a leg) or cross (one account)"
        ) { $0.mode.rawValue },
        .words("path", "What is taken to happen inside bars: sides, together, apart or adverse", \.path.rawValue),
        .words("close", "What the platform closes of an account that is due: all or worst", \.closing.rawValue),
        .number("leverage_x", "x", "Notional over margin of the whole basket", \.cell.leverage.value),
        .number("horizon_s", "s", "Longest holding time", \.cell.horizon.inSeconds),
        .words("platform", "Platform whose rules hold", \.cell.platform),
    ]
}

private var countColumns: [Figure] {
    [
        .count("entries_count", "Entries made, of complete windows", \.entries),
        .count("cut_count", "Entries whose windows were cut, watched up to there", \.cut),
        .count("excluded_count", "Entries without a whole window, or without a price of every series", \.excluded),
        .count("rejected_count", "Entries that the platform would not have opened", \.rejected),
        .count("liquidated_count", "Entries of which the platform closed a leg", \.liquidated),
        .number("legs_closed_mean", "legs", "Legs that the platform closed, per entry", \.legsClosed),
        .number(
            "negative_count", "entries",
            "Entries that ended below zero: means over 64 points where the fill is known by a law", \.negative),
        .ofMargin("equity_mean_margin_frac", "Mean final equity", \.equity),
        .ofMargin("shortfall_mean_margin_frac", "Mean shortfall of the entries below zero", \.shortfall),
    ]
}

private var shareColumns: [Figure] {
    estimatedShare(
        "liquidated", "Share of entries of which the platform closed a leg", \.liquidatedShare, \.liquidatedInterval)
        + [.share("negative_equity_frac", "Share of entries that ended below zero", \.negativeShare)]
        + endColumns("ci_*_frac") { $0.negativeInterval }
}

private var differenceColumns: [Figure] {
    negativeDifference(from: "alone", { $0.change?.negative }, { $0.negativeDifference?.interval })
        + estimatedShare(
            "liquidated_difference", "Share of which the platform closed a leg less that of alone",
            { $0.change?.liquidated }, { $0.liquidatedDifference?.interval })
        + equityDifference(from: "alone", { $0.change?.equity }, { $0.equityDifference?.interval })
}

/// Lowest and highest of the other three paths.
private var pathColumns: [Line] {
    otherPaths("negative", "share below zero", \.negative)
        + otherPaths("liquidated", "share of which the platform closed a leg", \.liquidated)
}

private func otherPaths(
    _ name: String, _ words: String, _ range: @escaping (OtherPaths) -> OtherPaths.Range
) -> [Line] {
    [
        .share("other_paths_low_\(name)_frac", "Lowest \(words) that the other three paths say") {
            $0.others.map { range($0).low.share }
        },
        .words("other_paths_low_\(name)_path", "The path that says so; empty where paths cannot differ") {
            $0.others.map { range($0).low.path.rawValue }
        },
        .share("other_paths_high_\(name)_frac", "Highest \(words) that the other three paths say") {
            $0.others.map { range($0).high.share }
        },
        .words("other_paths_high_\(name)_path", "The path that says so") {
            $0.others.map { range($0).high.path.rawValue }
        },
    ]
}
