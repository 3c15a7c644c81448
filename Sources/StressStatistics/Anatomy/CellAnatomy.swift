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
    /// Those that ended below zero.
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
    public init(entries: [HeldEntry], market: MarketConditions, context: Context) {
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
                    negative: (before?.negative ?? 0) + entry.negative.value))
        }
        return months
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

    init(entries: [HeldEntry], market: MarketConditions, context: CellAnatomy.Context) {
        let episodes = Episodes(entries, separation: context.separation)
        let groups = AnatomyColumns.groups(entries, market, context)
        (self.episodes, self.groups) = (episodes, groups)
        columns =
            [
                GroupColumn(entries, context: context, counting: \.negative),
                GroupColumn(entries.filter { !episodes.isInLargest($0) }, context: context, counting: \.negative),
            ] + groups.map(\.column)
    }

    private static func groups(
        _ entries: [HeldEntry], _ market: MarketConditions, _ context: CellAnatomy.Context
    ) -> [Group] {
        guard let first = entries.first, let last = entries.last else { return [] }
        let middle = first.time + (last.time - first.time) / 2
        return EntryCondition.allCases.flatMap { condition -> [Group] in
            var columns = condition.values.map { _ in GroupColumn(blocks: context.blocks) }
            for entry in entries {
                guard let group = condition.group(of: entry, market: market, middle: middle) else { continue }
                columns[group].add(entry, events: entry.negative, horizon: context.horizon)
            }
            return zip(condition.values, columns).filter { $1.windows > 0 }.map {
                Group(condition: condition, value: $0, column: $1)
            }
        }
    }

    func inferences(_ context: CellAnatomy.Context) -> [FrequencyInference?] { columns.inferences(context) }
}
