/// What became of the positions of one class on one asset, opened on one day, or of any sum of such groups. Amounts are units of
/// ``Money``.
public struct LedgerSums: Hashable, Sendable {
    /// Positions that were opened.
    public var entries = 0
    /// Positions that the platform would not have opened.
    public var rejected = 0
    /// Of them, those that would have been below zero at some bar of their time, had nobody liquidated.
    public var unprotected = 0
    /// Closed by the platform before their time, or reduced.
    public var liquidated = 0
    /// Times that a position was reduced to a lower bracket; one may be reduced more than once.
    public var reductions = 0
    /// Closed below zero.
    public var shortfalls = 0
    /// Of those, the ones that still owed something when everybody had paid.
    public var owing = 0
    /// Of those that were short, the ones to which the fund paid something.
    public var fundPaid = 0
    /// To which deleveraged winners did.
    public var deleveragingPaid = 0
    /// To which the day's winners did.
    public var socialisedPaid = 0
    /// To which the platform did.
    public var platformPaid = 0
    /// Winners' positions that were closed, or reduced, against a shortfall; one may be met more than once.
    public var deleveraged = 0
    /// Of the entries, those that were met so at least once.
    public var deleveragedPositions = 0
    /// Initial margin of the entries.
    public var margin: Int128 = 0
    /// Notional of the entries.
    public var notional: Int128 = 0
    /// Notional of the rejected positions.
    public var rejectedNotional: Int128 = 0
    /// How far below zero; the sum of the five that follow.
    public var shortfall: Int128 = 0
    /// Paid by the fund.
    public var fund: Int128 = 0
    /// Paid by deleveraged winners.
    public var deleveraging: Int128 = 0
    /// Paid by the day's winners.
    public var socialised: Int128 = 0
    /// Borne by the platform.
    public var platform: Int128 = 0
    /// Owed by the traders.
    public var owed: Int128 = 0
    /// What its winners gave up to deleveraging.
    public var haircut: Int128 = 0

    /// Nothing.
    public init() {}

    /// Adds a position that is opened.
    @inline(__always)
    mutating func enter(margin: Int64, notional: Int64, isUnprotected: Bool) {
        entries += 1
        unprotected += isUnprotected ? 1 : 0
        self.margin += Int128(margin)
        self.notional += Int128(notional)
    }

    /// Adds a position that the platform does not open.
    mutating func reject(notional: Int64) {
        rejected += 1
        rejectedNotional += Int128(notional)
    }

    /// Takes note of what the fund paid of one shortfall.
    @inline(__always)
    mutating func addFund(_ paid: Int64) {
        fund += Int128(paid)
        fundPaid += paid > 0 ? 1 : 0
    }

    /// Adds another group.
    public static func += (sum: inout LedgerSums, other: LedgerSums) {
        sum.entries += other.entries
        sum.rejected += other.rejected
        sum.rejectedNotional += other.rejectedNotional
        sum.unprotected += other.unprotected
        sum.liquidated += other.liquidated
        sum.reductions += other.reductions
        sum.shortfalls += other.shortfalls
        sum.owing += other.owing
        sum.fundPaid += other.fundPaid
        sum.deleveragingPaid += other.deleveragingPaid
        sum.socialisedPaid += other.socialisedPaid
        sum.platformPaid += other.platformPaid
        sum.deleveraged += other.deleveraged
        sum.deleveragedPositions += other.deleveragedPositions
        sum.margin += other.margin
        sum.notional += other.notional
        sum.shortfall += other.shortfall
        sum.fund += other.fund
        sum.deleveraging += other.deleveraging
        sum.socialised += other.socialised
        sum.platform += other.platform
        sum.owed += other.owed
        sum.haircut += other.haircut
    }
}

