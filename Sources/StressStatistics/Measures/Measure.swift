import StressBasics

/// A figure that outputs give of a cell, described once: columns, their dictionary, limits, the history, gauges and pages follow from the
/// catalogue of all measures, ``allCases``.
public struct Measure: Sendable {
    /// What outputs and studies call it: a column of `results.csv`, but for measures of a history. The unit stands last.
    public let name: String
    /// The unit of its values.
    public let unit: Unit
    /// Whether its values are whole numbers.
    public let isWhole: Bool
    /// What it is called in a sentence.
    public let words: String
    /// One sentence without a full stop, for the dictionary of columns.
    public let meaning: String
    /// What it is a figure of.
    public let subject: Subject
    /// The fill rule it speaks of; ``FillRole/chosen`` where it is not of another one than the cell's own.
    public let fill: FillRole
    /// The columns of `results.csv` with the ends of its interval; nil where it has none, or `intervals.csv` alone has them.
    public let ends: Ends?
    /// How a page's tab shows it; nil where it has none.
    public let tab: Tab?
    /// What gauges of a headline call it; nil where neither they nor the history have it.
    public let gauge: String?
    /// Where the value of a cell is found.
    let source: Source

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
        /// Events that come by themselves.
        case events
        /// Spells of high volatility.
        case spells
        /// Episodes in which a fund could not pay.
        case episodes
        /// An amount of the quote currency.
        case quote
    }

    /// What a measure is a figure of.
    public enum Subject: Hashable, Sendable {
        /// Entries and windows, whatever became of them.
        case evidence
        /// Liquidations: nobody is liquidated on the spot market, and on a platform that does not.
        case liquidation
        /// What is lost beyond the margin: 0 where the margin covers all that can be lost.
        case belowZero
        /// What is left at the end, which alone may be negative.
        case equity
        /// A price history, not a cell of it: no column of `results.csv`.
        case history
        /// Everybody on a platform of the ledger, on all histories or on one: no column of `results.csv`.
        case ledger
    }

    /// How a page shows a share.
    public struct Tab: Hashable, Sendable {
        /// Name of the tab.
        public let label: String
        /// What the share counts.
        public let definition: String
    }

    /// What the columns with the ends of an interval are called.
    ///
    /// A name must not promise another level than it holds: where it says 95, the column is empty at other confidences, and others
    /// hold the ends.
    public struct Ends: Hashable, Sendable {
        /// What their names begin with.
        let prefix: String
        /// Whether they say 95 where that is the confidence.
        public let areNamedByLevel: Bool

        /// The names at a confidence.
        public func columns(confidence: Double) -> (low: String, high: String) {
            let level = areNamedByLevel && confidence == 0.95 ? "ci95" : "ci"
            return ("\(prefix)\(level)_low_frac", "\(prefix)\(level)_high_frac")
        }
    }

    /// Where the value of a cell is found.
    enum Source: Sendable {
        /// A share of the watched entries, which has an interval.
        case share(ShareSource)
        /// The size of a shortfall under a fill rule: none where entries are held and nothing ended below zero.
        case shortfall(@Sendable (CellEstimate) -> ExitEstimate?, @Sendable (ShortfallSummary) -> Double)
        /// A number of held entries, of which nothing is known without entries.
        case heldCount(@Sendable (CellEstimate) -> Double?)
        /// Anything else.
        case figure(@Sendable (CellEstimate) -> Double?)
        /// Of a platform of the ledger.
        case ledger(LedgerFigure)
        /// Not of a cell.
        case none
    }

    init(
        _ name: String, _ unit: Unit, isWhole: Bool = false, of subject: Subject, fill: FillRole = .chosen,
        _ words: String, _ meaning: String, ends: Ends? = nil, tab: Tab? = nil, gauge: String? = nil, _ source: Source
    ) {
        (self.name, self.unit, self.isWhole, self.subject, self.fill) = (name, unit, isWhole, subject, fill)
        (self.words, self.meaning, self.ends, self.tab) = (words, meaning, ends, tab)
        (self.gauge, self.source) = (gauge, source)
    }
}

extension Measure: RawRepresentable, Hashable, CaseIterable {
    /// The same as ``name``.
    public var rawValue: String { name }

    /// The measure of that name; nil without one. O(1).
    public init?(rawValue: String) {
        guard let measure = Measure.named[rawValue] else { return nil }
        self = measure
    }

    private static let named = Dictionary(allCases.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// Measures of one name are one measure.
    public static func == (a: Measure, b: Measure) -> Bool { a.name == b.name }

    /// By its name.
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Measure {
    /// What the fields of its column can be parsed as.
    public var type: ColumnType { isWhole ? .integer : .number }

    /// Whether its values come with an interval.
    public var hasInterval: Bool {
        switch source {
        case .share: true
        case .ledger(let figure): figure.hasInterval
        default: false
        }
    }

    /// What it is of a platform of the ledger; nil for measures of cells and histories.
    public var ledgerFigure: LedgerFigure? { if case .ledger(let figure) = source { figure } else { nil } }

    /// Whether it is a figure of a price history and not of a cell.
    public var isOfHistory: Bool { subject == .history }

    /// Its name without what tells the fill rule, as outputs have it that say the fill rule elsewhere.
    public var plainName: String { name.hasPrefix(fill.prefix) ? String(name.dropFirst(fill.prefix.count)) : name }

    /// The shares that the history keeps of a headline: those with a gauge.
    public static let kept: [Measure] = allCases.filter { $0.gauge != nil && $0.hasInterval }
}

extension FillRole {
    /// What the names of its measures begin with.
    public var prefix: String { self == .chosen ? "" : rawValue + "_" }
}
