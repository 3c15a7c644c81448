import StressBasics
import StressResults
import StressStatistics

extension RunReport {
    /// `results.csv` alone.
    public var resultsText: String { resultsTable.contents }

    /// `results.csv`: one row a cell, in plan order. The first columns are a stable interface; new ones go to the end.
    var resultsTable: CSVTable {
        let confidence = study.statistics.confidence
        let columns =
            [runColumn()] + cellColumns.map { $0.of { (row: ResultRow) in row.cell } } + countColumns
            + frequencyColumns(isNinetyFive: confidence == 0.95) + shortfallColumns
            + worstColumns(isNinetyFive: confidence == 0.95)
            + (confidence == 0.95 ? [] : otherConfidenceColumns(confidence))
            + bestColumns(isNinetyFive: confidence == 0.95) + (confidence == 0.95 ? [] : otherBestColumns)
            + evidenceColumns + cutColumns + gapColumns
        return CSVTable(file: "results.csv", columns: columns, rows: rows)
    }
}

private var countColumns: [Column<ResultRow>] {
    [
        Column(
            "fill", "", .text, "Fill rule of liquidations: delay, gap, next, worst, best, or off without liquidation"
        ) {
            $0.fill
        },
        Column(
            "entries_count", "entries", .integer,
            "Entries of whole windows that were held: neither excluded nor rejected"
        ) {
            String($0.estimate.windows.entries)
        },
        Column(
            "excluded_count", "entries", .integer,
            "Entries without a whole window; what is seen of them is in the shares and in the cut_ columns"
        ) {
            String($0.estimate.windows.excluded)
        },
        Column("rejected_count", "entries", .integer, "Entries the platform would not have opened, in no denominator") {
            String($0.estimate.windows.rejected)
        },
        Column("liquidated_count", "entries", .integer, "Held entries that were liquidated") {
            String($0.estimate.windows.liquidated)
        },
        Column(
            "negative_count", "entries", .number,
            "Held entries that ended below zero; a sum of probabilities where the fill is delay"
        ) {
            numberText($0.estimate.exit.negative)
        },
        Column("unprotected_count", "entries", .integer, "Held entries below zero at some bar, had nobody liquidated") {
            String($0.estimate.windows.unprotected)
        },
    ]
}

private func frequencyColumns(isNinetyFive: Bool) -> [Column<ResultRow>] {
    [
        Column("liquidated_frac", "fraction", .number, "Share of held entries that were liquidated") {
            field($0.estimate.liquidatedFrequency)
        },
        Column("negative_equity_frac", "fraction", .number, "Share of held entries that ended below zero") {
            field($0.estimate.exit.frequency)
        },
        Column("ci95_low_frac", "fraction", .number, "Lower end of its 95 % interval; empty at other confidences") {
            isNinetyFive ? field($0.estimate.exit.interval?.low) : ""
        },
        Column("ci95_high_frac", "fraction", .number, "Upper end of its 95 % interval; empty at other confidences") {
            isNinetyFive ? field($0.estimate.exit.interval?.high) : ""
        },
        Column("ci_method", "", .text, "How the interval was made: \(methodWords)") {
            $0.estimate.exit.interval?.method.rawValue ?? ""
        },
        Column(
            "entries_effective_count", "entries", .integer,
            "Independent trials worth as much as the held entries; at most disjoint_windows_count where few runs hold events"
        ) {
            String($0.estimate.effectiveEntries)
        },
        Column(
            "unprotected_frac", "fraction", .number,
            "Share of held entries below zero at some bar, had nobody liquidated"
        ) {
            field($0.estimate.unprotectedFrequency)
        },
        Column(
            "owed_frac", "fraction", .number,
            "Share of held entries that leave a debt after all safeguards; not computed"
        ) {
            _ in ""
        },
    ]
}

private var shortfallColumns: [Column<ResultRow>] {
    [
        Column("shortfall_mean_margin_frac", "of margin", .number, "Mean shortfall of the entries below zero") {
            field($0.estimate.exit.shortfall?.mean)
        },
        Column("shortfall_p50_margin_frac", "of margin", .number, "Median shortfall, to 0.5 %") {
            field($0.estimate.exit.shortfall?.p50)
        },
        Column("shortfall_p90_margin_frac", "of margin", .number, "90 % quantile of the shortfall, to 0.5 %") {
            field($0.estimate.exit.shortfall?.p90)
        },
        Column("shortfall_p99_margin_frac", "of margin", .number, "99 % quantile of the shortfall, to 0.5 %") {
            field($0.estimate.exit.shortfall?.p99)
        },
        Column("shortfall_max_margin_frac", "of margin", .number, "Largest shortfall") {
            field($0.estimate.exit.shortfall?.max)
        },
        Column("time_to_liquidation_p50_h", "h", .number, "Median time from entry to liquidation") {
            field($0.estimate.medianTimeToLiquidation?.inHours)
        },
        Column("equity_mean_margin_frac", "of margin", .number, "Mean final equity of all held entries") {
            field($0.estimate.exit.meanEquity)
        },
        Column("status", "", .text, "ok, zero_seen, impossible, rejected, few_windows or no_data") {
            $0.estimate.status.rawValue
        },
    ]
}

