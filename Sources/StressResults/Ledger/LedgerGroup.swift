import StressBasics
import StressStatistics

/// What became of the positions of a class on a price history, or of several together.
public struct LedgerGroup: Hashable, Codable, Sendable {
    /// The history; nil for all of them.
    public var asset: String?
    /// The class's direction; nil for all classes.
    public var side: Side?
    /// The class's leverage; nil for all classes.
    public var leverage: Leverage?
    /// How many positions.
    public var counts: LedgerCounts
    /// How much money, quote currency.
    public var amounts: LedgerAmounts
    /// How sure the shares are.
    public var intervals: LedgerIntervals

    /// A group of the given parts.
    public init(
        asset: String?, side: Side?, leverage: Leverage?, counts: LedgerCounts, amounts: LedgerAmounts,
        intervals: LedgerIntervals
    ) {
        (self.asset, self.side, self.leverage) = (asset, side, leverage)
        (self.counts, self.amounts, self.intervals) = (counts, amounts, intervals)
    }

    /// Share of entries closed below zero; nil without entries.
    public var shortfallShare: Double? { counts.share(counts.shortfalls) }
    /// Share of entries that owed something when everybody had paid; nil without entries.
    public var owedShare: Double? { counts.share(counts.owing) }
    /// How far below zero, per margin paid in; nil without entries.
    public var shortfallPerMargin: Double? { amounts.shortfall.part(of: amounts.margin) }
    /// What is owed, per margin paid in; nil without entries.
    public var owedPerMargin: Double? { amounts.owed.part(of: amounts.margin) }
    /// Share of the open interest that the platform would not have opened; nil where there was none to open, and in documents that did not
    /// know it.
    public var rejectedShare: Double? { amounts.rejected.flatMap { $0.part(of: $0 + amounts.notional) } }
}

/// How many positions of a group.
public struct LedgerCounts: Hashable, Codable, Sendable {
    /// Were opened.
    public var entries: Int
    /// Would have been below zero at some bar of their time, had nobody liquidated.
    public var unprotected: Int
    /// Were closed by the platform before their time, or reduced.
    public var liquidated: Int
    /// Were closed below zero.
    public var shortfalls: Int
    /// Owed something when everybody had paid.
    public var owing: Int
    /// Were closed or reduced against somebody else's shortfall, every time counted.
    public var deleveraged: Int
    /// To how many of those that were short each payer gave something; nil in documents that did not count it.
    public var paid: PaidCounts?
    /// Times that the platform has reduced one to a lower bracket; nil in documents that did not count it.
    public var reductions: Int?
    /// Were closed or reduced against somebody else's shortfall at least once; nil in documents that did not count it.
    public var deleveragedPositions: Int?
    /// The platform would not have opened, which are no entries; nil in documents that did not count it by class.
    public var rejected: Int?

    /// Counts of the given figures.
    public init(
        entries: Int, unprotected: Int, liquidated: Int, shortfalls: Int, owing: Int, deleveraged: Int,
        paid: PaidCounts? = nil, reductions: Int? = nil, deleveragedPositions: Int? = nil, rejected: Int? = nil
    ) {
        (self.reductions, self.deleveragedPositions) = (reductions, deleveragedPositions)
        self.rejected = rejected
        (self.entries, self.unprotected, self.liquidated) = (entries, unprotected, liquidated)
        (self.shortfalls, self.owing, self.deleveraged, self.paid) = (shortfalls, owing, deleveraged, paid)
    }

    /// A count over the entries; nil without any.
    public func share(_ count: Int) -> Double? { entries > 0 ? Double(count) / Double(entries) : nil }
}

/// To how many positions closed below zero somebody gave something; one may have had something of several.
public struct PaidCounts: Hashable, Codable, Sendable {
    /// The insurance fund.
    public var fund: Int
    /// Winners that were deleveraged.
    public var deleveraging: Int
    /// The day's winners.
    public var socialised: Int
    /// The platform.
    public var platform: Int

