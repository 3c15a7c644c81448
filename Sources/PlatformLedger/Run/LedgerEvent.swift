/// Which position an event is about.
public struct LedgerPosition: Hashable, Sendable {
    /// Place of its asset.
    public let asset: Int
    /// Place of its class.
    public let group: Int
    /// The bar at whose close it was opened.
    public let entry: Int

    /// A position at a place.
    public init(asset: Int, group: Int, entry: Int) { (self.asset, self.group, self.entry) = (asset, group, entry) }
}

/// What happens on a platform, in the order in which it happens. Amounts are units of ``Money``.
public enum LedgerEvent: Hashable, Sendable {
    /// A position was closed, or what was left of it, by the platform in `bar` or at the close of its time; a shortfall is paid by the
    /// fund as far as `paidByFund`, and the rest waits.
    case closed(LedgerPosition, bar: Int, isLiquidation: Bool, equity: Int64, paidByFund: Int64)
    /// The platform has reduced a position in `bar` by so many coins, for fees of `fee`; what is left goes on with what that realised.
    case reduced(LedgerPosition, bar: Int, coins: Double, fee: Int64)
    /// A part of a winner was closed against the shortfall before it and gave up `haircut`.
    case deleveraged(LedgerPosition, haircut: Int64, part: Double)
    /// A day ended: what was taken from its winners, and what the fund holds.
    case dayEnded(socialised: Int64, fund: Int128)
}

/// Whoever watches a ledger.
public protocol LedgerSink: Sendable {
    /// The next event, and the accounts after it.
    mutating func add(_ event: LedgerEvent, _ books: Books)
}

/// Nobody.
public struct NoSink: LedgerSink {
    /// Watches nothing.
    public init() {}
    /// Forgets the event.
    @inlinable public mutating func add(_ event: LedgerEvent, _ books: Books) {}
}
