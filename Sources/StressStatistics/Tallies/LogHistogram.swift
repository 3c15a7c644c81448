import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Counts of positive values in fixed logarithmic bins of 1 % relative width.
///
/// The bins are the same everywhere, so histograms of parts merge by addition into the histogram of the whole, and a
/// quantile does not depend on how the work was split. A quantile of the values added is off by at most half a bin, 0.5 %; of shortfalls that
/// are known by a law, of which each bin takes its part as ``ShortfallSpread/shares`` leave it, by about 1 %.
public struct LogHistogram: Hashable, Sendable {
    /// Number of values added.
    public private(set) var total = EventCount.zero
    private var firstBin = 0
    private var counts: [EventCount] = []

    /// ln 1.01.
    @usableFromInline
    static var binWidth: Double { 0.009950330853168092 }
    /// 1e-15 to 1e15: everything a shortfall per margin can be, with room; beyond, the end bins take it.
    @usableFromInline
    static var lastBin: Int { 3472 }
    private static let binRange = -lastBin...lastBin

    /// An empty histogram.
    public init() {}

    /// Adds a value above 0; smaller and larger ones than 1e±15 go to the end bins. Amortised O(1).
    public mutating func add(_ value: Double) {
        precondition(value > 0, "only positive values have a bin")
        add(bin: LogHistogram.bin(of: value), count: .one)
    }

    /// Adds the shortfall of an entry of which so much ended below zero: where it is known by a law, each bin takes its part.
    public mutating func add(_ exit: EntryExit, _ below: EventCount) {
        guard let spread = exit.spread else { return add(bin: LogHistogram.bin(of: -exit.equity), count: below) }
        ShortfallStretch.of(spread.bins, below) { stretch in
            for bin in stretch.first..<stretch.end where stretch.each > 0 {
                add(bin: bin, count: EventCount(units: stretch.each))
            }
            if stretch.rest > 0 { add(bin: stretch.end - 1, count: EventCount(units: stretch.rest)) }
        }
    }

    /// The bin of a value above 0: `k` from `1.01^(k − ½)` to `1.01^(k + ½)`, so that plain numbers such as 1 lie in the middle of
    /// theirs, where rounding cannot move them to another. O(1).
    public static func bin(of value: Double) -> Int { LogBins.shared.bin(of: value) }

    /// The bins of four values; within 1e-5 of a bin of an edge it may be the bin beside it. What is not above 0 counts as next to nothing.
    @inlinable
    @inline(__always)
    static func bins(near values: SIMD4<Double>) -> SIMD4<Int16> {
        let least = SIMD4<Double>(repeating: .leastNormalMagnitude)
        let exact = least.replacing(with: values, where: values .> least).nearLogarithms * (1 / binWidth)
        let last = SIMD4(repeating: Double(lastBin))
        let notBeyond = exact.replacing(with: last, where: exact .> last)
        let bins = notBeyond.replacing(with: -last, where: notBeyond .< -last)
        // The nearest whole number is the end of the digits of 1.5 × 2⁵² and itself, which is 0 in its last sixteen.
        return SIMD4<Int16>(
            truncatingIfNeeded: unsafeBitCast(bins + 0x1.8p52, to: SIMD4<Int64>.self))
    }

    /// The lower edges of the bins, and where to look for a value: 128 steps of every power of two, each with at most one edge.
    private struct LogBins: @unchecked Sendable {
        static let shared = LogBins()

        /// By step, the last bin that begins at or before it, and where the next begins. Made once, never given back, only read: arrays
        /// are counted and checked at every value.
        private let steps: UnsafeBufferPointer<Step>
        private let firstStep: Int

        private struct Step {
            let bin: Int
            let next: Double
        }

        private init() {
            let edges = (LogHistogram.binRange.lowerBound...LogHistogram.binRange.upperBound + 1).map {
                exp((Double($0) - 0.5) * LogHistogram.binWidth)
            }
            let range = Int(edges[0].bitPattern >> 45)...Int(edges[edges.count - 1].bitPattern >> 45)
            let steps = UnsafeMutableBufferPointer<Step>.allocate(capacity: range.count)
            var bin = 0
            for step in range {
                let start = Double(bitPattern: UInt64(step) << 45)
                while bin + 1 < edges.count, edges[bin + 1] <= start { bin += 1 }
                let next = bin + 1 < edges.count ? edges[bin + 1] : .infinity
                steps.initializeElement(
                    at: step - range.lowerBound, to: Step(bin: bin + LogHistogram.binRange.lowerBound, next: next))
            }
            (self.steps, firstStep) = (UnsafeBufferPointer(steps), range.lowerBound)
        }

        @inline(__always)
        func bin(of value: Double) -> Int {
            let step = Int(truncatingIfNeeded: value.bitPattern >> 45) &- firstStep
            if step < 0 { return LogHistogram.binRange.lowerBound }
            if step >= steps.count { return LogHistogram.binRange.upperBound }
            let found = steps[step]
            return min(value >= found.next ? found.bin &+ 1 : found.bin, LogHistogram.binRange.upperBound)
        }
    }

    /// Adds `count` values to one bin. Amortised O(1).
    public mutating func add(bin: Int, count: EventCount) {
        let place = bin &- firstBin
        if place < 0 || place >= counts.count { makeRoom(for: bin) }
        counts[bin &- firstBin] += count
        total += count
    }

    private mutating func makeRoom(for bin: Int) {
        if counts.isEmpty { firstBin = bin }
        if bin < firstBin {
            counts.insert(contentsOf: repeatElement(.zero, count: firstBin - bin), at: 0)
            firstBin = bin
        }
        while counts.count <= bin - firstBin { counts.append(.zero) }
    }

    /// The first bin with a place and the counts from there on.
    var bins: (first: Int, counts: [EventCount]) { (firstBin, counts) }

    /// Whether there is a bin of this number.
    func isBin(_ bin: Int) -> Bool { LogHistogram.binRange.contains(bin) }

    /// Adds all counts of `other`. O(bins).
    public mutating func merge(_ other: LogHistogram) {
        for (offset, count) in other.counts.enumerated() where count > 0 {
            add(bin: other.firstBin + offset, count: count)
        }
    }

    /// The smallest bin with at least a share `q` of the values at or below it, as the bin's geometric centre; nil when
    /// empty. `q` in 0…1. O(bins).
    public func quantile(_ q: Double) -> Double? {
        guard total > 0 else { return nil }
        let rank = max(1, (q * Double(total.units)).rounded(.up))
        var seen = EventCount.zero
        for (offset, count) in counts.enumerated() {
            seen += count
            if Double(seen.units) >= rank { return exp(Double(firstBin + offset) * LogHistogram.binWidth) }
        }
        return nil
    }
}
