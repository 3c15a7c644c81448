import StressBasics
import StressResults
import StudyPlan

/// A platform as it is, or where its liquidations move no price.
private struct PlatformLine {
    let result: LedgerResult
    /// What liquidations do to the price; nil where they do nothing.
    let impact: LiquidationImpact?
    let counts: LedgerCounts?
    let amounts: LedgerAmounts?
    let lowest: LedgerAmount
    let end: LedgerAmount
    let tradingFees, liquidationFees, mostOpen: LedgerAmount?

    /// Fees of a day with bars, on average.
    var feesPerDay: LedgerAmount? { result.feesPerDay(tradingFees, liquidationFees) }

    init(_ result: LedgerResult) {
        (self.result, impact) = (result, result.safeguards.impact)
        (tradingFees, liquidationFees) = (result.figures?.tradingFees, result.figures?.liquidationFees)
        mostOpen = result.figures?.mostOpen
        (counts, amounts) = (result.all?.counts, result.all?.amounts)
        (lowest, end) = (result.fundLowest, result.fundEnd)
    }

    init(_ result: LedgerResult, without found: ImpactComparison) {
        (self.result, impact) = (result, nil)
        (counts, amounts, lowest, end) = (found.counts, found.amounts, found.fundLowest, found.fundEnd)
        (tradingFees, liquidationFees, mostOpen) = (found.tradingFees, found.liquidationFees, found.mostOpen)
    }
}

extension RunReport {
    /// `platforms.csv`: one row a platform, and a second one without its impact where it has one.
    var platformsTable: CSVTable {
        let rows = (ledger?.platforms ?? []).flatMap { result in
            [PlatformLine(result)]
                + (result.figures?.withoutImpact.map { [PlatformLine(result, without: $0)] } ?? [])
        }
        let columns =
            [runColumn(), platformColumn] + fundColumns + impactColumns + foundColumns + historyColumns
            + [
                Column("classes_count", "classes", .integer, "Classes of traders") { [study] _ in
                    String(study.ledger?.population.classes.count ?? 0)
                },
                Column("stride_count", "bars", .integer, "Positions are opened at every bar whose number is a multiple")
                {
                    [study] _ in String(study.ledgerPopulation?.stride ?? 1)
                },
                Column("fund_floor_quote", "quote", .number, "What the fund never goes below") {
                    numberText($0.result.safeguards.fund.floor)
                },
            ]
        return CSVTable(file: "platforms.csv", columns: columns, rows: rows)
    }
}

private var platformColumn: Column<PlatformLine> {
    Column(CellAxis.platform.column, "", .text, CellAxis.platform.words) { $0.result.platform }
}

private var fundColumns: [Column<PlatformLine>] {
    func figure(
        _ name: String, _ meaning: String, _ find: @escaping (PlatformLine) -> LedgerAmount?
    ) -> Column<PlatformLine> {
        Column(name, "quote", .number, meaning) { find($0)?.text ?? "" }
    }
    return [
        amount("fund_start_quote", "What the insurance fund began with", \.result.fundStart),
        amount("fund_lowest_quote", "The lowest it ever was", \.lowest),
        amount("fund_end_quote", "What it ended with", \.end),
        figure(
            "open_max_quote", "The most notional open at the end of a bar, both sides together, at entry prices",
            \.mostOpen),
        figure("trading_fees_quote", "Fees of opening and closing that were paid", \.tradingFees),
        figure("liquidation_fees_quote", "Fees of liquidations that were paid", \.liquidationFees),
        figure("fees_day_quote", "Both over the days with bars", \.feesPerDay),
        Column(
            "fund_start_days", "days", .number,
            "Days of these fees in which the fund's beginning would have come together"
        ) { line in field(line.feesPerDay.flatMap { line.result.fundStart.part(of: $0) }) },
    ]
}

/// Of the platform as it is, whether its impact is left out or not.
private var historyColumns: [Column<PlatformLine>] {
    func count(_ name: String, _ meaning: String, _ find: @escaping (LedgerResult) -> Int) -> Column<PlatformLine> {
        Column(name, "days", .integer, meaning) {
            $0.impact == $0.result.safeguards.impact ? String(find($0.result)) : ""
        }
    }
    return [
        count("days_count", "UTC days with bars") { $0.days.count },
        count("unpaid_days_count", "Of them, those on which the fund could not pay everything", \.unpaidDays),
        Column("unpaid_quote", "quote", .number, "What the fund could not pay") { line in
            line.impact == line.result.safeguards.impact
                ? line.result.days.reduce(LedgerAmount.zero) { $0 + $1.unpaid }.text : ""
        },
    ]
}

private var impactColumns: [Column<PlatformLine>] {
    func rule(
        _ name: String, _ unit: String, _ meaning: String, _ find: @escaping (LiquidationImpact) -> Double
    ) -> Column<PlatformLine> {
        Column(name, unit, .number, meaning) { field($0.impact.map(find)) }
    }
    return [
        Column("impact", "", .text, "Whether liquidations move the price: on, or off") {
            $0.impact == nil ? "off" : "on"
        },
        rule(
            "impact_gamma", "",
            "Move of the log price in deviations of the bar where impact_depth_quote was liquidated",
            \.gamma),
        rule("impact_depth_quote", "quote", "The notional that moves it so far", \.depth),
        rule("impact_half_life_h", "h", "After how long half of a move is left", \.halfLife.inHours),
        rule("impact_rounds_count", "", "How often a bar is looked through for those that others made due") {
            Double($0.maxRounds)
        },
    ]
}

private var foundColumns: [Column<PlatformLine>] {
    func count(
        _ name: String, _ meaning: String, _ find: @escaping (LedgerCounts) -> Int
    ) -> Column<PlatformLine> {
        Column(name, "entries", .integer, meaning) { $0.counts.map { String(find($0)) } ?? "" }
    }
    func money(
        _ name: String, _ meaning: String, _ find: @escaping (LedgerAmounts) -> LedgerAmount
    ) -> Column<PlatformLine> {
        Column(name, "quote", .number, meaning) { $0.amounts.map { find($0).text } ?? "" }
    }
    return [
        count("entries_count", "Positions that were opened", \.entries),
        count("liquidated_count", "Of them closed by the platform before their time", \.liquidated),
        count("shortfall_count", "Closed below zero", \.shortfalls),
        count("owed_count", "That owed something when everybody had paid", \.owing),
        money("shortfall_quote", "How far below zero; the sum of the five that follow", \.shortfall),
        money("fund_quote", "Paid by the insurance fund", \.fund),
        money("adl_quote", "Paid by winners that were deleveraged", \.deleveraging),
        money("socialised_quote", "Paid by the day's winners", \.socialised),
        money("platform_quote", "Borne by the platform", \.platform),
        money("owed_quote", "Owed by the traders", \.owed),
    ]
}
