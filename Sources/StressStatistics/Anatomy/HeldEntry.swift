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
