import StressBasics

/// How long the entries of a group were watched, and when those below zero went there: what its share needs, by the same law as that of a
/// cell (``CellTally``).
struct GroupTimes {
    /// How many windows were cut in each bin of ``WatchBin``. Counts and not runs, because a group takes some bars and leaves others.
    private var cuts: [UInt32] = []
    private var events = TimedEvents()
    /// Entries watched.
    private(set) var entries = 0

    /// Adds an entry.
    ///
    /// - Parameter unit: the bar length.
    @inline(__always)
    mutating func add(_ entry: HeldEntry, unit: TimeSpan) {
        entries += 1
        if let time = entry.cutTime { addCut(GroupTimes.bars(entry, to: time, unit)) }
        if entry.isNegative {
            events.add(
                bars: entry.isAtHorizon ? nil : GroupTimes.bars(entry, to: entry.exitTime, unit),
                events: entry.negative,
                shortfall: nil)
        }
    }

    private mutating func addCut(_ bars: Int) {
        let bin = Int(WatchBin.bin(bars: bars))
        if cuts.count <= bin { cuts.append(contentsOf: repeatElement(0, count: bin + 1 - cuts.count)) }
        cuts[bin] += 1
    }

    /// Bar lengths since an entry, to the nearest as in the cell's tally.
    private static func bars(_ entry: HeldEntry, to time: Int64, _ unit: TimeSpan) -> Int {
        let length = Double(unit.milliseconds)
        return max(0, Int((Double(time) / length - Double(entry.time) / length).rounded(.toNearestOrEven)))
    }

    /// Adds those of another stretch of time. O(bins).
    mutating func merge(_ other: GroupTimes) {
        entries += other.entries
        events.merge(other.events)
        if cuts.count < other.cuts.count {
            cuts.append(contentsOf: repeatElement(0, count: other.cuts.count - cuts.count))
        }
        for (bin, count) in other.cuts.enumerated() { cuts[bin] += count }
    }

    /// Whether any window was cut.
    var isCut: Bool { !cuts.isEmpty }

    /// The share below zero, each weighed by how many of the group were watched as long. O(bins).
    var negativeShare: Double {
        var watched = WatchTimes()
        for (bin, count) in cuts.enumerated() where count > 0 {
            watched.add(WatchTimes.Run(first: Int32(bin), last: Int32(bin), count: Int(count)))
        }
        return Exposure(entries: entries, cut: watched).share(events)
    }
}
