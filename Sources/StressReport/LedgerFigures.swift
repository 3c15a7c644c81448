import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension LedgerResults {
    /// One object a group of a platform: everybody, each history, each class; money in quote currency.
    public var json: String { JSONValue.list(platforms.flatMap(\.groupObjects)).document }
}

/// What a platform's ledger says, as programs read it.
extension LedgerResult {
    fileprivate var groupObjects: [JSONValue] { groups.map { .object(members(of: $0)) } }

    /// Everybody, and the fund.
    var summary: JSONValue {
        let fund: [(String, JSONValue)] = [
            ("fund_start_quote", .number(fundStart.quote)), ("fund_lowest_quote", .number(fundLowest.quote)),
            ("fund_end_quote", .number(fundEnd.quote)), ("exhausted_count", .integer(episodes.count)),
        ]
        let others: [(String, JSONValue)] = [
            ("haircut_quote", .optional(all?.amounts.haircut.quote)),
            ("reduced_count", all?.counts.reductions.map(JSONValue.integer) ?? .null),
            ("impact", safeguards.impact.map(\.json) ?? .null),
            ("without_impact", figures?.withoutImpact.map(\.json) ?? .null),
        ]
        return .object((all.map(members) ?? [("platform", .text(platform))]) + fund + others)
    }

    private func members(of group: LedgerGroup) -> [(String, JSONValue)] {
        [
            ("platform", .text(platform)), ("asset", .optional(group.asset)),
            ("side", .optional(group.side?.rawValue)), ("leverage_x", .optional(group.leverage?.value)),
        ] + group.countMembers + group.amountMembers + group.rejectedMembers
    }
}

extension LiquidationImpact {
    /// As the platform has it.
    fileprivate var json: JSONValue {
        .object([
            ("gamma", .number(gamma)), ("depth_quote", .number(depth)), ("half_life_s", .number(halfLife.inSeconds)),
            ("max_rounds_count", .integer(maxRounds)),
        ])
    }
}

extension ImpactComparison {
    /// Everybody where liquidations move no price, under the names that the same figures have with it.
    fileprivate var json: JSONValue {
        let shares: [(String, JSONValue)] = [
            ("shortfall_frac", .optional(counts.share(counts.shortfalls))),
            ("owed_frac", .optional(counts.share(counts.owing))),
        ]
        let others: [(String, JSONValue)] = [
            ("fund_lowest_quote", .number(fundLowest.quote)), ("fund_end_quote", .number(fundEnd.quote)),
            ("haircut_quote", .number(amounts.haircut.quote)),
            ("reduced_count", counts.reductions.map(JSONValue.integer) ?? .null),
        ]
        return .object(counts.members + shares + amounts.members + others)
    }
}

extension LedgerCounts {
    fileprivate var members: [(String, JSONValue)] {
        [
            ("entries_count", .integer(entries)), ("unprotected_count", .integer(unprotected)),
            ("liquidated_count", .integer(liquidated)), ("shortfall_count", .integer(shortfalls)),
            ("owed_count", .integer(owing)),
        ]
    }
}

extension LedgerAmounts {
    fileprivate var members: [(String, JSONValue)] {
        [
            ("margin_quote", margin), ("shortfall_quote", shortfall), ("fund_quote", fund),
            ("adl_quote", deleveraging), ("socialised_quote", socialised), ("platform_quote", platform),
            ("owed_quote", owed),
        ].map { ($0, .number($1.quote)) }
    }
}

extension LedgerGroup {
    fileprivate var countMembers: [(String, JSONValue)] {
        counts.members + [
            ("shortfall_frac", .optional(shortfallShare)),
            ("shortfall_ci_low_frac", .optional(intervals.shortfall?.low)),
            ("shortfall_ci_high_frac", .optional(intervals.shortfall?.high)), ("owed_frac", .optional(owedShare)),
            ("owed_ci_low_frac", .optional(intervals.owed?.low)),
            ("owed_ci_high_frac", .optional(intervals.owed?.high)),
        ]
    }

    fileprivate var amountMembers: [(String, JSONValue)] { amounts.members }

    fileprivate var rejectedMembers: [(String, JSONValue)] {
        [
            ("rejected_count", counts.rejected.map(JSONValue.integer) ?? .null),
            ("rejected_notional_quote", .optional(amounts.rejected?.quote)),
            ("rejected_notional_frac", .optional(rejectedShare)),
        ]
    }
}
