import StressBasics

/// Several linear positions that are opened together, and how they are margined: whether spreading helps is the difference between two of
/// ``AccountMode``.
///
/// Leverages, holding times and platforms are the grid's: at a notional `N0` and a leverage `L` the account holds `M = N0/L`.
public struct Basket: Hashable, Sendable {
    /// The name in outputs.
    public var name: String
    /// The positions; their shares add up to 1.
    public var legs: [BasketLeg]
    /// How the legs are margined, without repeats: each in rows of its own.
    public var modes = AccountMode.allCases
    /// What is taken to happen inside bars.
    public var path = BarPath.sides
    /// What the platform closes of an account that is due.
    public var closing = AccountClosing.all
    /// How often the legs are brought back to their shares; nil for never.
    public var rebalance: TimeSpan?
    /// What the margin is held in; nil for the quote currency.
    public var collateral: BasketCollateral?

    /// A basket of the given legs, in an account of every mode.
    public init(name: String, legs: [BasketLeg]) { (self.name, self.legs) = (name, legs) }

    /// The price histories that it needs: those of the legs in their order, then the collateral's.
    public var assets: [String] { legs.map(\.asset) + (collateral.map { [$0.asset] } ?? []) }
}

/// One position of a basket.
public struct BasketLeg: Hashable, Sendable {
    /// Its price history.
    public var asset: String
    /// Its direction.
    public var side: Side
    /// Its part of the notional, above 0 and at most 1.
    public var share: Double
    /// A maintenance rate in place of the platform's brackets; nil for those.
    public var rate: Double?

    /// A leg of the given figures.
    public init(asset: String, side: Side, share: Double, rate: Double? = nil) {
        (self.asset, self.side, self.share, self.rate) = (asset, side, share, rate)
    }
}

/// An asset that margin is held in.
public struct BasketCollateral: Hashable, Sendable {
    /// Its price history.
    public var asset: String
    /// The part of its worth that the platform leaves out of its checks, at least 0 and below 1.
    public var haircut: Double

    /// Collateral of the given figures.
    public init(asset: String, haircut: Double = 0) { (self.asset, self.haircut) = (asset, haircut) }
}

/// How the legs of a basket are margined. The raw value is what studies say.
public enum AccountMode: String, Hashable, Codable, Sendable, CaseIterable {
    /// Everything in the first leg, which is what spreading is compared with.
    case alone
    /// Every leg in an account of its own, with its share of the margin.
    case isolated
    /// All legs in one account.
    case cross
}

/// What is taken to happen between the open and the close of bars that several series have at the same moment. The raw value is what
/// studies say.
public enum BarPath: String, Hashable, Codable, Sendable, CaseIterable {
    /// What falls hurt first: longs and collateral to their lows, then shorts to their highs.
    case sides
    /// All to their lows, then all to their highs.
    case together
    /// Each series alone to its adverse extreme, in the order of the study, the collateral last.
    case apart
    /// All to their adverse extremes at once: nothing can be due earlier.
    case adverse
}

/// What the platform closes of an account that is due. The raw value is what studies say.
public enum AccountClosing: String, Hashable, Codable, Sendable, CaseIterable {
    /// Every leg.
    case all
    /// The leg that has lost most, and the next, while what is left is due.
    case worst
}
