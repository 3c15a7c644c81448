/// What the entries of one block add up to.
public struct BehaviourBlock: Sendable {
    /// Entries of complete windows, and those of them whose equity has no bound.
    @usableFromInline var (entries, unbounded): (UInt32, UInt32) = (0, 0)
    /// Entries that were liquidated, and those that owe something that has a bound.
    @usableFromInline var (liquidated, owing): (UInt32, UInt32) = (0, 0)
    /// Entries whose windows were cut, and those that are not followed: see ``Unfollowed``.
    @usableFromInline var cut: UInt32 = 0
    @usableFromInline var (excluded, rejected, filtered): (UInt32, UInt32, UInt32) = (0, 0, 0)
    /// How many ended below zero, and the sum of the bounded shortfalls.
    @usableFromInline var negative = EventCount.zero
    @usableFromInline var shortfall = 0.0
    /// Those that lost more than half of the margin paid in, whose windows may have been cut after it, and the sum of the bounded equities
    /// of complete windows.
    @usableFromInline var lostHalf = EventCount.zero
    @usableFromInline var equity = 0.0

    /// None.
    @inlinable
    public init() {}
}

/// What is added up entry by entry over a block and over a chunk, before a tally takes it.
///
/// A tally is many columns, and most entries add only to a few sums; those stand side by side here. Added in the same order as a tally
/// would, so with the same bits.
public struct BehaviourSums: Sendable {
    @usableFromInline var block = BehaviourBlock()
    /// Sum of equities over the chunk.
    @usableFromInline var chunkEquity = 0.0
    /// How many of the chunk were closed by what, in the order of ``Closing``.
    @usableFromInline var closings = SIMD8<UInt32>.zero
    @usableFromInline var cost = BehaviourCost()
    /// Entries that gain when held, and have no bound otherwise.
    @usableFromInline var unboundedWinners = 0
    /// What entries of the chunk owe.
    @usableFromInline var owed = ExitSums()

    /// Whether what is owed is told with its causes and the most that it may be.
    @usableFromInline let isDetailed: Bool

    /// Nothing.
    public init(_ detail: TallyDetail = .all) { isDetailed = detail == .all }

    /// Adds an entry of a complete window.
    ///
    /// - Parameters:
    ///   - entry: how it ended.
    ///   - hodl: how holding ended.
    @inlinable
    public mutating func add(_ entry: SummedEntry, hodl: SummedEntry) {
        addEnd(entry)
        // Without a branch: whether holding gains is not to be guessed.
        let gains = hodl.gains && entry.isBounded
        let isClosed = !entry.isHeld && !(entry.isLiquidated && hodl.isLiquidated)
        cost.winnersClosed &+= gains && isClosed ? 1 : 0
        cost.forgone += gains ? hodl.equity - entry.equity : 0
        if !entry.isBounded, hodl.gains { unboundedWinners += 1 }
    }

    /// Adds an entry of a complete window that stands at its end, as when it is held: nothing is given away.
    @inlinable
    public mutating func addStanding(_ entry: SummedEntry) { addEnd(entry) }

    @inlinable
    @inline(__always)
    mutating func addEnd(_ entry: SummedEntry) {
        block.entries &+= 1
        count(entry.place)
        block.lostHalf += entry.lostHalf
        if entry.isBounded {
            block.equity += entry.equity
            chunkEquity += entry.equity
        } else {
            block.unbounded &+= 1
        }
    }

    /// Counts what closed an entry: one number in place, where a lane of a vector would be taken out and put back.
    @inlinable
    @inline(__always)
    mutating func count(_ place: Int) {
        withUnsafeMutablePointer(to: &closings) { lanes in
            UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: UInt32.self)[place] &+= 1
        }
    }

    /// Counts an entry that is not followed.
    @inlinable
    public mutating func add(_ unfollowed: Unfollowed) {
        switch unfollowed {
        case .excluded: block.excluded &+= 1
        case .rejected: block.rejected &+= 1
        case .filtered: block.filtered &+= 1
        }
    }

    /// Counts an entry whose window was cut.
    @inlinable
    public mutating func addCut() { block.cut &+= 1 }

    /// Counts an entry that lost more than half before its window was cut.
    @inlinable
    public mutating func addCutLostHalf(_ events: EventCount) { block.lostHalf += events }

    /// Counts an entry that was liquidated.
    @inlinable
    public mutating func addLiquidated() { block.liquidated &+= 1 }

    /// Adds what an entry owes, or that it has no bound.
    ///
    /// - Parameters:
    ///   - exit: how it ended.
    ///   - below: how much of it ended below −`tolerance`.
    ///   - isCut: whether its window was cut.
    @inlinable
    public mutating func addOwed(_ exit: EntryExit, _ below: EventCount, tolerance: Double, isCut: Bool) {
        let isBounded = exit.equity.isFinite
        if !isDetailed, isBounded {
            if below > 0 { owed.addBrief(exit.shortfall, below, isCut: isCut) }
        } else if isCut {
            owed.addCut(exit, tolerance: tolerance)
        } else if !isBounded {
            owed.add(exit, tolerance: tolerance)
        } else if below > 0 {
            owed.addShortfall(exit, below)
        }
        guard below > 0 else { return }
        block.negative += below
        guard isBounded else { return }
        block.owing &+= 1
        block.shortfall += exit.shortfall
    }

    /// Adds what holding leaves on an entry of a complete window that the behaviour makes.
    @inlinable
    public mutating func addHeld(_ hodl: SummedEntry) { cost.addHeld(hodl) }

    /// Takes all that is compared with holding from other sums.
    public mutating func takeCost(of other: BehaviourSums) { cost = other.cost }

    /// Takes from another behaviour of the cell what holding leaves on the entries that are made.
    public mutating func takeHeld(of other: BehaviourSums) { cost.takeHeld(of: other.cost) }

    /// Hands out the sums of a block, and begins the next.
    @inlinable
    public mutating func takeBlock() -> BehaviourBlock {
        let taken = block
        block = BehaviourBlock()
        return taken
    }
}

