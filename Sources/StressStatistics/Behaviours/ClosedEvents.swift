import StressBasics

/// When entries were liquidated, when those below zero and those that lost more than half were closed, and what is owed: the parts of a tally that are whole numbers, so
/// that they may be added in any order, and once for all holding times that an entry is closed in alike.
public struct ClosedEvents: Sendable {
    var liquidated: DurationHistogram
    var negative = TimedEvents()
    var lostHalf = DecidedEvents()
    var shortfalls = LogHistogram()
    /// Whether anything was added.
    var isEmpty = true

    private let isDetailed: Bool

    /// None; times are counted in bars of `barLength`.
    public init(barLength: TimeSpan, _ detail: TallyDetail = .all) {
        liquidated = DurationHistogram(unit: barLength)
        isDetailed = detail == .all
    }

    /// Adds a liquidation so many bar lengths after entry.
    public mutating func addLiquidated(after bars: Int) {
        liquidated.add(bars: bars)
        isEmpty = false
    }

    /// Adds an entry of which so much ended below zero, closed so many bar lengths after entry; nil for the end of the holding time.
    public mutating func addNegative(_ exit: EntryExit, _ below: EventCount, after bars: Int?) {
        let isBounded = exit.equity.isFinite
        negative.add(bars: bars, events: below, shortfall: isBounded ? exit.shortfall : nil)
        if isBounded, isDetailed { shortfalls.add(exit, below) }
        isEmpty = false
    }

    /// Adds an entry of which so much lost more than half, closed so many bar lengths after entry.
    @inline(__always)
    public mutating func addLostHalf(_ events: EventCount, after bars: Int) {
        lostHalf.add(events, after: bars)
        isEmpty = false
    }

    /// Adds those of `other`. O(bins).
    public mutating func merge(_ other: ClosedEvents) {
        guard !other.isEmpty else { return }
        liquidated.merge(other.liquidated)
        negative.merge(other.negative)
        lostHalf.merge(other.lostHalf)
        shortfalls.merge(other.shortfalls)
        isEmpty = false
    }
}

extension CellTally {
    /// Adds when entries were closed that are counted elsewhere.
    mutating func add(_ closed: ClosedEvents) {
        guard !closed.isEmpty else { return }
        timesToLiquidation.merge(closed.liquidated)
        negativeTimes[0].merge(closed.negative)
        shortfalls[0].merge(closed.shortfalls)
    }

    /// Adds blocks of the sums of their entries.
    mutating func append(_ blocks: UnsafeBufferPointer<BehaviourBlock>) {
        entries.append(blocks) { $0.entries + $0.cut > 0 ? $0.entries + $0.cut : nil }
        excluded.append(blocks) { $0.excluded > 0 ? $0.excluded : nil }
        rejected.append(blocks) { $0.rejected > 0 ? $0.rejected : nil }
        liquidated.append(blocks) { $0.liquidated > 0 ? $0.liquidated : nil }
        unprotected.appendNone(blocks.count)
        undecided.appendNone(blocks.count)
        negative[0].append(blocks) { $0.negative > 0 ? $0.negative : nil }
        blockShortfalls[0].append(blocks) { $0.owing > 0 ? $0.shortfall : nil }
    }

    /// Takes the sums of the current chunk, of which there are none yet.
    mutating func takeChunk(_ sums: ExitSums) { exits[0][exits[0].count - 1] = sums }

    /// Says when the window of an entry was cut that is counted elsewhere.
    mutating func addCut(_ path: WatchedPath) {
        if let cutAfter = path.cutAfter { cut.watched.add(bars: cutAfter) }
        if path.liquidatedAfter != nil { cut.liquidated += 1 }
    }
}

/// How much a tally of behaviours holds.
public enum TallyDetail: Hashable, Sendable {
    /// All that a cell's does.
    case all
    /// What ``BehaviourEstimate`` and its intervals ask for: without what shortfalls are made of, how they are spread and the largest.
    case estimated
}

extension BehaviourTally {
    /// The same with what is held of a detail.
    public func held(_ detail: TallyDetail) -> BehaviourTally {
        guard detail == .estimated else { return self }
        var copy = self
        copy.cell.shortfalls = copy.cell.shortfalls.map { _ in LogHistogram() }
        for chunk in copy.cell.exits[0].indices {
            copy.cell.exits[0][chunk].causes = ShortfallCauses()
            copy.cell.exits[0][chunk].largestShortfall = 0
        }
        return copy
    }
}
