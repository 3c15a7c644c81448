import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

/// A cell's entries under several behaviours at once, entry by entry, so that each is compared with holding on the same entries.
private struct BehaviourRun: PositionVisitor {
    let job: HistoryJob
    let rules: CellRules
    let behaviours: [Behaviour]
    let trees: BehaviourTrees?
    let chunk: Int

    /// Holding first, then the behaviours.
    func visit<Position: KernelPosition>(_: Position.Type) -> [BehaviourTally] {
        let kernel: PlainKernel<Position> = job.kernel(rules)
        let walks = ([Behaviour.hodl] + behaviours).map {
            BehaviourWalk(kernel, BehaviourRules($0, cell: rules, market: job.market), trees: trees)
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
        var hodl: BehaviourOutcome?
        for place in walks.indices {
            let walk = walks[place]
            if let filter = walk.rules.behaviour.enterAfter, !filter.lets(entry, closes: walk.closes) {
                // Like rejected ones, filtered entries are counted among complete windows.
                isCut ? tallies[place].addExcluded() : tallies[place].addFiltered()
                continue
            }
            var events: [BehaviourEvent]?
            let outcome = walk.outcome(entry: entry, last: last, events: &events)
            add(
                outcome, entry, cut: isCut ? last : nil, hasStop: walk.rules.hasStop, hodl: hodl?.exit,
                to: &tallies[place])
            if place == 0 { hodl = outcome }
        }
    }

    private func add(
        _ outcome: BehaviourOutcome, _ entry: Int, cut: Int?, hasStop: Bool, hodl: EntryExit?,
        to tally: inout BehaviourTally
    ) {
        let times = job.market.series.time
        let start = job.clock.place(times[entry])
        func bars(to bar: Int) -> Int { BarClock.bars(from: start, to: job.clock.place(times[bar])) }
        let day = hasStop ? outcome.exit.closedBar.map { Int(floorDivide(times[$0], 86_400_000)) } : nil
        tally.add(
            BehaviourEntry(exit: outcome.exit, closing: outcome.cause, lostHalf: outcome.lostHalf, stopDay: day),
            hodl: hodl,
            tolerance: rules.toleranceOfMargin,
            path: WatchedPath(
                liquidatedAfter: outcome.liquidationBar.map(bars), unprotectedAfter: nil, cutAfter: cut.map(bars)),
            closedAfter: outcome.exit.closedBar.map(bars))
    }
}

extension HistoryJob {
    /// What searches for the events of behaviours look into; nil where every bar is to be looked at. O(bars).
    public var behaviourTrees: BehaviourTrees? {
        guard isSearching else { return nil }
        return BehaviourTrees(market, triggers: Set(rules.map(\.platform.liquidation.trigger)), passages: trees)
    }

    /// Bars that are tried as entries.
    public var entryCount: Int { market.series.count / max(1, stride) }

    /// What becomes of the entries of a cell under behaviours: ``tallies(of:cells:trees:threads:control:)`` of one.
    public func tallies(
        of behaviours: [Behaviour], cell: Int, trees: BehaviourTrees?, threads: Int, control: RunControl = RunControl()
    ) throws(RunCancelled) -> [BehaviourTally] {
        try tallies(of: behaviours, cells: [cell], trees: trees, threads: threads, control: control)[0]
    }

    /// What becomes of the entries of cells under behaviours: for each cell holding first, then one tally a behaviour, in their order.
    ///
    /// Has the same bits for every number of threads. Throws when `control` was cancelled. O(cells × entries × behaviours × log bars) as
    /// a rule with trees, O(cells × entries × behaviours × bars of a window) without.
    ///
    /// - Parameters:
    ///   - behaviours: with an order of bars that is not `split`.
    ///   - cells: places of the cells in this job's plan order.
    ///   - trees: of this history; nil for the plain walk.
    public func tallies(
        of behaviours: [Behaviour], cells: [Int], trees: BehaviourTrees?, threads: Int,
        control: RunControl = RunControl()
    ) throws(RunCancelled) -> [[BehaviourTally]] {
        let chunks = blocks.chunks.count
        let found = parallelMap(count: cells.count * chunks, threads: threads) { part -> [BehaviourTally]? in
            guard !control.isCancelled else { return nil }
            let rules = rules[cells[part / chunks]]
            let run = BehaviourRun(job: self, rules: rules, behaviours: behaviours, trees: trees, chunk: part % chunks)
            return withPosition(rules.cell.contract, rules.cell.side, run)
        }
        guard let found, !control.isCancelled else { throw RunCancelled() }
        return cells.indices.map { cell in
            var tallies = (0...behaviours.count).map { _ in BehaviourTally(barLength: clock.unit) }
            for chunk in found[cell * chunks..<(cell + 1) * chunks] {
                for (place, tally) in chunk.enumerated() { tallies[place].append(tally) }
            }
            return tallies
        }
    }
}
