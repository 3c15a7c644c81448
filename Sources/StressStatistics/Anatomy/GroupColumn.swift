import StressBasics

/// Counts windows that share no bar, picked greedily from the left.
struct DisjointWindows {
    private(set) var count = 0
    private var free = Int64.min

    /// A window that begins at a time, which none before is later than.
    @inline(__always)
    mutating func add(_ time: Int64, horizon: TimeSpan) {
        guard time >= free else { return }
        count += 1
        free = time + horizon.milliseconds
    }
}

/// Entries that are resampled as one: block sums, and windows that share no bar.
struct GroupColumn {
    /// Its share is that of a cell of these entries alone: see ``CellTally/negativeShare(fill:)``.
    let share: BlockShare
    /// Whole windows; without one nothing is known of the holding time.
    let windows: Int
    /// What was seen.
    let counts: EntryCounts
}

/// Several groups of entries that are added up in one pass. Rows are blocks, so that what an entry adds to stands together.
struct GroupColumns {
    private let groups: Int
    private let horizon: TimeSpan
    private let unit: TimeSpan
    private var entries: [UInt32]
    private var events: [Double]
    private var windows: [DisjointWindows]
    private var counts: [EntryCounts]
    private var times: [GroupTimes]

    /// So many groups without entries.
    init(_ groups: Int, context: CellAnatomy.Context) {
        (self.groups, horizon, unit) = (groups, context.horizon, context.barLength)
        entries = Array(repeating: 0, count: groups * context.blocks)
        events = Array(repeating: 0, count: groups * context.blocks)
        windows = Array(repeating: DisjointWindows(), count: groups)
        counts = Array(repeating: EntryCounts(), count: groups)
        times = Array(repeating: GroupTimes(), count: groups)
    }

    /// Adds an entry to a group, with what of it ended below zero; entries come in order of time.
    @inline(__always)
    mutating func add(_ entry: HeldEntry, to group: Int) {
        let place = Int(entry.block) * groups + group
        entries[place] += 1
        if entry.isNegative { events[place] += entry.negative.value }
        if entry.cutTime == nil { windows[group].add(entry.time, horizon: horizon) }
        counts[group].add(entry)
        times[group].add(entry, unit: unit)
    }

    /// The sums of a group. O(blocks).
    subscript(group: Int) -> GroupColumn {
        let places = stride(from: group, to: entries.count, by: groups)
        let plain = BlockShare(events: places.map { events[$0] }, entries: places.map { entries[$0] })
        return GroupColumn(
            share: times[group].isCut ? plain.scaled(to: times[group].negativeShare) : plain,
            windows: windows[group].count, counts: counts[group])
    }
}

extension [GroupColumn] {
    /// What the history says about each column.
    func inferences(_ context: CellAnatomy.Context) -> [FrequencyInference?] {
        map { context.inference($0.share, disjointWindows: $0.windows) }
    }
}
