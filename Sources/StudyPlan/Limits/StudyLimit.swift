import StressBasics
import StressStatistics

/// A limit on a measure of one or more cells, or of whole price histories. What is beyond it is a breach.
public struct StudyLimit: Hashable, Sendable {
    /// Which cells; for measures of a history only the asset may be chosen.
    public var cells: CellSelector
    /// The behaviour under which the cells are looked at; nil for holding, of which ``measure`` is a column of `results.csv`.
    public var behaviour: String?
    /// Which figure.
    public var measure: Measure
    /// What it is held against.
    public var form: Form
    /// Which of the figure and the ends of its interval is held against it.
    public var bound: Bound
    /// What it makes of the run that the interval holds the limit.
    public var notShown = NotShownRule.warn
    /// How rare false alarms must be; nil where every night is judged by itself.
    public var monitor: Monitor?
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

    /// A limit on the distance from the median of the runs before, or from the run before.
    public struct Drift: Hashable, Sendable {
        /// Number of runs that are looked at; the newest that had a value.
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
            /// From the run before, in usual moves from run to run: what is held against a history of years hardly ever moves by a
            /// part of its interval, whatever happens in a night.
            case nightMoves(Double)
        }

        /// With fewer earlier values than this nothing is judged: the median of two is not robust against one.
        public static let fewestRuns = 3
        /// The same where moves are the measure: what is usual is not known of a few.
        public static let fewestRunsOfMoves = 10
    }

    /// Which of a figure and the ends of its interval is held against a limit. The raw value is what a study says.
    public enum Bound: String, Hashable, Sendable, CaseIterable {
        /// The figure itself.
        case value
        /// The lower end: a breach of a largest value is then more than chance, at the study's confidence.
        case lower
        /// The upper end: what is not a breach of a largest value then stays below it beyond chance.
        case upper
        /// All of the interval: a breach is then more than chance, whichever way the limit looks.
        case interval
    }

    /// A limit that is looked at every night, and may be wrong once in so many years. Its ``bound`` is ``Bound/interval``.
    public struct Monitor: Hashable, Sendable {
        /// Chance, in percent, that the limit is called breached in any night of a year while the truth is exactly at it, in any of the cells
        /// that it names.
        public var percentAYear: Double

        /// A rule, in ``allowed`` percent a year.
        public init(percentAYear: Double) { self.percentAYear = percentAYear }

        /// The same as a fraction.
        public var falseAlarm: Double { percentAYear / 100 }
        /// As a study says it: `5% a year`.
        public var text: String { "\(numberText(percentAYear))% a year" }
        /// What may stand there.
        public static let allowed = 0.01...50.0

        /// Reads ``text``; nil for other words and outside of ``allowed``.
        public init?(_ text: String) {
            let words = text.split(separator: " ").map(String.init)
            guard words.count == 3, words[1] == "a", words[2] == "year", words[0].hasSuffix("%"),
                let percent = Double(words[0].dropLast()), Monitor.allowed.contains(percent)
            else { return nil }
            percentAYear = percent
        }
    }

    /// What is made of a limit that is neither breached nor shown to be met, since the interval holds it. The raw value is what
    /// a study says.
    public enum NotShownRule: String, Hashable, Sendable, CaseIterable {
        /// It is said, and the run ends as if the limit were met.
        case warn
        /// The run ends as if the limit were breached.
        case fail
        /// It stands in the tables.
        case ok
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

    /// What a study, tables and JSON call ``notShown``.
    public static let notShownKey = "not_shown"

    /// The end of the interval that is held against the limit; nil for the figure itself.
    public var heldEnd: Bound? {
        switch (bound, form) {
        case (.value, _), (_, .drift): nil
        case (.interval, .max): .lower
        case (.interval, .min): .upper
        default: bound
        }
    }

    /// Whether its figure comes with an interval: under a behaviour, the share below zero alone.
    public var hasInterval: Bool { measure.hasInterval && (behaviour == nil || measure == .negativeEquity) }

    /// Whether the interval may hold the limit without a breach: not where the farther end is a breach already.
    public var mayBeNotShown: Bool {
        guard hasInterval else { return false }
        switch form {
        case .max: return heldEnd != .upper
        case .min: return heldEnd != .lower
        case .drift: return false
        }
    }

    /// A largest value.
    public init(cells: CellSelector, measure: Measure, max: Double) {
        self.init(cells: cells, measure: measure, form: .max(max))
    }
}
