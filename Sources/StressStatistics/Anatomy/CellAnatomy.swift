import StressBasics

/// What one cell's frequency is made of: which crashes, when, under what conditions, and how fast.
public struct CellAnatomy: Hashable, Codable, Sendable {
    /// Entries watched, to the end of their window or to where it was cut.
    public let entries: Int
    /// The crashes.
    public let episodes: Episodes
    /// The frequency as it is; nil without a whole window, as all frequencies here.
    public let whole: FrequencyInference?
    /// The frequency without the entries of the largest episode; nil when there is no episode.
    public let withoutLargest: FrequencyInference?
    /// The entries outside of the largest episode.
    public let outsideLargest: EntryCounts
    /// Months of entry, in order of time.
    public let months: [MonthShare]
    /// Years of entry, in order of time.
    public let years: [YearShare]
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
    ///
    /// - Parameter negative: those below zero in the order in which they ended, where they are known already.
    @_specialize(where Entries == HeldEntries)
    @_specialize(where Entries == [HeldEntry])
    public init<Entries: RandomAccessCollection<HeldEntry>>(
        entries: Entries, negative: [HeldEntry]? = nil, market: MarketConditions, context: Context
    ) {
        let episodes = Episodes(negative: negative ?? entries.negativeByExit, separation: context.separation)
        let parts = AnatomyColumns(entries: entries, episodes: episodes, market: market, context: context)
        let found = parts.inferences(context)
        self.entries = entries.count
        self.episodes = episodes
        (months, years) = CalendarShares(entries, unit: context.barLength).shares
        whole = found.first ?? nil
        withoutLargest = episodes.all.isEmpty ? nil : found[1]
        outsideLargest = parts.outsideLargest.counts
        conditions = zip(parts.groups, found.dropFirst(2)).map { group, inference in
            ConditionalShare(
                condition: group.condition, value: group.value, counts: group.column.counts, inference: inference)
        }
        liquidation = LiquidationPoint.curve(entries, context: context)
    }
}

/// The columns that a cell's parts are resampled in: the whole, the whole without its largest episode, groups.
private struct AnatomyColumns {
    struct Group {
        let condition: EntryCondition
        let value: String
        let column: GroupColumn
    }

    let groups: [Group]
    private let columns: [GroupColumn]

    init(
        entries: some RandomAccessCollection<HeldEntry>, episodes: Episodes, market: MarketConditions,
        context: CellAnatomy.Context
    ) {
        let sums = AnatomyColumns.sums(entries, episodes, market, context)
        groups = AnatomyColumns.firstGroups.flatMap { condition, first in
            condition.values.enumerated().map { place, value in
                Group(condition: condition, value: value, column: sums[first + place])
            }
        }
        .filter { $0.column.counts.watched > 0 }
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

    /// The whole without its largest episode.
    var outsideLargest: GroupColumn { columns[1] }

    func inferences(_ context: CellAnatomy.Context) -> [FrequencyInference?] { columns.inferences(context) }
}
