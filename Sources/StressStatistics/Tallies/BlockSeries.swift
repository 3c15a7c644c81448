/// What each time block adds to a count or a sum, oldest block first.
///
/// What never happened takes no storage: most cells of a grid have blocks by the thousand and no entry below zero.
public struct BlockSeries<Number: AdditiveArithmetic & Hashable & Sendable>: Hashable, Sendable {
    /// Number of blocks.
    public private(set) var blockCount = 0
    // Empty while every block is zero, else one element a block.
    private var values: [Number] = []

    /// No blocks.
    public init() {}

    /// The given blocks. Inlined, because a grid has one a cell and chunk, and numbers of unknown type are compared slowly.
    @inlinable
    public init(_ blocks: [Number]) {
        self.init(count: blocks.count, values: blocks.contains { $0 != .zero } ? blocks : [])
    }

    @usableFromInline
    init(count: Int, values: [Number]) {
        (blockCount, self.values) = (count, values)
    }

    /// One block. O(1).
    public subscript(block: Int) -> Number { values.isEmpty ? .zero : values[block] }

    /// One element a block, zeros included. O(blocks).
    public var array: [Number] { values.isEmpty ? Array(repeating: .zero, count: blockCount) : values }

    /// Whether any block is not zero. O(blocks).
    public var isZero: Bool { values.allSatisfy { $0 == .zero } }

    /// Starts the next block.
    public mutating func beginBlock() {
        blockCount += 1
        if !values.isEmpty { values.append(.zero) }
    }

    /// Adds blocks that are known; nil where nothing is added to one. Amortised O(blocks).
    @inline(__always)
    mutating func append<Block>(_ blocks: UnsafeBufferPointer<Block>, _ value: (Block) -> Number?) {
        defer { blockCount += blocks.count }
        // Beside each other first: one by one each would ask whether the others have the storage, too.
        withUnsafeTemporaryAllocation(of: Number.self, capacity: blocks.count) { added in
            var isZero = true
            for place in blocks.indices {
                let value = value(blocks[place])
                added.initializeElement(at: place, to: value ?? .zero)
                if value != nil { isZero = false }
            }
            if values.isEmpty {
                guard !isZero else { return }
                values = Array(repeating: .zero, count: blockCount)
            }
            values.append(contentsOf: UnsafeBufferPointer(added))
        }
    }

    /// Adds so many blocks of which nothing is added to one. Amortised O(blocks).
    mutating func appendNone(_ count: Int) {
        if !values.isEmpty { values.append(contentsOf: repeatElement(.zero, count: count)) }
        blockCount += count
    }

    /// Adds to the last block.
    public mutating func add(_ value: Number) {
        if values.isEmpty { values = Array(repeating: .zero, count: blockCount) }
        values[blockCount - 1] += value
    }

    /// Adds the blocks of `later`, which follow in time. Amortised O(blocks of `later`).
    public mutating func append(_ later: BlockSeries) {
        if !values.isEmpty {
            values.append(contentsOf: later.array)
        } else if !later.values.isEmpty {
            values = Array(repeating: .zero, count: blockCount) + later.values
        }
        blockCount += later.blockCount
    }
}

/// How many entries of each time block something happened to.
public typealias BlockCounts = BlockSeries<UInt32>
/// What each time block adds to a sum.
public typealias BlockSums = BlockSeries<Double>
/// How many entries of each time block something happened to, where it is known by its probability.
public typealias BlockEvents = BlockSeries<EventCount>

extension BlockSeries<UInt32> {
    /// Sum over all blocks. O(blocks).
    public var total: Int { values.reduce(0) { $0 + Int($1) } }

    /// Counts one more in the last block.
    public mutating func increment() { add(1) }
}

extension BlockSeries<EventCount> {
    /// Sum over all blocks. O(blocks).
    public var total: EventCount { values.reduce(.zero, +) }
}
