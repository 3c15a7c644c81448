import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension RunReport {
    /// `behaviours.csv`, where the study asks for behaviours, and what stops did not prevent and going on leads to where there is any.
    var behaviourTables: [CSVTable] {
        behaviours.isEmpty ? [] : [behavioursTable] + stopJumpTables + ruinTables
    }

    private var behavioursTable: CSVTable {
        let confidence = study.statistics.confidence
        let last: [Column<BehaviourResult>] = [
            orderColumn,
            Column("confidence", "fraction", .number, "Confidence of the intervals") { _ in numberText(confidence) },
        ]
        let identity = cellColumns.map { $0.of { (item: BehaviourResult) in item.cell } }
        let figures = (countColumns + shareColumns + differenceColumns + costColumns).map {
            $0.of { (item: BehaviourResult) in item.estimate }
        }
        return CSVTable(
            file: "behaviours.csv", columns: [runColumn()] + identity + [behaviourColumn] + figures + last,
            rows: behaviours)
    }
}

private var behaviourColumn: Column<BehaviourResult> {
    Column("behaviour", "", .text, "Name of the behaviour in the study; hodl is holding to the end") { $0.behaviour }
}

private var orderColumn: Column<BehaviourResult> {
    Column(
        "order", "", .text, "What is taken to come first where a bar reaches levels on both sides; empty for hodl"
    ) { $0.order ?? "" }
}

/// A figure of which a behaviour has several, beside what names the behaviour: texts that are made once for all of its figures.
private struct Part<Figure> {
    let names: [String]
    let figure: Figure

    /// All of them, in the order of the results.
    static func all(
        _ results: [BehaviourResult], named columns: [Column<BehaviourResult>],
        _ figures: (BehaviourEstimate) -> [Figure]?
    ) -> [Part] {
        results.flatMap { result -> [Part] in
            guard let figures = figures(result.estimate) else { return [] }
            let names = columns.map { $0.text(result) }
            return figures.map { Part(names: names, figure: $0) }
        }
    }
}

extension RunReport {
    /// `stop_jumps.csv`, where a stop left somebody below zero.
    private var stopJumpTables: [CSVTable] {
        typealias Row = Part<StopJumps.Day>
        let rows = Row.all(behaviours, named: nameColumns, \.stopJumps)
        guard !rows.isEmpty else { return [] }
        let figures: [Column<StopJumps.Day>] = [
            Column("day_utc", "time", .time, "Midnight at the beginning of the day on which they were closed") {
                $0.start.rfc3339
            },
            Column(
                "entries_count", "entries", .integer,
                "Entries that were closed below zero although the price had reached their stop order"
            ) { String($0.entries) },
            Column(
                "liquidated_count", "entries", .integer,
                "Those of them that the platform closed: the price was through the stop and the trigger at once"
            ) { String($0.liquidated) },
            Column(
                "negative_count", "entries", .number,
                "How many of them ended below zero: a sum of probabilities where the fill is known by a law"
            ) { numberText($0.negative) },
            Column(
                "equity_min_margin_frac", "of margin", .number,
                "The lowest final equity, expected where the fill is known by a law, in parts of the margin paid in"
            ) { field($0.lowest) },
        ]
        return [
            CSVTable(file: "stop_jumps.csv", columns: partColumns() + figures.map { $0.of(\Row.figure) }, rows: rows)
        ]
    }

    /// `ruin.csv`, where somebody goes on after a liquidation.
    private var ruinTables: [CSVTable] {
        typealias Row = Part<RuinShare>
        let rows = Row.all(behaviours, named: nameColumns, \.ruin)
        guard !rows.isEmpty else { return [] }
        let confidence = study.statistics.confidence
        let figures: [Column<RuinShare>] = [
            Column("margins_count", "margins", .integer, "Capital at the start, in margins of one position") {
                String($0.margins)
            },
            Column("starts_count", "entries", .integer, "Starts whose holding time is complete") { String($0.starts) },
            Column(
                "ruined_count", "entries", .integer,
                "Starts from which as many positions were liquidated one after the other within the holding time"
            ) { String($0.ruined) },
            Column("ruined_frac", "fraction", .number, "Their share: the risk of ruin") { field($0.share) },
            Column("ruined_low_frac", "fraction", .number, "Lower end of its interval") { field($0.interval?.low) },
            Column("ruined_high_frac", "fraction", .number, "Upper end of its interval") { field($0.interval?.high) },
            Column("confidence", "fraction", .number, "Confidence of the intervals") { _ in numberText(confidence) },
        ]
        return [CSVTable(file: "ruin.csv", columns: partColumns() + figures.map { $0.of(\Row.figure) }, rows: rows)]
    }

    /// Run, cell and behaviour of a part.
    private func partColumns<Figure>() -> [Column<Part<Figure>>] {
        nameColumns.enumerated().map { place, column in
            Column(column.name, column.unit, column.type, column.meaning) { $0.names[place] }
        }
    }

