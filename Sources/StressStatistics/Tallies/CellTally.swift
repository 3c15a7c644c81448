import StressBasics

/// What happened to the entries of one cell, before any exit price is chosen.
public struct WindowCounts: Hashable, Sendable {
    /// Entries that were held: neither excluded nor rejected.
    public var entries = 0
    /// Entries without a whole window, those in ``cut`` among them.
    public var excluded = 0
    /// Entries that the platform would not have opened.
    public var rejected = 0
    /// Held entries that were liquidated.
    public var liquidated = 0
    /// Held entries whose equity was below zero at some bar, had nobody liquidated.
    public var unprotected = 0
    /// Entries whose window was cut by a gap or by the end of the history, and that were watched up to there.
    public var cut = 0
    /// Those of them that were liquidated while they were watched.
    public var cutLiquidated = 0
    /// Those of them whose equity was below zero while they were watched, had nobody liquidated.
    public var cutUnprotected = 0
    /// Held entries that end below zero under the worst fill and not under the best: what happened inside the bars, which
    /// they do not tell, decides. Counted only where both fills are evaluated.
    public var undecided = 0

    /// All zero.
    public init() {}

    /// Entries that were watched, to the end of their window or to where it was cut.
    public var watched: Int { entries + cut }
}

/// Which question a fill rule answers.
public enum FillRole: String, Hashable, Sendable, CaseIterable {
    /// The cell's own rule.
    case chosen
    /// Nobody can be filled worse inside the bar.
    case worst
    /// The trigger price itself.
    case best
    /// What could be had at once.
    case gap
}

/// How the held entries of one chunk of time blocks ended, under one fill rule. Sums are in parts of the initial margin.
public struct ExitSums: Hashable, Sendable {
    /// Entries that ended below zero, those whose window was cut among them.
    public var negative = EventCount.zero
    /// Those of them whose shortfall has no bound; they are in no sum.
    public var unboundedNegative = 0
    /// Entries of complete windows whose gain has no bound; they are in no sum.
    public var unboundedPositive = 0
    /// Of ``negative``, those whose window was cut.
    public var cutNegative = EventCount.zero
    /// Of ``unboundedNegative``, those whose window was cut.
    public var cutUnbounded = 0
    /// Sum of the bounded shortfalls.
    public var shortfall = 0.0
    /// Largest bounded shortfall; 0 when there are none.
    public var largestShortfall = 0.0
    /// What the bounded shortfalls are made of.
    public var causes = ShortfallCauses()
    /// Sum of the bounded final equities of the entries of complete windows.
    public var equity = 0.0

    /// All zero.
    public init() {}

    /// Entries that ended below zero by an amount that has a bound.
    var boundedNegative: Double { negative.value - Double(unboundedNegative) }

    /// Adds one entry. Below zero means below −`tolerance`.
    @inlinable
    public mutating func add(_ exit: EntryExit, tolerance: Double) {
        let below = exit.negative(tolerance: tolerance)
        guard exit.equity.isFinite else {
            negative += below
            if below > 0 { unboundedNegative += 1 } else { unboundedPositive += 1 }
            return
        }
        equity += exit.equity
        if below > 0 { addShortfall(exit, below) }
    }

    /// Adds an entry whose window was cut and that was closed before: only what it owes is known to matter.
    @inlinable
    public mutating func addCut(_ exit: EntryExit, tolerance: Double) {
        let below = exit.negative(tolerance: tolerance)
        guard below > 0 else { return }
        cutNegative += below
        if exit.equity.isFinite { return addShortfall(exit, below) }
        negative += below
        unboundedNegative += 1
        cutUnbounded += 1
    }

    /// The same sums, of entries whose windows were cut.
    public var asCut: ExitSums {
        var copy = self
        (copy.cutNegative, copy.cutUnbounded) = (negative, unboundedNegative)
        return copy
    }

    /// Adds an entry of which so much ended below zero, with a bound, and whose equity is counted elsewhere.
    @inlinable
    public mutating func addShortfall(_ exit: EntryExit, _ below: EventCount) {
        negative += below
        shortfall += exit.shortfall
        causes += exit.causes
        largestShortfall = max(largestShortfall, exit.spread?.largest ?? -exit.equity)
    }

