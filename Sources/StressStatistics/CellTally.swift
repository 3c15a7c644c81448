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

    /// All zero.
    public init() {}

    /// Adds the counts of another block.
    public static func += (a: inout WindowCounts, b: WindowCounts) {
        a.entries += b.entries
        a.excluded += b.excluded
        a.rejected += b.rejected
        a.liquidated += b.liquidated
        a.unprotected += b.unprotected
    }
}

/// How the held entries of one time block ended, under one fill rule. Sums are in parts of the initial margin.
public struct ExitSums: Hashable, Sendable {
    /// Entries that ended below zero.
    public var negative = 0
    /// Sum of the shortfalls of those entries.
    public var shortfall = 0.0
    /// Largest of those shortfalls; 0 when there are none.
    public var largestShortfall = 0.0
    /// Sum of the final equity of all held entries.
    public var equity = 0.0

    /// All zero.
    public init() {}

    /// Adds one entry's final equity. Below zero means below −`tolerance`.
    @inlinable
    public mutating func add(equity value: Double, tolerance: Double) {
        equity += value
        guard value < -tolerance else { return }
        negative += 1
        shortfall -= value
        if -value > largestShortfall { largestShortfall = -value }
    }

    /// Adds the sums of another block.
    public static func += (a: inout ExitSums, b: ExitSums) {
        a.negative += b.negative
        a.shortfall += b.shortfall
        a.largestShortfall = max(a.largestShortfall, b.largestShortfall)
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
    /// For each fill rule of the cell, one element a time block.
    public private(set) var exits: [[ExitSums]]
    /// For each fill rule, the shortfalls of the entries below zero, in parts of the initial margin.
    public private(set) var shortfalls: [LogHistogram]
    /// Time from entry to liquidation.
    public private(set) var timesToLiquidation = DurationHistogram()

    /// An empty tally for `fillCount` fill rules.
    public init(fillCount: Int) {
        exits = Array(repeating: [], count: fillCount)
        shortfalls = Array(repeating: LogHistogram(), count: fillCount)
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
    ///   - equities: final equity under each fill rule, in parts of the initial margin.
    ///   - tolerance: below zero means below minus this, in the same unit.
    ///   - timeToLiquidation: milliseconds, nil when it was not liquidated.
    ///   - unprotected: whether it would have been below zero at some bar without liquidation.
    public mutating func add(
        equities: borrowing [Double], tolerance: Double, timeToLiquidation: Int64?, unprotected: Bool
    ) {
        let block = windows.count - 1
        windows[block].entries += 1
        if unprotected { windows[block].unprotected += 1 }
        if let timeToLiquidation {
            windows[block].liquidated += 1
            timesToLiquidation.add(milliseconds: timeToLiquidation)
        }
        for fill in exits.indices {
            exits[fill][block].add(equity: equities[fill], tolerance: tolerance)
            if equities[fill] < -tolerance { shortfalls[fill].add(-equities[fill]) }
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
