import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

extension StressRun {
    /// Number of resampled blocks: the time blocks of the tallies, or runs of ``resamplingBlocks`` of them.
    public var blockCount: Int { (blocks.blocks.count + resamplingBlocks - 1) / resamplingBlocks }

    /// What taking one of the cells apart costs, in bars looked at.
    public func outcomeCost(cell: Int) -> Int {
        let rules = rules[cell]
        let bars = Double(rules.cell.horizon.milliseconds) / Double(market.barLength.milliseconds)
        return Int(Double(market.series.count) * (isSearching ? 30 : max(1, min(bars, 1e9))))
    }

    /// What became of every held entry of a cell under its own fill rule, in order of time.
    ///
    /// Agrees with the cell's tally entry by entry. Has the same bits for every number of threads. Throws when `control` was
    /// cancelled. O(entries log bars), or O(entries × bars of a window) for the judge.
    ///
    /// - Parameter cell: place of the cell in this run's plan order.
    public func heldEntries(
        cell: Int, threads: Int, control: RunControl = RunControl()
    ) throws(RunCancelled) -> [HeldEntry] {
        let rules = rules[cell]
        switch (rules.cell.contract, rules.cell.side) {
        case (.linear, _): return try heldEntries(LinearPosition.self, rules, threads, control)
        case (.inverse, _): return try heldEntries(InversePosition.self, rules, threads, control)
        case (.margin, .long): return try heldEntries(BorrowedCashPosition.self, rules, threads, control)
        case (.margin, .short): return try heldEntries(BorrowedCoinPosition.self, rules, threads, control)
        case (.spot, _): return try heldEntries(SpotPosition.self, rules, threads, control)
        }
    }

    private func heldEntries<Position: MarginPosition>(
        _: Position.Type, _ rules: CellRules, _ threads: Int, _ control: RunControl
    ) throws(RunCancelled) -> [HeldEntry] {
        let chunks = blocks.chunks
        let trees =
            isSearching ? trees ?? PassageTrees(market, triggers: [rules.platform.liquidation.trigger]) : nil
        let found = parallelMap(count: chunks.count, threads: threads) { chunk -> [HeldEntry]? in
            guard !control.isCancelled else { return nil }
            let kernel = kernel(Position.self, rules)
            return chunks[chunk].flatMap { block in
                blocks.blocks[block].compactMap { heldEntry(kernel, trees, bar: $0, block: block) }
            }
        }
        guard let found, !control.isCancelled else { throw RunCancelled() }
        return HeldEntry.weighted(found.flatMap { $0 }, clock: clock)
    }

    /// Whether liquidations may be searched for; the judge walks.
    private var isSearching: Bool { trees != nil || !sweeps.isEmpty }

    /// Nil for a bar that is no entry, and for one that is excluded or rejected.
    private func heldEntry<Position>(
        _ kernel: PlainKernel<Position>, _ trees: PassageTrees?, bar: Int, block: Int
    ) -> HeldEntry? {
        guard kernel.isHeld(bar), let (last, isCut) = kernel.windows.watched(bar) else { return nil }
        let path = kernel.path(entry: bar, last: last, trees: trees)
        let exit = kernel.exit(path, entry: bar, last: last, fill: kernel.rules.fills[0].rule, trees: trees)
        let isDecided = !isCut || exit.closedBar != nil
        let negative = isDecided ? exit.negative(tolerance: kernel.rules.toleranceOfMargin) : .zero
        let time = market.series.time
        return HeldEntry(
            bar: Int32(bar), block: Int32(block / resamplingBlocks), time: time[bar],
            exitTime: time[exit.closedBar ?? path.liquidationBar ?? last],
            isLiquidated: path.liquidationBar != nil, negative: negative,
            shortfall: negative > 0 ? exit.shortfall : 0, equity: exit.equity,
            cutTime: isCut ? time[last] : nil, isAtHorizon: exit.closedBar == nil)
    }
}

extension HeldEntry {
    /// The same entries with the weights of what happened to them.
    fileprivate static func weighted(_ entries: [HeldEntry], clock: BarClock) -> [HeldEntry] {
        func bars(_ entry: HeldEntry, to time: Int64) -> Int {
            BarClock.bars(from: clock.place(entry.time), to: clock.place(time))
        }
        var cut = WatchTimes()
        for entry in entries { if let time = entry.cutTime { cut.add(bars: bars(entry, to: time)) } }
        guard cut.total > 0 else { return entries }
        let exposure = Exposure(entries: entries.count, cut: cut)
        return entries.map { entry in
            guard entry.isNegative || entry.isLiquidated else { return entry }
            let after = entry.isAtHorizon ? nil : bars(entry, to: entry.exitTime)
            return entry.weighing(exposure.weight(bars: after) * Double(entries.count))
        }
    }
}

/// The farthest that the price went against each entry within its window, in parts of the entry price.
public struct AdverseMoves: Hashable, Sendable {
    /// Entry bars.
    public var bars: [Int32] = []
    /// Their resampled blocks.
    public var blocks: [Int32] = []
    /// Their open times, milliseconds.
    public var times: [Int64] = []
    /// `1 − lowest / entry` for a long and `highest / entry − 1` for a short; below 0 when the price never stood that badly.
    public var moves: [Double] = []
}

extension StressRun {
    /// The farthest move against every entry that is not excluded. O(bars).
    ///
    /// - Parameters:
    ///   - horizon: one of the study's.
    ///   - side: which direction is against it.
    public func adverseMoves(horizon: TimeSpan, side: Side) -> AdverseMoves {
        guard let windows = windows[horizon] else { return AdverseMoves() }
        let series = market.series
        let against = side == .long ? series.low : series.high
        var (result, queue, head, next) = (AdverseMoves(), [Int](), 0, 0)
        func isWorse(_ a: Double, _ b: Double) -> Bool { side == .long ? a <= b : a >= b }
        for (block, bars) in blocks.blocks.enumerated() {
            for entry in bars where windows.lastBar[entry] >= 0 {
                let last = Int(windows.lastBar[entry])
                // Ends of windows never go back, so each bar enters the queue once; its head is the worst of the window.
                while next <= last {
                    while queue.count > head, isWorse(against[next], against[queue[queue.count - 1]]) {
                        queue.removeLast()
                    }
                    queue.append(next)
                    next += 1
                }
                while queue[head] <= entry { head += 1 }
                let ratio = against[queue[head]] / series.close[entry]
                result.bars.append(Int32(entry))
                result.blocks.append(Int32(block / resamplingBlocks))
                result.times.append(series.time[entry])
                result.moves.append(side == .long ? 1 - ratio : ratio - 1)
            }
        }
        return result
    }
}
