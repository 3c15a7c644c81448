import StressBasics

/// What became of the entries of one cell under one behaviour: a cell's tally, what closed positions, and what is compared with holding.
///
/// Tallies of consecutive runs of whole chunks join by ``append(_:)`` and have the same bits however the chunks were shared out.
public struct BehaviourTally: Hashable, Sendable {
    /// What a cell counts, under its own fill rule alone.
    public internal(set) var cell: CellTally
    /// Entries that the behaviour does not make.
    public internal(set) var filtered = BlockCounts()
    /// Entries of complete windows.
    public internal(set) var complete = BlockCounts()
    /// Entries that ended with less than half of the margin paid in, of complete windows and of those that were cut after it.
    public internal(set) var lostHalf = BlockEvents()
    /// When those of them were closed that did not stand at the end of the holding time.
    public internal(set) var lostHalfTimes = DecidedEvents()
    /// Sums of the bounded final equities of complete windows, in parts of the margin paid in.
    public internal(set) var equity = BlockSums()
    /// What closed those of complete windows.
    public internal(set) var closings = ClosingCounts()
    /// What they gave away.
    public internal(set) var cost = BehaviourCost()
    /// When holding ended below zero on the entries that the behaviour makes; empty for holding itself.
    public internal(set) var heldNegativeTimes = DecidedEvents()
    /// Entries that a stop did not keep above zero.
    public internal(set) var jumps = StopJumps()

    /// An empty tally; times are counted in bars of `barLength`.
    public init(barLength: TimeSpan) { cell = CellTally(roles: [.chosen], barLength: barLength) }

    /// Starts the next chunk; a block must follow.
    public mutating func beginChunk() { cell.beginChunk() }

    /// Starts the next time block of the current chunk.
    public mutating func beginBlock() {
        cell.beginBlock()
        filtered.beginBlock()
        complete.beginBlock()
        lostHalf.beginBlock()
        equity.beginBlock()
    }

    /// Counts an entry of which nothing was seen.
    public mutating func addExcluded() { cell.addExcluded() }

    /// Counts an entry that the platform would not have opened.
    public mutating func addRejected() { cell.addRejected() }

    /// Counts an entry that the behaviour does not make.
    public mutating func addFiltered() { filtered.increment() }

    /// Adds a watched entry to the current block.
    ///
    /// - Parameters:
    ///   - entry: how it ended.
    ///   - hodl: how holding ended; nil for holding itself.
    ///   - tolerance: below zero means below minus this.
    ///   - path: when things happened to it.
    ///   - closedAfter: bar lengths from entry to its closing; nil at the end of the holding time.
    public mutating func add(
        _ entry: BehaviourEntry, hodl: HeldEnd?, tolerance: Double, path: WatchedPath, closedAfter: Int?
    ) {
        cell.add([entry.exit], tolerance: tolerance, path: path, closings: [closedAfter])
        let isCut = path.cutAfter != nil
        if let hodl, !isCut || hodl.closedAfter != nil { addHeld(hodl, tolerance: tolerance) }
        // What an entry that still stands where its window is cut would have lost is not known.
        if !isCut || closedAfter != nil {
            if entry.lostHalf > 0 { lostHalf.add(entry.lostHalf) }
            if let closedAfter, entry.lostHalf > 0 { lostHalfTimes.add(entry.lostHalf, after: closedAfter) }
            addJump(entry, entry.exit.negative(tolerance: tolerance), isCut: isCut)
        }
        guard !isCut else { return }
        complete.increment()
        closings.add(entry.closing)
        if entry.exit.equity.isFinite { equity.add(entry.exit.equity) }
        if let hodl { cost.add(entry, hodl: hodl) }
    }

    private mutating func addHeld(_ hodl: HeldEnd, tolerance: Double) {
        let below = hodl.exit.negative(tolerance: tolerance)
        if below > 0 { heldNegativeTimes.add(below, after: hodl.closedAfter) }
    }

    /// Adds the blocks of `later`, which follow this tally's blocks in time.
    public mutating func append(_ later: BehaviourTally) {
        cell.append(later.cell)
        filtered.append(later.filtered)
        complete.append(later.complete)
        lostHalf.append(later.lostHalf)
        lostHalfTimes.merge(later.lostHalfTimes)
        equity.append(later.equity)
        heldNegativeTimes.merge(later.heldNegativeTimes)
        closings += later.closings
        cost += later.cost
        jumps += later.jumps
    }

    /// Mean final equity over complete windows, in parts of the margin paid in; nil without one.
    public var meanEquity: Double? {
        let entries = complete.total
        return entries > 0 ? equity.array.reduce(0, +) / Double(entries) : nil
    }

    /// The share that lost more than half of what was paid in, each event weighed by who was watched as long: those below zero are among
    /// them, so that it is never the smaller.
    public var lostHalfFrequency: Double {
        var events = lostHalfTimes
        events.atHorizon = lostHalf.array.reduce(.zero, +) - lostHalfTimes.total
        return cell.exposure.share(events)
    }

