/// How positions end, by leverage and the bar at whose close they are opened, as far as anybody has asked. In storage that is read in place.
final class EndCache {
    private let bars: Range<Int>
    private let ends: UnsafeMutablePointer<EndedEntry>
    private let isKnown: UnsafeMutablePointer<Bool>

    init(_ bars: Range<Int>, rows: Int) {
        self.bars = bars
        (ends, isKnown) = (.allocate(capacity: rows * bars.count), .allocate(capacity: rows * bars.count))
        isKnown.initialize(repeating: false, count: rows * bars.count)
    }

    deinit {
        ends.deallocate()
        isKnown.deallocate()
    }

    /// Nil where nobody has asked.
    @inline(__always)
    func known(_ row: Int, _ bar: Int) -> UnsafePointer<EndedEntry>? {
        let place = place(row, bar)
        return isKnown[place] ? UnsafePointer(ends + place) : nil
    }

    func set(_ row: Int, _ bar: Int, _ end: EndedEntry) -> UnsafePointer<EndedEntry> {
        let place = place(row, bar)
        (ends + place).initialize(to: end)
        isKnown[place] = true
        return UnsafePointer(ends + place)
    }

    @inline(__always)
    private func place(_ row: Int, _ bar: Int) -> Int { row * bars.count + bar - bars.lowerBound }
}

/// Where levels close positions at every leverage, by the bar at whose close they are opened, as far as anybody has asked. In storage that is
/// read in place.
final class ExitCache {
    private enum State: UInt8 { case unknown, none, found }

    private let bars: Range<Int>
    /// One more than there are bars.
    private let exits: UnsafeMutablePointer<SharedExit>
    private let states: UnsafeMutablePointer<State>

    init(_ bars: Range<Int>) {
        self.bars = bars
        (exits, states) = (.allocate(capacity: bars.count + 1), .allocate(capacity: bars.count))
        states.initialize(repeating: .unknown, count: bars.count)
    }

    deinit {
        exits.deallocate()
        states.deallocate()
    }

    /// Whether anybody has asked.
    @inline(__always)
    func isKnown(_ bar: Int) -> Bool { states[bar - bars.lowerBound] != .unknown }

    /// What was found; nil where no level is met.
    @inline(__always)
    func known(_ bar: Int) -> UnsafePointer<SharedExit>? {
        states[bar - bars.lowerBound] == .found ? UnsafePointer(exits + (bar - bars.lowerBound)) : nil
    }

    func set(_ bar: Int, _ exit: SharedExit?) -> UnsafePointer<SharedExit>? {
        let place = bar - bars.lowerBound
        states[place] = exit == nil ? .none : .found
        if let exit { (exits + place).initialize(to: exit) }
        return known(bar)
    }

    /// One that is not shared, until the next of its kind.
    func lone(_ exit: SharedExit?) -> UnsafePointer<SharedExit>? {
        guard let exit else { return nil }
        (exits + bars.count).initialize(to: exit)
        return UnsafePointer(exits + bars.count)
    }
}