    /// Counts of the given figures.
    public init(fund: Int, deleveraging: Int, socialised: Int, platform: Int) {
        (self.fund, self.deleveraging, self.socialised, self.platform) = (fund, deleveraging, socialised, platform)
    }
}

/// How much money of a group.
public struct LedgerAmounts: Hashable, Codable, Sendable {
    /// Initial margin of the entries.
    public var margin: LedgerAmount
    /// Notional of the entries.
    public var notional: LedgerAmount
    /// How far below zero its losers were closed; exactly the sum of the five that follow.
    public var shortfall: LedgerAmount
    /// Of it, paid by the insurance fund.
    public var fund: LedgerAmount
    /// Paid by winners that were deleveraged.
    public var deleveraging: LedgerAmount
    /// Paid by the day's winners.
    public var socialised: LedgerAmount
    /// Borne by the platform.
    public var platform: LedgerAmount
    /// Owed by the traders.
    public var owed: LedgerAmount
    /// What its own winners gave up to deleveraging.
    public var haircut: LedgerAmount
    /// Notional of the positions that the platform would not have opened; nil in documents that did not know it.
    public var rejected: LedgerAmount?

    /// Amounts of the given figures.
    public init(
        margin: LedgerAmount, notional: LedgerAmount, shortfall: LedgerAmount, fund: LedgerAmount,
        deleveraging: LedgerAmount, socialised: LedgerAmount, platform: LedgerAmount, owed: LedgerAmount,
        haircut: LedgerAmount, rejected: LedgerAmount? = nil
    ) {
        self.rejected = rejected
        (self.margin, self.notional, self.shortfall, self.fund) = (margin, notional, shortfall, fund)
        (self.deleveraging, self.socialised) = (deleveraging, socialised)
        (self.platform, self.owed, self.haircut) = (platform, owed, haircut)
    }
}

/// Intervals of a group's shares, at the study's confidence; nil where nothing is estimated.
public struct LedgerIntervals: Hashable, Codable, Sendable {
    /// Entries below zero at some bar, had nobody liquidated, over all.
    public var unprotected: Interval?
    /// Entries liquidated over all.
    public var liquidated: Interval?
    /// Entries closed below zero over all.
    public var shortfall: Interval?
    /// Entries that owed something over all; nil, too, where nobody can owe.
    public var owed: Interval?
    /// Shortfall per margin paid in; nil where nothing was short.
    public var shortfallPerMargin: Interval?
    /// Owed per margin paid in; nil where nothing was owed.
    public var owedPerMargin: Interval?
    /// What was missing, and what each paid of it, over the notional of all; nil in documents without it.
    public var perNotional: MoneyIntervals?

    /// Intervals of the given parts.
    public init(
        unprotected: Interval? = nil, liquidated: Interval? = nil, shortfall: Interval? = nil, owed: Interval? = nil,
        shortfallPerMargin: Interval? = nil, owedPerMargin: Interval? = nil, perNotional: MoneyIntervals? = nil
    ) {
        (self.unprotected, self.liquidated, self.shortfall) = (unprotected, liquidated, shortfall)
        (self.owed, self.shortfallPerMargin, self.owedPerMargin) = (owed, shortfallPerMargin, owedPerMargin)
        self.perNotional = perNotional
    }
}

/// Intervals of amounts over one base, at the study's confidence; nil of an amount of which there was nothing.
public struct MoneyIntervals: Hashable, Codable, Sendable {
    /// How far below zero.
    public var shortfall: Interval?
    /// Paid by the insurance fund.
    public var fund: Interval?
    /// Paid by winners that were deleveraged.
    public var deleveraging: Interval?
    /// Paid by the day's winners.
    public var socialised: Interval?
    /// Borne by the platform.
    public var platform: Interval?
    /// Owed by the traders.
    public var owed: Interval?

    /// No intervals.
    public init() {}
}