    /// Adds an entry of which a law leaves a part below zero, with a bound, and whose equity is counted elsewhere.
    @inlinable
    public mutating func addShortfall(_ spread: ShortfallSpread, _ causes: ShortfallCauses) {
        negative += spread.negative
        shortfall += spread.shortfall
        self.causes += causes
        largestShortfall = max(largestShortfall, spread.largest)
    }

    /// Adds an entry of which so much ended below zero, with a bound, without causes.
    @inlinable
    mutating func addBrief(_ owed: Double, _ below: EventCount, isCut: Bool) {
        if isCut { cutNegative += below }
        negative += below
        shortfall += owed
    }

    /// Adds the sums of another chunk.
    public static func += (a: inout ExitSums, b: ExitSums) {
        a.negative += b.negative
        a.unboundedNegative += b.unboundedNegative
        a.unboundedPositive += b.unboundedPositive
        a.cutNegative += b.cutNegative
        a.cutUnbounded += b.cutUnbounded
        a.shortfall += b.shortfall
        a.largestShortfall = max(a.largestShortfall, b.largestShortfall)
        a.causes += b.causes
        a.equity += b.equity
    }
}

/// All that is kept of the entries of one cell: counts per time block, sums per chunk of blocks, and two kinds of histograms
/// for quantiles.
///
/// A chunk is a fixed run of blocks. Tallies of consecutive runs of whole chunks join by ``append(_:)``: counts are whole
/// numbers, and sums are added inside a chunk by whoever computed it and across chunks in time order, so a number has the same
/// bits however the chunks were shared out.
public struct CellTally: Hashable, Sendable {
    /// Entries that were watched, to the end of their window or to where it was cut, and not rejected.
    public internal(set) var entries = BlockCounts()
    /// Entries of which nothing was seen.
    public internal(set) var excluded = BlockCounts()
    /// Entries that the platform would not have opened.
    public internal(set) var rejected = BlockCounts()
    /// Watched entries that were liquidated.
    public internal(set) var liquidated = BlockCounts()
    /// Watched entries whose equity was below zero at some bar, had nobody liquidated.
    public internal(set) var unprotected = BlockCounts()
    /// See ``WindowCounts/undecided``.
    public internal(set) var undecided = BlockCounts()
    /// For each fill rule, the entries that ended below zero.
    public internal(set) var negative: [BlockEvents]
    /// For each fill rule, the sum of their bounded shortfalls, in parts of the initial margin.
    public internal(set) var blockShortfalls: [BlockSums]
    /// The questions that the cell's fill rules answer; the first is the chosen rule.
    public let roles: [FillRole]
    /// For each fill rule of the cell, one element a chunk.
    public internal(set) var exits: [[ExitSums]]
    /// For each fill rule, the shortfalls of the entries below zero, in parts of the initial margin.
    public internal(set) var shortfalls: [LogHistogram]
    /// Time from entry to liquidation.
    public internal(set) var timesToLiquidation: DurationHistogram
    /// Time from entry to the first bar below zero, had nobody liquidated.
    public private(set) var timesToUnprotected: DurationHistogram
    /// For each fill rule, when entries that ended below zero were closed, and what they owed.
    public internal(set) var negativeTimes: [TimedEvents]
    /// What of the watched entries had its window cut.
    public internal(set) var cut: CutCounts

    /// An empty tally; times are counted in bars of `barLength`.
    public init(roles: [FillRole], barLength: TimeSpan) {
        self.roles = roles
        negative = Array(repeating: BlockEvents(), count: roles.count)
        blockShortfalls = Array(repeating: BlockSums(), count: roles.count)
        exits = Array(repeating: [], count: roles.count)
        shortfalls = Array(repeating: LogHistogram(), count: roles.count)
        timesToLiquidation = DurationHistogram(unit: barLength)
        timesToUnprotected = DurationHistogram(unit: barLength)
        negativeTimes = Array(repeating: TimedEvents(), count: roles.count)
        cut = CutCounts()
    }

