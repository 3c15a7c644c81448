import StressBasics
import StressResults
import StressStatistics
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

    /// Its value on an axis of cells; nil for all histories or classes, and without a horizon.
    func value(_ axis: CellAxis, platform: String, horizon: TimeSpan?) -> AxisValue? {
        switch axis {
        case .asset: asset.map(AxisValue.text)
        case .side: side.map { .text($0.rawValue) }
        case .leverage: leverage.map { .number($0.value) }
        case .horizon: horizon.map { .number($0.inHours) }
        case .platform: .text(platform)
        default: axis.standard
        }
    }
}

/// What became of a group of a ledger's positions, and who paid.
func ledgerGroupColumns(confidence: Double) -> [Column<LedgerGroup>] {
    let name = Column<LedgerGroup>(
        "class", "", .text, "Class of the population: all, or side and leverage", text: \.name)
    return [name] + countColumns + shareColumns + amountColumns + sizeColumns + [.confidence(confidence)] + paidColumns
        + notionalColumns + stepColumns + partColumns + [reducedColumn, metColumn] + rejectedColumns
}

/// A share of entries with its interval.
private func share(
    _ name: String, _ meaning: String, low: String = "Lower end of its interval",
    _ value: @escaping (LedgerGroup) -> Double?, _ interval: @escaping (LedgerIntervals) -> Interval?
) -> [Column<LedgerGroup>] {
    [.share("\(name)_frac", meaning, value)] + endColumns("\(name)_ci_*_frac", low: low) { interval($0.intervals) }
}

/// Money in parts of the margin, with its interval.
private func ofMargin(
    _ name: String, _ meaning: String, _ value: @escaping (LedgerGroup) -> Double?,
    _ interval: @escaping (LedgerIntervals) -> Interval?
) -> [Column<LedgerGroup>] {
    [.ofMargin("\(name)_margin_frac", meaning, value)]
        + endColumns("\(name)_margin_ci_*_frac", "of margin") { interval($0.intervals) }
}

/// Money in parts of the notional.
private func ofNotional(
    _ name: String, _ meaning: String, _ amount: @escaping (LedgerAmounts) -> LedgerAmount
) -> Column<LedgerGroup> {
    .number("\(name)_notional_frac", "of notional", "\(meaning) over the notional of all entries") {
        amount($0.amounts).part(of: $0.amounts.notional)
    }
}

/// Its interval.
private func notionalEnds(
    _ name: String, _ find: @escaping (MoneyIntervals) -> Interval?
) -> [Column<LedgerGroup>] {
    endColumns(
        "\(name)_notional_ci_*_frac", "of notional",
        low: "Lower end of the interval of \(name)_notional_frac; empty where there is nothing to estimate",
        high: "Upper end of it"
    ) { $0.intervals.perNotional.flatMap(find) }
}

/// The shares of the waterfall that are no columns before, and what is taken away between its bars.
private var stepColumns: [Column<LedgerGroup>] {
    share(
        "unprotected", "Share of entries below zero at some bar, had nobody liquidated",
        { $0.counts.share($0.counts.unprotected) }, \.unprotected)
        + share(
            "liquidated", "Share of entries that the platform closed early, or reduced",
            { $0.counts.share($0.counts.liquidated) }, \.liquidated)
        + [
            .share("spared_frac", "unprotected_frac less shortfall_frac; below 0 where more fell short") {
                $0.counts.share($0.counts.unprotected - $0.counts.shortfalls)
            },
            .share("covered_frac", "Share of entries that others paid for in full") {
                $0.counts.share($0.counts.shortfalls - $0.counts.owing)
            },
        ]
}

private var reducedColumn: Column<LedgerGroup> {
    Column(
        "reduced_count", "times", .integer,
        "Times that the platform reduced an entry to a lower bracket; one may be reduced more than once"
    ) { $0.counts.reductions.map(String.init) ?? "" }
}

private var metColumn: Column<LedgerGroup> {
    Column(
        "deleveraged_positions_count", "entries", .integer,
        "Entries closed or reduced against somebody else's shortfall, each counted once"
    ) { $0.counts.deleveragedPositions.map(String.init) ?? "" }
}