    /// Block sums of the entries that lost more than half of what was paid in.
    public var lostHalfShare: BlockShare { cell.share(lostHalf.array.map(\.value), lostHalfFrequency) }

    /// The share below zero of holding on the entries that the behaviour makes: where it makes all, that of holding, bit for bit.
    public var heldNegativeShare: Double { cell.exposure.share(heldNegativeTimes) }

    /// Block sums of final equity over complete windows.
    public var equityShare: BlockShare { BlockShare(events: equity.array, entries: complete.array) }
}

/// How one watched entry ended.
public struct BehaviourEntry: Hashable, Sendable {
    /// Its exit, in parts of the margin paid in.
    public var exit: EntryExit
    /// What closed it.
    public var closing: Closing
    /// How much of it lost more than half of the margin paid in.
    public var lostHalf: EventCount
    /// The UTC day on which it was closed by a stop order, or by the platform past one that stood before the trigger, in days since 1970;
    /// nil otherwise.
    public var stopDay: Int?

    /// An entry of the given figures.
    public init(exit: EntryExit, closing: Closing, lostHalf: EventCount, stopDay: Int? = nil) {
        (self.exit, self.closing, self.lostHalf, self.stopDay) = (exit, closing, lostHalf, stopDay)
    }
}

/// How holding ended on an entry.
public struct HeldEnd: Hashable, Sendable {
    /// Its exit, in parts of the margin.
    public var exit: EntryExit
    /// What closed it.
    public var closing: Closing
    /// Bar lengths from entry to its closing; nil at the end of the holding time.
    public var closedAfter: Int?

    /// An end of the given figures.
    public init(exit: EntryExit, closing: Closing, closedAfter: Int?) {
        (self.exit, self.closing, self.closedAfter) = (exit, closing, closedAfter)
    }
}

/// What closes a position. The raw value is what outputs print.
public enum Closing: String, Hashable, Codable, Sendable, CaseIterable {
    /// The end of the holding time.
    case horizon
    /// The platform.
    case liquidated
    /// A stop order at a fixed price.
    case stopped
    /// A stop order that followed the price.
    case trailed
    /// The last limit order of an exit plan.
    case tookProfit = "took_profit"
    /// The trader, who could not bear it.
    case panicked
}

/// How many entries of complete windows were closed by what.
public struct ClosingCounts: Hashable, Sendable {
    private var counts = [Int](repeating: 0, count: Closing.allCases.count)

    /// None.
    public init() {}

    /// Counts in the order of ``Closing``.
    init(_ counts: SIMD8<UInt32>) { for place in self.counts.indices { self.counts[place] = Int(counts[place]) } }

    @inlinable
    static func place(_ closing: Closing) -> Int {
        switch closing {
        case .horizon: 0
        case .liquidated: 1
        case .stopped: 2
        case .trailed: 3
        case .tookProfit: 4
        case .panicked: 5
        }
    }

    /// Entries closed by it. O(1).
    public subscript(closing: Closing) -> Int { counts[ClosingCounts.place(closing)] }

    mutating func add(_ closing: Closing) { counts[ClosingCounts.place(closing)] += 1 }

    static func += (a: inout ClosingCounts, b: ClosingCounts) {
        for place in a.counts.indices { a.counts[place] += b.counts[place] }
    }
}

/// What holding would have left on the entries of complete windows that a behaviour makes, and what the behaviour costs where that is a
/// gain.
public struct BehaviourCost: Hashable, Sendable {
    /// Entries that gain when held.
    public var winners = 0
    /// Those of them that the behaviour closes before the end of the holding time; not those that the platform closes under both.
    public var winnersClosed = 0
    /// Sum of what holding leaves more than the behaviour, over those that gain when held; less than 0 where the behaviour leaves more.
    public var forgone = 0.0
    /// Entries whose equity has a bound when held, and the sum of their final equities.
    public var held = 0
    /// See ``held``.
    public var heldEquity = 0.0

    /// Nothing.
    public init() {}

    mutating func add(_ entry: BehaviourEntry, hodl: HeldEnd) {
        let equity = hodl.exit.equity
        if equity.isFinite {
            held += 1
            heldEquity += equity
        }
        guard equity > 1, equity.isFinite, entry.exit.equity.isFinite else { return }
        winners += 1
        let isPlatforms = entry.closing == .liquidated && hodl.closing == .liquidated
        if entry.closing != .horizon, !isPlatforms { winnersClosed += 1 }
        forgone += equity - entry.exit.equity
    }

    /// What holding leaves, of one that gains among ``winners``.
    @inlinable
    mutating func addHeld(_ hodl: SummedEntry) {
        guard hodl.isBounded else { return }
        winners &+= hodl.gains ? 1 : 0
        held &+= 1
        heldEquity += hodl.equity
    }

    mutating func takeHeld(of other: BehaviourCost) {
        winners = other.winners
        (held, heldEquity) = (other.held, other.heldEquity)
    }

    static func += (a: inout BehaviourCost, b: BehaviourCost) {
        a.winners += b.winners
        a.winnersClosed += b.winnersClosed
        a.forgone += b.forgone
        a.held += b.held
        a.heldEquity += b.heldEquity
    }
}
