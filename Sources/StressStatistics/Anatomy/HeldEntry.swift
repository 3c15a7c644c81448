import StressBasics

/// What became of one held entry of a cell.
public struct HeldEntry: Hashable, Sendable {
    /// Index of the entry bar.
    public let bar: Int32
    /// The block, and above it the two facts.
    let packed: UInt32
    /// Open time of the entry bar, milliseconds since the epoch.
    public let time: Int64
    /// Open time of the bar in which it was liquidated, or of the last bar that was seen of its window.
    public let exitTime: Int64
    /// How much of it ended below zero: all or nothing, or a probability where the fill is known by a law.
    public let negative: EventCount
    /// Expected shortfall in parts of the initial margin; 0 without one, infinite where the contract has no bound.
    public let shortfall: Double
    /// Final equity in parts of the initial margin; infinite where the contract has no bound. Expected, where the fill is known by a
    /// law.
    public let equity: Double

    /// The open time of ``cutTime``, or one that no bar has.
    private let cut: Int64
    /// How many entries what happened to it stands for: 1 without cut windows, more where fewer were watched as long. See ``Exposure``.
    public let weight: Double

    /// An outcome of the given facts.
    public init(
        bar: Int32, block: Int32, time: Int64, exitTime: Int64, isLiquidated: Bool, negative: EventCount,
        shortfall: Double, equity: Double, cutTime: Int64? = nil, isAtHorizon: Bool = false, weight: Double = 1
    ) {
        self.weight = weight
        cut = cutTime ?? HeldEntry.wholeWindow
        packed = UInt32(block) | (isLiquidated ? HeldEntry.liquidated : 0) | (isAtHorizon ? HeldEntry.atHorizon : 0)
        (self.bar, self.time, self.exitTime) = (bar, time, exitTime)
        (self.negative, self.shortfall, self.equity) = (negative, shortfall, equity)
    }

    /// An outcome out of ``HeldEntries``.
    init(
        bar: Int32, packed: UInt32, time: Int64, exitTime: Int64, negative: EventCount, shortfall: Double,
        equity: Double, cutTime: Int64?, weight: Double
    ) {
        (self.bar, self.packed, self.time, self.exitTime) = (bar, packed, time, exitTime)
        (self.negative, self.shortfall, self.equity) = (negative, shortfall, equity)
        (cut, self.weight) = (cutTime ?? HeldEntry.wholeWindow, weight)
    }

    private static let liquidated = UInt32(1) << 31
    private static let atHorizon = UInt32(1) << 30
    private static let wholeWindow = Int64.min

    /// Index of the resampled block, at least 0 and below 2³⁰.
    public var block: Int32 { Int32(packed & (HeldEntry.atHorizon - 1)) }

    /// Whether it was liquidated.
    public var isLiquidated: Bool { packed & HeldEntry.liquidated != 0 }

    /// Whether it was closed at the end of the holding time.
    public var isAtHorizon: Bool { packed & HeldEntry.atHorizon != 0 }

    /// Open time of the last bar before its window was cut; nil for a whole window.
    public var cutTime: Int64? { cut == HeldEntry.wholeWindow ? nil : cut }

    /// An outcome that is certain.
    public init(
        bar: Int32, block: Int32, time: Int64, exitTime: Int64, isLiquidated: Bool, isNegative: Bool, equity: Double
    ) {
        self.init(
            bar: bar, block: block, time: time, exitTime: exitTime, isLiquidated: isLiquidated,
            negative: isNegative ? .one : .zero, shortfall: isNegative ? -equity : 0, equity: equity)
    }

    /// Whether it is known how it ended: its window is whole, or a liquidation closed it before the cut.
    public var isDecided: Bool { cutTime == nil || !isAtHorizon }

    /// Whether it may have ended below zero.
    public var isNegative: Bool { negative > 0 }

    /// The expected shortfall given that there is one.
    public var shortfallGivenOne: Double { isNegative ? shortfall / negative.value : 0 }
}

extension Collection<HeldEntry> {
    /// The share of a cell's entries that were liquidated, each weighed by how many were watched as long: that of the cell's row. Nil
    /// without a whole window.
    public var liquidatedShare: Double? { share { $0.isLiquidated ? 1 : 0 } }

    /// The share that ended below zero, likewise.
    public var negativeShare: Double? { share(\.negative.value) }

    private func share(_ events: (HeldEntry) -> Double) -> Double? {
        guard contains(where: { $0.cutTime == nil }) else { return nil }
        // The weights of rare long windows may add up to more than there are entries.
        return Swift.min(1, reduce(0) { $0 + events($1) * $1.weight } / Double(count))
    }
}

extension Sequence<HeldEntry> {
    /// Those that ended below zero, in the order in which they ended.
    public var negativeByExit: [HeldEntry] {
        filter(\.isNegative).sorted { ($0.exitTime, $0.time) < ($1.exitTime, $1.time) }
    }
}
