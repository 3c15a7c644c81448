import MarginModel

/// An account on its way through the moments of one entry.
struct AccountState {
    /// The legs; what is closed keeps its place.
    var positions: [LinearPosition]
    var carries: [Carry]
    var isOpen: [Bool]
    /// Legs that are open.
    var openCount: Int
    /// What closed legs left, their parts of the margin among it; quote currency.
    var realised = 0.0
    /// Coins of the collateral.
    var units = 0.0
    /// What the collateral was worth at the end; quote currency.
    var kept = 0.0
    /// Prices of the check at hand: legs, then the collateral.
    var prices: [Double]
    /// The moment and the check in it that come next.
    var moment: Int
    var check = Check.begin
    /// Which of the points of the law of fills is walked; nil while that does not matter.
    var point: Int?
    /// Whether it waits for a point.
    var isHeld = false
    /// The moment in which the platform first closed a leg, and the one in which it closed the last.
    var due: Int?
    var ended: Int?
    /// The moment in which the platform last closed a leg: what is left is checked at the starts of the movements that follow in it.
    var lastClosing: Int?
    /// Legs closed by the platform.
    var closedCount = 0
    /// The multiple of the time between two rebalancings that comes next, and the moment at which it does.
    var rebalances: Int64 = 1
    var rebalanceMoment = Int.max

    /// What is done in a moment, in this order.
    enum Check: Equatable {
        case begin
        case opens
        case movement(Int)
        case closes
        case end
    }

    /// Whether nothing is left to be followed.
    var isOver: Bool { openCount == 0 }

    /// Final equity, quote currency.
    var equity: Double { realised + kept }
}
