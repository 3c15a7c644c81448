import StressBasics
import StressResults
import StudyPlan

extension RunReport {
    /// `simulated.csv`, where the study asks for simulated futures.
    var simulatedTables: [CSVTable] {
        guard let rules = study.resample, !simulated.isEmpty else { return [] }
        return [simulatedTable(simulated, rules: rules, study: study, first: [runColumn()])]
    }
}

/// `simulated.csv` of results that belong to no run.
public func simulatedTableText(_ results: [SimulatedResult], rules: ResampleRules, study: Study) -> String {
    simulatedTable(results, rules: rules, study: study, first: []).contents
}

private func simulatedTable(
    _ results: [SimulatedResult], rules: ResampleRules, study: Study, first: [Column<SimulatedResult>]
) -> CSVTable {
    let rule: [Column<SimulatedResult>] = [
        Column(
            "method", "", .text,
            "How futures were made: stationary (runs of bars) or filtered (bars at the path's volatility)"
        ) {
            $0.method.rawValue
        },
        Column(
            "volatility_law", "", .text,
            "What the volatility follows: garch or ewma; empty where bars stay as they were, as no volatility describes them or none is asked for"
        ) {
            $0.law?.rawValue ?? ""
        },
        Column("paths_count", "paths", .integer, "Futures that were made") { _ in String(rules.paths) },
        Column("block_h", "h", .number, "Mean length of what is drawn together, by the study") { _ in
            numberText(rules.block.inHours)
        },
        Column("seed", "", .integer, "Seed of the draws") { _ in String(rules.seed) },
        Column("bars_count", "bars", .integer, "Bars of the history that were drawn from") { String($0.bars) },
    ]
    let confidence = Column<SimulatedResult>("confidence", "fraction", .number, "Confidence of the intervals") { _ in
        numberText(study.statistics.confidence)
    }
    let last: [Column<SimulatedResult>] = [
        confidence,
        Column(
            "status", "", .text,
            "ok, zero_seen (none of them ended below zero), rejected (the platform opens none), shorter_than_bar (the holding time is, so "
                + "that nothing can be entered and left) or no_data"
        ) { $0.status.rawValue },
        Column(
            "block_drawn_h", "h", .number,
            "Mean length of what was drawn together: block_h, but a bar at least and all bars at most"
        ) { numberText($0.block.inHours) },
    ]
    return CSVTable(
        file: "simulated.csv", columns: first + keyColumns { $0.cell } + rule + simulatedFigures + last,
        rows: results)
}

private typealias Figure = Column<SimulatedResult>

private var simulatedFigures: [Figure] {
    let counts: [Figure] = [
        Figure("fill", "", .text, "Fill rule of liquidations, or off without liquidation") { $0.fill },
        Figure("entries_count", "paths", .integer, "Futures in which the position was opened") {
            String($0.counts.opened)
        },
        Figure("rejected_count", "paths", .integer, "Futures in which the platform would not open it") {
            String($0.counts.rejected)
        },
        Figure("liquidated_count", "paths", .integer, "Futures in which the platform closed it") {
            String($0.counts.liquidated)
        },
        Figure(
            "negative_count", "paths", .number,
            "Futures in which it ended below zero: a sum of probabilities where the fill is known by a law"
        ) { numberText($0.counts.negative) },
    ]
    let sizes: [Figure] = [
        Figure("shortfall_mean_margin_frac", "of margin", .number, "Mean shortfall of the futures below zero") {
            field($0.counts.meanShortfall)
        },
        Figure("equity_mean_margin_frac", "of margin", .number, "Mean final equity") { field($0.counts.meanEquity) },
    ]
    return counts + share("liquidated", "futures in which the platform closed it", \.liquidated)
        + share("negative_equity", "futures that end below zero", \.negative)
        + share(
            "worst_negative_equity", "futures that end below zero where every fill is the worst of its bar", \.worst)
        + sizes
}

private func share(
    _ name: String, _ words: String, _ found: @escaping (SimulatedResult) -> SimulatedShare?
) -> [Figure] {
    [
        Figure("\(name)_frac", "fraction", .number, "Share of \(words)") { field(found($0)?.share) },
        Figure("\(name)_low_frac", "fraction", .number, "Lower end of its interval, which is of the draws alone") {
            field(found($0)?.interval.low)
        },
        Figure("\(name)_high_frac", "fraction", .number, "Upper end of its interval") {
            field(found($0)?.interval.high)
        },
    ]
}
