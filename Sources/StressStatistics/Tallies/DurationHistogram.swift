import StressBasics

/// Counts of time spans in fixed bins; merges by addition.
///
/// Spans are counted in whole bar lengths. Up to 127 of them each number has a bin of its own; above, every power of two is
/// cut into 64 equal bins, so that a bin is at most 1/64 of its value wide and a quantile at most 0.8 % off.
public struct DurationHistogram: Hashable, Sendable {
    /// Number of spans added.
    public private(set) var total = 0
    /// The bar length.
    public let unit: TimeSpan
    private var counts: [UInt32] = []

    /// An empty histogram of spans in units of `unit`, above 0.
    public init(unit: TimeSpan) { self.unit = unit }

    /// One whose bins, from bin 0 on, have these counts. O(bins).
    public init(unit: TimeSpan, counts: [UInt32]) {
        self.unit = unit
        self.counts = Array(counts[..<((counts.lastIndex { $0 > 0 } ?? -1) + 1)])
        total = counts.reduce(0) { $0 + Int($1) }
    }

    /// Adds a span of so many bar lengths, at least 0. Amortised O(1).
    public mutating func add(bars: Int) { add(bin: DurationHistogram.bin(bars: bars), count: 1) }

    /// Adds `count` spans to one bin. Amortised O(1).
    public mutating func add(bin: Int, count: Int) {
        guard count > 0 else { return }
        if counts.count <= bin { counts.append(contentsOf: repeatElement(0, count: bin + 1 - counts.count)) }
        counts[bin] += UInt32(count)
        total += count
    }

    /// Adds all counts of `other`. O(bins).
    public mutating func merge(_ other: DurationHistogram) {
        let added = other.counts
        if counts.count < added.count {
            counts.append(contentsOf: repeatElement(0, count: added.count - counts.count))
        }
        counts.withUnsafeMutableBufferPointer { counts in
            for bin in added.indices { counts[bin] += added[bin] }
        }
        total += other.total
    }

    /// The bin of a span of `bars` bar lengths; at least 0 and below 2³¹.
    @inlinable @inline(__always)
    public static func bin(bars: Int) -> Int {
        let shift = 57 - (bars | 64).leadingZeroBitCount
        return shift << 6 + bars >> shift
    }

    /// The middle of a bin, in bar lengths.
    static func bars(ofBin bin: Int) -> Int {
        guard bin >= 128 else { return bin }
        let shift = bin >> 6 - 1
        return (bin - shift << 6) << shift + (1 << shift - 1) / 2
    }

    /// All spans that fall into a bin, in bar lengths.
    static func bars(in bin: Int) -> ClosedRange<Int> {
        guard bin >= 128 else { return bin...bin }
        let shift = bin >> 6 - 1
        let first = (bin - shift << 6) << shift
        return first...first + (1 << shift) - 1
    }

    /// The bin counts, from bin 0 to the last that has any.
    public var bins: [UInt32] { counts }

    /// The smallest span with at least a share `q` of the spans at or below it, as the middle of its bin; nil when empty.
    /// O(bins).
    public func quantile(_ q: Double) -> TimeSpan? {
        guard total > 0 else { return nil }
        let rank = max(1, (q * Double(total)).rounded(.up))
        var seen = 0
        for (bin, count) in counts.enumerated() {
            seen += Int(count)
            if Double(seen) >= rank { return span(ofBin: bin) }
        }
        return nil
    }

    /// The middle of a bin.
    func span(ofBin bin: Int) -> TimeSpan {
        TimeSpan(milliseconds: Int64(DurationHistogram.bars(ofBin: bin)) * unit.milliseconds)
    }
}
