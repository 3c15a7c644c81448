/// The records of a column ahead of an entry that moves from right to left: each bar that is lower than all between the entry and itself.
///
/// The first bar at or below a level is the nearest record that is. Unlike ``RecordStack`` it serves a few levels, which move little
/// from one entry to the next, so that each search begins where the last one ended.
struct NearestRecords: ~Copyable {
    /// Rising from place 1, the farthest record, to the nearest. Place 0 is below every level.
    private let values: Column<Double>
    private let bars: Column<Int32>
    private var top = 0

    /// Room for so many records.
    init(capacity: Int) {
        values = Column(unset: capacity + 1)
        bars = Column(unset: capacity + 1)
        values[0] = -.infinity
    }

    /// Puts a bar before all that are there. Amortised O(1).
    @inline(__always)
    mutating func push(_ value: Double, bar: Int) {
        while top > 0, values[top] >= value { top &-= 1 }
        top &+= 1
        values[top] = value
        bars[top] = Int32(truncatingIfNeeded: bar)
    }

    /// The first bar at or below a level; nil where none is.
    ///
    /// - Parameter place: where the search begins, any place; becomes that of the bar found, or 0.
    @inline(__always)
    func bar(atOrBelow level: Double, from place: inout Int) -> Int? {
        var found = min(place, top)
        // A few steps either way, then by halving.
        if values[found] <= level {
            var steps = 0
            while found < top, values[found &+ 1] <= level {
                found &+= 1
                steps &+= 1
                if steps == 4 { found = halved(found, top, level) }
            }
        } else {
            found &-= 1
            var steps = 0
            while found > 0, !(values[found] <= level) {
                found &-= 1
                steps &+= 1
                if steps == 4 { found = halved(0, found, level) }
            }
        }
        place = max(found, 0)
        return place > 0 ? Int(bars[place]) : nil
    }

    /// The last place of a range that is at or below a level, which its first one is.
    private func halved(_ first: Int, _ last: Int, _ level: Double) -> Int {
        var (low, high) = (first, last)
        while low < high {
            let middle = (low + high + 1) >> 1
            if values[middle] <= level { low = middle } else { high = middle - 1 }
        }
        return low
    }
}
