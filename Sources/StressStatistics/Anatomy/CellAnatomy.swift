import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One month of entries.
public struct MonthShare: Hashable, Sendable {
    /// The year.
    public let year: Int
    /// 1…12.
    public let month: Int
    /// Entries held.
    public let entries: Int
    /// Those that were liquidated.
    public let liquidated: Int
    /// Those that ended below zero.
    public let negative: Int
}

/// The share of entries that were liquidated within a time.
public struct LiquidationPoint: Hashable, Sendable {
    /// Time since entry.
    public let elapsed: TimeSpan
    /// Entries liquidated by then.
    public let liquidated: Int
    /// What the resamples say about their share.
    public let inference: FrequencyInference?
}

/// What one cell's frequency is made of: which crashes, when, under what conditions, and how fast.
public struct CellAnatomy: Hashable, Sendable {
    /// Entries held.
    public let entries: Int
    /// The crashes.
    public let episodes: Episodes
    /// The frequency as it is.
    public let whole: FrequencyInference?
    /// The frequency without the entries of the largest episode; nil when there is no episode.
    public let withoutLargest: FrequencyInference?
    /// Months of entry, in order of time.
    public let months: [MonthShare]
    /// Groups of entries, condition by condition; groups without entries are left out.
    public let conditions: [ConditionalShare]
    /// Cumulative incidence of liquidation, earliest first.
    public let liquidation: [LiquidationPoint]

    /// How the resamples are made, as they were for the cell's results.
    public struct Context: Sendable {
        /// Length of the holding time.
        public var horizon: TimeSpan
        /// Bars are this long.
        public var barLength: TimeSpan
        /// Number of time blocks.
        public var blocks: Int
        /// Mean length of resampled runs, in blocks.
        public var meanLength: Double
        /// Rules.
        public var rules: ResamplingRules
        /// Name of the stream.
        public var name: String

        /// A context of the given parts.
        public init(
            horizon: TimeSpan, barLength: TimeSpan, blocks: Int, meanLength: Double, rules: ResamplingRules,
            name: String
        ) {
            (self.horizon, self.barLength, self.blocks) = (horizon, barLength, blocks)
            (self.meanLength, self.rules, self.name) = (meanLength, rules, name)
        }

        /// The pause that begins a new episode: a day, or two bars where bars are longer.
        public var separation: TimeSpan {
            TimeSpan(milliseconds: max(TimeSpan.days(1).milliseconds, 2 * barLength.milliseconds))
        }
    }

    /// Takes a cell apart. `entries` come in order of time. O(entries log entries + groups × resamples × runs).
    public init(entries: [HeldEntry], weather: MarketWeather, context: Context) {
        let parts = AnatomyColumns(entries: entries, weather: weather, context: context)
        let found = parts.inferences(context)
        self.entries = entries.count
        episodes = parts.episodes
        months = CellAnatomy.months(entries)
        whole = found.first ?? nil
        withoutLargest = parts.episodes.all.isEmpty ? nil : found[1]
        conditions = zip(parts.groups, found.dropFirst(2)).map { group, inference in
            ConditionalShare(
                condition: group.condition, value: group.value, entries: group.column.share.total,
                negative: group.column.share.count, inference: inference)
        }
        liquidation = zip(parts.times, found.dropFirst(2 + parts.groups.count)).map { elapsed, inference in
            LiquidationPoint(
                elapsed: elapsed,
                liquidated: entries.count { $0.isLiquidated && $0.exitTime - $0.time <= elapsed.milliseconds },
                inference: inference)
        }
    }

    /// Cumulative incidence of liquidation alone, as in ``liquidation``, for cells that are not taken apart.
    /// O(entries × times + times × resamples × runs).
    public static func liquidation(of entries: [HeldEntry], context: Context) -> [LiquidationPoint] {
        let times = AnatomyColumns.times(context)
        let columns = times.map { time in
            var column = GroupColumn(blocks: context.blocks)
            for entry in entries {
                column.add(
                    entry, isCounted: entry.isLiquidated && entry.exitTime - entry.time <= time.milliseconds,
                    horizon: context.horizon)
            }
            return column
        }
        let panel = columns.first.flatMap { first in
            HorizonPanel(
                columns: columns.map(\.share), horizonBlocks: 1, disjointWindows: first.windows, rules: context.rules,
                name: context.name, automaticLength: context.meanLength)
        }
        let found =
            panel?.inferences(of: columns.map(\.share), disjointWindows: columns.map(\.windows))
            ?? columns.map { _ in nil }
        return zip(times, zip(columns, found)).map { elapsed, column in
            LiquidationPoint(elapsed: elapsed, liquidated: column.0.share.count, inference: column.1)
        }
    }

