import StressBasics

/// What happened to the entries of one cell, before any exit price is chosen.
public struct WindowCounts: Hashable, Sendable {
    /// Entries that were held: neither excluded nor rejected.
    public var entries = 0
    /// Entries without a whole window.
    public var excluded = 0
    /// Entries that the platform would not have opened.
    public var rejected = 0
    /// Held entries that were liquidated.
    public var liquidated = 0
    /// Held entries whose equity was below zero at some bar, had nobody liquidated.
    public var unprotected = 0
    /// Held entries that end below zero under the worst fill and not under the best: what happened inside the bars, which
    /// they do not tell, decides. Counted only where both fills are evaluated.
    public var undecided = 0

    /// All zero.
    public init() {}
}

/// Which question a fill rule answers.
public enum FillRole: String, Hashable, Sendable, CaseIterable {
    /// The cell's own rule.
    case chosen
    /// Nobody can be filled worse inside the bar.
    case worst
    /// The trigger price itself.
    case best
}

/// How one held entry ended under one fill rule, in parts of the initial margin.
public struct EntryExit: Hashable, Sendable {
    /// Final equity; infinite where the contract has no bound (inverse contracts at prices of 0 or below).
    public var equity: Double
    /// What the shortfall is made of; all 0 without one.
    public var causes: ShortfallCauses

    /// An exit of the given figures.
    @inlinable
    public init(equity: Double, causes: ShortfallCauses = ShortfallCauses()) {
        self.equity = equity
        self.causes = causes
    }
}

/// How the held entries of one chunk of time blocks ended, under one fill rule. Sums are in parts of the initial margin.
public struct ExitSums: Hashable, Sendable {
    /// Entries that ended below zero.
    public var negative = 0
    /// Those of them whose shortfall has no bound; they are in no sum.
    public var unboundedNegative = 0
    /// Entries whose gain has no bound; they are in no sum.
    public var unboundedPositive = 0
    /// Sum of the bounded shortfalls.
    public var shortfall = 0.0
    /// Largest bounded shortfall; 0 when there are none.
    public var largestShortfall = 0.0
    /// What the bounded shortfalls are made of.
    public var causes = ShortfallCauses()
    /// Sum of the bounded final equities of all held entries.
    public var equity = 0.0

    /// All zero.
    public init() {}

    /// Adds one entry. Below zero means below −`tolerance`.
    @inlinable
    public mutating func add(_ exit: EntryExit, tolerance: Double) {
        let isNegative = exit.equity < -tolerance
        if isNegative { negative += 1 }
        guard exit.equity.isFinite else {
            if isNegative { unboundedNegative += 1 } else { unboundedPositive += 1 }
            return
        }
        equity += exit.equity
        if isNegative { addBoundedShortfall(exit) }
    }

    /// Adds an entry that ended below zero and whose equity is counted elsewhere.
    @inlinable
    public mutating func addShortfall(_ exit: EntryExit) {
        negative += 1
        addBoundedShortfall(exit)
    }

    @inlinable
    mutating func addBoundedShortfall(_ exit: EntryExit) {
        shortfall -= exit.equity
        causes += exit.causes
        if -exit.equity > largestShortfall { largestShortfall = -exit.equity }
    }

