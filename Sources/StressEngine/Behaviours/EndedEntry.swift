import StressStatistics

/// How an entry ended in a cell, as tallies take it: few bytes, for what holding leaves is read under every behaviour.
struct EndedEntry {
    let summed: SummedEntry
    /// What it owes, where some of it is below zero.
    let shortfall: Double
    let cause: Closing
    /// Whether a stop order was to have closed it at its level: see ``BehaviourEntry/stopDay``.
    var isPastStop: Bool
    /// Whether sums do not hold all of it.
    let isRare: Bool
    /// The bars in which it was closed, liquidated and filled; below 0 for none.
    let (closed, liquidated, filled): (Int32, Int32, Int32)
    /// Its place among the exits that a task keeps in full; below 0 where nobody asks what a shortfall is made of.
    fileprivate(set) var kept: Int32 = -1

    init(
        _ exit: EntryExit, _ cause: Closing, lostHalf: EventCount, closedBar: Int?, liquidationBar: Int?,
        filledBar: Int, isPastStop: Bool, tolerance: Double
    ) {
        summed = SummedEntry(
            equity: exit.equity, lostHalf: lostHalf, negative: exit.negative(tolerance: tolerance), cause)
        (shortfall, self.cause, self.isPastStop) = (exit.shortfall, cause, isPastStop)
        isRare = liquidationBar != nil || summed.negative > 0 || !summed.isBounded
        (closed, liquidated) = (Int32(closedBar ?? -1), Int32(liquidationBar ?? -1))
        filled = Int32(filledBar)
    }

    init(_ outcome: BehaviourOutcome, tolerance: Double) {
        self.init(
            outcome.exit, outcome.cause, lostHalf: outcome.lostHalf, closedBar: outcome.exit.closedBar,
            liquidationBar: outcome.liquidationBar, filledBar: outcome.filledBar, isPastStop: outcome.isPastStop,
            tolerance: tolerance)
    }

    /// Of a position that nothing closes.
    static let standing = EndedEntry(
        EntryExit(equity: 0), .horizon, lostHalf: .zero, closedBar: nil, liquidationBar: nil, filledBar: 0,
        isPastStop: false, tolerance: 0)

    /// Of figures that were summed without asking for more: nothing is owed.
    init(_ summed: SummedEntry, _ ending: BehaviourEnding) {
        (self.summed, shortfall, cause, isPastStop) = (summed, 0, ending.cause, ending.isPastStop)
        (isRare, liquidated) = (false, -1)
        (closed, filled) = (ending.cause == .horizon ? -1 : Int32(ending.bar), Int32(ending.prices.bar))
    }

    var closedBar: Int? { closed < 0 ? nil : Int(closed) }
    var liquidationBar: Int? { liquidated < 0 ? nil : Int(liquidated) }

    /// Whether the window that ends in a bar sees it closed: at its close somebody panics only where it is cut.
    @inline(__always)
    func isClosed(by last: Int, isCut: Bool) -> Bool {
        closed >= 0 && (Int(closed) < last || (Int(closed) == last && (isCut || cause != .panicked)))
    }

    /// Its exit without what the shortfall is made of.
    var exit: EntryExit {
        EntryExit(
            equity: summed.equity,
            spread: ShortfallSpread(negative: summed.negative, shortfall: shortfall),
            closedBar: closedBar)
    }
}

/// Exits in full, where tallies hold what shortfalls are made of.
struct KeptExits {
    let isDetailed: Bool
    private var exits: [EntryExit] = []
    /// How many belong to what is held.
    private var held = 0

    init(_ detail: TallyDetail) { isDetailed = detail == .all }

    /// How an entry ended, with its exit kept where that is asked for.
    mutating func ended(_ outcome: BehaviourOutcome, tolerance: Double) -> EndedEntry {
        keeping(EndedEntry(outcome, tolerance: tolerance), outcome.exit)
    }

    /// The same end, with its exit kept where that is asked for.
    @inline(__always)
    mutating func keeping(_ end: EndedEntry, _ exit: EntryExit) -> EndedEntry {
        guard isDetailed else { return end }
        var copy = end
        copy.kept = Int32(exits.count)
        exits.append(exit)
        return copy
    }

    /// The exit of an end, in full where it was kept.
    @inline(__always)
    func exit(_ end: EndedEntry) -> EntryExit { end.kept < 0 ? end.exit : exits[Int(end.kept)] }

    /// Forgets all but what is held.
    mutating func forget() { if exits.count > held { exits.removeLast(exits.count - held) } }

    /// Begins with other entries that are held.
    mutating func beginHeld() { (exits, held) = ([], 0) }

    /// All that is kept is held.
    mutating func endHeld() { held = exits.count }
}

/// What sums and tallies of one behaviour in one row of cells hold: one of each a holding time, side by side.
struct BehaviourColumn {
    /// The first of its places.
    let first: Int
    /// Whether what holding leaves is compared entry by entry: it is the same of all that make every entry.
    let takesHeld: Bool
    let tolerance: Double
}

/// Tallies of all cells and behaviours of a grid over one chunk, and what has not reached them yet. To be freed.
struct BehaviourStore {
    let tallies: UnsafeMutableBufferPointer<BehaviourTally>
    let sums: UnsafeMutableBufferPointer<BehaviourSums>
    /// What is closed alike in all holding times from one on, at the first of them; and what is of one alone.
    let (shared, lone): (UnsafeMutableBufferPointer<ClosedEvents>, UnsafeMutableBufferPointer<ClosedEvents>)

    /// Blocks of a tile, by holding time.
    private let blocks: UnsafeMutablePointer<BehaviourBlock>
    private let mostBlocks: Int

    init(
        count: Int, windows: Int, blocks: Int, _ tally: BehaviourTally, _ detail: TallyDetail, _ events: ClosedEvents
    ) {
        self.blocks = .allocate(capacity: windows * blocks)
        mostBlocks = blocks
        tallies = .allocate(capacity: count)
        sums = .allocate(capacity: count)
        (shared, lone) = (.allocate(capacity: count), .allocate(capacity: count))
        tallies.initialize(repeating: tally)
        sums.initialize(repeating: BehaviourSums(detail))
        shared.initialize(repeating: events)
        lone.initialize(repeating: events)
    }

    func free() {
        for place in tallies.indices {
            tallies.deinitializeElement(at: place)
            shared.deinitializeElement(at: place)
            lone.deinitializeElement(at: place)
        }
        tallies.deallocate()
        sums.deallocate()
        shared.deallocate()
        lone.deallocate()
        blocks.deallocate()
    }

    /// Takes the sums of a block of one cell.
    @inline(__always)
    func takeBlock(_ cell: Int, _ window: Int, _ block: Int) {
        (blocks + (window * mostBlocks + block)).initialize(to: sums[cell].takeBlock())
    }

    /// Adds the first of these blocks to the tally of the cell.
    func appendBlocks(_ cell: Int, _ window: Int, _ count: Int) {
        tallies[cell].append(UnsafeBufferPointer(start: blocks + window * mostBlocks, count: count))
    }

    /// Takes what is left of a chunk to the tallies of one column.
    func takeEvents(_ column: BehaviourColumn, _ count: Int) {
        var events = shared[column.first]
        for place in column.first..<column.first + count {
            if place > column.first { events.merge(shared[place]) }
            tallies[place].add(events)
            tallies[place].add(lone[place])
        }
    }
}
