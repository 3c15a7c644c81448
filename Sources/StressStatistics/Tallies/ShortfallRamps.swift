/// Neighbouring bins that take equal parts of an entry.
struct ShortfallStretch {
    let bins: ClosedRange<Int>
    /// What each takes, and what the last takes beside that, for whole units do not divide evenly.
    let each: Int64
    let rest: Int64

    /// Visits the stretches between the bins of a law, of which so much of an entry lies below zero. The units sum to the whole.
    @inline(__always)
    static func of(_ bins: SIMD16<Int16>, _ below: EventCount, _ visit: (ShortfallStretch) -> Void) {
        let parts = ShortfallSpread.parts
        var (reached, bin) = (upTo(parts[0], of: below.units), Int(bins[0]))
        visit(ShortfallStretch(bins: bin...bin, each: 0, rest: reached))
        for place in 1..<ShortfallSpread.looks {
            let (next, end) = (upTo(parts[place], of: below.units), Int(bins[place]))
            visit(ShortfallStretch(after: bin, end: end, units: next &- reached))
            (reached, bin) = (next, max(bin, end))
        }
    }

    /// Rounded up, so that a quantile at a share is found where the share is reached.
    @inline(__always)
    private static func upTo(_ part: Int64, of units: Int64) -> Int64 { (units &* part &+ 1023) &>> 10 }

    @inline(__always)
    private init(bins: ClosedRange<Int>, each: Int64, rest: Int64) {
        (self.bins, self.each, self.rest) = (bins, each, rest)
    }

    @inline(__always)
    private init(after: Int, end: Int, units: Int64) {
        guard end > after else {
            self.init(bins: after...after, each: 0, rest: units)
            return
        }
        // Exact below 2⁵³ units, and quicker than the division of whole numbers.
        let each = Int64(Double(units) / Double(end &- after))
        self.init(bins: after &+ 1...end, each: each, rest: units &- each &* Int64(end &- after))
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
            ShortfallStretch.of(spread.bins, below) { stretch in
                bins[stretch.bins.lowerBound &- firstBin].step &+= stretch.each
                bins[stretch.bins.upperBound &+ 1 &- firstBin].step &-= stretch.each
                bins[stretch.bins.upperBound &- firstBin].units &+= stretch.rest
            }
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
