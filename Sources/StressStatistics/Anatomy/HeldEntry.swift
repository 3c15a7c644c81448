import StressBasics

/// What became of one held entry of a cell.
public struct HeldEntry: Hashable, Sendable {
    /// Index of the entry bar.
    public let bar: Int32
    /// Index of the resampled block.
    public let block: Int32
    /// Open time of the entry bar, milliseconds since the epoch.
    public let time: Int64
    /// Open time of the bar in which it was liquidated, or of the last bar that was seen of its window.
    public let exitTime: Int64
    /// Whether it was liquidated.
    public let isLiquidated: Bool
    /// How much of it ended below zero: all or nothing, or a probability where the fill is known by a law.
    public let negative: EventCount
    /// Expected shortfall in parts of the initial margin; 0 without one, infinite where the contract has no bound.
    public let shortfall: Double
    /// Final equity in parts of the initial margin; infinite where the contract has no bound. Expected, where the fill is known by a
    /// law.
    public let equity: Double

    /// Open time of the last bar before its window was cut; nil for a whole window.
    public let cutTime: Int64?
    /// Whether it was closed at the end of the holding time.
    public let isAtHorizon: Bool
    /// How many entries what happened to it stands for: 1 without cut windows, more where fewer were watched as long. See ``Exposure``.
    public private(set) var weight = 1.0

    /// An outcome of the given facts.
    public init(
        bar: Int32, block: Int32, time: Int64, exitTime: Int64, isLiquidated: Bool, negative: EventCount,
        shortfall: Double, equity: Double, cutTime: Int64? = nil, isAtHorizon: Bool = false
    ) {
        (self.cutTime, self.isAtHorizon) = (cutTime, isAtHorizon)
        (self.bar, self.block, self.time, self.exitTime) = (bar, block, time, exitTime)
        (self.isLiquidated, self.negative, self.shortfall, self.equity) = (isLiquidated, negative, shortfall, equity)
    }

    /// An outcome that is certain.
    public init(
        bar: Int32, block: Int32, time: Int64, exitTime: Int64, isLiquidated: Bool, isNegative: Bool, equity: Double
    ) {
        self.init(
            bar: bar, block: block, time: time, exitTime: exitTime, isLiquidated: isLiquidated,
            negative: isNegative ? .one : .zero, shortfall: isNegative ? -equity : 0, equity: equity)
    }

    /// The same outcome with another weight.
    public func weighing(_ weight: Double) -> HeldEntry {
        var copy = self
        copy.weight = weight
        return copy
    }

    /// Whether it is known how it ended: its window is whole, or a liquidation closed it before the cut.
    public var isDecided: Bool { cutTime == nil || !isAtHorizon }

    /// Whether it may have ended below zero.
    public var isNegative: Bool { negative > 0 }

    /// The expected shortfall given that there is one.
    public var shortfallGivenOne: Double { isNegative ? shortfall / negative.value : 0 }
}

extension [HeldEntry] {
    /// Those that ended below zero, in the order in which they ended.
    public var negativeByExit: [HeldEntry] {
        filter(\.isNegative).sorted { ($0.exitTime, $0.time) < ($1.exitTime, $1.time) }
    }
}
