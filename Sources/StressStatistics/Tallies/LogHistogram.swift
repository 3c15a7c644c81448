#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Counts of positive values in fixed logarithmic bins of 1 % relative width.
///
/// The bins are the same everywhere, so histograms of parts merge by addition into the histogram of the whole, and a
/// quantile does not depend on how the work was split. A quantile of the values added is off by at most half a bin, 0.5 %; of shortfalls that
/// are known by a law it is that of two values for each entry, which of few entries may be a tenth and more from that of the law.
public struct LogHistogram: Hashable, Sendable {
    /// Number of values added.
    public private(set) var total = EventCount.zero
    private var firstBin = 0
    private var counts: [EventCount] = []

    private static let binWidth = log(1.01)
    // 1e-15 to 1e15: everything a shortfall per margin can be, with room; beyond, the end bins take it.
    private static let binRange = -3472...3472

    /// An empty histogram.
    public init() {}

    /// Adds a value above 0; smaller and larger ones than 1e±15 go to the end bins. Amortised O(1).
    public mutating func add(_ value: Double) {
        precondition(value > 0, "only positive values have a bin")
        add(bin: LogHistogram.bin(of: value), count: .one)
    }

    /// Adds the shortfall of an entry of which so much ended below zero: where it is known by a law, each of its parts takes an
    /// equal share.
    public mutating func add(_ exit: EntryExit, _ below: EventCount) {
        guard let spread = exit.spread else { return add(bin: LogHistogram.bin(of: -exit.equity), count: below) }
        add(parts: spread.parts, of: below)
    }

    /// Adds so much of an entry, half of it at either of two shortfalls.
    public mutating func add(parts: SIMD2<Double>, of below: EventCount) {
        // The halves' units sum to the whole whatever it is.
        let lower = EventCount(units: below.units / 2)
        add(part: parts[0], count: lower)
        add(part: parts[1], count: below - lower)
    }

    @inline(__always)
    private mutating func add(part: Double, count: EventCount) {
        guard count > 0 else { return }
        add(bin: LogHistogram.bin(of: max(part, .leastNonzeroMagnitude)), count: count)
    }

    /// The bin of a value above 0: `k` from `1.01^(k − ½)` to `1.01^(k + ½)`, so that plain numbers such as 1 lie in the middle of
    /// theirs, where rounding cannot move them to another. O(1).
    public static func bin(of value: Double) -> Int { LogBins.shared.bin(of: value) }

    /// The lower edges of the bins, and where to look for a value: 128 steps of every power of two, each with at most one edge.
    private struct LogBins: Sendable {
        static let shared = LogBins()

        private let edges: [Double]
        private let firstBin: [Int16]
        private let firstStep: Int

        private init() {
            edges = (LogHistogram.binRange.lowerBound...LogHistogram.binRange.upperBound + 1).map {
                exp((Double($0) - 0.5) * LogHistogram.binWidth)
            }
            let steps = Int(edges[0].bitPattern >> 45)...Int(edges[edges.count - 1].bitPattern >> 45)
            var bin = 0
            var bins: [Int16] = []
            for step in steps {
                let start = Double(bitPattern: UInt64(step) << 45)
                while bin + 1 < edges.count, edges[bin + 1] <= start { bin += 1 }
                bins.append(Int16(bin))
            }
            (firstBin, firstStep) = (bins, steps.lowerBound)
        }

        func bin(of value: Double) -> Int {
            let step = Int(value.bitPattern >> 45) - firstStep
            if step < 0 { return LogHistogram.binRange.lowerBound }
            if step >= firstBin.count { return LogHistogram.binRange.upperBound }
            var place = Int(firstBin[step])
            if place + 1 < edges.count, edges[place + 1] <= value { place += 1 }
            return min(place + LogHistogram.binRange.lowerBound, LogHistogram.binRange.upperBound)
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
