import StressBasics

/// What became of one held entry of a cell.
public struct HeldEntry: Hashable, Sendable {
    /// Index of the entry bar.
    public let bar: Int32
    /// Index of the resampled block.
    public let block: Int32
    /// Open time of the entry bar, milliseconds since the epoch.
    public let time: Int64
    /// Open time of the bar in which it was liquidated, or of the last bar of its window.
    public let exitTime: Int64
    /// Whether it was liquidated.
    public let isLiquidated: Bool
    /// Whether it ended below zero.
    public let isNegative: Bool
    /// Final equity in parts of the initial margin; infinite where the contract has no bound.
    public let equity: Double

    /// An outcome of the given facts.
    public init(
        bar: Int32, block: Int32, time: Int64, exitTime: Int64, isLiquidated: Bool, isNegative: Bool, equity: Double
    ) {
        (self.bar, self.block, self.time, self.exitTime) = (bar, block, time, exitTime)
        (self.isLiquidated, self.isNegative, self.equity) = (isLiquidated, isNegative, equity)
    }
}

extension Sequence<HeldEntry> {
    /// Block sums of the entries, and of those among them that `isCounted`. O(entries + blocks).
    func blockShare(blocks: Int, where isCounted: (HeldEntry) -> Bool) -> BlockShare {
        var share = BlockShare(
            counts: Array(repeating: 0, count: blocks), entries: Array(repeating: 0, count: blocks))
        for entry in self {
            share.entries[Int(entry.block)] += 1
            if isCounted(entry) { share.counts[Int(entry.block)] += 1 }
        }
        return share
    }

    /// Windows of the entries, which come in order of time, that fit side by side. O(entries).
    func disjointWindows(horizon: TimeSpan) -> Int {
        var (count, free) = (0, Int64.min)
        for entry in self where entry.time >= free {
            count += 1
            free = entry.time + horizon.milliseconds
        }
        return count
    }
}
