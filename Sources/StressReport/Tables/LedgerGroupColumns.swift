import StressBasics
import StressResults
import StudyPlan

/// A class of a ledger's population on a price history, or several together.
protocol NamedClass {
    var asset: String? { get }
    var side: Side? { get }
    var leverage: Leverage? { get }
}

extension LedgerGroup: NamedClass {}
extension PlatformDifference: NamedClass {}

extension NamedClass {
    /// What it is called: `all`, or side and leverage.
    var name: String {
        guard let side, let leverage else { return "all" }
        return "\(side.rawValue) \(leverage.plainText)"
    }

    /// Its value on an axis of cells; empty for all histories or classes, and without a horizon.
    func field(_ axis: CellAxis, platform: String, horizon: TimeSpan?) -> String {
        switch axis {
        case .asset: asset ?? ""
        case .contract: "linear"
        case .side: side?.rawValue ?? ""
        case .leverage: leverage.map { numberText($0.value) } ?? ""
        case .horizon: horizon.map { numberText($0.inHours) } ?? ""
        case .platform: platform
        }
    }
}

/// What became of a group of a ledger's positions, and who paid.
func ledgerGroupColumns(confidence: Double) -> [Column<LedgerGroup>] {
    let name = Column<LedgerGroup>(
        "class", "", .text, "Class of the population: all, or side and leverage", text: \.name)
    return [name] + countColumns + shareColumns + amountColumns + sizeColumns + [
        Column("confidence", "fraction", .number, "Confidence of the intervals") { _ in numberText(confidence) }
    ]
}

private var countColumns: [Column<LedgerGroup>] {
    func count(_ name: String, _ meaning: String, _ find: @escaping (LedgerCounts) -> Int) -> Column<LedgerGroup> {
        Column(name, "entries", .integer, meaning) { String(find($0.counts)) }
    }
    return [
        count("unprotected_count", "Entries below zero at some bar, had nobody liquidated", \.unprotected),
        count("liquidated_count", "Entries that the platform closed before their time", \.liquidated),
        count("shortfall_count", "Entries closed below zero", \.shortfalls),
        count("owed_count", "Entries that owed something when everybody had paid", \.owing),
        count(
            "deleveraged_count", "Entries closed or reduced against somebody else's shortfall, every time counted",
            \.deleveraged),
    ]
}

private var shareColumns: [Column<LedgerGroup>] {
    [
        Column("shortfall_frac", "fraction", .number, "Share of entries closed below zero") {
            field($0.shortfallShare)
        },
        Column("shortfall_ci_low_frac", "fraction", .number, "Lower end of its interval") {
            field($0.intervals.shortfall?.low)
        },
        Column("shortfall_ci_high_frac", "fraction", .number, "Upper end of its interval") {
            field($0.intervals.shortfall?.high)
        },
        Column("owed_frac", "fraction", .number, "Share of entries that owed something") { field($0.owedShare) },
        Column(
            "owed_ci_low_frac", "fraction", .number, "Lower end of its interval; empty where nobody can owe anything"
        ) { field($0.intervals.owed?.low) },
        Column("owed_ci_high_frac", "fraction", .number, "Upper end of its interval") {
            field($0.intervals.owed?.high)
        },
    ]
}

private var amountColumns: [Column<LedgerGroup>] {
    [
        amount("margin_quote", "Initial margin of the entries", \.amounts.margin),
        amount("notional_quote", "Notional of the entries", \.amounts.notional),
        amount(
            "shortfall_quote", "How far below zero they were closed; the sum of the five that follow",
            \.amounts.shortfall),
        amount("fund_quote", "Paid by the insurance fund", \.amounts.fund),
        amount("adl_quote", "Paid by winners that were deleveraged", \.amounts.deleveraging),
        amount("socialised_quote", "Paid by the day's winners", \.amounts.socialised),
        amount("platform_quote", "Borne by the platform", \.amounts.platform),
        amount("owed_quote", "Owed by the traders", \.amounts.owed),
        amount("haircut_quote", "What winners among these entries gave up to deleveraging", \.amounts.haircut),
    ]
}

private var sizeColumns: [Column<LedgerGroup>] {
    [
        Column("shortfall_margin_frac", "of margin", .number, "Shortfall over the margin of all entries") {
            field($0.shortfallPerMargin)
        },
        Column("shortfall_margin_ci_low_frac", "of margin", .number, "Lower end of its interval") {
            field($0.intervals.shortfallPerMargin?.low)
        },
        Column("shortfall_margin_ci_high_frac", "of margin", .number, "Upper end of its interval") {
            field($0.intervals.shortfallPerMargin?.high)
        },
        Column("owed_margin_frac", "of margin", .number, "Owed over the margin of all entries") {
            field($0.owedPerMargin)
        },
        Column("owed_margin_ci_low_frac", "of margin", .number, "Lower end of its interval") {
            field($0.intervals.owedPerMargin?.low)
        },
        Column("owed_margin_ci_high_frac", "of margin", .number, "Upper end of its interval") {
            field($0.intervals.owedPerMargin?.high)
        },
        Column("shortfall_notional_frac", "of notional", .number, "Shortfall over the notional of all entries") {
            field($0.amounts.shortfall.part(of: $0.amounts.notional))
        },
        Column("owed_notional_frac", "of notional", .number, "Owed over the notional of all entries") {
            field($0.amounts.owed.part(of: $0.amounts.notional))
        },
    ]
}
