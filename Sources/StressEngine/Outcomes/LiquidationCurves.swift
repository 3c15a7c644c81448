import StressBasics
import StressStatistics

extension HistoryJob {
    /// Cumulative incidence of liquidation in cells that differ in leverage alone: one curve each.
    ///
    /// The same as of the entries that ``liquidations(cell:threads:control:)`` gives, which are not held here. Throws when `control` was
    /// cancelled. O(entries × cells).
    ///
    /// - Parameters:
    ///   - cells: places of the cells in this job's plan order.
    ///   - contexts: of each.
    public func liquidationCurves(
        cells: [Int], contexts: [CellAnatomy.Context], threads: Int, control: RunControl = RunControl()
    ) throws(RunCancelled) -> [[LiquidationPoint]] {
        guard let due = try due(of: cells.map { rules[$0] }, threads: threads, control: control) else {
            var curves: [[LiquidationPoint]] = []
            for (cell, context) in zip(cells, contexts) {
                let entries = try liquidations(cell: cell, threads: threads, control: control)
                curves.append(LiquidationPoint.curve(entries, context: context))
            }
            return curves
        }
        let curves = parallelMap(count: cells.count, threads: threads) { row in
            control.isCancelled
                ? nil : CellIncidence(job: self, cell: cells[row], row: row, due: due).curve(contexts[row])
        }
        guard let curves, !control.isCancelled else { throw RunCancelled() }
        return curves
    }

    /// When entries are liquidated, chunk by chunk; nil where that cannot be searched for together.
    private func due(
        of rules: [CellRules], threads: Int, control: RunControl
    ) throws(RunCancelled) -> [DueTable]? {
        guard rules.allSatisfy(hasFixedTriggers) else { return nil }
        let tables = parallelMap(count: blocks.chunks.count, threads: threads) { chunk in
            control.isCancelled ? nil : due(chunk, of: rules)
        }
        guard let tables, !control.isCancelled else { throw RunCancelled() }
        return tables
    }
}

/// The liquidations of one cell, of which is known when they were.
private struct CellIncidence {
    let job: HistoryJob
    let cell: Int
    /// Of the cell in ``due``.
    let row: Int
    /// One a chunk.
    let due: [DueTable]

    func curve(_ context: CellAnatomy.Context) -> [LiquidationPoint] {
        let (exposure, times) = (exposure, job.market.series.time)
        var incidence = LiquidationIncidence(context)
        forEachWatched { entry, block, cutAt, bar in
            incidence.add(
                time: times[entry], block: block / job.resamplingBlocks, after: bar.map { times[$0] - times[entry] },
                watched: cutAt.map { times[$0] - times[entry] },
                weight: bar.flatMap { bar in
                    exposure.map { $0.weight(bars: job.barLengths(entry, bar)) * Double($0.entries) }
                } ?? 1)
        }
        return incidence.points
    }

    /// Nil where no window is cut, and each entry stands for itself.
    private var exposure: Exposure? {
        var (entries, cut) = (0, WatchTimes())
        forEachWatched { entry, _, cutAt, _ in
            entries += 1
            if let cutAt { cut.add(bars: job.barLengths(entry, cutAt)) }
        }
        return cut.total > 0 ? Exposure(entries: entries, cut: cut) : nil
    }

    /// Every entry that is watched, with its block, the last bar before a cut, and the bar of its liquidation.
    private func forEachWatched(_ body: (_ entry: Int, _ block: Int, _ cutAt: Int?, _ due: Int?) -> Void) {
        guard let windows = job.windows[job.rules[cell].cell.horizon] else { return }
        for (chunk, table) in due.enumerated() {
            for block in job.blocks.chunks[chunk] {
                for entry in job.blocks.blocks[block] where !table.isRejected(row, entry) {
                    guard let (last, isCut) = windows.watched(entry) else { continue }
                    body(entry, block, isCut ? last : nil, table.bar(row, entry))
                }
            }
        }
    }
}

extension HistoryJob {
    /// Bar lengths from one bar to a later one.
    fileprivate func barLengths(_ entry: Int, _ bar: Int) -> Int {
        BarClock.bars(from: clock.place(market.series.time[entry]), to: clock.place(market.series.time[bar]))
    }
}
