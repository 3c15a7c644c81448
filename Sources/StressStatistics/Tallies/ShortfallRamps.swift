/// Neighbouring bins that take equal parts of an entry, right behind those before them.
struct ShortfallStretch {
    /// The first bin, and the one behind the last; the same where there is none.
    let (first, end): (Int, Int)
    /// What each takes.
    let each: Int64
    /// What the last takes beside that, for whole units do not divide evenly; where there is none, the bin before.
    let rest: Int64

    /// Visits the stretches between the bins of a law, of which so much of an entry lies below zero. The units sum to the whole.
    @inline(__always)
    static func of(_ bins: SIMD16<Int16>, _ below: EventCount, _ visit: (ShortfallStretch) -> Void) {
        // Looked at where they lie: picking one out of a vector writes all of it to memory.
        withUnsafeBytes(of: bins) { bins in
            withUnsafeBytes(of: ShortfallSpread.parts) { parts in
                of(bins.bindMemory(to: Int16.self), parts.bindMemory(to: Int64.self), below.units, visit)
            }
        }
    }

    @inline(__always)
    private static func of(
        _ bins: UnsafeBufferPointer<Int16>, _ parts: UnsafeBufferPointer<Int64>, _ whole: Int64,
        _ visit: (ShortfallStretch) -> Void
    ) {
        var (reached, next) = (upTo(parts[0], of: whole), Int(bins[0]) &+ 1)
        visit(ShortfallStretch(from: next, to: next, units: reached))
        for place in 1..<ShortfallSpread.looks {
            let (units, end) = (upTo(parts[place], of: whole), max(next, Int(bins[place]) &+ 1))
            visit(ShortfallStretch(from: next, to: end, units: units &- reached))
            (reached, next) = (units, end)
        }
    }

    /// Rounded up, so that a quantile at a share is found where the share is reached.
    @inline(__always)
    private static func upTo(_ part: Int64, of units: Int64) -> Int64 { (units &* part &+ 1023) &>> 10 }

    @inline(__always)
    private init(from first: Int, to end: Int, units: Int64) {
        (self.first, self.end) = (first, end)
        let count = end &- first
        // Exact below 2⁵³ units, and quicker than the division of whole numbers.
        each = count > 0 ? Int64(Double(units) / Double(count)) : 0
        rest = units &- each &* Int64(count)
    }
}

/// A ``LogHistogram`` to which laws are added by the ends of their stretches: some bins are touched for an entry instead of hundreds.
public struct ShortfallRamps: Sendable {
    private struct Bin {
        var units: Int64 = 0
        /// What this bin and all after it take, on top of what those before it do.
        var step: Int64 = 0
    }

    private var firstBin = 0
    private var bins: [Bin] = []

    /// An empty one.
    public init() {}

    /// As ``LogHistogram/add(_:_:)``. Amortised O(1).
    public mutating func add(_ exit: EntryExit, _ below: EventCount) {
        if let spread = exit.spread { return add(spread, below) }
        let bin = LogHistogram.bin(of: -exit.equity)
        makeRoom(from: bin, through: bin)
        bins[bin - firstBin].units += below.units
    }

    /// Adds an entry whose shortfall is known by a law, of which so much lies below zero. Amortised O(1).
    public mutating func add(_ spread: ShortfallSpread, _ below: EventCount) {
        guard below > 0 else { return }
        makeRoom(from: Int(spread.bins[0]), through: Int(spread.bins.max()) + 1)
        let firstBin = firstBin
        bins.withUnsafeMutableBufferPointer { bins in
            var (before, end) = (Int64(0), 0)
            ShortfallStretch.of(spread.bins, below) { stretch in
                end = stretch.end &- firstBin
                bins[stretch.first &- firstBin].step &+= stretch.each &- before
                bins[end &- 1].units &+= stretch.rest
                before = stretch.each
            }
            bins[end].step &-= before
        }
    }

    @inline(__always)
    private mutating func makeRoom(from first: Int, through last: Int) {
        if first < firstBin || last >= firstBin + bins.count { widen(from: first, through: last) }
    }

    private mutating func widen(from first: Int, through last: Int) {
        if bins.isEmpty { firstBin = first }
        if first < firstBin {
            bins.insert(contentsOf: repeatElement(Bin(), count: firstBin - first), at: 0)
            firstBin = first
        }
        if last >= firstBin + bins.count {
            bins.append(contentsOf: repeatElement(Bin(), count: last + 1 - firstBin - bins.count))
        }
    }

    /// Adds all of it to a histogram. O(bins).
    public func merge(into histogram: inout LogHistogram) {
        var each: Int64 = 0
        for (place, bin) in bins.enumerated() {
            each += bin.step
            let units = each + bin.units
            if units > 0 { histogram.add(bin: firstBin + place, count: EventCount(units: units)) }
        }
    }
}
