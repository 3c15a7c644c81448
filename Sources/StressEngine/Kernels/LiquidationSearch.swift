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
    let trees: PassageTrees

    /// The bar of each entry, one row a cell; nil where trigger prices move while positions are held, and where nobody liquidates.
    func visit<Position: KernelPosition>(_: Position.Type) -> DueTable? {
        let kernels: [PlainKernel<Position>] = rules.map(job.kernel)
        guard let first = kernels.first, !first.hasCarry, first.rules.platform.liquidation.enabled else { return nil }
        let entries = job.blocks.bars(chunk..<chunk + 1)
        let end = entries.reduce(entries.lowerBound) { max($0, (first.windows.watched($1)?.last ?? 0) + 1) }
        let (sign, checked) = (first.rules.cell.side.sign, first.checkedPrices)
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
            for (row, kernel) in kernels.enumerated() {
                if let due = kernel.due(entry, last, records, from: &places[row], trees) { table.set(row, entry, due) }
            }
        }
        return table
    }
}

extension PlainKernel {
    /// What a ``DueTable`` says of an entry; nil where it stands at the end of its window.
    @inline(__always)
    fileprivate func due(
        _ entry: Int, _ last: Int, _ records: borrowing NearestRecords, from place: inout Int, _ trees: PassageTrees
    ) -> Int32? {
        if isRejected(entry: entry) { return DueTable.rejected }
        let position = position(entry: entry)
        let trigger = position.triggerPrice(.none)
        guard let near = records.bar(atOrBelow: level(near: trigger, entry: entry), from: &place), near <= last else {
            return nil
        }
        if isDue(position, at: checkedPrices[near], .none) { return Int32(near) }
        // So near the trigger price that rounding decides: the next bars may be as near.
        let tree = trees.checked(rules.cell.side, rules.platform.liquidation.trigger)
        let found = firstBar(tree, past: trigger, entry: entry, from: near + 1, last: last) { bar in
            isDue(position, at: checkedPrices[bar], .none)
        }
        return found.map { Int32($0) }
    }
}

extension HistoryJob {
    /// When the entries of a chunk are liquidated in some cells that differ in leverage alone: see ``LiquidationSearch``.
    func due(_ chunk: Int, of rules: [CellRules], trees: PassageTrees) -> DueTable? {
        guard let first = rules.first else { return nil }
        return withPosition(
            first.cell.contract, first.cell.side,
            LiquidationSearch(job: self, rules: rules, chunk: chunk, trees: trees))
    }
}
