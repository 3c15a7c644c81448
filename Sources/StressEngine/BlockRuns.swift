import PriceSeries
import StressBasics

/// Cuts a price history into time blocks, and the blocks into tasks.
///
/// A block is a fixed stretch of UTC time (a calendar day by default); a task is a run of whole blocks. Because sums run
/// inside a block in bar order and across blocks in time order, no choice of tasks can change a result.
struct BlockRuns: Sendable {
    /// The bars of each block that has any, oldest first.
    let blocks: [Range<Int>]

    init(series: BarSeries, block: TimeSpan) {
        var blocks: [Range<Int>] = []
        var start = 0
        for index in 0..<series.count {
            let isLast = index + 1 == series.count
            let number = floorDivide(series.time[index], block.milliseconds)
            if isLast || floorDivide(series.time[index + 1], block.milliseconds) != number {
                blocks.append(start..<index + 1)
                start = index + 1
            }
        }
        self.blocks = blocks
    }

    /// Runs of blocks with about equally many bars, at most `most` of them; each a range of indices into ``blocks``.
    func tasks(most: Int) -> [Range<Int>] {
        let bars = blocks.last?.upperBound ?? 0
        let barsPerTask = max(1, (bars + most - 1) / most)
        var tasks: [Range<Int>] = []
        var first = 0
        for index in blocks.indices {
            let filled = blocks[index].upperBound - blocks[first].lowerBound
            if filled >= barsPerTask || index + 1 == blocks.count {
                tasks.append(first..<index + 1)
                first = index + 1
            }
        }
        return tasks
    }
}