    private var nameColumns: [Column<BehaviourResult>] {
        [runColumn()] + cellColumns.map { $0.of { (item: BehaviourResult) in item.cell } } + [
            behaviourColumn, orderColumn,
        ]
    }
}

private typealias Figure = Column<BehaviourEstimate>

private var countColumns: [Figure] {
    func count(_ name: String, _ meaning: String, _ value: @escaping (BehaviourEstimate) -> Int) -> Figure {
        Column(name, "entries", .integer, meaning) { String(value($0)) }
    }
    return [
        count("entries_count", "Entries made, of complete windows", \.entries),
        count("filtered_count", "Entries that the behaviour does not make", \.filtered),
        count("liquidated_count", "Entries that the platform closed", \.liquidated),
        count("stopped_count", "Entries closed by a stop order at a fixed price", \.stopped),
        count("took_profit_count", "Entries closed by the last limit order", \.tookProfit),
        count("panicked_count", "Entries sold in panic", \.panicked),
        count("trailed_count", "Entries closed by a stop order that followed the price", \.trailed),
        Column(
            "negative_count", "entries", .number,
            "Entries that ended below zero: a sum of probabilities where the fill is known by a law"
        ) { numberText($0.negative) },
    ]
}

private func share(
    _ name: String, _ meaning: String, _ value: @escaping (BehaviourEstimate) -> Double?
) -> Figure { Column(name, "fraction", .number, meaning) { field(value($0)) } }

private func ofMargin(
    _ name: String, _ meaning: String, _ value: @escaping (BehaviourEstimate) -> Double?
) -> Figure { Column(name, "of margin", .number, meaning) { field(value($0)) } }

private var shareColumns: [Figure] {
    [
        share("liquidated_frac", "Share of entries that the platform closed", \.liquidatedShare),
        share("negative_equity_frac", "Share of entries that ended below zero", \.negativeShare),
        share("ci_low_frac", "Lower end of its interval") { $0.negativeInterval?.low },
        share("ci_high_frac", "Upper end of its interval") { $0.negativeInterval?.high },
        share("lost_half_frac", "Share of entries that lost more than half of the margin paid in", \.lostHalfShare),
        share("lost_half_low_frac", "Lower end of its interval") { $0.lostHalfInterval?.low },
        share("lost_half_high_frac", "Upper end of its interval") { $0.lostHalfInterval?.high },
        ofMargin(
            "shortfall_mean_margin_frac", "Mean shortfall of the entries below zero, in parts of the margin paid in",
            \.shortfall),
        ofMargin("equity_mean_margin_frac", "Mean final equity, in parts of the margin paid in", \.equity),
    ]
}

private var differenceColumns: [Figure] {
    [
        share("negative_difference_frac", "Share below zero less that of hodl; empty for hodl, as all differences") {
            $0.change?.negative
        },
        share("negative_difference_low_frac", "Lower end of its interval, of both in the same resamples") {
            $0.negativeDifference?.interval.low
        },
        share("negative_difference_high_frac", "Upper end of its interval") { $0.negativeDifference?.interval.high },
        share("lost_half_difference_frac", "Share that lost more than half of the margin paid in less that of hodl") {
            $0.change?.lostHalf
        },
        share("lost_half_difference_low_frac", "Lower end of its interval") { $0.lostHalfDifference?.interval.low },
        share("lost_half_difference_high_frac", "Upper end of its interval") { $0.lostHalfDifference?.interval.high },
        ofMargin("equity_difference_margin_frac", "Mean final equity less that of hodl") {
            $0.change?.equity
        },
        ofMargin("equity_difference_low_margin_frac", "Lower end of its interval; empty where the history is too short")
        {
            $0.equityDifference?.interval?.low
        },
        ofMargin("equity_difference_high_margin_frac", "Upper end of its interval") {
            $0.equityDifference?.interval?.high
        },
    ]
}

private var costColumns: [Figure] {
    [
        share("winners_closed_frac", "Of the entries that gain when held, the share that the behaviour closes early") {
            $0.winners > 0 ? Double($0.winnersClosed) / Double($0.winners) : nil
        },
        ofMargin(
            "equity_forgone_margin_frac", "What holding leaves more, on average of the entries that gain when held",
            \.forgone),
        share(
            "hodl_same_entries_negative_frac", "Share below zero of holding on the entries that the behaviour makes",
            \.heldNegativeShare),
        ofMargin(
            "hodl_same_entries_equity_margin_frac",
            "Mean final equity of holding on the entries that the behaviour makes",
            \.heldEquity),
        Column("excluded_count", "entries", .integer, "Entries without a whole window") { String($0.excluded) },
        Column("rejected_count", "entries", .integer, "Entries that the platform would not have opened") {
            String($0.rejected)
        },
        Column("cut_count", "entries", .integer, "Entries whose windows were cut, watched up to there") {
            String($0.cut)
        },
    ]
}
