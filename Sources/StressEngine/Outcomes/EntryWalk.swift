import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

extension PlainKernel {
    /// What a bar is to a cell.
    enum EntryKind {
        case notAnEntry
        case excluded
        case rejected
        case watched
    }

    /// Tries one bar as an entry: the one place where a path, its exits and its prices come together. Fills in what a sink reads of
    /// `outcome` where the entry is watched, under as many fill rules as it has room for.
    ///
    /// Not inlined: sinks are many, and what becomes of an entry is the same for all.
    ///
    /// - Parameter due: when the cell's entries are liquidated, where that was searched for before; only for sinks that read no more of
    ///   a path.
    @inline(never)
    func tryEntry(
        _ entry: Int, trees: PassageTrees?, due: DueTable? = nil, _ parts: OutcomeParts,
        into outcome: inout EntryOutcome
    ) -> EntryKind {
        if windows.lastBar[entry] == EntryWindows.notAnEntry { return .notAnEntry }
        guard let (last, isCut) = windows.watched(entry) else { return .excluded }
        // Rejected entries are counted among complete windows.
        if due?.isRejected(0, entry) ?? isRejected(entry: entry) { return isCut ? .excluded : .rejected }
        let path =
            due.map { EntryPath(liquidationBar: $0.bar(0, entry), unprotectedBar: nil, carry: .none) }
            ?? path(entry: entry, last: last, trees: trees, findsUnprotected: parts.unprotected)
        (outcome.entry, outcome.last, outcome.isCut, outcome.path) = (entry, last, isCut, path)
        if parts.exits {
            for index in outcome.exits.indices {
                outcome.exits[index] = exit(
                    path, entry: entry, last: last, fill: rules.fills[index].rule, trees: trees, isBrief: !parts.causes)
            }
        }
        if parts.prices { outcome.prices = self.prices(path, entry: entry, last: last) }
        return .watched
    }

    /// The prices of an entry under the chosen rule.
    private func prices(_ path: EntryPath, entry: Int, last: Int) -> OutcomePrices {
        let position = position(entry: entry)
        return OutcomePrices(
            entry: pricing.closes[entry], trigger: position.triggerPrice(path.carry),
            bankruptcy: position.bankruptcyPrice(path.carry),
            exit: path.liquidationBar.map { liquidationPrices(rules.fills[0].rule, position, bar: $0, path.carry) }
                ?? horizonPrices(last))
    }

    /// An outcome with room for all fill rules of the cell, or for the chosen one.
    func emptyOutcome(allFills: Bool) -> EntryOutcome {
        EntryOutcome(fills: allFills ? rules.fills.count : 1, tolerance: rules.toleranceOfMargin)
    }
}

/// A walk over the entries of one cell in a run of chunks, into a sink. O(entries log bars) with trees, O(entries × bars of a window)
/// without.
private struct EntryWalk<Sink: OutcomeSink>: PositionVisitor {
    let job: HistoryJob
    let rules: CellRules
    let chunks: Range<Int>
    let trees: PassageTrees?
    /// Whether liquidations are searched for before, chunk by chunk.
    let isSearched: Bool
    let sink: Sink

    func visit<Position: KernelPosition>(_: Position.Type) -> Sink {
        let kernel: PlainKernel<Position> = job.kernel(rules)
        var sink = sink
        let parts = sink.reads
        var outcome = kernel.emptyOutcome(allFills: Sink.readsAllFills)
        sink.expect(bars: job.blocks.bars(chunks).count)
        for chunk in chunks {
            let due = isSearched ? job.due(chunk, of: [rules]) : nil
            sink.beginChunk()
            for block in job.blocks.chunks[chunk] {
                sink.beginBlock()
                outcome.block = block
                for entry in job.blocks.blocks[block] {
                    switch kernel.tryEntry(entry, trees: trees, due: due, parts, into: &outcome) {
                    case .notAnEntry: break
                    case .excluded: sink.addExcluded(entry)
                    case .rejected: sink.addRejected(entry)
                    case .watched: sink.add(outcome)
                    }
                }
            }
        }
        return sink
    }
}

extension HistoryJob {
    /// Walks one cell over a run of chunks into a sink; gives the sink back.
    func walked<Sink: OutcomeSink>(
        _ chunks: Range<Int>, rules: CellRules, trees: PassageTrees?, isSearched: Bool = false, into sink: Sink
    ) -> Sink {
        rules.withFigures(
            EntryWalk(job: self, rules: rules, chunks: chunks, trees: trees, isSearched: isSearched, sink: sink))
    }

    func kernel<Position: KernelPosition>(_ rules: CellRules) -> PlainKernel<Position> {
        guard let windows = windows[rules.cell.horizon] else {
            preconditionFailure("every horizon of the grid has its windows")
        }
        return PlainKernel(market: market, rules: rules, windows: windows, scheduled: scheduled[rules.cell.platform])
    }

    /// Hands what becomes of every entry of a cell to sinks, one for each chunk of the history, in order of time.
    ///
    /// Has the same bits for every number of threads. Throws when `control` was cancelled. O(entries log bars), or O(entries × bars of a
    /// window) for the plain kernel.
    ///
    /// - Parameters:
    ///   - cell: place of the cell in this job's plan order.
    ///   - sink: an empty one.
    public func outcomes<Sink: OutcomeSink>(
        cell: Int, threads: Int, control: RunControl = RunControl(), into sink: Sink
    ) throws(RunCancelled) -> [Sink] {
        let rules = rules[cell]
        let isSearched = !sink.reads.unprotected && hasFixedTriggers(rules)
        let trees = isSearching && !isSearched ? trees(for: rules) : nil
        let found = parallelMap(count: blocks.chunks.count, threads: threads) { chunk -> Sink? in
            control.isCancelled
                ? nil
                : walked(chunk..<chunk + 1, rules: rules, trees: trees, isSearched: isSearched, into: sink)
        }
        guard let found, !control.isCancelled else { throw RunCancelled() }
        return found
    }

    /// What liquidations of a cell are searched for in. O(bars) where there are no trees yet.
    func trees(for rules: CellRules) -> PassageTrees {
        trees ?? PassageTrees(market, triggers: [rules.platform.liquidation.trigger])
    }

    /// Whether liquidations may be searched for; the plain kernel walks.
    var isSearching: Bool { trees != nil || !sweeps.isEmpty }

    /// What walking one of the cells costs, in bars looked at.
    public func outcomeCost(cell: Int) -> Int {
        let rules = rules[cell]
        let bars = Double(rules.cell.horizon.milliseconds) / Double(market.barLength.milliseconds)
        return Int(Double(market.series.count) * (isSearching ? 30 : max(1, min(bars, 1e9))))
    }
}