/// One UTC day of a platform. Amounts are units of ``Money``.
public struct LedgerDay: Hashable, Sendable {
    /// Days since the epoch.
    public let day: Int64
    /// The fund at its end.
    public var balance: Int128 = 0
    /// The lowest the fund was.
    public var lowest: Int128 = 0
    /// What flowed into the fund, top-ups included.
    public var inflow: Int128 = 0
    /// What the fund paid.
    public var outflow: Int128 = 0
    /// What the day's losers were short of.
    public var shortfall: Int128 = 0
    /// What the fund could not pay of it.
    public var unpaid: Int128 = 0
    /// Positions below zero.
    public var shortfalls = 0
    /// Of them, those that the fund could not pay in full.
    public var unpaidShortfalls = 0
    /// What was taken from the day's realised profits.
    public var socialised: Int128 = 0
    /// What deleveraging did.
    public var deleveraging = DeleveragedDay()
}

/// What deleveraging did on a day. Amounts are units of ``Money``.
public struct DeleveragedDay: Hashable, Sendable {
    /// Positions of winners that were closed or reduced, every time counted.
    public var touched = 0
    /// Notional that was closed, at the fill.
    public var notional: Int128 = 0
    /// What the winners gave up.
    public var haircut: Int128 = 0
    /// The largest haircut of one.
    public var largest: Int64 = 0
    /// The middle one.
    public var median = 0.0
    /// Profit that the winners had when they were met.
    public var profit: Int128 = 0
    /// Profit that was closed.
    public var closedProfit: Int128 = 0

    /// Nothing.
    public init() {}
}

/// From the first unit that the fund could not pay to the end of the next day that it ends with more than its floor.
public struct ExhaustionEpisode: Hashable, Sendable {
    /// The bar in which it could not pay, milliseconds since the epoch.
    public let start: Int64
    /// The day that ended it; nil when the history ended first.
    public var lastDay: Int64?
    /// What it could not pay.
    public var unpaid: Int128 = 0
    /// Positions it could not pay in full.
    public var shortfalls = 0
}

/// Everything a platform's ledger has found.
public struct LedgerTally: Hashable, Sendable {
    /// By asset, class and the day of the entry, days counted among those of the asset with bars.
    public internal(set) var blocks: [[[LedgerSums]]] = []
    /// The days with bars, in order.
    public internal(set) var days: [LedgerDay] = []
    /// When the fund was empty, or had no more than its floor.
    public internal(set) var episodes: [ExhaustionEpisode] = []
    /// The accounts at the end.
    public internal(set) var books = Books()
    /// The lowest the fund ever was.
    public internal(set) var lowestFund: Int128 = 0
    /// Fees of opening and closing that were paid.
    public internal(set) var tradingFees: Int128 = 0
    /// Fees of liquidations that were paid.
    public internal(set) var liquidationFees: Int128 = 0
    /// The most notional that was ever open at the end of a bar, both sides together, at entry prices, quote currency.
    public internal(set) var mostOpen = 0.0
    /// For every shortfall, as they came (so those of a day are as many as ``LedgerDay/shortfalls``), in quote currency, what a fund would have needed at the beginning of its day to pay it and all before it: their
    /// sum, and the floor that the fund never goes below.
    public internal(set) var needs: [Double] = []

    /// One class on one asset.
    public func sums(asset: Int, group: Int) -> LedgerSums { LedgerTally.total(blocks[asset][group]) }

    /// One class on all assets.
    public func sums(group: Int) -> LedgerSums { LedgerTally.total(blocks.map { LedgerTally.total($0[group]) }) }

    /// All classes on one asset.
    public func sums(asset: Int) -> LedgerSums { LedgerTally.total(blocks[asset].map(LedgerTally.total)) }

    /// Everything.
    public var total: LedgerSums { LedgerTally.total(blocks.indices.map { sums(asset: $0) }) }

    /// Positions that the platform would not have opened.
    public var rejected: Int { total.rejected }

    /// Shortfalls that the fund could not pay in full.
    public var unpaidShortfalls: Int { days.reduce(0) { $0 + $1.unpaidShortfalls } }

    /// The sum of groups.
    public static func total(_ parts: [LedgerSums]) -> LedgerSums {
        var sum = LedgerSums()
        for part in parts { sum += part }
        return sum
    }
}
