import StressBasics
import StressStatistics
import StudyPlan

/// Who paid on one of the study's platforms, while its population lived through all price histories at once.
public struct LedgerResult: Hashable, Codable, Sendable {
    /// The platform.
    public var platform: String
    /// Its rules, as they were applied.
    public var safeguards: SafeguardRules
    /// What became of everybody; then of each history, each class, and each class on each history. Histories and classes are in the
    /// study's order.
    public var groups: [LedgerGroup]
    /// The UTC days with bars, in order.
    public var days: [LedgerDayRecord]
    /// When the fund could not pay.
    public var episodes: [ExhaustionRecord]
    /// The fund that would have been needed.
    public var needed: [FundNeeded]
    /// What every queue would have taken from whom, the platform's own among them; empty where the fund paid everything, so that no
    /// queue was ever asked.
    public var queues: [QueueResult]
    /// What the fund began with.
    public var fundStart: LedgerAmount
    /// The lowest it ever was.
    public var fundLowest: LedgerAmount
    /// What it ended with.
    public var fundEnd: LedgerAmount
    /// Positions the platform would not have opened.
    public var rejected: Int
    /// Fees, positions and the run without an impact; nil in documents that did not know them.
    public var figures: PlatformFigures?

    /// A result of the given parts.
    public init(
        platform: String, safeguards: SafeguardRules, groups: [LedgerGroup], days: [LedgerDayRecord],
        episodes: [ExhaustionRecord], needed: [FundNeeded], queues: [QueueResult], fundStart: LedgerAmount,
        fundLowest: LedgerAmount, fundEnd: LedgerAmount, rejected: Int,
        figures: PlatformFigures? = nil
    ) {
        (self.platform, self.safeguards, self.groups, self.days) = (platform, safeguards, groups, days)
        (self.episodes, self.needed, self.queues) = (episodes, needed, queues)
        (self.fundStart, self.fundLowest, self.fundEnd) = (fundStart, fundLowest, fundEnd)
        (self.rejected, self.figures) = (rejected, figures)
    }

    /// Everybody; nil only in a document that was tampered with.
    public var all: LedgerGroup? { groups.first { $0.asset == nil && $0.side == nil } }

    /// What became of a class on a history; nil where there is no such class.
    public func group(asset: String, side: Side, leverage: Leverage) -> LedgerGroup? {
        groups.first { $0.asset == asset && $0.side == side && $0.leverage == leverage }
    }
}

/// One UTC day of a platform.
public struct LedgerDayRecord: Hashable, Codable, Sendable {
    /// Its midnight.
    public var day: UTCInstant
    /// The fund at its end.
    public var balance: LedgerAmount
    /// The lowest the fund was in it.
    public var lowest: LedgerAmount
    /// What flowed into the fund, top-ups included.
    public var inflow: LedgerAmount
    /// What the fund paid.
    public var outflow: LedgerAmount
    /// What the day's losers were short of.
    public var shortfall: LedgerAmount
    /// What the fund could not pay of it.
    public var unpaid: LedgerAmount
    /// Positions closed below zero.
    public var shortfalls: Int
    /// Of them, those that the fund could not pay in full.
    public var unpaidShortfalls: Int
    /// What was taken from the day's realised profits.
    public var socialised: LedgerAmount

    /// A day of the given figures.
    public init(
        day: UTCInstant, balance: LedgerAmount, lowest: LedgerAmount, inflow: LedgerAmount, outflow: LedgerAmount,
        shortfall: LedgerAmount, unpaid: LedgerAmount, shortfalls: Int, unpaidShortfalls: Int, socialised: LedgerAmount
    ) {
        (self.day, self.balance, self.lowest, self.inflow) = (day, balance, lowest, inflow)
        (self.outflow, self.shortfall, self.unpaid) = (outflow, shortfall, unpaid)
        (self.shortfalls, self.unpaidShortfalls, self.socialised) = (shortfalls, unpaidShortfalls, socialised)
    }
}

/// From the first unit that the fund could not pay to the end of the next day that it ended with more than its floor.
public struct ExhaustionRecord: Hashable, Codable, Sendable {
    /// The bar in which it could not pay.
    public var start: UTCInstant
    /// Midnight of the day that ended it; nil when the history ended first.
    public var lastDay: UTCInstant?
    /// What it could not pay.
    public var unpaid: LedgerAmount
    /// Positions it could not pay in full.
    public var shortfalls: Int

    /// An episode of the given figures.
    public init(start: UTCInstant, lastDay: UTCInstant?, unpaid: LedgerAmount, shortfalls: Int) {
        (self.start, self.lastDay, self.unpaid, self.shortfalls) = (start, lastDay, unpaid, shortfalls)
    }
}

/// The fund at the beginning of a day that would have paid a share of the days, or of the shortfalls, in full.
public struct FundNeeded: Hashable, Codable, Sendable {
    /// What the share is of.
    public enum Basis: String, Hashable, Codable, Sendable, CaseIterable {
        /// Of the UTC days with bars.
        case days
        /// Of the positions closed below zero.
        case shortfalls
    }

