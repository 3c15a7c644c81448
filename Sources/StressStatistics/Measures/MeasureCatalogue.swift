import StressBasics

/// All measures, in the order of their columns in `results.csv`; a new one goes to the end of the cells'.
extension Measure {
    /// Every measure: those of a cell, of a price history, and of a ledger.
    public static let allCases: [Measure] =
        ofCells + [.newestBarAge, .historyBars] + ofLedger

    /// The measures of a cell, each a column of `results.csv`.
    public static let ofCells: [Measure] = [
        .entries, .excluded, .rejected, .liquidatedCount, .negativeCount, .unprotectedCount,
        .liquidated, .negativeEquity, .effectiveEntries, .unprotected, .owed,
        .meanShortfall, .medianShortfall, .p90Shortfall, .p99Shortfall, .largestShortfall,
        .medianTimeToLiquidation, .meanEquity,
        .worstNegativeCount, .worstNegativeEquity, .worstMeanShortfall, .worstLargestShortfall,
        .bestNegativeCount, .bestNegativeEquity, .undecided,
        .disjointWindows, .resampledRun, .cut, .cutLiquidated, .cutNegative,
        .gapNegativeCount, .gapNegativeEquity,
        .effectiveEvents, .turbulentSpells, .nextYearLow, .nextYearHigh,
    ]

    /// The measures with a tab, in the order of the tabs; `report.css` has rules for nine of them.
    public static let shown: [Measure] = [
        .negativeEquity, .worstNegativeEquity, .gapNegativeEquity, .bestNegativeEquity, .unprotected, .liquidated,
    ]

    // MARK: Entries

    /// Entries held.
    public static let entries = Measure(
        "entries_count", .entries, isWhole: true, of: .evidence, "entries held",
        "Entries of whole windows that were held: neither excluded nor rejected",
        .figure { Double($0.windows.entries) })
    /// Entries without a whole window.
    public static let excluded = Measure(
        "excluded_count", .entries, isWhole: true, of: .evidence, "entries excluded",
        "Entries without a whole window; what is seen of them is in the shares and in the cut_ columns",
        .figure { Double($0.windows.excluded) })
    /// Entries the platform would not have opened.
    public static let rejected = Measure(
        "rejected_count", .entries, isWhole: true, of: .evidence, "entries rejected",
        "Entries the platform would not have opened, in no denominator",
        .figure { Double($0.windows.rejected) })
    /// Entries that were liquidated.
    public static let liquidatedCount = Measure(
        "liquidated_count", .entries, isWhole: true, of: .liquidation, "entries liquidated",
        "Held entries that were liquidated",
        .heldCount { Double($0.windows.liquidated) })
    /// Entries that ended below zero.
    public static let negativeCount = Measure(
        "negative_count", .entries, of: .belowZero, "entries below zero",
        "Held entries that ended below zero; a sum of probabilities where the fill is delay",
        .heldCount { $0.exit.negative })
    /// Entries that would have been below zero without liquidation.
    public static let unprotectedCount = Measure(
        "unprotected_count", .entries, isWhole: true, of: .belowZero, "entries below zero without safeguards",
        "Held entries below zero at some bar, had nobody liquidated",
        .heldCount { Double($0.windows.unprotected) })

    // MARK: Shares

    /// Share of entries that were liquidated.
    public static let liquidated = Measure(
        "liquidated_frac", .fraction, of: .liquidation, "liquidated", "Share of held entries that were liquidated",
        tab: Tab(label: "Liquidated", definition: "Liquidated before the holding time was over"),
        gauge: "liquidated_ratio",
        .share(
            .counted(
                { $0.liquidated + $0.cutLiquidated }, { $0.liquidatedFrequency }, { $0.liquidated },
                { $0.liquidatedShare })))
    /// Share of entries that ended below zero.
    public static let negativeEquity = Measure(
        "negative_equity_frac", .fraction, of: .belowZero, "below zero", "Share of held entries that ended below zero",
        ends: Ends(prefix: "", areNamedByLevel: true),
        tab: Tab(label: "Below zero", definition: "Ended below zero after liquidation"),
        gauge: "negative_equity_ratio",
        .share(.exit(.chosen)))
    /// Independent trials worth as much as the entries.
    public static let effectiveEntries = Measure(
        "entries_effective_count", .entries, isWhole: true, of: .evidence, "effective entries",
        "Independent trials worth as much as the held entries; at most disjoint_windows_count where few runs hold events",
        gauge: "effective_entries", .figure { Double($0.effectiveEntries) })
    /// Share of entries that would have been below zero without liquidation.
    public static let unprotected = Measure(
        "unprotected_frac", .fraction, of: .belowZero, "no safeguards",
        "Share of held entries below zero at some bar, had nobody liquidated",
        tab: Tab(label: "No safeguards", definition: "Below zero at some point, had nobody liquidated"),
        gauge: "unprotected_ratio",
        .share(
            .counted(
                { $0.unprotected + $0.cutUnprotected }, { $0.unprotectedFrequency }, { $0.unprotected },
                { $0.unprotectedShare })))

