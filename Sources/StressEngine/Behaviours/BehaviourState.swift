import MarginModel
import StressStatistics

/// Where what is seen of a window ends: at the close at which the holding time does, or where the window is cut.
struct WindowEnd {
    let last: Int
    let isCut: Bool
}

/// The ends of several windows of one entry. What is cut ends in the same bar, whatever the holding time.
struct WindowEnds {
    /// The last bar of each, rising.
    var lasts: ArraySlice<Int>
    /// The place of the first that is cut, and of all after it.
    let cut: Int

    /// That of the window at a place.
    func end(_ place: Int) -> WindowEnd { WindowEnd(last: lasts[place], isCut: place >= cut) }
}

/// What closes a position, before anybody asks what that leaves.
struct BehaviourEnding {
    /// What it goes through; of a platform that closes step by step, unused.
    var prices: ExitPrices
    /// Fees of it, in parts of the traded notional.
    var feeRate: Double
    var cause: Closing
    /// The bar of the cause.
    var bar: Int
    var isStepwise = false
    /// Whether a stop order was to have closed it before: one that was met, or stood before the trigger when the platform closed it.
    var isPastStop = false
}

/// A position of a trader with a behaviour, on its way through the bars.
struct BehaviourState<Position: KernelPosition> {
    var position: Position
    var carry = Carry.none
    /// The bar at whose close it was opened.
    let entry: Int
    /// The last bar of its window; of the nearest window that it has not left, where several are followed at once.
    var last: Int
    /// Whether the window is cut there, so that nobody closes what still stands.
    var isCut: Bool
    /// `P0`: the price of the first purchase.
    let entryPrice: Double
    /// The best close since entry, the entry price among them.
    var best: Double
    /// The first limit order that was not filled yet.
    var nextExit = 0
    /// The part of the opened position that stands.
    var standing = 1.0
    /// What parts that were sold gave, and the margin that had backed them; in the margin's unit.
    var realised = 0.0
    var released = 0.0
    /// Instalments bought, and top-ups paid.
    var bought = 1
    var paid = 0
    /// The bar before whose checks margin is paid in; nil while nobody called.
    var dueTopUp: Int?
    /// Initial margin of the whole position, of which top-ups are multiples.
    let wholeMargin: Double
    /// What closed it; nil while it stands.
    var ending: BehaviourEnding?
    /// Filled in where somebody wants to see them.
    var events: [BehaviourEvent]?

    init(_ position: Position, entry: Int, to end: WindowEnd, entryPrice: Double, parts: Int) {
        (self.position, self.entry, self.entryPrice) = (position, entry, entryPrice)
        (last, isCut) = (end.last, end.isCut)
        best = entryPrice
        wholeMargin = position.initialMargin * Double(parts)
    }

    mutating func note(
        _ kind: BehaviourEvent.Kind, _ bar: Int, level: Double, price: Double, _ cause: Closing? = nil
    ) {
        events?.append(BehaviourEvent(kind: kind, bar: bar, level: level, price: price, cause: cause))
    }

    /// The position as its trader sees it: with what parts of it gave, and all margin that was paid in.
    var account: Position {
        guard released != 0 else { return position }
        var account = position
        account.credit(realised, margin: released, carry)
        return account
    }
}