    /// What the share is of.
    public var basis: Basis
    /// The share, 0 to 1.
    public var share: Double
    /// The fund, quote currency.
    public var amount: Double
    /// Its interval; nil where nothing bounds it, as of the largest.
    public var interval: Interval?
    /// How many days or shortfalls it stands on.
    public var count: Int

    /// A fund of the given figures.
    public init(basis: Basis, share: Double, amount: Double, interval: Interval?, count: Int) {
        (self.basis, self.share, self.amount, self.interval, self.count) = (basis, share, amount, interval, count)
    }
}

/// What one queue would have taken, everything else being the platform's.
public struct QueueResult: Hashable, Codable, Sendable {
    /// The queue.
    public var rule: DeleveragingRule
    /// Whether it is the platform's own.
    public var isOwn: Bool
    /// The days on which it closed winners, in order.
    public var days: [QueueDay]
    /// What each class gave, in the population's order.
    public var classes: [QueueClass]
    /// What it closed in all.
    public var total: QueueDay
    /// What traders owed in the end.
    public var owed: LedgerAmount

    /// A queue of the given parts.
    public init(
        rule: DeleveragingRule, isOwn: Bool, days: [QueueDay], classes: [QueueClass], total: QueueDay,
        owed: LedgerAmount
    ) {
        (self.rule, self.isOwn, self.days) = (rule, isOwn, days)
        (self.classes, self.total, self.owed) = (classes, total, owed)
    }
}

/// What a queue took on a day, or in all.
public struct QueueDay: Hashable, Codable, Sendable {
    /// Midnight of the day; nil for all of them.
    public var day: UTCInstant?
    /// Winners' positions closed or reduced; one may be met more than once.
    public var touched: Int
    /// Notional that was closed.
    public var notional: LedgerAmount
    /// What winners gave up.
    public var haircut: LedgerAmount
    /// The largest haircut of one meeting.
    public var largest: LedgerAmount
    /// The middle one, quote currency; nil of all days together.
    public var median: Double?
    /// Profit that the winners had when they were met.
    public var profit: LedgerAmount
    /// Winners' positions, each counted once however often it was met; nil of one day, and in documents that did not count it.
    public var positions: Int?

    /// Figures of the given parts.
    public init(
        day: UTCInstant?, touched: Int, notional: LedgerAmount, haircut: LedgerAmount, largest: LedgerAmount,
        median: Double?, profit: LedgerAmount, positions: Int? = nil
    ) {
        self.positions = positions
        (self.day, self.touched, self.notional, self.haircut) = (day, touched, notional, haircut)
        (self.largest, self.median, self.profit) = (largest, median, profit)
    }

    /// The part of their profit that the winners gave up; nil where none was met.
    public var profitShare: Double? { haircut.part(of: profit) }
}

/// What a queue took from one class.
public struct QueueClass: Hashable, Codable, Sendable {
    /// The direction.
    public var side: Side
    /// The leverage.
    public var leverage: Leverage
    /// Winners' positions closed or reduced.
    public var touched: Int
    /// What they gave up.
    public var haircut: LedgerAmount

    /// Figures of a class.
    public init(side: Side, leverage: Leverage, touched: Int, haircut: LedgerAmount) {
        (self.side, self.leverage, self.touched, self.haircut) = (side, leverage, touched, haircut)
    }
}

/// The same traders and prices on two platforms.
public struct PlatformDifference: Hashable, Codable, Sendable {
    /// What is compared.
    public enum Share: String, Hashable, Codable, Sendable, CaseIterable {
        /// Entries closed below zero.
        case shortfall
        /// Entries that owed something in the end.
        case owed
    }

    /// The platform.
    public var platform: String
    /// The one it is compared with.
    public var other: String
    /// The history; nil for all of them.
    public var asset: String?
    /// The class's direction; nil for all classes.
    public var side: Side?
    /// The class's leverage; nil for all classes.
    public var leverage: Leverage?
    /// What is compared.
    public var share: Share
    /// The platform's share less the other's.
    public var difference: DifferenceInference

    /// A difference of the given parts.
    public init(
        platform: String, other: String, asset: String?, side: Side?, leverage: Leverage?, share: Share,
        difference: DifferenceInference
    ) {
        (self.platform, self.other, self.asset) = (platform, other, asset)
        (self.side, self.leverage, self.share, self.difference) = (side, leverage, share, difference)
    }
}

/// Everything that a run found about who pays.
public struct LedgerResults: Hashable, Codable, Sendable {
    /// The study's platforms, in its order.
    public var platforms: [LedgerResult]
    /// Each further platform against the first.
    public var differences: [PlatformDifference]
    /// Histories that have a part in it, in the study's order; those that could not be read have none.
    public var assets: [String]

    /// Results of the given parts.
    public init(platforms: [LedgerResult], differences: [PlatformDifference], assets: [String]) {
        (self.platforms, self.differences, self.assets) = (platforms, differences, assets)
    }

    /// What became of a class on a platform; nil where there is none.
    public func group(platform: String, asset: String, side: Side, leverage: Leverage) -> LedgerGroup? {
        platforms.first { $0.platform == platform }?.group(asset: asset, side: side, leverage: leverage)
    }
}