    /// Share of entries that owe something when fund, winners and platform have paid; of cells whose positions a ledger holds.
    public static let owed = Measure(
        "owed_frac", .fraction, of: .belowZero, "owed by the trader",
        "Share of the ledger's entries that leave a debt after all safeguards; empty where no ledger holds the cell's positions",
        gauge: "owed_ratio", .share(.owed))

    // MARK: Size and time

    /// Mean shortfall, in parts of the initial margin; for a limit 0 where nothing ended below zero, as all shortfalls.
    public static let meanShortfall = Measure(
        "shortfall_mean_margin_frac", .ofMargin, of: .belowZero, "mean shortfall of margin",
        "Mean shortfall of the entries below zero", .shortfall({ $0.exit }, { $0.mean }))
    /// Median shortfall.
    public static let medianShortfall = Measure(
        "shortfall_p50_margin_frac", .ofMargin, of: .belowZero, "median shortfall of margin",
        "Median shortfall, to about 1 %", .shortfall({ $0.exit }, { $0.p50 }))
    /// 90 % quantile of the shortfall.
    public static let p90Shortfall = Measure(
        "shortfall_p90_margin_frac", .ofMargin, of: .belowZero, "90\u{202F}% quantile of shortfall of margin",
        "90 % quantile of the shortfall, to about 1 %", .shortfall({ $0.exit }, { $0.p90 }))
    /// 99 % quantile of the shortfall.
    public static let p99Shortfall = Measure(
        "shortfall_p99_margin_frac", .ofMargin, of: .belowZero, "99\u{202F}% quantile of shortfall of margin",
        "99 % quantile of the shortfall, to about 2 %", .shortfall({ $0.exit }, { $0.p99 }))
    /// Largest shortfall.
    public static let largestShortfall = Measure(
        "shortfall_max_margin_frac", .ofMargin, of: .belowZero, "worst shortfall of margin",
        "Largest shortfall; under fill delay its law leaves no larger one possible",
        .shortfall({ $0.exit }, { $0.max }))
    /// Median time from entry to liquidation; empty where none was liquidated.
    public static let medianTimeToLiquidation = Measure(
        "time_to_liquidation_p50_h", .hours, of: .liquidation, "median time to liquidation",
        "Median time from entry to liquidation", .figure { $0.medianTimeToLiquidation?.inHours })
    /// Mean final equity of all held entries, in parts of the initial margin.
    public static let meanEquity = Measure(
        "equity_mean_margin_frac", .ofMargin, of: .equity, "mean final equity of margin",
        "Mean final equity of all held entries", .figure { $0.exit.meanEquity })

    // MARK: Worst fill

    /// Entries below zero when filled at each bar's worst price; empty where it was not computed, as all of this fill.
    public static let worstNegativeCount = Measure(
        "worst_negative_count", .entries, of: .belowZero, fill: .worst, "entries below zero, worst fill",
        "Entries below zero when filled at each bar's worst price", .heldCount { $0.worstExit?.negative })
    /// Their share.
    public static let worstNegativeEquity = Measure(
        "worst_negative_equity_frac", .fraction, of: .belowZero, fill: .worst, "below zero, worst fill",
        "Their share of held entries", ends: Ends(prefix: "worst_", areNamedByLevel: true),
        tab: Tab(
            label: "Worst fill", definition: "Ended below zero, liquidations filled at each bar’s worst price"),
        gauge: "worst_negative_equity_ratio",
        .share(.exit(.worst)))
    /// Mean shortfall under the worst fill.
    public static let worstMeanShortfall = Measure(
        "worst_shortfall_mean_margin_frac", .ofMargin, of: .belowZero, fill: .worst,
        "mean shortfall of margin, worst fill", "Mean shortfall under the worst fill",
        .shortfall({ $0.worstExit }, { $0.mean }))
    /// Largest shortfall under the worst fill.
    public static let worstLargestShortfall = Measure(
        "worst_shortfall_max_margin_frac", .ofMargin, of: .belowZero, fill: .worst,
        "worst shortfall of margin, worst fill", "Largest shortfall under the worst fill",
        .shortfall({ $0.worstExit }, { $0.max }))

    // MARK: Best fill

