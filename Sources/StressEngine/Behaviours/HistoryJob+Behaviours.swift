import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

/// A cell's entries under several behaviours at once, entry by entry and bar by bar, so that each is compared with holding on the same
/// entries: the judge of ``BehaviourGridRun``.
private struct BehaviourRun: PositionVisitor {
    let job: HistoryJob
    let rules: CellRules
    let behaviours: [Behaviour]
    let chunk: Int

    /// Holding first, then the behaviours.
    func visit<Position: KernelPosition>(_: Position.Type) -> [BehaviourTally] {
        let kernel: PlainKernel<Position> = job.kernel(rules)
        let walks = ([Behaviour.hodl] + behaviours).map {
            BehaviourWalk(kernel, BehaviourRules($0, cell: rules, market: job.market))
        }
        var tallies = walks.map { _ in BehaviourTally(barLength: job.clock.unit) }
        for place in tallies.indices { tallies[place].beginChunk() }
        for block in job.blocks.chunks[chunk] {
            for place in tallies.indices { tallies[place].beginBlock() }
            for entry in job.blocks.blocks[block] { tryEntry(entry, walks, into: &tallies) }
        }
        return tallies
    }

    private func tryEntry<Position: KernelPosition>(
        _ entry: Int, _ walks: [BehaviourWalk<Position>], into tallies: inout [BehaviourTally]
    ) {
        let kernel = walks[0].kernel
        if kernel.windows.lastBar[entry] == EntryWindows.notAnEntry { return }
        guard let (last, isCut) = kernel.windows.watched(entry) else {
            for place in tallies.indices { tallies[place].addExcluded() }
            return
        }
        if kernel.isRejected(entry: entry) {
            for place in tallies.indices { isCut ? tallies[place].addExcluded() : tallies[place].addRejected() }
            return
        }
        var hodl: HeldEnd?
        for place in walks.indices {
            let walk = walks[place]
            if let filter = walk.rules.behaviour.enterAfter, !filter.lets(entry, closes: walk.closes) {
                // Like rejected ones, filtered entries are counted among complete windows.
                isCut ? tallies[place].addExcluded() : tallies[place].addFiltered()
                continue
            }
            var events: [BehaviourEvent]?
            let outcome = walk.outcome(entry: entry, to: WindowEnd(last: last, isCut: isCut), events: &events)
            let closedAfter = outcome.exit.closedBar.map { bars(from: entry, to: $0) }
            add(outcome, entry, cut: isCut ? last : nil, hodl, closedAfter, to: &tallies[place])
            if place == 0 { hodl = HeldEnd(exit: outcome.exit, closing: outcome.cause, closedAfter: closedAfter) }
        }
    }

    private func add(
        _ outcome: BehaviourOutcome, _ entry: Int, cut: Int?, _ hodl: HeldEnd?, _ closedAfter: Int?,
        to tally: inout BehaviourTally
    ) {
        let times = job.market.series.time
        func bars(to bar: Int) -> Int { self.bars(from: entry, to: bar) }
        let day = outcome.isPastStop ? outcome.exit.closedBar.map { Int(floorDivide(times[$0], 86_400_000)) } : nil
        tally.add(
            BehaviourEntry(exit: outcome.exit, closing: outcome.cause, lostHalf: outcome.lostHalf, stopDay: day),
            hodl: hodl,
            tolerance: rules.toleranceOfMargin,
            path: WatchedPath(
                liquidatedAfter: outcome.liquidationBar.map(bars), unprotectedAfter: nil, cutAfter: cut.map(bars)),
            closedAfter: closedAfter)
    }

    private func bars(from entry: Int, to bar: Int) -> Int {
        let times = job.market.series.time
        return BarClock.bars(from: job.clock.place(times[entry]), to: job.clock.place(times[bar]))
    }
}

/// What became of the entries of a cell under behaviours.
public struct FollowedCell: Sendable {
    /// Holding first, then one a behaviour.
    public let tallies: [BehaviourTally]
    /// One a behaviour: when positions under it are lost; nil where nobody goes on, or that is not known of a position at
    /// each bar, whatever its window.
    public let lost: [LostBars?]
}

extension HistoryJob {
    /// What searches for the events of behaviours look into; nil where every bar is to be looked at. O(bars).
    public var behaviourTrees: BehaviourTrees? {
        guard isSearching else { return nil }
        return BehaviourTrees(market, triggers: Set(rules.map(\.platform.liquidation.trigger)), passages: trees)
    }

    /// Bars that are tried as entries.
    public var entryCount: Int { market.series.count / max(1, stride) }

    /// Cells in groups of about `most` that are best followed together: those that differ in leverage and holding time alone.
    public func behaviourGroups(of cells: [Int], most: Int) -> [[Int]] {
        BehaviourGrid.grids(cells, rules: rules).flatMap { grid in
            let rows = max(1, most / grid.horizons.count)
            return Swift.stride(from: 0, to: grid.rows.count, by: rows).map { first in
                Array(grid.rows[first..<min(first + rows, grid.rows.count)].joined())
            }
        }
    }

