import StressBasics
import StressStatistics
import StudyPlan

/// One limit against one cell, against the newest bar of one price history, or against what the ledger found of a platform.
public struct LimitCheck: Sendable {
    /// The limit.
    public var limit: StudyLimit
    /// The price history; empty for everybody on a platform.
    public var asset: String
    /// The cell; nil for a limit on a price history or a platform.
    public var cell: StudyCell?
    /// The platform of the ledger; nil for limits on cells and histories.
    public var platform: String?
    /// The measured value; nil when there is none.
    public var value: Double?
    /// Its interval; nil where the measure has none, and where nothing is estimated.
    public var interval: Interval?
    /// The interval at the boundary of a monitored limit; nil for others, and where there is no interval.
    public var monitored: MonitoredInterval?
    /// The interval that holds together with those of all other limits; nil where the measure has none.
    public var together: Interval?
    /// Median of the values of earlier runs, for a drift limit with enough of them.
    public var baseline: Double?
    /// Number of earlier values behind ``baseline``, or too few of them.
    public var earlierRuns: Int
    /// What is not a breach: the largest value, the smallest, or for a drift limit the largest distance; nil for half-widths
    /// of an interval that there is not.
    public var threshold: Double?
    /// What became of it.
    public var outcome: Outcome
    /// Why there is nothing to be held against the limit; nil where there is.
    public var absence: Absence?
    /// Whether the value follows from what the position is or from the platform's terms, so that nothing is estimated.
    var isCertain = false
    /// Whether nothing is known where the study wants something to be known: the run is then partial.
    public var isUnknown = false

    /// What became of a limit; the raw value is what outputs print.
    public enum Outcome: String, Hashable, Codable, Sendable, CaseIterable {
        /// Within the limit.
        case met
        /// Beyond it.
        case breach
        /// Not beyond it, but its interval holds the limit, or an estimate has none.
        case notShown = "not_shown"
        /// The cell has no such value, its interval no such end, or the history no bars.
        case noValue = "no_value"
        /// A drift limit with too few runs before.
        case noHistory = "no_history"
    }

    /// A verdict of the given parts.
    public init(
        limit: StudyLimit, asset: String, cell: StudyCell? = nil, platform: String? = nil, value: Double?,
        interval: Interval? = nil, baseline: Double? = nil, earlierRuns: Int,
        threshold: Double? = nil, outcome: Outcome
    ) {
        self.platform = platform
        (self.limit, self.asset, self.cell, self.value) = (limit, asset, cell, value)
        (self.interval, self.baseline, self.earlierRuns) = (interval, baseline, earlierRuns)
        (self.threshold, self.outcome) = (threshold, outcome)
    }

    /// Whether what the limit speaks of is beyond it.
    public var breached: Bool { outcome == .breach }

    /// Whether the run ends as with a breach though none is shown, since the study wants the limit to be shown to be met.
    public var failsUnshown: Bool { outcome == .notShown && limit.notShown == .fail }

    /// What is held against the limit: the value or an end of its interval; nil where there is no such end. What cannot happen has no
    /// interval, and needs none.
    public var held: Double? {
        let ends = monitored?.ends ?? interval ?? (isCertain ? value.map { Interval(low: $0, high: $0) } : nil)
        switch limit.heldEnd {
        case .lower: return ends?.low
        case .upper: return ends?.high
        default: return value
        }
    }

    /// The name of the behaviour that it is on, that of holding included; nil for a limit on a price history or a platform.
    public var behaviourName: String? { cell == nil ? nil : limit.behaviour ?? Behaviour.hodl.name }

    /// Whether a warning is due.
    public var warns: Bool { outcome == .notShown && limit.notShown == .warn }
}

/// An interval wide enough for a look every night.
public struct MonitoredInterval: Hashable, Codable, Sendable {
    /// Its ends.
    public let ends: Interval
    /// How many standard errors they are away, from one side.
    public let standardErrors: Double
    /// Chance that a year of looks at a truth exactly at the limit has an alarm in this cell.
    public let falseAlarm: Double

    /// An interval of the given parts.
    public init(ends: Interval, standardErrors: Double, falseAlarm: Double) {
        (self.ends, self.standardErrors, self.falseAlarm) = (ends, standardErrors, falseAlarm)
    }
}

extension LimitCheck {
    /// Why a limit has nothing to be held against.
    public enum Absence: String, Hashable, Codable, Sendable {
        /// The history has no whole window for a single entry.
        case noEntries
        /// The platform would open no such position.
        case rejected
        /// No entry was liquidated, so that there is no time to it.
        case notLiquidated
        /// The value has no interval that an end of could be held, or a distance measured in.
        case noInterval
        /// The study does not compute the figure there.
        case notComputed
        /// The behaviour was not followed in the cell.
        case notFollowed
        /// The job of the price history failed.
        case failedJob

        /// Why, as the end of a sentence.
        public var words: String {
            switch self {
            case .noEntries: "no entry has a whole window"
            case .rejected: "the platform opens no such position"
            case .notLiquidated: "no entry was liquidated"
            case .noInterval: "the value has no interval"
            case .notComputed: "it is not computed on this platform"
            case .notFollowed: "the behaviour was not followed in this cell"
            case .failedJob: "the price history has no result"
            }
        }
    }
}
