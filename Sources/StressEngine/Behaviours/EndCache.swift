/// Where a range of bars is kept that moves along a history: bars that are as far apart as it is long share a place.
struct BarRing {
    /// One less than a power of two.
    private let mask: Int

    /// For bars of a range of which no two that are asked for at once are as many as `reach` apart.
    init(_ bars: Range<Int>, reach: Int) {
        let wanted = max(1, min(bars.count, reach))
        mask = 1 << (Int.bitWidth - (wanted - 1).leadingZeroBitCount) - 1
    }

    var count: Int { mask + 1 }

    @inline(__always)
    func place(_ bar: Int) -> Int { bar & mask }
}

/// How positions end, by leverage and the bar at whose close they are opened, as far as anybody has asked of late. In storage that is read in
/// place, and small enough to stay near.
final class EndCache {
    private let ring: BarRing
    private let ends: UnsafeMutablePointer<EndedEntry>
    /// The bar whose end stands in a place; below 0 for none.
    private let bars: UnsafeMutablePointer<Int32>

    init(_ ring: BarRing, rows: Int) {
        self.ring = ring
        (ends, bars) = (.allocate(capacity: rows * ring.count), .allocate(capacity: rows * ring.count))
        bars.initialize(repeating: -1, count: rows * ring.count)
    }

    deinit {
        ends.deallocate()
        bars.deallocate()
    }

    /// Nil where nobody has asked.
    @inline(__always)
    func known(_ row: Int, _ bar: Int) -> UnsafePointer<EndedEntry>? {
        let place = row * ring.count + ring.place(bar)
        return Int(bars[place]) == bar ? UnsafePointer(ends + place) : nil
    }

    func set(_ row: Int, _ bar: Int, _ end: EndedEntry) -> UnsafePointer<EndedEntry> {
        let place = row * ring.count + ring.place(bar)
        (ends + place).initialize(to: end)
        bars[place] = Int32(bar)
        return UnsafePointer(ends + place)
    }
}

/// Where levels close positions at every leverage, by the bar at whose close they are opened, as far as anybody has asked of late. In storage
/// that is read in place.
final class ExitCache {
    private let ring: BarRing
    /// One more than the ring holds.
    private let exits: UnsafeMutablePointer<SharedExit>
    /// The bar whose exit stands in a place, below 0 for none; and whether it has one.
    private let bars: UnsafeMutablePointer<Int32>
    private let isFound: UnsafeMutablePointer<Bool>

    init(_ ring: BarRing) {
        self.ring = ring
        exits = .allocate(capacity: ring.count + 1)
        (bars, isFound) = (.allocate(capacity: ring.count), .allocate(capacity: ring.count))
        bars.initialize(repeating: -1, count: ring.count)
        isFound.initialize(repeating: false, count: ring.count)
    }

    deinit {
        exits.deallocate()
        bars.deallocate()
        isFound.deallocate()
    }

    /// Whether anybody has asked.
    @inline(__always)
    func isKnown(_ bar: Int) -> Bool { Int(bars[ring.place(bar)]) == bar }

    /// What was found; nil where no level is met.
    @inline(__always)
    func known(_ bar: Int) -> UnsafePointer<SharedExit>? {
        isFound[ring.place(bar)] ? UnsafePointer(exits + ring.place(bar)) : nil
    }

    func set(_ bar: Int, _ exit: SharedExit?) -> UnsafePointer<SharedExit>? {
        let place = ring.place(bar)
        (bars[place], isFound[place]) = (Int32(bar), exit != nil)
        if let exit { (exits + place).initialize(to: exit) }
        return known(bar)
    }

    /// One that is not shared, until the next of its kind.
    func lone(_ exit: SharedExit?) -> UnsafePointer<SharedExit>? {
        guard let exit else { return nil }
        (exits + ring.count).initialize(to: exit)
        return UnsafePointer(exits + ring.count)
    }
}