    /// Adds the sums of another chunk.
    public static func += (a: inout ExitSums, b: ExitSums) {
        a.negative += b.negative
        a.unboundedNegative += b.unboundedNegative
        a.unboundedPositive += b.unboundedPositive
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
    /// Held entries: neither excluded nor rejected.
    public private(set) var entries = BlockCounts()
    /// Entries without a whole window.
    public private(set) var excluded = BlockCounts()
    /// Entries that the platform would not have opened.
    public private(set) var rejected = BlockCounts()
    /// Held entries that were liquidated.
    public private(set) var liquidated = BlockCounts()
    /// Held entries whose equity was below zero at some bar, had nobody liquidated.
    public private(set) var unprotected = BlockCounts()
    /// See ``WindowCounts/undecided``.
    public private(set) var undecided = BlockCounts()
    /// For each fill rule, the entries that ended below zero.
    public private(set) var negative: [BlockCounts]
    /// For each fill rule, the sum of their bounded shortfalls, in parts of the initial margin.
    public private(set) var owed: [BlockSums]
    /// The questions that the cell's fill rules answer; the first is the chosen rule.
    public let roles: [FillRole]
    /// For each fill rule of the cell, one element a chunk.
    public private(set) var exits: [[ExitSums]]
    /// For each fill rule, the shortfalls of the entries below zero, in parts of the initial margin.
    public private(set) var shortfalls: [LogHistogram]
    /// Time from entry to liquidation.
    public private(set) var timesToLiquidation: DurationHistogram

    /// An empty tally; times are counted in bars of `barLength`.
    public init(roles: [FillRole], barLength: TimeSpan) {
        self.roles = roles
        negative = Array(repeating: BlockCounts(), count: roles.count)
        owed = Array(repeating: BlockSums(), count: roles.count)
        exits = Array(repeating: [], count: roles.count)
        shortfalls = Array(repeating: LogHistogram(), count: roles.count)
        timesToLiquidation = DurationHistogram(unit: barLength)
    }

    /// A tally of known parts, which agree in their numbers of blocks, chunks and fill rules.
    public init(
        roles: [FillRole], windows: BlockWindows, undecided: BlockCounts, negative: [BlockCounts], owed: [BlockSums],
        exits: [[ExitSums]], shortfalls: [LogHistogram], timesToLiquidation: DurationHistogram
    ) {
        self.roles = roles
        (entries, excluded, rejected) = (windows.entries, windows.excluded, windows.rejected)
        (liquidated, unprotected) = (windows.liquidated, windows.unprotected)
        (self.undecided, self.negative, self.owed, self.exits) = (undecided, negative, owed, exits)
        (self.shortfalls, self.timesToLiquidation) = (shortfalls, timesToLiquidation)
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
            owed[fill].beginBlock()
        }
    }

    /// Counts an excluded entry in the current block.
    public mutating func addExcluded() { excluded.increment() }

    /// Counts a rejected entry in the current block.
    public mutating func addRejected() { rejected.increment() }

    /// Adds a held entry to the current block.
    ///
    /// - Parameters:
    ///   - entryExits: how it ended under each fill rule.
    ///   - tolerance: below zero means below minus this, in parts of the initial margin.
    ///   - barsToLiquidation: bar lengths from entry to liquidation, nil when it was not liquidated.
    ///   - unprotected: whether it would have been below zero at some bar without liquidation.
    public mutating func add(
        _ entryExits: borrowing [EntryExit], tolerance: Double, barsToLiquidation: Int?, unprotected isUnprotected: Bool
    ) {
        entries.increment()
        if isUnprotected { unprotected.increment() }
        if let barsToLiquidation {
            liquidated.increment()
            timesToLiquidation.add(bars: barsToLiquidation)
        }
        if CellTally.isUndecided(entryExits, roles: roles, tolerance: tolerance) { undecided.increment() }
        for fill in exits.indices {
            exits[fill][exits[fill].count - 1].add(entryExits[fill], tolerance: tolerance)
            let equity = entryExits[fill].equity
            guard equity < -tolerance else { continue }
            negative[fill].increment()
            guard equity.isFinite else { continue }
            shortfalls[fill].add(-equity)
            owed[fill].add(-equity)
        }
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
            owed[fill].append(later.owed[fill])
            exits[fill] += later.exits[fill]
            shortfalls[fill].merge(later.shortfalls[fill])
        }
        timesToLiquidation.merge(later.timesToLiquidation)
    }

    /// Totals over all blocks.
    public var windowTotals: WindowCounts {
        var totals = WindowCounts()
        (totals.entries, totals.excluded, totals.rejected) = (entries.total, excluded.total, rejected.total)
        (totals.liquidated, totals.unprotected) = (liquidated.total, unprotected.total)
        totals.undecided = undecided.total
        return totals
    }

    /// Totals over all chunks under fill rule `fill`, in chunk order.
    public func exitTotals(fill: Int) -> ExitSums { exits[fill].reduce(into: ExitSums()) { $0 += $1 } }
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
