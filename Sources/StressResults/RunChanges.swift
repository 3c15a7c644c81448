import StressBasics
import StressStatistics
import StudyPlan

/// What is not as it was in an earlier run of the same study.
public struct RunChanges: Hashable, Codable, Sendable {
    /// Content name of the earlier run.
    public var runID: String
    /// When it started, UTC.
    public var started: UTCInstant
    /// Whether its study had another text.
    public var isStudyChanged: Bool
    /// Whether it asks for the same figures all the same: other limits, or another headline. Nil in runs of before that was told apart.
    public var asksForSameFigures: Bool?
    /// Its version of the program, where that was another one.
    public var versionBefore: String?
    /// What changed: limits in the order of `limits.csv`, price histories in study order, headline figures in page order.
    public var items: [ChangedItem]

    /// Changes since an earlier run.
    public init(
        runID: String, started: UTCInstant, isStudyChanged: Bool, asksForSameFigures: Bool? = nil,
        versionBefore: String?, items: [ChangedItem]
    ) {
        (self.runID, self.started, self.isStudyChanged) = (runID, started, isStudyChanged)
        self.asksForSameFigures = asksForSameFigures
        (self.versionBefore, self.items) = (versionBefore, items)
    }
}

/// One thing that changed between two runs of a study.
public struct ChangedItem: Hashable, Codable, Sendable {
    /// What kind of thing; the raw value is what outputs print.
    public enum Kind: String, Hashable, Codable, Sendable, CaseIterable {
        /// The verdict on a limit, in one cell or of one price history.
        case verdict
        /// A price history that had a result and has none.
        case lost = "no_data"
        /// A price history that had none and has one.
        case found = "data_back"
        /// A price history that the earlier run did not have.
        case added = "history_added"
        /// A price history that only the earlier run had.
        case removed = "history_removed"
        /// Bars that both runs cover are not what they were.
        case revised = "data_revised"
        /// A price history has more bars at its end.
        case appended = "data_appended"
        /// A window of the same length moved on: the oldest bars are gone, and newer ones are there.
        case rolled = "data_rolled"
        /// The share below zero of a page's headline cell, or its interval.
        case share
    }

    /// What a run says of it; what does not belong to its kind is nil.
    public struct Figures: Hashable, Codable, Sendable {
        /// The verdict on a limit, or the status of a cell.
        public var status: String?
        /// What was measured, in the measure's unit.
        public var value: Double?
        /// Its interval.
        public var interval: Interval?
        /// Bars of the price history.
        public var bars: Int?

        /// Figures of the given parts.
        public init(status: String? = nil, value: Double? = nil, interval: Interval? = nil, bars: Int? = nil) {
            (self.status, self.value, self.interval, self.bars) = (status, value, interval, bars)
        }
    }

    /// What kind of thing it is.
    public var kind: Kind
    /// The price history.
    public var asset: String
    /// The cell; nil for what concerns a whole price history.
    public var cell: CellKey?
    /// The column of `results.csv`, or the measure of a limit; nil for price histories.
    public var measure: String?
    /// The behaviour under which the cell is looked at; nil for holding.
    public var behaviour: String?
    /// The platform whose ledger a limit is on; nil for what concerns cells and price histories.
    public var platform: String?
    /// What the earlier run says.
    public var before: Figures
    /// What this run says.
    public var after: Figures
    /// The UTC days and months whose bars differ, of a price history whose bars could be compared; nil of others.
    public var restated: [String]?

    /// A change of the given parts.
    public init(
        _ kind: Kind, asset: String, cell: CellKey? = nil, measure: String? = nil, behaviour: String? = nil,
        platform: String? = nil, before: Figures = Figures(), after: Figures = Figures(), restated: [String]? = nil
    ) {
        (self.kind, self.asset, self.cell) = (kind, asset, cell)
        (self.measure, self.behaviour, self.platform) = (measure, behaviour, platform)
        (self.before, self.after, self.restated) = (before, after, restated)
    }

    /// Whether both runs measured something, and the two intervals have no value in common.
    public var isApart: Bool {
        guard let a = before.interval, let b = after.interval else { return false }
        return a.high < b.low || b.high < a.low
    }

    /// Whether the later value lies outside the earlier interval, or one of the two runs has no value.
    public var isOutside: Bool {
        guard let a = before.value, let b = after.value else { return before.value != after.value }
        guard let ends = before.interval else { return a != b }
        return b < ends.low || b > ends.high
    }

    /// How far the value moved; nil where a run has none.
    public var move: Double? {
        guard let a = before.value, let b = after.value else { return nil }
        return b - a
    }
}
