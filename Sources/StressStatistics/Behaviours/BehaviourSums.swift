/// What is added up entry by entry over a block and over a chunk, before a tally takes it.
///
/// A tally is many columns, and most entries add only to a few sums; those stand side by side here. Added in the same order as a tally
/// would, so with the same bits.
public struct BehaviourSums: Sendable {
    /// Entries of complete windows in the block, and those of them whose equity has a bound.
    @usableFromInline var (entries, bounded): (UInt32, UInt32) = (0, 0)
    /// Those of the block that lost more than half of the margin paid in, and the sum of their equities.
    @usableFromInline var lostHalf = EventCount.zero
    @usableFromInline var blockEquity = 0.0
    /// Sum of equities over the chunk.
    @usableFromInline var chunkEquity = 0.0
    /// How many of the chunk were closed by what, in the order of ``Closing``.
    @usableFromInline var closings = SIMD8<UInt32>.zero
    @usableFromInline var cost = BehaviourCost()

    /// Nothing.
    public init() {}

    /// Adds an entry of a complete window.
    ///
    /// - Parameters:
    ///   - entry: how it ended.
    ///   - hodl: how holding ended.
    @inlinable
    public mutating func add(_ entry: SummedEntry, hodl: SummedEntry) {
        entries &+= 1
        closings[entry.place] &+= 1
        lostHalf += entry.lostHalf
        if entry.isBounded {
            bounded &+= 1
            blockEquity += entry.equity
            chunkEquity += entry.equity
        }
        cost.add(entry, hodl: hodl)
    }

    /// Adds what holding leaves on an entry of a complete window that the behaviour makes.
    @inlinable
    public mutating func addHeld(_ hodl: SummedEntry) { cost.addHeld(hodl) }

    /// Takes all that is compared with holding from other sums.
    public mutating func takeCost(of other: BehaviourSums) { cost = other.cost }

    /// Takes from another behaviour of the cell what holding leaves on the entries that are made.
    public mutating func takeHeld(of other: BehaviourSums) { cost.takeHeld(of: other.cost) }
}

/// What an entry adds to sums.
public struct SummedEntry: Sendable {
    /// Its final equity, in parts of the margin paid in.
    public let equity: Double
    /// How much of it lost more than half of that margin, and how much ended below zero.
    public let lostHalf, negative: EventCount
    /// Whether its equity has a bound.
    public let isBounded: Bool
    @usableFromInline let place: Int

    /// What is added of an entry; below zero means below −`tolerance`.
    public init(_ entry: BehaviourEntry, tolerance: Double) {
        (equity, lostHalf) = (entry.exit.equity, entry.lostHalf)
        negative = entry.exit.negative(tolerance: tolerance)
        isBounded = equity.isFinite
        place = ClosingCounts.place(entry.closing)
    }

    /// Whether a position stood at the end of its holding time.
    @inlinable
    var isHeld: Bool { place == 0 }
}

extension BehaviourTally {
    /// Takes the sums of the current block, and leaves none.
    public mutating func takeBlock(_ sums: inout BehaviourSums) {
        if sums.entries > 0 {
            cell.add(entries: sums.entries)
            complete.add(sums.entries)
        }
        if sums.lostHalf > 0 { lostHalf.add(sums.lostHalf) }
        if sums.bounded > 0 { equity.add(sums.blockEquity) }
        (sums.entries, sums.bounded, sums.lostHalf, sums.blockEquity) = (0, 0, .zero, 0)
    }

    /// Takes the sums of the current chunk, and leaves none.
    public mutating func takeChunk(_ sums: inout BehaviourSums) {
        cell.add(equity: sums.chunkEquity)
        closings += ClosingCounts(sums.closings)
        cost += sums.cost
        sums = BehaviourSums()
    }

    /// Takes all that is compared with holding from sums, as of a behaviour that is holding.
    public mutating func takeCost(of sums: BehaviourSums) { cost = sums.cost }

    /// Adds what sums leave out of an entry of a complete window: that it was liquidated, ended below zero or has no bound.
    ///
    /// For the parameters see ``add(_:hodl:tolerance:path:closedAfter:)``.
    public mutating func addRest(_ entry: BehaviourEntry, tolerance: Double, liquidatedAfter: Int?, closedAfter: Int?) {
        cell.addRest(entry.exit, tolerance: tolerance, liquidatedAfter: liquidatedAfter, closedAfter: closedAfter)
        let negative = entry.exit.negative(tolerance: tolerance)
        if let day = entry.stopDay, negative > 0 { jumps.add(entry, negative: negative, day: day) }
    }
}
