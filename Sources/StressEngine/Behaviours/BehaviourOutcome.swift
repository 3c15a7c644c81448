import StressStatistics

/// What became of one entry of a trader with a behaviour. Amounts are in parts of the margin paid in.
public struct BehaviourOutcome: Hashable, Sendable {
    /// How it ended; the bar in which it was closed is nil only at the end of the holding time.
    public internal(set) var exit: EntryExit
    /// What closed it.
    public internal(set) var cause: Closing
    /// The bar of the first liquidation; nil without one.
    public internal(set) var liquidationBar: Int?
    /// How much of it ended with less than half of the margin paid in: all, nothing or a probability.
    public internal(set) var lostHalf: EventCount
    /// The margin paid in, in times of the initial margin of the whole position.
    public internal(set) var paidIn: Double
    /// Whether a stop order was to have closed it at its level: see ``BehaviourEntry/stopDay``.
    var isPastStop = false
    /// The bar in which its exit was filled.
    var filledBar: Int
    /// Positions opened after the first.
    public internal(set) var reentries = 0
}

/// Something that happened to a position on its way, for whoever wants to see it.
public struct BehaviourEvent: Hashable, Sendable {
    /// What happened. The raw value is what outputs print.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The platform called for margin, at the close.
        case call
        /// Margin was paid in, before the checks of the bar.
        case topUp = "top_up"
        /// An instalment was bought, at the close.
        case instalment
        /// A part was sold by a limit order.
        case partSold = "part_sold"
        /// The position was closed.
        case closed
        /// A new position was opened, at the close.
        case reentered
    }

    /// What happened.
    public var kind: Kind
    /// The bar.
    public var bar: Int
    /// The level that was met, or the close; quote currency per coin.
    public var level: Double
    /// What was got or paid, slippage included; quote currency per coin.
    public var price: Double
    /// What closed the position; nil for anything else.
    public var cause: Closing?
}
