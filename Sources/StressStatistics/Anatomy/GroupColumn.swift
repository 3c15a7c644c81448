import StressBasics

/// Entries that are resampled as one: block sums, and windows that share no bar.
struct GroupColumn {
    var share: BlockShare
    var windows = 0
    private var free = Int64.min

    init(blocks: Int) {
        share = BlockShare(
            events: Array(repeating: 0, count: blocks), entries: Array(repeating: 0, count: blocks))
    }

    /// Adds an entry; entries come in order of time.
    mutating func add(_ entry: HeldEntry, events: EventCount, horizon: TimeSpan) {
        share.entries[Int(entry.block)] += 1
        share.events[Int(entry.block)] += events.value * entry.weight
        guard entry.time >= free else { return }
        windows += 1
        free = entry.time + horizon.milliseconds
    }

    /// The column of entries in order of time.
    init(_ entries: [HeldEntry], context: CellAnatomy.Context, counting events: (HeldEntry) -> EventCount) {
        self.init(blocks: context.blocks)
        for entry in entries { add(entry, events: events(entry), horizon: context.horizon) }
    }
}

extension [GroupColumn] {
    /// What the history says about each column.
    func inferences(_ context: CellAnatomy.Context) -> [FrequencyInference?] {
        map { context.inference($0.share, disjointWindows: $0.windows) }
    }
}