/// Why an entry is not followed.
public enum Unfollowed: Sendable {
    /// Nothing was seen of it.
    case excluded
    /// The platform would not have opened it.
    case rejected
    /// The behaviour does not make it.
    case filtered
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
        self.init(
            equity: entry.exit.equity, lostHalf: entry.lostHalf, negative: entry.exit.negative(tolerance: tolerance),
            entry.closing)
    }

    /// What is added of an entry of known figures.
    @inlinable
    public init(equity: Double, lostHalf: EventCount, negative: EventCount, _ closing: Closing) {
        (self.equity, self.lostHalf, self.negative) = (equity, lostHalf, negative)
        isBounded = equity.isFinite
        place = ClosingCounts.place(closing)
    }

    /// Whether it gains, by an amount that has a bound.
    @inlinable
    var gains: Bool { equity > 1 && isBounded }

    /// Whether a position stood at the end of its holding time.
    @inlinable
    var isHeld: Bool { place == 0 }

    /// Whether the platform closed it.
    @inlinable
    var isLiquidated: Bool { place == 1 }
}

extension BehaviourTally {
    /// Adds blocks of the sums of their entries.
    public mutating func append(_ blocks: UnsafeBufferPointer<BehaviourBlock>) {
        cell.append(blocks)
        filtered.append(blocks) { $0.filtered > 0 ? $0.filtered : nil }
        complete.append(blocks) { $0.entries > 0 ? $0.entries : nil }
        lostHalf.append(blocks) { $0.lostHalf > 0 ? $0.lostHalf : nil }
        equity.append(blocks) { $0.entries > $0.unbounded ? $0.equity : nil }
    }

    /// Takes the sums of the current chunk, and leaves none.
    public mutating func takeChunk(_ sums: inout BehaviourSums) {
        sums.owed.equity = sums.chunkEquity
        cell.takeChunk(sums.owed)
        closings += ClosingCounts(sums.closings)
        sums.cost.winners -= sums.unboundedWinners
        cost += sums.cost
        sums = BehaviourSums(sums.isDetailed ? .all : .estimated)
    }

    /// Takes all that is compared with holding from sums, as of a behaviour that is holding.
    public mutating func takeCost(of sums: BehaviourSums) { cost = sums.cost }

    /// Takes when holding ended below zero from its own tally: the same for every behaviour that makes all entries.
    public mutating func takeHeldNegative(of hodl: BehaviourTally) {
        heldNegativeTimes = DecidedEvents(hodl.cell.negativeTimes[0])
    }

    /// Adds holding that ended below zero on an entry that the behaviour makes, so many bar lengths after entry; nil for the end of the
    /// holding time.
    public mutating func addHeldNegative(_ below: EventCount, after bars: Int?) {
        heldNegativeTimes.add(below, after: bars)
    }

    /// Adds when entries were closed, of which sums know the rest.
    public mutating func add(_ closed: ClosedEvents) {
        cell.add(closed)
        lostHalfTimes.merge(closed.lostHalf)
    }

    /// Adds an entry below zero whose stop was reached, where that is known of it, and of which all else is said elsewhere.
    public mutating func addJump(_ entry: BehaviourEntry, _ below: EventCount, isCut: Bool) {
        if let day = entry.stopDay, below > 0 { jumps.add(entry, negative: below, day: day, isCut: isCut) }
    }

    /// Says when the window of an entry was cut that is counted elsewhere.
    public mutating func addCut(_ path: WatchedPath) { cell.addCut(path) }
}