    /// A tally of known parts, which agree in their numbers of blocks, chunks and fill rules.
    public init(
        roles: [FillRole], windows: BlockWindows, undecided: BlockCounts, negative: [BlockEvents],
        blockShortfalls: [BlockSums],
        exits: [[ExitSums]], shortfalls: [LogHistogram], times: EventTimes, cut: CutCounts
    ) {
        self.roles = roles
        (entries, excluded, rejected) = (windows.entries, windows.excluded, windows.rejected)
        (liquidated, unprotected) = (windows.liquidated, windows.unprotected)
        (self.undecided, self.negative, self.blockShortfalls, self.exits) = (
            undecided, negative, blockShortfalls, exits
        )
        (self.shortfalls, self.cut, negativeTimes) = (shortfalls, cut, times.negative)
        (timesToLiquidation, timesToUnprotected) = (times.liquidated, times.unprotected)
    }

    /// Starts the next chunk; a block must follow.
    public mutating func beginChunk() {
        for fill in exits.indices { exits[fill].append(ExitSums()) }
    }

    /// Starts the next time block of the current chunk.
    public mutating func beginBlock() {
        entries.beginBlock()
        excluded.beginBlock()
        rejected.beginBlock()
        liquidated.beginBlock()
        unprotected.beginBlock()
        undecided.beginBlock()
        for fill in negative.indices {
            negative[fill].beginBlock()
            blockShortfalls[fill].beginBlock()
        }
    }

    /// Counts an entry of which nothing was seen in the current block.
    public mutating func addExcluded() { excluded.increment() }

    /// Counts a rejected entry in the current block.
    public mutating func addRejected() { rejected.increment() }

    /// Adds a watched entry to the current block.
    ///
    /// - Parameters:
    ///   - entryExits: how it ended under each fill rule.
    ///   - tolerance: below zero means below minus this, in parts of the initial margin.
    ///   - path: when things happened to it.
    ///   - closings: bar lengths from entry to the closing bar of each exit that a liquidation closed.
    public mutating func add(
        _ entryExits: borrowing [EntryExit], tolerance: Double, path: WatchedPath, closings: borrowing [Int?]
    ) {
        entries.increment()
        let isCut = path.cutAfter != nil
        if let cutAfter = path.cutAfter { cut.watched.add(bars: cutAfter) }
        if let bars = path.unprotectedAfter {
            unprotected.increment()
            timesToUnprotected.add(bars: bars)
            if isCut { cut.unprotected += 1 }
        }
        if let bars = path.liquidatedAfter {
            liquidated.increment()
            timesToLiquidation.add(bars: bars)
            if isCut { cut.liquidated += 1 }
        }
        let isDecided = !isCut || closings.allSatisfy { $0 != nil }
        if isDecided, CellTally.isUndecided(entryExits, roles: roles, tolerance: tolerance) { undecided.increment() }
        for fill in exits.indices where !isCut || closings[fill] != nil {
            let chunk = exits[fill].count - 1
            if isCut {
                exits[fill][chunk].addCut(entryExits[fill], tolerance: tolerance)
            } else {
                exits[fill][chunk].add(entryExits[fill], tolerance: tolerance)
            }
            addNegative(entryExits[fill], tolerance: tolerance, after: closings[fill], fill: fill)
        }
    }

    private mutating func addNegative(_ exit: EntryExit, tolerance: Double, after bars: Int?, fill: Int) {
        let below = exit.negative(tolerance: tolerance)
        guard below > 0 else { return }
        negative[fill].add(below)
        let isBounded = exit.equity.isFinite
        negativeTimes[fill].add(bars: bars, events: below, shortfall: isBounded ? exit.shortfall : nil)
        guard isBounded else { return }
        shortfalls[fill].add(exit, below)
        blockShortfalls[fill].add(exit.shortfall)
    }

    /// Whether an entry ended below zero under the worst fill and not under the best, where both are evaluated.
    public static func isUndecided(_ exits: borrowing [EntryExit], roles: [FillRole], tolerance: Double) -> Bool {
        guard let best = roles.firstIndex(of: .best), let worst = roles.firstIndex(of: .worst) else { return false }
        return exits[worst].equity < -tolerance && exits[best].equity >= -tolerance
    }

