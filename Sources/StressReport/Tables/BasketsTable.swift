import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension RunReport {
    /// `baskets.csv`, where the study asks for baskets.
    var basketTables: [CSVTable] { baskets.isEmpty ? [] : [basketsTable] }

    private var basketsTable: CSVTable {
        let confidence = study.statistics.confidence
        let last: [Line] = [
            Line("fill", "", .text, "Fill rule that was computed; off without liquidation") { $0.fill },
            Line("confidence", "fraction", .number, "Confidence of the intervals") { _ in numberText(confidence) },
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
        Line("basket", "", .text, "Name of the basket in the study") { $0.basket },
        Line(
            "mode", "", .text,
            "How legs are margined: alone (everything in the first leg), isolated (an account a leg) or cross (one account)"
        ) { $0.mode.rawValue },
        Line("path", "", .text, "What is taken to happen inside bars: sides, together, apart or adverse") {
            $0.path.rawValue
        },
        Line("close", "", .text, "What the platform closes of an account that is due: all or worst") {
            $0.closing.rawValue
        },
        Line("leverage_x", "x", .number, "Notional over margin of the whole basket") {
            numberText($0.cell.leverage.value)
        },
        Line("horizon_s", "s", .number, "Longest holding time") { numberText($0.cell.horizon.inSeconds) },
        Line("platform", "", .text, "Platform whose rules hold") { $0.cell.platform },
    ]
}

private func count(_ name: String, _ meaning: String, _ value: @escaping (BasketEstimate) -> Int) -> Figure {
    Figure(name, "entries", .integer, meaning) { String(value($0)) }
}

private func share(_ name: String, _ meaning: String, _ value: @escaping (BasketEstimate) -> Double?) -> Figure {
    Figure(name, "fraction", .number, meaning) { field(value($0)) }
}

private func ofMargin(_ name: String, _ meaning: String, _ value: @escaping (BasketEstimate) -> Double?) -> Figure {
    Figure(name, "of margin", .number, meaning) { field(value($0)) }
}

private var countColumns: [Figure] {
    [
        count("entries_count", "Entries made, of complete windows", \.entries),
        count("cut_count", "Entries whose windows were cut, watched up to there", \.cut),
        count("excluded_count", "Entries without a whole window, or without a price of every series", \.excluded),
        count("rejected_count", "Entries that the platform would not have opened", \.rejected),
        count("liquidated_count", "Entries of which the platform closed a leg", \.liquidated),
        Figure("legs_closed_mean", "legs", .number, "Legs that the platform closed, per entry") {
            field($0.legsClosed)
        },
        Figure(
            "negative_count", "entries", .number,
            "Entries that ended below zero: means over 64 points where the fill is known by a law"
        ) { numberText($0.negative) },
        ofMargin("equity_mean_margin_frac", "Mean final equity", \.equity),
        ofMargin("shortfall_mean_margin_frac", "Mean shortfall of the entries below zero", \.shortfall),
    ]
}

private var shareColumns: [Figure] {
    [
        share("liquidated_frac", "Share of entries of which the platform closed a leg", \.liquidatedShare),
        share("liquidated_low_frac", "Lower end of its interval") { $0.liquidatedInterval?.low },
        share("liquidated_high_frac", "Upper end of its interval") { $0.liquidatedInterval?.high },
        share("negative_equity_frac", "Share of entries that ended below zero", \.negativeShare),
        share("ci_low_frac", "Lower end of its interval") { $0.negativeInterval?.low },
        share("ci_high_frac", "Upper end of its interval") { $0.negativeInterval?.high },
    ]
}

private var differenceColumns: [Figure] {
    [
        share("negative_difference_frac", "Share below zero less that of alone; empty for alone, as all differences") {
            $0.change?.negative
        },
        share("negative_difference_low_frac", "Lower end of its interval, of both in the same resamples") {
            $0.negativeDifference?.interval.low
        },
        share("negative_difference_high_frac", "Upper end of its interval") { $0.negativeDifference?.interval.high },
        share("liquidated_difference_frac", "Share of which the platform closed a leg less that of alone") {
            $0.change?.liquidated
        },
        share("liquidated_difference_low_frac", "Lower end of its interval") {
            $0.liquidatedDifference?.interval.low
        },
        share("liquidated_difference_high_frac", "Upper end of its interval") {
            $0.liquidatedDifference?.interval.high
        },
        ofMargin("equity_difference_margin_frac", "Mean final equity less that of alone") { $0.change?.equity },
        ofMargin("equity_difference_low_margin_frac", "Lower end of its interval; empty where the history is too short")
        {
            $0.equityDifference?.interval?.low
        },
        ofMargin("equity_difference_high_margin_frac", "Upper end of its interval") {
            $0.equityDifference?.interval?.high
        },
    ]
}

/// Lowest and highest of the other three paths.
private var pathColumns: [Line] {
    typealias Ends = OtherPaths.Range
    func ends(_ name: String, _ words: String, _ range: @escaping (OtherPaths) -> Ends) -> [Line] {
        [
            Line("other_paths_low_\(name)_frac", "fraction", .number, "Lowest \(words) that the other three paths say")
            {
                field($0.others.map { range($0).low.share })
            },
            Line("other_paths_low_\(name)_path", "", .text, "The path that says so; empty where paths cannot differ") {
                $0.others.map { range($0).low.path.rawValue } ?? ""
            },
            Line(
                "other_paths_high_\(name)_frac", "fraction", .number, "Highest \(words) that the other three paths say"
            ) {
                field($0.others.map { range($0).high.share })
            },
            Line("other_paths_high_\(name)_path", "", .text, "The path that says so") {
                $0.others.map { range($0).high.path.rawValue } ?? ""
            },
        ]
    }
    return ends("negative", "share below zero", \.negative)
        + ends("liquidated", "share of which the platform closed a leg", \.liquidated)
}
