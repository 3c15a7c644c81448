import StressStatistics

extension LedgerSums {
    /// What may be counted of a day's positions.
    public enum Count: CaseIterable, Sendable {
        case unprotected, liquidated, shortfalls, owing
    }

    /// What may be added up of them.
    public enum Amount: CaseIterable, Sendable {
        case margin, notional, shortfall, fund, deleveraging, socialised, platform, owed
    }

    /// One of the counts.
    @inlinable
    public func count(_ what: Count) -> Int {
        switch what {
        case .unprotected: unprotected
        case .liquidated: liquidated
        case .shortfalls: shortfalls
        case .owing: owing
        }
    }

    /// One of the amounts, in units of ``Money``.
    @inlinable
    public func amount(_ what: Amount) -> Int128 {
        switch what {
        case .margin: margin
        case .notional: notional
        case .shortfall: shortfall
        case .fund: fund
        case .deleveraging: deleveraging
        case .socialised: socialised
        case .platform: platform
        case .owed: owed
        }
    }
}

// Loops over thousands of days, for each of many groups: they stand here because this module is optimised.
extension LedgerSums {
    /// The share of the entries of each day that a count takes.
    public static func share(_ days: [LedgerSums], _ what: Count) -> BlockShare {
        BlockShare(counts: days.map { UInt32(clamping: $0.count(what)) }, entries: entries(days))
    }

    /// The entries of each day.
    public static func entries(_ days: [LedgerSums]) -> [UInt32] { days.map { UInt32(clamping: $0.entries) } }

    /// An amount of each day, in quote currency.
    public static func quotes(_ days: [LedgerSums], _ what: Amount) -> [Double] {
        days.map { Money.quote($0.amount(what)) }
    }
}

extension LedgerTally {
    /// What was found on each of `count` days: of all classes together, then of each.
    ///
    /// - Parameters:
    ///   - assets: whose positions are looked at.
    ///   - days: for each of them, the day of each of its blocks.
    public func sums(of assets: [Int], on days: [[Int]], count: Int, classes: Int) -> [[LedgerSums]] {
        var groups = Array(repeating: Array(repeating: LedgerSums(), count: count), count: classes + 1)
        for (asset, places) in zip(assets, days) {
            for group in 0..<classes {
                for (day, block) in zip(places, blocks[asset][group]) {
                    groups[0][day] += block
                    groups[group + 1][day] += block
                }
            }
        }
        return groups
    }
}
