import StressBasics

/// What happened to the entries of one cell within one time block, before any exit price is chosen.
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

    /// Adds the counts of another block.
    public static func += (a: inout WindowCounts, b: WindowCounts) {
        a.entries += b.entries
        a.excluded += b.excluded
        a.rejected += b.rejected
        a.liquidated += b.liquidated
        a.unprotected += b.unprotected
        a.undecided += b.undecided
    }
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

/// How the held entries of one time block ended, under one fill rule. Sums are in parts of the initial margin.
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
        guard isNegative else { return }
        shortfall -= exit.equity
        causes += exit.causes
        if -exit.equity > largestShortfall { largestShortfall = -exit.equity }
    }

    /// Adds the sums of another block.
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

/// All that is kept of the entries of one cell: sums per time block, and two histograms for quantiles.
///
/// Tallies of consecutive runs of whole blocks join by ``append(_:)``. Within a block sums run in entry order and totals
/// run in block order, so a number has the same bits however the blocks were shared out.
public struct CellTally: Hashable, Sendable {
    /// One element a time block, oldest first.
    public private(set) var windows: [WindowCounts] = []
    /// The questions that the cell's fill rules answer; the first is the chosen rule.
    public let roles: [FillRole]
    /// For each fill rule of the cell, one element a time block.
    public private(set) var exits: [[ExitSums]]
    /// For each fill rule, the shortfalls of the entries below zero, in parts of the initial margin.
    public private(set) var shortfalls: [LogHistogram]
    /// Time from entry to liquidation.
    public private(set) var timesToLiquidation = DurationHistogram()
    private let best: Int?
    private let worst: Int?

    /// An empty tally.
    public init(roles: [FillRole]) {
        self.roles = roles
        exits = Array(repeating: [], count: roles.count)
        shortfalls = Array(repeating: LogHistogram(), count: roles.count)
        best = roles.firstIndex(of: .best)
        worst = roles.firstIndex(of: .worst)
    }

    /// Starts the next time block.
    public mutating func beginBlock() {
        windows.append(WindowCounts())
        for fill in exits.indices { exits[fill].append(ExitSums()) }
    }

    /// Counts an excluded entry in the current block.
    public mutating func addExcluded() { windows[windows.count - 1].excluded += 1 }

    /// Counts a rejected entry in the current block.
    public mutating func addRejected() { windows[windows.count - 1].rejected += 1 }

    /// Adds a held entry to the current block.
    ///
    /// - Parameters:
    ///   - entryExits: how it ended under each fill rule.
    ///   - tolerance: below zero means below minus this, in parts of the initial margin.
    ///   - timeToLiquidation: milliseconds, nil when it was not liquidated.
    ///   - unprotected: whether it would have been below zero at some bar without liquidation.
    public mutating func add(
        _ entryExits: borrowing [EntryExit], tolerance: Double, timeToLiquidation: Int64?, unprotected: Bool
    ) {
        let block = windows.count - 1
        windows[block].entries += 1
        if unprotected { windows[block].unprotected += 1 }
        if let timeToLiquidation {
            windows[block].liquidated += 1
            timesToLiquidation.add(milliseconds: timeToLiquidation)
        }
        if let best, let worst, entryExits[worst].equity < -tolerance, entryExits[best].equity >= -tolerance {
            windows[block].undecided += 1
        }
        for fill in exits.indices {
            exits[fill][block].add(entryExits[fill], tolerance: tolerance)
            let equity = entryExits[fill].equity
            if equity < -tolerance, equity.isFinite { shortfalls[fill].add(-equity) }
        }
    }

    /// Adds the blocks of `later`, which follow this tally's blocks in time.
    public mutating func append(_ later: CellTally) {
        windows += later.windows
        for fill in exits.indices {
            exits[fill] += later.exits[fill]
            shortfalls[fill].merge(later.shortfalls[fill])
        }
        timesToLiquidation.merge(later.timesToLiquidation)
    }

    /// Totals over all blocks, in block order.
    public var windowTotals: WindowCounts { windows.reduce(into: WindowCounts()) { $0 += $1 } }

    /// Totals over all blocks under fill rule `fill`, in block order.
    public func exitTotals(fill: Int) -> ExitSums { exits[fill].reduce(into: ExitSums()) { $0 += $1 } }
}
