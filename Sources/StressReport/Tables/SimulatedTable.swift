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
    let figures = drawColumns(rules) + countColumns + shareColumns + sizeColumns
    return CSVTable(
        file: "simulated.csv",
        columns: first + keyColumns { $0.cell } + figures + [.confidence(study.statistics.confidence)] + endOfRow,
        rows: results)
}

private typealias Figure = Column<SimulatedResult>

/// How futures were drawn.
private func drawColumns(_ rules: ResampleRules) -> [Figure] {
    [
        .words(
            "method", "How futures were made: stationary (runs of bars) or filtered (bars at the path's volatility)"
        ) { $0.method.rawValue },
        .words(
            "volatility_law",
            "What the volatility follows: garch or ewma; empty where bars stay as they were, as no volatility describes them or none is asked for"
        ) { $0.law?.rawValue },
        .count("paths_count", of: "paths", "Futures that were made") { _ in rules.paths },
        .number("block_h", "h", "Mean length of what is drawn together, by the study") { _ in rules.block.inHours },
        Figure("seed", "", .integer, "Seed of the draws") { _ in String(rules.seed) },
        .count("bars_count", of: "bars", "Bars of the history that were drawn from", \.bars),
    ]
}

private var countColumns: [Figure] {
    [
        .words("fill", "Fill rule of liquidations, or off without liquidation", \.fill),
        .count("entries_count", of: "paths", "Futures in which the position was opened", \.counts.opened),
        .count(
            "rejected_count", of: "paths", "Futures in which the platform would not open it", \.counts.rejected),
        .count("liquidated_count", of: "paths", "Futures in which the platform closed it", \.counts.liquidated),
        .number(
            "negative_count", "paths",
            "Futures in which it ended below zero: a sum of probabilities where the fill is known by a law",
            \.counts.negative),
    ]
}

private var shareColumns: [Figure] {
    share("liquidated", "futures in which the platform closed it", \.liquidated)
        + share("negative_equity", "futures that end below zero", \.negative)
        + share(
            "worst_negative_equity", "futures that end below zero where every fill is the worst of its bar", \.worst)
}

private func share(
    _ name: String, _ words: String, _ found: @escaping (SimulatedResult) -> SimulatedShare?
) -> [Figure] {
    estimatedShare(
        name, "Share of \(words)", low: "Lower end of its interval, which is of the draws alone",
        { found($0)?.share }, { found($0)?.interval })
}

private var sizeColumns: [Figure] {
    [
        .ofMargin(
            "shortfall_mean_margin_frac", "Mean shortfall of the futures below zero", \.counts.meanShortfall),
        .ofMargin("equity_mean_margin_frac", "Mean final equity", \.counts.meanEquity),
    ]
}

private var endOfRow: [Figure] {
    [
        .words(
            "status",
            "ok, zero_seen (none of them ended below zero), rejected (the platform opens none), shorter_than_bar (the holding time is, so "
                + "that nothing can be entered and left) or no_data"
        ) { $0.status.rawValue },
        .number(
            "block_drawn_h", "h",
            "Mean length of what was drawn together: block_h, but a bar at least and all bars at most", \.block.inHours
        ),
    ]
}
