/// A figure of everybody on a platform of the ledger.
public enum LedgerFigure: Hashable, Sendable {
    /// Positions that leave a debt.
    case owing
    /// What they owe.
    case owed
    /// What they owe, over the margin of all entries.
    case owedOfMargin
    /// How far all losers were below zero.
    case shortfall
    /// The same over the margin of all entries.
    case shortfallOfMargin
    /// What winners gave up to deleveraging.
    case haircut
    /// What was taken from the profits of days.
    case socialised
    /// What the platform bears.
    case borne
    /// What the fund could not pay, whoever did.
    case unpaid
    /// How often the fund could not pay.
    case exhausted
    /// The lowest the fund was.
    case lowestFund

    /// Whether it comes with an interval.
    public var hasInterval: Bool { self == .owedOfMargin || self == .shortfallOfMargin }

    /// Whether it is of the fund, which all price histories share.
    public var isOfFund: Bool { self == .unpaid || self == .exhausted || self == .lowestFund }
}

/// What limits can be set on of a platform's ledger; the same figures stand in `safeguards.csv`, `fund.csv` and `platforms.csv`.
extension Measure {
    /// All of them.
    public static let ofLedger: [Measure] = [
        .ledgerOwing, .ledgerOwed, .ledgerOwedOfMargin, .ledgerShortfall, .ledgerShortfallOfMargin, .ledgerHaircut,
        .ledgerSocialised, .ledgerBorne, .ledgerUnpaid, .ledgerExhausted, .ledgerLowestFund,
    ]

    /// Positions that leave a debt.
    public static let ledgerOwing = Measure(
        "ledger_owed_count", .entries, isWhole: true, of: .ledger, "positions that leave a debt",
        "Positions of the ledger that leave a debt after all safeguards", .ledger(.owing))
    /// What they owe.
    public static let ledgerOwed = Measure(
        "ledger_owed_quote", .quote, of: .ledger, "owed by traders",
        "What traders owe after all safeguards", .ledger(.owed))
    /// What they owe of all margins.
    public static let ledgerOwedOfMargin = Measure(
        "ledger_owed_margin_frac", .ofMargin, of: .ledger, "debt over margin",
        "What traders owe after all safeguards, over the margin of all entries", .ledger(.owedOfMargin))
    /// How far losers were below zero.
    public static let ledgerShortfall = Measure(
        "ledger_shortfall_quote", .quote, of: .ledger, "shortfall",
        "How far losers were below zero, whoever paid", .ledger(.shortfall))
    /// The same of all margins.
    public static let ledgerShortfallOfMargin = Measure(
        "ledger_shortfall_margin_frac", .ofMargin, of: .ledger, "shortfall over margin",
        "How far losers were below zero, whoever paid, over the margin of all entries", .ledger(.shortfallOfMargin))
    /// What winners gave up.
    public static let ledgerHaircut = Measure(
        "ledger_haircut_quote", .quote, of: .ledger, "taken from winners",
        "What winners gave up to deleveraging", .ledger(.haircut))
    /// What was taken from the profits of days.
    public static let ledgerSocialised = Measure(
        "ledger_socialised_quote", .quote, of: .ledger, "taken from the day’s winners",
        "What was taken from the realised profits of days for losers of theirs", .ledger(.socialised))
    /// What the platform bears.
    public static let ledgerBorne = Measure(
        "ledger_platform_quote", .quote, of: .ledger, "borne by the platform",
        "What the platform bears of shortfalls", .ledger(.borne))
    /// What the fund could not pay.
    public static let ledgerUnpaid = Measure(
        "ledger_unpaid_quote", .quote, of: .ledger, "not paid by the fund",
        "What the fund could not pay of shortfalls, whoever did", .ledger(.unpaid))
    /// How often it could not.
    public static let ledgerExhausted = Measure(
        "ledger_exhausted_count", .episodes, isWhole: true, of: .ledger, "exhaustions of the fund",
        "Episodes from the first unit that the fund could not pay to a day that ended with more than its floor in it",
        .ledger(.exhausted))
    /// The lowest the fund was.
    public static let ledgerLowestFund = Measure(
        "ledger_fund_lowest_quote", .quote, of: .ledger, "the fund at its lowest", "The lowest the fund ever was",
        .ledger(.lowestFund))
}