private var rejectedColumns: [Column<LedgerGroup>] {
    [
        Column(
            "rejected_count", "positions", .integer, "Positions that the platform would not have opened; no entries"
        ) { $0.counts.rejected.map(String.init) ?? "" },
        Column("rejected_notional_quote", "quote", .number, "Their notional") { $0.amounts.rejected?.text ?? "" },
        .number(
            "rejected_notional_frac", "fraction", "The same over the notional of all that would have been opened",
            \.rejectedShare),
    ]
}

/// What each paid over what was missing; empty where nothing was.
private var partColumns: [Column<LedgerGroup>] {
    func part(
        _ name: String, _ meaning: String, _ find: @escaping (LedgerAmounts) -> LedgerAmount
    ) -> Column<LedgerGroup> {
        Column("\(name)_part_frac", "fraction", .number, "Part of what was missing that \(meaning)") {
            field(find($0.amounts).part(of: $0.amounts.shortfall))
        }
    }
    return [
        part("fund", "the insurance fund paid", \.fund), part("adl", "deleveraged winners paid", \.deleveraging),
        part("socialised", "the day's winners paid", \.socialised), part("platform", "the platform bore", \.platform),
        part("owed", "traders owe", \.owed),
    ]
}

private var paidColumns: [Column<LedgerGroup>] {
    func count(_ name: String, _ payer: String, _ find: @escaping (PaidCounts) -> Int) -> Column<LedgerGroup> {
        Column(name, "entries", .integer, "Entries closed below zero to which \(payer) gave something") {
            $0.counts.paid.map { String(find($0)) } ?? ""
        }
    }
    return [
        count("fund_count", "the insurance fund", \.fund),
        count("adl_count", "deleveraged winners", \.deleveraging),
        count("socialised_count", "the day's winners", \.socialised),
        count("platform_count", "the platform", \.platform),
    ]
}

/// What stands beside the notional: of what was missing and of what is owed the intervals, of each payer the share with its interval.
private var notionalColumns: [Column<LedgerGroup>] {
    func payer(
        _ name: String, _ meaning: String, _ amount: @escaping (LedgerAmounts) -> LedgerAmount,
        _ find: @escaping (MoneyIntervals) -> Interval?
    ) -> [Column<LedgerGroup>] {
        [ofNotional(name, "\(meaning),", amount)] + notionalEnds(name, find)
    }
    return notionalEnds("shortfall", \.shortfall)
        + payer("fund", "Paid by the insurance fund", \.fund, \.fund)
        + payer("adl", "Paid by winners that were deleveraged", \.deleveraging, \.deleveraging)
        + payer("socialised", "Paid by the day's winners", \.socialised, \.socialised)
        + payer("platform", "Borne by the platform", \.platform, \.platform) + notionalEnds("owed", \.owed)
}

private var countColumns: [Column<LedgerGroup>] {
    func count(_ name: String, _ meaning: String, _ find: @escaping (LedgerCounts) -> Int) -> Column<LedgerGroup> {
        Column(name, "entries", .integer, meaning) { String(find($0.counts)) }
    }
    return [
        count("unprotected_count", "Entries below zero at some bar, had nobody liquidated", \.unprotected),
        count("liquidated_count", "Entries that the platform closed before their time, or reduced", \.liquidated),
        count("shortfall_count", "Entries closed below zero", \.shortfalls),
        count("owed_count", "Entries that owed something when everybody had paid", \.owing),
        count(
            "deleveraged_count", "Entries closed or reduced against somebody else's shortfall, every time counted",
            \.deleveraged),
    ]
}

private var shareColumns: [Column<LedgerGroup>] {
    share("shortfall", "Share of entries closed below zero", \.shortfallShare, \.shortfall)
        + share(
            "owed", "Share of entries that owed something",
            low: "Lower end of its interval; empty where nobody can owe anything", \.owedShare, \.owed)
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
    ofMargin("shortfall", "Shortfall over the margin of all entries", \.shortfallPerMargin, \.shortfallPerMargin)
        + ofMargin("owed", "Owed over the margin of all entries", \.owedPerMargin, \.owedPerMargin)
        + [ofNotional("shortfall", "Shortfall", \.shortfall), ofNotional("owed", "Owed", \.owed)]
}
