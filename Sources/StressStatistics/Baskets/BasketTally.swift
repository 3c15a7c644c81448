import StressBasics

/// What became of the entries of a basket in one mode and on one path: a cell's tally, and what is compared with other modes.
///
/// Tallies of consecutive runs of whole chunks join by ``append(_:)`` and have the same bits however the chunks were shared out.
public struct BasketTally: Hashable, Sendable {
    /// What a cell counts, under its own fill rule alone.
    public private(set) var cell: CellTally
    /// Entries of complete windows.
    public private(set) var complete = BlockCounts()
    /// Sums of their final equities, in parts of the margin.
    public private(set) var equity = BlockSums()
    /// Legs of theirs that the platform closed.
    public private(set) var legsClosed = EventCount.zero

    /// An empty tally; times are counted in bars of `barLength`.
    public init(barLength: TimeSpan) { cell = CellTally(roles: [.chosen], barLength: barLength) }

    /// Starts the next chunk; a block must follow.
    public mutating func beginChunk() { cell.beginChunk() }

    /// Starts the next time block of the current chunk.
    public mutating func beginBlock() {
        cell.beginBlock()
        complete.beginBlock()
        equity.beginBlock()
    }

    /// Counts an entry of which nothing was seen.
    public mutating func addExcluded() { cell.addExcluded() }

    /// Counts an entry that the platform would not have opened.
    public mutating func addRejected() { cell.addRejected() }

    /// Adds a watched entry to the current block.
    ///
    /// - Parameters:
    ///   - exit: how it ended, in parts of the margin.
    ///   - legsClosed: legs that the platform closed, expected where fills are known by a law.
    ///   - tolerance: below zero means below minus this.
    ///   - path: when things happened to it.
    ///   - closedAfter: bar lengths from entry to the end of the account; nil where it stood to the end of the holding time.
    public mutating func add(
        _ exit: EntryExit, legsClosed: EventCount, tolerance: Double, path: WatchedPath, closedAfter: Int?
    ) {
        cell.add([exit], tolerance: tolerance, path: path, closings: [closedAfter])
        guard path.cutAfter == nil else { return }
        complete.increment()
        equity.add(exit.equity)
        self.legsClosed += legsClosed
    }

    /// Adds the blocks of `later`, which follow this tally's blocks in time.
    public mutating func append(_ later: BasketTally) {
        cell.append(later.cell)
        complete.append(later.complete)
        equity.append(later.equity)
        legsClosed += later.legsClosed
    }

    /// Mean final equity over complete windows, in parts of the margin; nil without one.
    public var meanEquity: Double? { mean(equity.array.reduce(0, +)) }

    /// Legs that the platform closed, per entry of a complete window; nil without one.
    public var meanLegsClosed: Double? { mean(legsClosed.value) }

    private func mean(_ sum: Double) -> Double? {
        let entries = complete.total
        return entries > 0 ? sum / Double(entries) : nil
    }

    /// Block sums of final equity over complete windows.
    public var equityShare: BlockShare { BlockShare(events: equity.array, entries: complete.array) }
}