    /// Entries below zero when filled exactly at the trigger price; empty where it was not computed, as all of this fill.
    public static let bestNegativeCount = Measure(
        "best_negative_count", .entries, of: .belowZero, fill: .best, "entries below zero, best fill",
        "Entries below zero when filled exactly at the trigger price", .heldCount { $0.bestExit?.negative })
    /// Their share.
    public static let bestNegativeEquity = Measure(
        "best_negative_equity_frac", .fraction, of: .belowZero, fill: .best, "below zero, best fill",
        "Their share of held entries", ends: Ends(prefix: "best_", areNamedByLevel: true),
        tab: Tab(
            label: "Best fill", definition: "Ended below zero, liquidations filled exactly at the trigger price"),
        .share(.exit(.best)))
    /// Entries that what happened inside the bars decides; empty without bounds.
    public static let undecided = Measure(
        "undecided_count", .entries, isWhole: true, of: .belowZero, fill: .best, "undecided entries",
        "Entries below zero under the worst fill and not under the best; empty without both",
        .heldCount { $0.undecided.map(Double.init) })

    // MARK: Evidence

    /// Windows that share no bar.
    public static let disjointWindows = Measure(
        "disjoint_windows_count", .windows, isWhole: true, of: .evidence, "disjoint windows",
        "Windows of held entries that share no bar", .figure { Double($0.disjointWindows) })
    /// Mean length of the resampled runs of time blocks; empty before resampling.
    public static let resampledRun = Measure(
        "resampled_run_mean_h", .hours, of: .evidence, "mean resampled run",
        "Mean length of the resampled runs of time blocks", .figure { $0.inference?.meanRun.inHours })
    /// Entries whose window a gap or the end of the history cuts, and that were watched up to there.
    public static let cut = Measure(
        "cut_count", .entries, isWhole: true, of: .evidence, "entries cut short",
        "Entries without a whole window that were watched to where a gap or the end of the history cut it",
        .figure { Double($0.windows.cut) })
    /// Those of them that were liquidated before.
    public static let cutLiquidated = Measure(
        "cut_liquidated_count", .entries, isWhole: true, of: .liquidation, "entries cut short, liquidated",
        "Those of them that were liquidated before", .figure { Double($0.windows.cutLiquidated) })
    /// Those of them that ended below zero before.
    public static let cutNegative = Measure(
        "cut_negative_count", .entries, of: .belowZero, "entries cut short, below zero",
        "Those of them that ended below zero before", .figure { $0.exit.cutNegative })

    // MARK: At once

    /// Entries below zero when closed at once, at the trigger price or the open behind it; empty where the fill needs no bracket.
    public static let gapNegativeCount = Measure(
        "gap_negative_count", .entries, of: .belowZero, fill: .gap, "entries below zero, closed at once",
        "Entries below zero when filled at once; empty where the fill needs no bracket",
        .heldCount { $0.gapExit?.negative })
    /// Their share.
    public static let gapNegativeEquity = Measure(
        "gap_negative_equity_frac", .fraction, of: .belowZero, fill: .gap, "below zero, closed at once", "Their share",
        ends: Ends(prefix: "gap_", areNamedByLevel: false),
        tab: Tab(
            label: "At once",
            definition: "Ended below zero, liquidations filled as they trigger, or at the open behind a gap"),
        gauge: "gap_negative_equity_ratio",
        .share(.exit(.gap)))

    // MARK: What can be known

    /// Events that would say as much if each came by itself.
    public static let effectiveEvents = Measure(
        "events_effective_count", .events, of: .evidence, "effective events",
        "Events that would say as much if each came by itself: the square of negative_equity_frac over its standard error",
        .figure { ($0.inference?.negative.first ?? nil)?.effectiveEvents })
    /// Turbulent spells of the history; fewer than two say nothing of how often they come.
    public static let turbulentSpells = Measure(
        "turbulent_spells_count", .spells, isWhole: true, of: .evidence, "turbulent spells",
        "Spells in which the history's volatility of ten days was at least twice its median",
        .figure { $0.inference?.turbulentSpells.map(Double.init) })
    /// Lower end of what the share below zero may be in one further year.
    public static let nextYearLow = Measure(
        "next_year_low_frac", .fraction, of: .belowZero, "below zero in one further year, lower end",
        "Lower end of the prediction of negative_equity_frac in one further year",
        .figure { $0.inference?.nextYear?.low })
    /// Upper end of it.
    public static let nextYearHigh = Measure(
        "next_year_high_frac", .fraction, of: .belowZero, "below zero in one further year, upper end",
        "Upper end of the prediction of negative_equity_frac in one further year",
        .figure { $0.inference?.nextYear?.high })

    // MARK: Of a price history

    /// Time from the close of an asset's newest bar to the start of the run.
    public static let newestBarAge = Measure(
        "newest_bar_age_h", .hours, of: .history, "age of the newest bar",
        "Time from the close of the newest bar to the start of the run", .none)
    /// Bars of an asset's history.
    public static let historyBars = Measure(
        "bars_count", .bars, isWhole: true, of: .history, "bars of the history", "Bars of the price history", .none)
}