    /// What becomes of the entries of a cell under behaviours: ``tallies(of:cells:trees:threads:control:)`` of one.
    public func tallies(
        of behaviours: [Behaviour], cell: Int, trees: BehaviourTrees?, threads: Int, control: RunControl = RunControl()
    ) throws(RunCancelled) -> [BehaviourTally] {
        try tallies(of: behaviours, cells: [cell], trees: trees, threads: threads, control: control)[0]
    }

    /// What becomes of the entries of cells under behaviours: for each cell holding first, then one tally a behaviour, in their order.
    ///
    /// Has the same bits for every number of threads. Throws when `control` was cancelled. O(entries × leverages × behaviours × log bars)
    /// as a rule with trees, O(cells × entries × behaviours × bars of a window) without.
    ///
    /// - Parameters:
    ///   - behaviours: with an order of bars that is not `split`.
    ///   - cells: places of the cells in this job's plan order.
    ///   - trees: of this history; nil for the plain walk.
    public func tallies(
        of behaviours: [Behaviour], cells: [Int], trees: BehaviourTrees?, threads: Int,
        control: RunControl = RunControl()
    ) throws(RunCancelled) -> [[BehaviourTally]] {
        try followed(behaviours, cells: cells, trees: trees, threads: threads, control: control).map(\.tallies)
    }

    /// The same, with when positions are lost under behaviours that go on after a loss.
    ///
    /// - Parameter detail: what tallies hold; all of it where there are no trees.
    public func followed(
        _ behaviours: [Behaviour], cells: [Int], trees: BehaviourTrees?, threads: Int, detail: TallyDetail = .all,
        control: RunControl = RunControl()
    ) throws(RunCancelled) -> [FollowedCell] {
        guard let trees else {
            return try walkedTallies(of: behaviours, cells: cells, threads: threads, control: control)
                .map { FollowedCell(tallies: $0, lost: behaviours.map { _ in nil }) }
        }
        let chunks = blocks.chunks.count
        let grids = BehaviourGrid.grids(cells, rules: rules)
        let found = parallelMap(count: grids.count * chunks, threads: threads) { part -> BehaviourGridRun.Found? in
            guard !control.isCancelled else { return nil }
            let grid = grids[part / chunks]
            let run = BehaviourGridRun(
                job: self, grid: grid, behaviours: behaviours, trees: trees, chunk: part % chunks, detail: detail)
            return rules[grid.rows[0][0]].withFigures(run)
        }
        guard var found, !control.isCancelled else { throw RunCancelled() }
        var followed: [Int: FollowedCell] = [:]
        for (place, grid) in grids.enumerated() {
            let parts = place * chunks..<(place + 1) * chunks
            for (row, cells) in grid.rows.enumerated() {
                let lost = lost(found[parts], row, behaviours)
                for (window, cell) in cells.enumerated() {
                    // Taken away where they were found: what a grid has beside each other is large.
                    let tallies = parts.map { found[$0].take(row * cells.count + window) }
                    followed[cell] = FollowedCell(tallies: joined(tallies), lost: lost)
                }
            }
        }
        return cells.compactMap { followed[$0] }
    }

    /// When the positions of one row of a grid are lost, by behaviour.
    private func lost(
        _ chunks: ArraySlice<BehaviourGridRun.Found>, _ row: Int, _ behaviours: [Behaviour]
    ) -> [LostBars?] {
        guard entersAtEveryBar, chunks.allSatisfy({ $0.due != nil }) else { return behaviours.map { _ in nil } }
        let due = LostBars(due: chunks.flatMap { $0.due?[row] ?? [] })
        return behaviours.indices.map { place in
            guard behaviours[place].reenter?.times ?? 0 > 0 else { return nil }
            let own = chunks.compactMap { $0.lost[place + 1]?[row] }
            return own.isEmpty ? due : LostBars(joining: own)
        }
    }

    /// The same by the plain walk, cell by cell: the judge.
    private func walkedTallies(
        of behaviours: [Behaviour], cells: [Int], threads: Int, control: RunControl
    ) throws(RunCancelled) -> [[BehaviourTally]] {
        let chunks = blocks.chunks.count
        let found = parallelMap(count: cells.count * chunks, threads: threads) { part -> [BehaviourTally]? in
            guard !control.isCancelled else { return nil }
            let rules = rules[cells[part / chunks]]
            let run = BehaviourRun(job: self, rules: rules, behaviours: behaviours, chunk: part % chunks)
            return withPosition(rules.cell.contract, rules.cell.side, run)
        }
        guard let found, !control.isCancelled else { throw RunCancelled() }
        return cells.indices.map { joined(Array(found[$0 * chunks..<($0 + 1) * chunks])) }
    }

    /// Tallies of the chunks of a history, joined in order of time; of each chunk, one a behaviour.
    private func joined(_ chunks: consuming [[BehaviourTally]]) -> [BehaviourTally] {
        var rest = chunks
        var tallies = rest.removeFirst()
        for chunk in rest {
            for (place, tally) in chunk.enumerated() { tallies[place].append(tally) }
        }
        return tallies
    }
}