    /// Adds the blocks of `later`, which follow this tally's blocks in time.
    public mutating func append(_ later: CellTally) {
        entries.append(later.entries)
        excluded.append(later.excluded)
        rejected.append(later.rejected)
        liquidated.append(later.liquidated)
        unprotected.append(later.unprotected)
        undecided.append(later.undecided)
        for fill in exits.indices {
            negative[fill].append(later.negative[fill])
            blockShortfalls[fill].append(later.blockShortfalls[fill])
            exits[fill] += later.exits[fill]
            shortfalls[fill].merge(later.shortfalls[fill])
        }
        timesToLiquidation.merge(later.timesToLiquidation)
        timesToUnprotected.merge(later.timesToUnprotected)
        for fill in exits.indices { negativeTimes[fill].merge(later.negativeTimes[fill]) }
        cut.merge(later.cut)
    }

    /// Totals over all blocks.
    public var windowTotals: WindowCounts {
        var totals = WindowCounts()
        (totals.cut, totals.cutLiquidated, totals.cutUnprotected) = (cut.watched.total, cut.liquidated, cut.unprotected)
        (totals.entries, totals.rejected) = (entries.total - totals.cut, rejected.total)
        totals.excluded = excluded.total + totals.cut
        (totals.liquidated, totals.unprotected) = (
            liquidated.total - cut.liquidated, unprotected.total - cut.unprotected
        )
        totals.undecided = undecided.total
        return totals
    }

    /// How many entries were watched how long.
    public var exposure: Exposure { Exposure(entries: entries.total, cut: cut.watched) }

    /// Totals over all chunks under fill rule `fill`, in chunk order.
    public func exitTotals(fill: Int) -> ExitSums { exits[fill].reduce(into: ExitSums()) { $0 += $1 } }
}

/// When things happened to a watched entry, in bar lengths since it.
public struct WatchedPath: Hashable, Sendable {
    /// The liquidation; nil without one.
    public var liquidatedAfter: Int?
    /// The first bar below zero, had nobody liquidated; nil without one.
    public var unprotectedAfter: Int?
    /// Where the window was cut; nil for a complete one.
    public var cutAfter: Int?

    /// A path of the given times.
    public init(liquidatedAfter: Int?, unprotectedAfter: Int?, cutAfter: Int?) {
        (self.liquidatedAfter, self.unprotectedAfter, self.cutAfter) = (liquidatedAfter, unprotectedAfter, cutAfter)
    }
}

/// What of a cell's watched entries had its window cut.
public struct CutCounts: Hashable, Sendable {
    /// How long they were watched.
    public var watched = WatchTimes()
    /// Those that were liquidated before.
    public var liquidated = 0
    /// Those whose equity was below zero before, had nobody liquidated.
    public var unprotected = 0

    /// None.
    public init() {}

    /// Adds those of another part of the history.
    public mutating func merge(_ other: CutCounts) {
        watched.merge(other.watched)
        liquidated += other.liquidated
        unprotected += other.unprotected
    }
}

/// When the events of a cell happened, by time since entry.
public struct EventTimes: Hashable, Sendable {
    /// See ``CellTally/timesToLiquidation``.
    public var liquidated: DurationHistogram
    /// See ``CellTally/timesToUnprotected``.
    public var unprotected: DurationHistogram
    /// See ``CellTally/negativeTimes``.
    public var negative: [TimedEvents]

    /// The given times.
    public init(liquidated: DurationHistogram, unprotected: DurationHistogram, negative: [TimedEvents]) {
        (self.liquidated, self.unprotected, self.negative) = (liquidated, unprotected, negative)
    }
}

/// What happened to the windows of a cell, block by block, before any exit price is chosen.
public struct BlockWindows: Hashable, Sendable {
    /// See ``CellTally/entries``.
    public var entries = BlockCounts()
    /// See ``CellTally/excluded``.
    public var excluded = BlockCounts()
    /// See ``CellTally/rejected``.
    public var rejected = BlockCounts()
    /// See ``CellTally/liquidated``.
    public var liquidated = BlockCounts()
    /// See ``CellTally/unprotected``.
    public var unprotected = BlockCounts()

    /// No blocks.
    public init() {}
}
