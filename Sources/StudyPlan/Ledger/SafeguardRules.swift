import StressBasics

/// The ranking by which open winners are closed against a bankrupt position; the raw value is the study's word.
public enum DeleveragingRule: String, Hashable, Codable, Sendable, CaseIterable {
    /// Profit on the entry value times effective leverage.
    case bitmex
    /// Profit on the margin times the margin ratio.
    case binance
    /// Price ratio times notional over account value.
    case hyperliquid
    /// The profit of what is open.
    case profit
    /// All winners at once, by their coins.
    case proRata = "pro_rata"
    /// The largest profits first, down to a common level. No venue's.
    case least
}

/// When deleveraging begins before the fund is empty (OKX's rule).
public struct EarlyDeleveraging: Hashable, Codable, Sendable {
    /// How far the fund has fallen from its highest balance, a fraction above 0 and at most 1.
    public let fall: Double
    /// Over how long the highest balance is looked for.
    public let within: TimeSpan

    /// A rule of the given parts.
    public init(fall: Double, within: TimeSpan) { (self.fall, self.within) = (fall, within) }
}

/// The insurance fund's rules; amounts in quote currency.
public struct FundRules: Hashable, Codable, Sendable {
    /// What it begins with, 0 or more.
    public var amount: Double
    /// What it begins with instead: as much as all traders pay in so many days for opening and closing; nil for ``amount``.
    public var daysOfFees: Double?
    /// What it never goes below, 0 or more.
    public var floor: Double
    /// At the end of a day a balance below `below` is raised to `to` by the platform; nil for never.
    public var topUp: TopUp?

    /// When the platform fills the fund up.
    public struct TopUp: Hashable, Codable, Sendable {
        /// The balance below which it does.
        public let below: Double
        /// What it raises the balance to.
        public let to: Double

        /// A top-up of the given parts.
        public init(below: Double, to: Double) { (self.below, self.to) = (below, to) }
    }

    /// A fund of the given parts.
    public init(amount: Double = 0, floor: Double = 0, topUp: TopUp? = nil) {
        (self.amount, self.floor, self.topUp) = (amount, floor, topUp)
    }
}

/// How liquidations move the price at which later ones of the same history are filled.
///
/// What was liquidated in a bar of a side counts as one order, so that nothing depends on how many positions it is shared by: it moves
/// the log price by `γ σ √(notional / depth)`, down for longs and up for shorts, and `σ` is the bar's own volatility.
public struct LiquidationImpact: Hashable, Codable, Sendable {
    /// `γ`, 0 or more: the move in deviations of the bar where as much as ``depth`` was liquidated.
    public let gamma: Double
    /// Notional, quote currency, above 0.
    public let depth: Double
    /// After how long half of a move is left.
    public let halfLife: TimeSpan
    /// How often a bar is looked through for positions that are due, 1 or more; once is without those that others made due.
    public let maxRounds: Int

    /// An impact of the given parts.
    public init(gamma: Double, depth: Double, halfLife: TimeSpan, maxRounds: Int) {
        (self.gamma, self.depth, self.halfLife, self.maxRounds) = (gamma, depth, halfLife, maxRounds)
    }
}

/// Who bears what no safeguard has paid; the raw value is the study's word.
public enum Recourse: String, Hashable, Codable, Sendable, CaseIterable {
    /// The trader owes it.
    case trader
    /// The platform bears it: negative-balance protection.
    case platform
}

/// A platform's safeguards, in the order in which they pay.
public struct SafeguardRules: Hashable, Codable, Sendable {
    /// The insurance fund.
    public var fund = FundRules()
    /// The part of a liquidation's surplus that goes to the fund, 0 to 1; the rest is the trader's.
    public var surplusToFund = 1.0
    /// The part of the liquidation fee that goes to the fund, 0 to 1; the rest is the platform's.
    public var feeToFund = 1.0
    /// The queue of winners; nil for none.
    public var deleveraging: DeleveragingRule?
    /// When deleveraging comes before the fund; nil for never.
    public var early: EarlyDeleveraging?
    /// The part of a day's realised profits that may be taken for the day's uncovered losses, 0 to 1; nil for none.
    public var socialisedCap: Double?
    /// Who bears the rest.
    public var recourse = Recourse.trader
    /// What liquidations do to the price; nil for nothing.
    public var impact: LiquidationImpact?

    /// No safeguards: losers owe.
    public init() {}

    /// The same rules with another queue.
    public func replacing(deleveraging: DeleveragingRule?) -> SafeguardRules {
        var copy = self
        copy.deleveraging = deleveraging
        return copy
    }

    /// The same rules where liquidations move no price.
    public var withoutImpact: SafeguardRules {
        var copy = self
        copy.impact = nil
        return copy
    }
}
