import StressBasics

/// One month of entries.
public struct MonthShare: Hashable, Codable, Sendable {
    /// The year.
    public let year: Int
    /// 1…12.
    public let month: Int
    /// Entries held.
    public let entries: Int
    /// Those that were liquidated.
    public let liquidated: Int
    /// Those that ended below zero: a sum of probabilities where the fill is known by a law.
    public let negative: Double
}

/// One year of entries.
public struct YearShare: Hashable, Sendable {
    /// The year.
    public let year: Int
    /// Months with entries, 1…12.
    public let months: Int
    /// Entries held; at least 1.
    public let entries: Int
    /// Those that were liquidated.
    public let liquidated: Int
    /// Those that ended below zero: a sum of probabilities where the fill is known by a law.
    public let negative: Double

    /// Share of the entries that ended below zero.
    public var frequency: Double { negative / Double(entries) }

    /// The sums of the months of one year; nil without an entry.
    public init?(year: Int, months: [MonthShare]) {
        func sum<Count: Numeric>(_ count: KeyPath<MonthShare, Count>) -> Count {
            months.reduce(0) { $0 + $1[keyPath: count] }
        }
        guard sum(\.entries) > 0 else { return nil }
        (self.year, self.months, entries) = (year, months.count, sum(\.entries))
        (liquidated, negative) = (sum(\.liquidated), sum(\.negative))
    }
}

extension CellAnatomy {
    /// Years of entry, in order of time: the sums of ``months``. O(months).
    public var years: [YearShare] {
        let byYear = Dictionary(grouping: months, by: \.year)
        return byYear.keys.sorted().compactMap { YearShare(year: $0, months: byYear[$0] ?? []) }
    }
}

/// What one cell's frequency is made of: which crashes, when, under what conditions, and how fast.
public struct CellAnatomy: Hashable, Codable, Sendable {
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

    /// What intervals rest on, as for the cell's results.
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

        /// A context of the given parts.
        public init(
            horizon: TimeSpan, barLength: TimeSpan, blocks: Int, meanLength: Double, rules: ResamplingRules
        ) {
            (self.horizon, self.barLength, self.blocks) = (horizon, barLength, blocks)
            (self.meanLength, self.rules) = (meanLength, rules)
        }

        /// What the history says about one frequency; nil without entries or windows.
        func inference(_ share: BlockShare, disjointWindows: Int) -> FrequencyInference? {
            FrequencyInference(
                share, meanLength: meanLength, disjointWindows: disjointWindows, confidence: rules.confidence)
        }

        /// The pause that begins a new episode: a day, or two bars where bars are longer.
        public var separation: TimeSpan {
            TimeSpan(milliseconds: max(TimeSpan.days(1).milliseconds, 2 * barLength.milliseconds))
        }
    }

    /// Takes a cell apart. `entries` come in order of time. O(entries log entries + groups × blocks).
    @_specialize(where Entries == HeldEntries)
    @_specialize(where Entries == [HeldEntry])
    public init<Entries: RandomAccessCollection<HeldEntry>>(
        entries: Entries, market: MarketConditions, context: Context
    ) {
        let parts = AnatomyColumns(entries: entries, market: market, context: context)
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
        liquidation = LiquidationPoint.curve(entries, context: context)
    }

    private static func months(_ entries: some Sequence<HeldEntry>) -> [MonthShare] {
        var (sums, day) = ([MonthSums](), Int64.min)
        for entry in entries {
            // The calendar is asked once a day: it costs more than all the rest.
            if case let today = floorDivide(entry.time, 86_400_000), today != day || sums.isEmpty {
                let date = UTCInstant(milliseconds: entry.time).civil
                if sums.last.map({ $0.year != date.year || $0.month != date.month }) ?? true {
                    sums.append(MonthSums(year: date.year, month: date.month))
                }
                day = today
            }
            sums[sums.count - 1].add(entry)
        }
        return sums.map(\.share)
    }
}

/// Adds up the entries of a month.
private struct MonthSums {
    let year: Int
    let month: Int
    private var (entries, liquidated, negative) = (0, 0, 0.0)

    init(year: Int, month: Int) { (self.year, self.month) = (year, month) }

    mutating func add(_ entry: HeldEntry) {
        entries += 1
        if entry.isLiquidated { liquidated += 1 }
        negative += entry.negative.value
    }

    var share: MonthShare {
        MonthShare(year: year, month: month, entries: entries, liquidated: liquidated, negative: negative)
    }
}

/// The columns that a cell's parts are resampled in: the whole, the whole without its largest episode, groups.
private struct AnatomyColumns {
    struct Group {
        let condition: EntryCondition
        let value: String
        let column: GroupColumn
    }

    let episodes: Episodes
    let groups: [Group]
    private let columns: [GroupColumn]

    init(entries: some RandomAccessCollection<HeldEntry>, market: MarketConditions, context: CellAnatomy.Context) {
        episodes = Episodes(entries, separation: context.separation)
        let sums = AnatomyColumns.sums(entries, episodes, market, context)
        groups = AnatomyColumns.firstGroups.flatMap { condition, first in
            condition.values.enumerated().map { place, value in
                Group(condition: condition, value: value, column: sums[first + place])
            }
        }
        .filter { $0.column.windows > 0 }
        columns = [sums[0], sums[1]] + groups.map(\.column)
    }

    /// All columns in one pass: the whole, the whole without its largest episode, then the groups of each condition.
    private static func sums(
        _ entries: some RandomAccessCollection<HeldEntry>, _ episodes: Episodes, _ market: MarketConditions,
        _ context: CellAnatomy.Context
    ) -> GroupColumns {
        let conditions = firstGroups
        var sums = GroupColumns(
            2 + EntryCondition.allCases.reduce(0) { $0 + $1.values.count }, context: context)
        guard let first = entries.first, let last = entries.last else { return sums }
        let middle = first.time + (last.time - first.time) / 2
        for entry in entries {
            sums.add(entry, to: 0)
            if !episodes.isInLargest(entry) { sums.add(entry, to: 1) }
            for (condition, first) in conditions {
                guard let group = condition.group(of: entry, market: market, middle: middle) else { continue }
                sums.add(entry, to: first + group)
            }
        }
        return sums
    }

    /// Each condition with the column of its first group.
    private static var firstGroups: [(condition: EntryCondition, column: Int)] {
        var next = 2
        return EntryCondition.allCases.map { condition in
            defer { next += condition.values.count }
            return (condition, next)
        }
    }

    func inferences(_ context: CellAnatomy.Context) -> [FrequencyInference?] { columns.inferences(context) }
}
