import PriceSeries
import StressBasics
import StressStatistics

/// Searches for the liquidations of the entries of a chunk, in cells that differ in leverage alone: one passage over the bars, from the
/// last entry to the first, for all of them.
struct LiquidationSearch: PositionVisitor {
    let job: HistoryJob
    /// Of one contract, side, platform and holding time.
    let rules: [CellRules]
    let chunk: Int

    /// The bar of each entry, one row a cell.
    func visit<Position: KernelPosition>(_: Position.Type) -> DueTable {
        let kernels: [PlainKernel<Position>] = rules.map(job.kernel)
        guard let first = kernels.first else { return DueTable() }
        let entries = job.blocks.bars(chunk..<chunk + 1)
        let end = entries.reduce(entries.lowerBound) { max($0, (first.windows.watched($1)?.last ?? 0) + 1) }
        let (sign, checked) = (first.side.sign, first.checkedPrices)
        var table = DueTable(entries, rows: kernels.count)
        var records = NearestRecords(capacity: max(0, end - entries.lowerBound))
        let places = Column(repeating: 0, count: kernels.count)
        var next = end - 1
        for entry in entries.reversed() {
            while next > entry {
                records.push(sign * checked[next], bar: next)
                next -= 1
            }
            guard let last = first.windows.watched(entry)?.last else { continue }
            // A kernel that is taken out of its array counts references at every entry.
            kernels.withUnsafeBufferPointer { kernels in
                for row in kernels.indices {
                    if let due = kernels[row].due(entry, last, records, from: &places[row]) {
                        table.set(row, entry, due)
                    }
                }
            }
        }
        return table
    }
}

extension PlainKernel {
    /// What a ``DueTable`` says of an entry; nil where it stands at the end of its window.
    @inline(__always)
    fileprivate func due(
        _ entry: Int, _ last: Int, _ records: borrowing NearestRecords, from place: inout Int
    ) -> Int32? {
        if isRejected(entry: entry) { return DueTable.rejected }
        let position = position(entry: entry)
        let level = level(near: position.triggerPrice(.none), entry: entry)
        guard var bar = records.bar(atOrBelow: level, from: &place) else { return nil }
        // So near the trigger price rounding decides, and the next bars may be as near: there is hardly ever a second step.
        while bar <= last {
            let price = checkedPrices[bar]
            if side.sign * price <= level, isDue(position, at: price, .none) { return Int32(bar) }
            bar += 1
        }
        return nil
    }
}

extension HistoryJob {
    /// Whether liquidations may be searched for by a ``LiquidationSearch``: trigger prices stay where they are, and what is due is closed
    /// whole. Not where windows are so long that reading on by one behind every chunk would cost more than searching in trees.
    func hasFixedTriggers(_ rules: CellRules) -> Bool {
        let liquidation = rules.platform.liquidation
        return isSearching && liquidation.enabled && !liquidation.isPartial && market.fundingPerBar == nil
            && rules.cell.contract != .margin && rules.platform.schedule == nil
            && rules.cell.horizon.over(market.barLength) <= 8 * blocks.chunkBars
    }

    /// When the entries of a chunk are liquidated in some cells that differ in leverage alone and have fixed triggers: see
    /// ``LiquidationSearch``.
    func due(_ chunk: Int, of rules: [CellRules]) -> DueTable {
        guard let first = rules.first else { return DueTable() }
        return first.withFigures(LiquidationSearch(job: self, rules: rules, chunk: chunk))
    }
}
