import StressBasics
import StressResults
import StressStatistics

extension LedgerResults {
    /// One object a group of a platform: everybody, each history, each class; money in quote currency.
    public var json: String { JSONValue.list(platforms.flatMap(\.groupObjects)).document }
}

/// What a platform's ledger says, as programs read it.
extension LedgerResult {
    fileprivate var groupObjects: [JSONValue] { groups.map { .object(members(of: $0)) } }

    /// Everybody, and the fund.
    var summary: JSONValue {
        .object(
            (all.map(members) ?? [("platform", .text(platform))]) + [
                ("fund_start_quote", .number(fundStart.quote)), ("fund_lowest_quote", .number(fundLowest.quote)),
                ("fund_end_quote", .number(fundEnd.quote)), ("exhausted_count", .integer(episodes.count)),
            ])
    }

    private func members(of group: LedgerGroup) -> [(String, JSONValue)] {
        [
            ("platform", .text(platform)), ("asset", .optional(group.asset)),
            ("side", .optional(group.side?.rawValue)), ("leverage_x", .optional(group.leverage?.value)),
        ] + group.countMembers + group.amountMembers
    }
}

extension LedgerGroup {
    fileprivate var countMembers: [(String, JSONValue)] {
        [
            ("entries_count", .integer(counts.entries)), ("unprotected_count", .integer(counts.unprotected)),
            ("liquidated_count", .integer(counts.liquidated)), ("shortfall_count", .integer(counts.shortfalls)),
            ("owed_count", .integer(counts.owing)), ("shortfall_frac", .optional(shortfallShare)),
            ("shortfall_ci_low_frac", .optional(intervals.shortfall?.low)),
            ("shortfall_ci_high_frac", .optional(intervals.shortfall?.high)), ("owed_frac", .optional(owedShare)),
            ("owed_ci_low_frac", .optional(intervals.owed?.low)),
            ("owed_ci_high_frac", .optional(intervals.owed?.high)),
        ]
    }

    fileprivate var amountMembers: [(String, JSONValue)] {
        [
            ("margin_quote", amounts.margin), ("shortfall_quote", amounts.shortfall), ("fund_quote", amounts.fund),
            ("adl_quote", amounts.deleveraging), ("socialised_quote", amounts.socialised),
            ("platform_quote", amounts.platform), ("owed_quote", amounts.owed),
        ].map { ($0, .number($1.quote)) }
    }
}
