/// What each time block adds to a sum, oldest block first.
///
/// Sums of zero throughout take no storage, as in ``BlockCounts``.
public struct BlockSums: Hashable, Sendable {
    /// Number of blocks.
    public private(set) var blockCount = 0
    // Empty while every sum is zero, else one element a block.
    private var values: [Double] = []

    /// No blocks.
    public init() {}

    /// The given sums.
    public init(_ sums: [Double]) {
        blockCount = sums.count
        values = sums.contains { $0 != 0 } ? sums : []
    }

    /// One element a block, zeros included. O(blocks).
    public var array: [Double] { values.isEmpty ? Array(repeating: 0, count: blockCount) : values }

    /// Starts the next block.
    public mutating func beginBlock() {
        blockCount += 1
        if !values.isEmpty { values.append(0) }
    }

    /// Adds to the last block.
    public mutating func add(_ value: Double) {
        if values.isEmpty { values = Array(repeating: 0, count: blockCount) }
        values[blockCount - 1] += value
    }

    /// Adds the blocks of `later`, which follow in time. Amortised O(blocks of `later`).
    public mutating func append(_ later: BlockSums) {
        if !values.isEmpty {
            values.append(contentsOf: later.array)
        } else if !later.values.isEmpty {
            values = Array(repeating: 0, count: blockCount) + later.values
        }
        blockCount += later.blockCount
    }
}
