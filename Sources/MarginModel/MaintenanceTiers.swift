import StressBasics

/// One bracket of a maintenance margin table.
public struct MaintenanceTier: Hashable, Sendable {
    /// Largest notional of the bracket, in quote currency; infinity in the last one. The cap belongs to the bracket.
    public let notionalCap: Double
    /// Maintenance rate: a fraction of the notional, 0 ≤ rate < 1.
    public let rate: Double
    /// Maintenance amount, quote currency: subtracted so that the requirement is continuous across brackets.
    public let amount: Double
    /// The highest leverage a position of this size may have; nil when the venue sets none.
    public let maxLeverage: Double?

    /// A bracket, unchecked; ``MaintenanceTiers`` checks a whole table.
    public init(notionalCap: Double, rate: Double, amount: Double, maxLeverage: Double? = nil) {
        self.notionalCap = notionalCap
        self.rate = rate
        self.amount = amount
        self.maxLeverage = maxLeverage
    }
}

/// A maintenance margin table: `MM(n) = rate_k · n − amount_k`, with the bracket `k` that holds the notional `n`.
///
/// Published by venues as "leverage and margin" brackets; the amounts follow the rule
/// `amount_k = amount_{k−1} + floor_k (rate_k − rate_{k−1})`, which makes `MM` continuous (Binance support,
/// "Leverage and Margin of USDⓈ-M Futures"; twelve published brackets are in the tests).
public struct MaintenanceTiers: Hashable, Sendable {
    /// The brackets, caps rising, the last without a cap.
    public let tiers: [MaintenanceTier]

    /// Checks a table.
    ///
    /// - Throws: ``RuleError`` naming the 1-based row, when the table is empty, a cap does not rise, the last cap is
    ///   finite, a rate falls or lies outside 0 ≤ rate < 1, the first amount is not 0, an amount breaks continuity
    ///   (by more than one part in 10⁹ of the notional), or a leverage limit rises with size or lies below 1.
    public init(_ tiers: [MaintenanceTier]) throws(RuleError) {
        guard let first = tiers.first, let last = tiers.last else { throw RuleError("the tier table is empty") }
        guard first.amount == 0 else { throw RuleError("tier 1: the amount must be 0") }
        guard last.notionalCap == .infinity else {
            throw RuleError("tier \(tiers.count): the last tier must have no cap (to: .inf)")
        }
        var floor = 0.0
        for (index, tier) in tiers.enumerated() {
            try MaintenanceTiers.check(tier, after: index > 0 ? tiers[index - 1] : nil, floor: floor, row: index + 1)
            floor = tier.notionalCap
        }
        self.tiers = tiers
    }

    private init(copying tiers: [MaintenanceTier]) {
        var copy: [MaintenanceTier] = []
        copy.reserveCapacity(tiers.count)
        copy.append(contentsOf: tiers)
        self.tiers = copy
    }

    /// The same table in storage of its own.
    var withOwnStorage: MaintenanceTiers { MaintenanceTiers(copying: tiers) }

    /// A table with one rate for every size.
    public init(flatRate: Double) throws(RuleError) {
        try self.init([MaintenanceTier(notionalCap: .infinity, rate: flatRate, amount: 0)])
    }

    private static func check(
        _ tier: MaintenanceTier, after previous: MaintenanceTier?, floor: Double, row: Int
    ) throws(RuleError) {
        guard tier.notionalCap > floor else {
            throw RuleError("tier \(row): its cap does not rise above \(numberText(floor))")
        }
        guard tier.rate >= 0, tier.rate < 1 else {
            throw RuleError("tier \(row): the rate must be at least 0 and below 1")
        }
        guard tier.amount.isFinite else { throw RuleError("tier \(row): the amount is not a number") }
        if let limit = tier.maxLeverage, !(limit >= 1) {
            throw RuleError("tier \(row): the leverage limit must be at least 1")
        }
        guard let previous else { return }
        guard tier.rate >= previous.rate else { throw RuleError("tier \(row): its rate is below the tier before") }
        if let limit = tier.maxLeverage, let before = previous.maxLeverage, limit > before {
            throw RuleError("tier \(row): its leverage limit is above the tier before")
        }
        let expected = previous.amount + floor * (tier.rate - previous.rate)
        guard abs(tier.amount - expected) <= 1e-9 * floor else {
            throw RuleError(
                "tier \(row): amount \(numberText(tier.amount)) breaks continuity at \(numberText(floor)), "
                    + "expected \(numberText(expected))")
        }
    }

    /// The bracket that holds `notional`; a cap belongs to the lower bracket. O(tiers).
    @inlinable
    public func tier(for notional: Double) -> MaintenanceTier {
        for tier in tiers where notional <= tier.notionalCap { return tier }
        return tiers[tiers.count - 1]
    }

    /// Maintenance margin of a position of `notional`, in quote currency. O(tiers).
    @inlinable
    public func requirement(_ notional: Double) -> Double {
        let tier = tier(for: notional)
        return tier.rate * notional - tier.amount
    }
}