    private static func months(_ entries: [HeldEntry]) -> [MonthShare] {
        var months: [MonthShare] = []
        for entry in entries {
            let date = UTCInstant(milliseconds: entry.time).civil
            let isSame = months.last.map { $0.year == date.year && $0.month == date.month } ?? false
            let before = isSame ? months.removeLast() : nil
            months.append(
                MonthShare(
                    year: date.year, month: date.month, entries: (before?.entries ?? 0) + 1,
                    liquidated: (before?.liquidated ?? 0) + (entry.isLiquidated ? 1 : 0),
                    negative: (before?.negative ?? 0) + (entry.isNegative ? 1 : 0)))
        }
        return months
    }
}

/// A column under way: block sums, and windows that share no bar.
private struct GroupColumn {
    var share: BlockShare
    var windows = 0
    private var free = Int64.min

    init(blocks: Int) {
        let none = [UInt32](repeating: 0, count: blocks)
        share = BlockShare(counts: none, entries: none)
    }

    /// Adds an entry; entries come in order of time.
    mutating func add(_ entry: HeldEntry, isCounted: Bool, horizon: TimeSpan) {
        share.entries[Int(entry.block)] += 1
        if isCounted { share.counts[Int(entry.block)] += 1 }
        guard entry.time >= free else { return }
        windows += 1
        free = entry.time + horizon.milliseconds
    }
}

/// The columns that a cell's parts are resampled in: the whole, the whole without its largest episode, groups, times.
private struct AnatomyColumns {
    struct Group {
        let condition: EntryCondition
        let value: String
        let column: GroupColumn
    }

    let episodes: Episodes
    let groups: [Group]
    let times: [TimeSpan]
    private let columns: [GroupColumn]

    init(entries: [HeldEntry], weather: MarketWeather, context: CellAnatomy.Context) {
        let episodes = Episodes(entries, separation: context.separation)
        let groups = AnatomyColumns.groups(entries, weather, context)
        let times = AnatomyColumns.times(context)
        func column(where isWanted: (HeldEntry) -> Bool, counting isCounted: (HeldEntry) -> Bool) -> GroupColumn {
            var column = GroupColumn(blocks: context.blocks)
            for entry in entries where isWanted(entry) {
                column.add(entry, isCounted: isCounted(entry), horizon: context.horizon)
            }
            return column
        }
        (self.episodes, self.groups, self.times) = (episodes, groups, times)
        columns =
            [
                column(where: { _ in true }, counting: \.isNegative),
                column(where: { !episodes.isInLargest($0) }, counting: \.isNegative),
            ] + groups.map(\.column)
            + times.map { time in
                column(
                    where: { _ in true },
                    counting: { $0.isLiquidated && $0.exitTime - $0.time <= time.milliseconds })
            }
    }

    private static func groups(
        _ entries: [HeldEntry], _ weather: MarketWeather, _ context: CellAnatomy.Context
    ) -> [Group] {
        guard let first = entries.first, let last = entries.last else { return [] }
        let middle = first.time + (last.time - first.time) / 2
        return EntryCondition.allCases.flatMap { condition -> [Group] in
            var columns = condition.values.map { _ in GroupColumn(blocks: context.blocks) }
            for entry in entries {
                guard let group = condition.group(of: entry, weather: weather, middle: middle) else { continue }
                columns[group].add(entry, isCounted: entry.isNegative, horizon: context.horizon)
            }
            return zip(condition.values, columns).filter { $1.windows > 0 }.map {
                Group(condition: condition, value: $0, column: $1)
            }
        }
    }

    /// Up to sixteen times from one bar to the horizon, each about the same factor after the one before.
    static func times(_ context: CellAnatomy.Context) -> [TimeSpan] {
        let (first, last) = (context.barLength.milliseconds, context.horizon.milliseconds)
        guard first > 0, first < last else { return [context.horizon] }
        var times: [Int64] = []
        var steps: [Double] = [1]
        let factor = max(1.25, pow(Double(last) / Double(first), 1.0 / 15))
        while let step = steps.last, step * Double(first) < Double(last) { steps.append(step * factor) }
        for step in steps {
            let bars = Int64((step + 1e-9).rounded(.down))
            let time = min(bars * first, last)
            if time > times.last ?? 0 { times.append(time) }
        }
        if times.last != last { times.append(last) }
        return times.map { TimeSpan(milliseconds: $0) }
    }

    func inferences(_ context: CellAnatomy.Context) -> [FrequencyInference?] {
        let panel = HorizonPanel(
            columns: columns.map(\.share), horizonBlocks: 1, disjointWindows: columns[0].windows, rules: context.rules,
            name: context.name, automaticLength: context.meanLength)
        guard let panel else { return columns.map { _ in nil } }
        return panel.inferences(of: columns.map(\.share), disjointWindows: columns.map(\.windows))
    }
}
