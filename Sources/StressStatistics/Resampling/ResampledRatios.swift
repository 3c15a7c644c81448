/// Events and trials of one frequency, block by block.
public struct BlockShare: Hashable, Sendable {
    /// Events in each time block: entries counted, or probabilities of being counted.
    public var events: [Double]
    /// Entries held in each time block; of the same number of blocks.
    public var entries: [UInt32]

    /// A frequency from its block sums.
    public init(events: [Double], entries: [UInt32]) {
        precondition(events.count == entries.count, "events and entries are of the same blocks")
        self.events = events
        self.entries = entries
    }

    /// A frequency of certain events.
    public init(counts: [UInt32], entries: [UInt32]) {
        self.init(events: counts.map(Double.init), entries: entries)
    }

    /// Sums over runs of `count` blocks, the last of which may be shorter. O(blocks).
    public func merged(by count: Int) -> BlockShare {
        guard count > 1 else { return self }
        func sums<Number: Numeric>(_ blocks: [Number]) -> [Number] {
            stride(from: 0, to: blocks.count, by: count).map { start in
                blocks[start..<min(start + count, blocks.count)].reduce(0, +)
            }
        }
        return BlockShare(events: sums(events), entries: sums(entries))
    }

    /// The same from the first block with entries to the last.
    var trimmed: BlockShare { trimmedBlocks.map(held) ?? self }

    /// From the first block with entries to the last, where these are not all blocks.
    var trimmedBlocks: Range<Int>? {
        guard let range = heldBlocks(in: entries.indices), range.count < entries.count else { return nil }
        return range
    }

    /// From the first block of a range that has entries to the last; nil where none has.
    public func heldBlocks(in range: Range<Int>) -> Range<Int>? {
        guard let first = entries[range].firstIndex(where: { $0 > 0 }),
            let last = entries[range].lastIndex(where: { $0 > 0 })
        else { return nil }
        return first..<last + 1
    }

    /// The blocks of a range.
    public func held(_ range: Range<Int>) -> BlockShare {
        BlockShare(events: Array(events[range]), entries: Array(entries[range]))
    }

    /// All events.
    public var count: Double { events.reduce(0, +) }

    /// All entries held.
    public var total: Int { entries.reduce(0) { $0 + Int($1) } }

    /// `count / total`; nil without entries.
    public var frequency: Double? {
        let total = total
        return total > 0 ? count / Double(total) : nil
    }

    /// The same events, each of which stands for so much that they add up to a share.
    func scaled(to share: Double) -> BlockShare {
        guard let frequency, frequency > 0 else { return self }
        return BlockShare(events: events.map { $0 * (share / frequency) }, entries: entries)
    }

    /// How many runs of `meanLength` blocks hold entries.
    func runs(ofMeanLength meanLength: Double) -> Double { Double(entries.count { $0 > 0 }) / meanLength }

    /// `count − frequency × entries` in each block: what the frequency owes to it. They sum to 0.
    var residuals: [Double] {
        let share = frequency ?? 0
        return zip(events, entries).map { $0 - share * Double($1) }
    }
}

/// One frequency in every resample.
public struct ResampledRatio: Hashable, Sendable {
    /// Σ counts / Σ entries of each resample; the observed frequency where a resample has no entries.
    public var shares: [Double]
    /// The standard error of each, as the resample itself would estimate it from its runs.
    public var errors: [Double]
}

extension ResamplePlan {
    /// The frequencies of `columns` in every resample, in the order of `columns`.
    ///
    /// A resample is a handful of runs, and the sum over a run is the difference of two running totals, so the cost goes
    /// with the runs and not with the blocks. Eight columns are added side by side. Each column's totals are added by themselves in
    /// block order, so that it has the same bits whatever stands beside it: call it for any part of the columns on any thread.
    ///
    /// The runs of a resample are drawn independently, so the error of `C / N` is `√Σ (c − (C/N) n)² / N` over its runs.
    /// O(resamples × runs × columns).
    public func ratios(of columns: ArraySlice<BlockShare>) -> [ResampledRatio] {
        var result: [ResampledRatio] = []
        result.reserveCapacity(columns.count)
        var first = columns.startIndex
        while first < columns.endIndex {
            let entries = columns[first].entries
            var last = first + 1
            while last < columns.endIndex, last - first < RatioTile.width, columns[last].entries == entries {
                last += 1
            }
            result += RatioTile(columns[first..<last], entries: entries).ratios(self)
            first = last
        }
        return result
    }
}