private func worstColumns(isNinetyFive: Bool) -> [Column<ResultRow>] {
    [
        Column("worst_negative_count", "entries", .number, "Entries below zero when filled at each bar's worst price") {
            $0.estimate.worstExit.map { numberText($0.negative) } ?? ""
        },
        Column("worst_negative_equity_frac", "fraction", .number, "Their share of held entries") {
            field($0.estimate.worstExit?.frequency)
        },
        Column("worst_ci95_low_frac", "fraction", .number, "Lower end of its 95 % interval; empty at other confidences")
        {
            isNinetyFive ? field($0.estimate.worstExit?.interval?.low) : ""
        },
        Column(
            "worst_ci95_high_frac", "fraction", .number, "Upper end of its 95 % interval; empty at other confidences"
        ) {
            isNinetyFive ? field($0.estimate.worstExit?.interval?.high) : ""
        },
        Column("worst_shortfall_mean_margin_frac", "of margin", .number, "Mean shortfall under the worst fill") {
            field($0.estimate.worstExit?.shortfall?.mean)
        },
        Column("worst_shortfall_max_margin_frac", "of margin", .number, "Largest shortfall under the worst fill") {
            field($0.estimate.worstExit?.shortfall?.max)
        },
    ]
}

private func bestColumns(isNinetyFive: Bool) -> [Column<ResultRow>] {
    [
        Column(
            "best_negative_count", "entries", .number, "Entries below zero when filled exactly at the trigger price"
        ) {
            $0.estimate.bestExit.map { numberText($0.negative) } ?? ""
        },
        Column("best_negative_equity_frac", "fraction", .number, "Their share of held entries") {
            field($0.estimate.bestExit?.frequency)
        },
        Column("best_ci95_low_frac", "fraction", .number, "Lower end of its 95 % interval; empty at other confidences")
        {
            isNinetyFive ? field($0.estimate.bestExit?.interval?.low) : ""
        },
        Column("best_ci95_high_frac", "fraction", .number, "Upper end of its 95 % interval; empty at other confidences")
        {
            isNinetyFive ? field($0.estimate.bestExit?.interval?.high) : ""
        },
        Column(
            "undecided_count", "entries", .integer,
            "Entries below zero under the worst fill and not under the best; empty without both"
        ) {
            $0.estimate.undecided.map(String.init) ?? ""
        },
    ]
}

private var evidenceColumns: [Column<ResultRow>] {
    [
        Column("disjoint_windows_count", "windows", .integer, "Windows of held entries that share no bar") {
            String($0.estimate.disjointWindows)
        },
        Column("resampled_run_mean_h", "h", .number, "Mean length of the resampled runs of time blocks") {
            field($0.estimate.inference?.meanRun.inHours)
        },
    ]
}

/// The lower side of the bracket around a delay.
private var gapColumns: [Column<ResultRow>] {
    [
        Column(
            "gap_negative_count", "entries", .number,
            "Entries below zero when filled at once; empty where the fill needs no bracket"
        ) {
            $0.estimate.gapExit.map { numberText($0.negative) } ?? ""
        },
        Column("gap_negative_equity_frac", "fraction", .number, "Their share") {
            field($0.estimate.gapExit?.frequency)
        },
        Column("gap_ci_low_frac", "fraction", .number, "Lower end of its interval at the study's confidence") {
            field($0.estimate.gapExit?.interval?.low)
        },
        Column("gap_ci_high_frac", "fraction", .number, "Upper end of its interval at the study's confidence") {
            field($0.estimate.gapExit?.interval?.high)
        },
    ]
}

/// What is seen of entries whose window a gap or the end of the history cuts.
private var cutColumns: [Column<ResultRow>] {
    [
        Column(
            "cut_count", "entries", .integer,
            "Entries without a whole window that were watched to where a gap or the end of the history cut it"
        ) {
            String($0.estimate.windows.cut)
        },
        Column("cut_liquidated_count", "entries", .integer, "Those of them that were liquidated before") {
            String($0.estimate.windows.cutLiquidated)
        },
        Column("cut_negative_count", "entries", .number, "Those of them that ended below zero before") {
            numberText($0.estimate.exit.cutNegative)
        },
    ]
}

private var otherBestColumns: [Column<ResultRow>] {
    [
        Column("best_ci_low_frac", "fraction", .number, "Lower end of the interval of best_negative_equity_frac") {
            field($0.estimate.bestExit?.interval?.low)
        },
        Column("best_ci_high_frac", "fraction", .number, "Upper end of the interval of best_negative_equity_frac") {
            field($0.estimate.bestExit?.interval?.high)
        },
    ]
}

/// The interval columns of a study that does not ask for 95 %: a name must not promise another level than it holds.
private func otherConfidenceColumns(_ confidence: Double) -> [Column<ResultRow>] {
    [
        Column("ci_low_frac", "fraction", .number, "Lower end of the interval of negative_equity_frac") {
            field($0.estimate.exit.interval?.low)
        },
        Column("ci_high_frac", "fraction", .number, "Upper end of the interval of negative_equity_frac") {
            field($0.estimate.exit.interval?.high)
        },
        Column("confidence", "fraction", .number, "Confidence of the intervals") { _ in numberText(confidence) },
        Column("worst_ci_low_frac", "fraction", .number, "Lower end of the interval of worst_negative_equity_frac") {
            field($0.estimate.worstExit?.interval?.low)
        },
        Column("worst_ci_high_frac", "fraction", .number, "Upper end of the interval of worst_negative_equity_frac") {
            field($0.estimate.worstExit?.interval?.high)
        },
    ]
}
