import StressBasics

/// A limit on a measure of one or more cells, or of whole price histories. What is beyond it is a breach.
public struct StudyLimit: Hashable, Sendable {
    /// Which cells; for measures of a history only the asset may be chosen.
    public var cells: CellSelector
    /// Which figure.
    public var measure: Measure
    /// What it is held against.
    public var form: Form
    /// Which of the figure and the ends of its interval is held against it.
    public var bound: Bound
    /// What a cell without the figure makes of the run.
    public var onNoValue = NoValueRule.fail

    /// What a figure is held against.
    public enum Form: Hashable, Sendable {
        /// The largest value that is not a breach, in the measure's unit.
        case max(Double)
        /// The smallest value that is not a breach, in the measure's unit.
        case min(Double)
        /// The runs before.
        case drift(Drift)

        /// The word that outputs use.
        public var name: String {
            switch self {
            case .max: "max"
            case .min: "min"
            case .drift: "drift"
            }
        }
    }

    /// A limit on the distance from the median of the runs before.
    public struct Drift: Hashable, Sendable {
        /// Number of runs that the median is of; the newest that had a value.
        public var runs: Int
        /// The largest distance that is not a breach.
        public var change: Change

        /// A rule.
        public init(runs: Int = 20, change: Change) {
            self.runs = runs
            self.change = change
        }

        /// How a distance is measured.
        public enum Change: Hashable, Sendable {
            /// In the measure's unit.
            case absolute(Double)
            /// In half-widths of tonight's interval.
            case halfWidths(Double)
        }

        /// With fewer earlier values than this nothing is judged: the median of two is not robust against one.
        public static let fewestRuns = 3
    }

    /// Which of a figure and the ends of its interval is held against a limit. The raw value is what a study says.
    public enum Bound: String, Hashable, Sendable, CaseIterable {
        /// The figure itself.
        case value
        /// The lower end: a breach of a largest value is then more than chance, at the study's confidence.
        case lower
        /// The upper end: what is not a breach of a largest value then stays below it beyond chance.
        case upper
    }

    /// What is made of a limit, or of the headline, that has nothing to be held against. The raw value is what a study says.
    public enum NoValueRule: String, Hashable, Sendable, CaseIterable {
        /// It is not met: the run is partial.
        case fail
        /// It is passed over.
        case ignore
    }

    /// A limit.
    public init(cells: CellSelector, measure: Measure, form: Form, bound: Bound = .value) {
        self.cells = cells
        self.measure = measure
        self.form = form
        self.bound = bound
    }

    /// A largest value.
    public init(cells: CellSelector, measure: Measure, max: Double) {
        self.init(cells: cells, measure: measure, form: .max(max))
    }

    /// Figures a limit can be set on; the raw values are columns of `results.csv`, but for those of a history.
    public enum Measure: String, Hashable, Sendable, CaseIterable {
        /// Share of entries that ended below zero.
        case negativeEquity = "negative_equity_frac"
        /// The same when filled at each bar's worst price; empty where it was not computed.
        case worstNegativeEquity = "worst_negative_equity_frac"
        /// The same when filled exactly at the trigger price; empty where it was not computed.
        case bestNegativeEquity = "best_negative_equity_frac"
        /// Share of entries that were liquidated.
        case liquidated = "liquidated_frac"
        /// Share of entries that would have been below zero without liquidation.
        case unprotected = "unprotected_frac"
        /// Mean shortfall, in parts of the initial margin; 0 where nothing ended below zero, as all shortfalls.
        case meanShortfall = "shortfall_mean_margin_frac"
        /// Median shortfall.
        case medianShortfall = "shortfall_p50_margin_frac"
        /// 90 % quantile of the shortfall.
        case p90Shortfall = "shortfall_p90_margin_frac"
        /// 99 % quantile of the shortfall.
        case p99Shortfall = "shortfall_p99_margin_frac"
        /// Largest shortfall.
        case largestShortfall = "shortfall_max_margin_frac"
        /// Mean shortfall under the worst fill.
        case worstMeanShortfall = "worst_shortfall_mean_margin_frac"
        /// Largest shortfall under the worst fill.
        case worstLargestShortfall = "worst_shortfall_max_margin_frac"
        /// Mean final equity of all held entries, in parts of the initial margin.
        case meanEquity = "equity_mean_margin_frac"
        /// Median time from entry to liquidation; empty where none was liquidated.
        case medianTimeToLiquidation = "time_to_liquidation_p50_h"
        /// Entries held.
        case entries = "entries_count"
        /// Entries without a whole window.
        case excluded = "excluded_count"
        /// Entries the platform would not have opened.
        case rejected = "rejected_count"
        /// Entries that were liquidated.
        case liquidatedCount = "liquidated_count"
        /// Entries that ended below zero.
        case negativeCount = "negative_count"
        /// Entries that would have been below zero without liquidation.
        case unprotectedCount = "unprotected_count"
        /// Independent trials worth as much as the entries.
        case effectiveEntries = "entries_effective_count"
        /// Windows that share no bar.
        case disjointWindows = "disjoint_windows_count"
        /// Entries that what happened inside the bars decides; empty without bounds.
        case undecided = "undecided_count"
        /// Time from the close of an asset's newest bar to the start of the run; not of a cell.
        case newestBarAge = "newest_bar_age_h"
        /// Bars of an asset's history; not of a cell.
        case historyBars = "bars_count"

        /// Whether it is a figure of a price history and not of a cell: no column of `results.csv`.
        public var isOfHistory: Bool { self == .newestBarAge || self == .historyBars }

        /// The unit of its values.
        public var unit: Unit {
            switch self {
            case .negativeEquity, .worstNegativeEquity, .bestNegativeEquity, .liquidated, .unprotected: .fraction
            case .meanShortfall, .medianShortfall, .p90Shortfall, .p99Shortfall, .largestShortfall,
                .worstMeanShortfall, .worstLargestShortfall, .meanEquity:
                .ofMargin
            case .medianTimeToLiquidation, .newestBarAge: .hours
            case .disjointWindows: .windows
            case .historyBars: .bars
            case .entries, .excluded, .rejected, .liquidatedCount, .negativeCount, .unprotectedCount,
                .effectiveEntries, .undecided:
                .entries
            }
        }

        /// Whether its values come with an interval.
        public var hasInterval: Bool { unit == .fraction }
    }

    /// Units of measures; the raw value is what outputs print.
    public enum Unit: String, Hashable, Sendable {
        /// A share, from 0 to 1.
        case fraction
        /// Parts of the initial margin.
        case ofMargin = "of margin"
        /// Hours.
        case hours = "h"
        /// Entries.
        case entries
        /// Windows.
        case windows
        /// Bars of a price history.
        case bars
    }
}
