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
        let last = [orderColumn, .confidence(study.statistics.confidence)]
        let figures = (countColumns + shareColumns + differenceColumns + costColumns + leftOutColumns).map {
            $0.of { (item: BehaviourResult) in item.estimate }
        }
        return CSVTable(
            file: "behaviours.csv",
            columns: [runColumn()] + keyColumns { $0.cell.key } + [behaviourColumn] + figures + last,
            rows: behaviours)
    }
}

private var behaviourColumn: Column<BehaviourResult> {
    .words("behaviour", "Name of the behaviour in the study; hodl is holding to the end", \.behaviour)
}

private var orderColumn: Column<BehaviourResult> {
    .words(
        "order", "What is taken to come first where a bar reaches levels on both sides; empty for hodl", \.order)
}

extension RunReport {
    /// `stop_jumps.csv`, where a stop left somebody below zero.
    private var stopJumpTables: [CSVTable] {
        guard behaviours.contains(where: { $0.estimate.stopJumps?.isEmpty == false }) else { return [] }
        return [
            CSVTable(
                file: "stop_jumps.csv", items: behaviours, named: nameColumns, { $0.estimate.stopJumps ?? [] },
                columns: stopJumpColumns)
        ]
    }

    /// `ruin.csv`, where somebody goes on after a loss.
    private var ruinTables: [CSVTable] {
        guard behaviours.contains(where: { $0.estimate.ruin?.isEmpty == false }) else { return [] }
        return [
            CSVTable(
                file: "ruin.csv", items: behaviours, named: nameColumns, { $0.estimate.ruin ?? [] },
                columns: ruinColumns + [.confidence(study.statistics.confidence)])
        ]
    }

    /// Run, cell and behaviour of a figure of which a behaviour has several.
    private var nameColumns: [Column<BehaviourResult>] {
        [runColumn()] + keyColumns { $0.cell.key } + [behaviourColumn, orderColumn]
    }
}

/// What stop orders of a day did not prevent.
private var stopJumpColumns: [Column<StopJumps.Day>] {
    [
        Column("day_utc", "time", .time, "Midnight at the beginning of the day on which they were closed") {
            $0.start.rfc3339
        },
        .count(
            "entries_count", "Entries that were closed below zero although the price had reached their stop order",
            \.entries),
        .count(
            "liquidated_count",
            "Those of them that the platform closed: the price was through the stop and the trigger at once",
            \.liquidated),
        .number(
            "negative_count", "entries",
            "How many of them ended below zero: a sum of probabilities where the fill is known by a law", \.negative),
        .ofMargin(
            "equity_min_margin_frac",
            "The lowest final equity, expected where the fill is known by a law, in parts of the margin paid in",
            \.lowest),
        .count("cut_count", "Those of the entries whose windows were cut afterwards", \.cut),
    ]
}

/// How often a capital is gone.
private var ruinColumns: [Column<RuinShare>] {
    [
        .count("margins_count", of: "margins", "Capital at the start, in margins of one position", \.margins),
        .count("starts_count", "Starts whose holding time is complete", \.starts),
        .number(
            "ruined_count", "entries",
            "Starts from which as many margins were lost, one position after the other, within the holding time: a sum of probabilities where "
                + "stop orders are filled by a law", \.ruined),
    ] + estimatedShare("ruined", "Their share: the risk of ruin", \.share, \.interval)
}

private typealias Figure = Column<BehaviourEstimate>

private var countColumns: [Figure] {
    [
        .count("entries_count", "Entries made, of complete windows", \.entries),
        .count("filtered_count", "Entries that the behaviour does not make", \.filtered),
        .count("liquidated_count", "Entries that the platform closed", \.liquidated),
        .count("stopped_count", "Entries closed by a stop order at a fixed price", \.stopped),
        .count("took_profit_count", "Entries closed by the last limit order", \.tookProfit),
        .count("panicked_count", "Entries sold in panic", \.panicked),
        .count("trailed_count", "Entries closed by a stop order that followed the price", \.trailed),
        .number(
            "negative_count", "entries",
            "Entries that ended below zero: a sum of probabilities where the fill is known by a law", \.negative),
    ]
}

private var shareColumns: [Figure] {
    [
        .share("liquidated_frac", "Share of entries that the platform closed", \.liquidatedShare),
        .share("negative_equity_frac", "Share of entries that ended below zero", \.negativeShare),
    ] + endColumns("ci_*_frac") { $0.negativeInterval }
        + estimatedShare(
            "lost_half", "Share of entries that lost more than half of the margin paid in", \.lostHalfShare,
            \.lostHalfInterval)
        + [
            .ofMargin(
                "shortfall_mean_margin_frac",
                "Mean shortfall of the entries below zero, in parts of the margin paid in", \.shortfall),
            .ofMargin("equity_mean_margin_frac", "Mean final equity, in parts of the margin paid in", \.equity),
        ]
}

private var differenceColumns: [Figure] {
    negativeDifference(from: "hodl", { $0.change?.negative }, { $0.negativeDifference?.interval })
        + estimatedShare(
            "lost_half_difference", "Share that lost more than half of the margin paid in less that of hodl",
            { $0.change?.lostHalf }, { $0.lostHalfDifference?.interval })
        + equityDifference(from: "hodl", { $0.change?.equity }, { $0.equityDifference?.interval })
}

/// What a behaviour costs those who would have gained, and what holding does on the entries that it makes.
private var costColumns: [Figure] {
    [
        .share("winners_closed_frac", "Of the entries that gain when held, the share that the behaviour closes early") {
            $0.winners > 0 ? Double($0.winnersClosed) / Double($0.winners) : nil
        },
        .ofMargin(
            "equity_forgone_margin_frac", "What holding leaves more, on average of the entries that gain when held",
            \.forgone),
        .share(
            "hodl_same_entries_negative_frac", "Share below zero of holding on the entries that the behaviour makes",
            \.heldNegativeShare),
        .ofMargin(
            "hodl_same_entries_equity_margin_frac",
            "Mean final equity of holding on the entries that the behaviour makes", \.heldEquity),
    ]
}

private var leftOutColumns: [Figure] {
    [
        .count("excluded_count", "Entries without a whole window", \.excluded),
        .count("rejected_count", "Entries that the platform would not have opened", \.rejected),
        .count("cut_count", "Entries whose windows were cut, watched up to there", \.cut),
    ]
}
