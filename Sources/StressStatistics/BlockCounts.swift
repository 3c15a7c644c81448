/// How many entries of each time block something happened to, oldest block first.
///
/// What never happened takes no storage: most cells of a grid have blocks by the thousand and no entry below zero.
public struct BlockCounts: Hashable, Sendable {
    /// Number of blocks.
    public private(set) var blockCount = 0
    // Empty while every count is zero, else one element a block.
    private var values: [UInt32] = []

    /// No blocks.
    public init() {}

    /// The given counts.
    public init(_ counts: [UInt32]) {
        blockCount = counts.count
        values = counts.contains { $0 > 0 } ? counts : []
    }

    /// The count of one block. O(1).
    public subscript(block: Int) -> Int { values.isEmpty ? 0 : Int(values[block]) }

    /// Sum over all blocks. O(blocks).
    public var total: Int { values.reduce(0) { $0 + Int($1) } }

    /// One element a block, zeros included. O(blocks).
    public var array: [UInt32] { values.isEmpty ? Array(repeating: 0, count: blockCount) : values }

    /// Starts the next block.
    public mutating func beginBlock() {
        blockCount += 1
        if !values.isEmpty { values.append(0) }
    }

    /// Counts one more in the last block.
    public mutating func increment() {
        if values.isEmpty { values = Array(repeating: 0, count: blockCount) }
        values[blockCount - 1] += 1
    }

    /// Adds the blocks of `later`, which follow in time. Amortised O(blocks of `later`).
    public mutating func append(_ later: BlockCounts) {
        if !values.isEmpty {
            values.append(contentsOf: later.array)
        } else if !later.values.isEmpty {
            values = Array(repeating: 0, count: blockCount) + later.values
        }
        blockCount += later.blockCount
    }
}
