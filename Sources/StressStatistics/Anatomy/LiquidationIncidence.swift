import StressBasics

/// Adds up who was liquidated within which time, entry by entry, for the curve of one cell: all times in one pass.
public struct LiquidationIncidence: Sendable {
    private let context: CellAnatomy.Context
    private let times: [TimeSpan]
    private let limits: [Int64]
    /// Weights of those liquidated within each time, block by block.
    private var events: [Double]
    /// Entries that were liquidated within each time and not within the one before.
    private var counts: [Int]
    private var entries: [UInt32]
    private var windows = DisjointWindows()
    /// The longest time that an entry was watched for, milliseconds.
    private var longest: Int64 = 0

    /// No entries yet.
    public init(_ context: CellAnatomy.Context) {
        self.context = context
        times = LiquidationPoint.times(context)
        limits = times.map(\.milliseconds)
        events = Array(repeating: 0, count: times.count * context.blocks)
        counts = Array(repeating: 0, count: times.count)
        entries = Array(repeating: 0, count: context.blocks)
    }

    /// Adds an entry; entries come in order of time. O(times) for one that was liquidated, else O(1).
    ///
    /// - Parameters:
    ///   - time: its open time, milliseconds.
    ///   - block: its resampled block.
    ///   - after: how long after it the bar of its liquidation opened, milliseconds; nil where it was not liquidated.
    ///   - watched: how long after it the last bar before the cut of its window opened, milliseconds; nil for a whole window.
    ///   - weight: how many entries that stands for: see ``Exposure``.
    public mutating func add(time: Int64, block: Int, after: Int64?, watched: Int64?, weight: Double) {
        entries[block] += 1
        longest = max(longest, watched ?? context.horizon.milliseconds)
        windows.add(time, horizon: context.horizon)
        guard let after, let first = limits.firstIndex(where: { after <= $0 }) else { return }
        counts[first] += 1
        for place in block * limits.count + first..<(block + 1) * limits.count { events[place] += weight }
    }

    /// The share that was liquidated within each time, earliest first, up to the longest that an entry was watched for: of later ones
    /// nothing is known. O(times × blocks).
    public var points: [LiquidationPoint] {
        guard longest > 0 else { return [] }
        var liquidated = 0
        // Between two times nothing can happen after the longest.
        let last = limits.firstIndex { $0 >= longest } ?? limits.count - 1
        return times.indices[...last].map { place in
            liquidated += counts[place]
            let share = BlockShare(
                events: stride(from: place, to: events.count, by: times.count).map { events[$0] }, entries: entries)
            return LiquidationPoint(
                elapsed: TimeSpan(milliseconds: min(limits[place], longest)), liquidated: liquidated,
                inference: context.inference(share, disjointWindows: windows.count))
        }
    }
}