extension ResamplePlan {
    /// The ratios of the first `used` of the columns that are resampled side by side.
    @inline(__always)
    func ratios<Lanes: SIMD>(
        of used: Int, _ resample: (Int) -> (shares: Lanes, errors: Lanes)
    ) -> [ResampledRatio] where Lanes.Scalar == Double {
        var (shares, errors) = ([Lanes](), [Lanes]())
        shares.reserveCapacity(resamples)
        errors.reserveCapacity(resamples)
        for index in 0..<resamples {
            let found = resample(index)
            shares.append(found.shares)
            errors.append(found.errors)
        }
        return zip(columns(shares, used), columns(errors, used)).map { ResampledRatio(shares: $0, errors: $1) }
    }

    /// The first `used` of columns that stand side by side, each by itself.
    func columns<Lanes: SIMD>(_ lanes: [Lanes], _ used: Int) -> [[Double]] where Lanes.Scalar == Double {
        // A vector is its numbers one after the other.
        lanes.withUnsafeBytes { bytes in
            let (numbers, width) = (bytes.bindMemory(to: Double.self), Lanes.scalarCount)
            return (0..<used).map { lane in (0..<lanes.count).map { numbers[$0 * width + lane] } }
        }
    }
}

/// Up to eight columns with the same entries, as running totals over two rounds of the blocks.
private struct RatioTile {
    static let width = 8
    private typealias Lanes = SIMD8<Double>

    private let used: Int
    private let counts: [Lanes]
    private let entries: [Double]
    private let observed: Lanes

    init(_ columns: ArraySlice<BlockShare>, entries: [UInt32]) {
        used = columns.count
        let blocks = entries.count
        var (counts, totals) = ([Lanes.zero], [0.0])
        counts.reserveCapacity(2 * blocks + 1)
        totals.reserveCapacity(2 * blocks + 1)
        for block in 0..<2 * blocks {
            var next = counts[block]
            for (lane, column) in columns.enumerated() { next[lane] += column.events[block % blocks] }
            counts.append(next)
            totals.append(totals[block] + Double(entries[block % blocks]))
        }
        observed = totals[blocks] > 0 ? counts[blocks] / totals[blocks] : .zero
        (self.counts, self.entries) = (counts, totals)
    }

    func ratios(_ plan: ResamplePlan) -> [ResampledRatio] {
        plan.ratios(of: used, sums: counts, weights: entries) { resampled($0) }
    }

    private func resampled(_ drawn: DrawnSums) -> (shares: Lanes, errors: Lanes) {
        guard drawn.weight > 0 else { return (observed, .zero) }
        let share = drawn.sum / drawn.weight
        let error = pointwiseMax(drawn.variance(share), .zero).squareRoot() / drawn.weight
        return (share, error)
    }
}

/// What the runs of one resample add up to, in up to eight columns over the same weights.
struct DrawnSums {
    var sum = SIMD8<Double>.zero
    var squares = SIMD8<Double>.zero
    var products = SIMD8<Double>.zero
    var weight = 0.0
    var weightSquares = 0.0

    /// The sum of the runs' squared distances from what their weights give at a ratio.
    @inline(__always)
    func variance(_ ratio: SIMD8<Double>) -> SIMD8<Double> {
        squares - 2 * ratio * products + ratio * ratio * weightSquares
    }
}

extension ResamplePlan {
    /// The ratios of the first `used` of columns over the same weights, of which running totals over two rounds of the blocks are given.
    @inline(__always)
    func ratios(
        of used: Int, sums: [SIMD8<Double>], weights: [Double],
        _ resampled: (DrawnSums) -> (shares: SIMD8<Double>, errors: SIMD8<Double>)
    ) -> [ResampledRatio] {
        // A run ends within two rounds.
        precondition(sums.count > 2 * blockCount && weights.count == sums.count)
        return sums.withUnsafeBufferPointer { sums in
            weights.withUnsafeBufferPointer { weights in
                ratios(of: used) { resampled(drawn($0, sums: sums, weights: weights)) }
            }
        }
    }

    /// Adds up the runs of a resample.
    @inline(__always)
    private func drawn(
        _ index: Int, sums: UnsafeBufferPointer<SIMD8<Double>>, weights: UnsafeBufferPointer<Double>
    ) -> DrawnSums {
        var drawn = DrawnSums()
        for run in runs(of: index) {
            let (start, end) = (Int(run.start), Int(run.end))
            let sum = sums[end] - sums[start]
            let weight = weights[end] - weights[start]
            drawn.sum += sum
            drawn.squares += sum * sum
            drawn.products += sum * weight
            drawn.weight += weight
            drawn.weightSquares += weight * weight
        }
        return drawn
    }
}
