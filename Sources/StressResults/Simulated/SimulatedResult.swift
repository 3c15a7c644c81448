import StressBasics
import StressStatistics
import StudyPlan

/// One position in simulated futures of a history.
///
/// The intervals are of the draws: they shrink with the number of paths, and do not know how little the history itself may show.
public struct SimulatedResult: Hashable, Codable, Sendable {
    /// The position; its holding time may be one that the study's grid does not have.
    public var cell: CellKey
    /// How the futures were made.
    public var method: ResampleMethod
    /// The law of the volatility; nil where none was fitted.
    public var law: VolatilityFilter.Law?
    /// Bars that were drawn from.
    public var bars: Int
    /// The history's bar length.
    public var barLength: TimeSpan
    /// Mean length of what was drawn together: between a bar and all of them.
    public var block: TimeSpan
    /// The fill rule that was computed; `off` without liquidation.
    public var fill: String
    /// What became of the paths.
    public var counts: SimulatedCounts
    /// Share of paths below zero at the end, and its interval; nil where nothing was opened.
    public var negative: SimulatedShare?
    /// The same of paths that the platform closed.
    public var liquidated: SimulatedShare?
    /// The same of those below zero where every fill is the worst of its bar; nil where it was not evaluated.
    public var worst: SimulatedShare?

    /// A result of the given parts.
    ///
    /// - Parameters:
    ///   - drawn: what was drawn from, and how.
    ///   - confidence: of the intervals, strictly between 0 and 1.
    public init(cell: CellKey, drawn: Drawn, fill: String, counts: SimulatedCounts, confidence: Double) {
        self.cell = cell
        (method, law, bars) = (drawn.method, drawn.law, drawn.bars)
        (barLength, block) = (drawn.barLength, drawn.block)
        (self.fill, self.counts) = (fill, counts)
        negative = SimulatedShare(counts.negative, of: counts.opened, confidence: confidence)
        liquidated = SimulatedShare(Double(counts.liquidated), of: counts.opened, confidence: confidence)
        worst = counts.worst.flatMap { SimulatedShare($0, of: counts.opened, confidence: confidence) }
    }

    /// What the futures of a history were drawn from, and how.
    public struct Drawn: Hashable, Sendable {
        /// How they were made.
        public var method: ResampleMethod
        /// The law of the volatility; nil where none was fitted.
        public var law: VolatilityFilter.Law?
        /// Bars that were drawn from.
        public var bars: Int
        /// The history's bar length.
        public var barLength: TimeSpan
        /// Mean length of what was drawn together.
        public var block: TimeSpan

        /// Draws of the given parts.
        public init(
            method: ResampleMethod, law: VolatilityFilter.Law?, bars: Int, barLength: TimeSpan, block: TimeSpan
        ) {
            (self.method, self.law, self.bars) = (method, law, bars)
            (self.barLength, self.block) = (barLength, block)
        }
    }

    /// What kind of result it is. The raw value is what outputs print.
    public enum Status: String, Hashable, Sendable, CaseIterable {
        /// Some paths ended below zero.
        case ok
        /// None did.
        case zeroSeen = "zero_seen"
        /// The platform would not open the position in any path.
        case rejected
        /// The holding time is shorter than a bar, so that nothing can be entered and left.
        case shorterThanBar = "shorter_than_bar"
        /// Nothing was opened for another reason.
        case noData = "no_data"
    }

    /// What kind of result it is.
    public var status: Status {
        if counts.opened > 0 { return counts.negative > 0 ? .ok : .zeroSeen }
        if cell.horizon < barLength { return .shorterThanBar }
        return counts.rejected > 0 ? .rejected : .noData
    }

    /// Whether bars stayed as they were though a volatility was asked for: none describes the history.
    public var isUnfiltered: Bool { method == .filtered && law == nil }
}

/// Paths by what became of a position in them; those of several parts of the paths add up.
public struct SimulatedCounts: Hashable, Codable, Sendable {
    /// Paths in which it was opened.
    public var opened = 0
    /// Paths in which the platform would not open it.
    public var rejected = 0
    /// Paths in which the platform closed it.
    public var liquidated = 0
    /// Paths in which it ended below zero: a sum of probabilities where the fill is known by a law.
    public var negative = 0.0
    /// The same at the worst fill; nil where it was not evaluated.
    public var worst: Double?
    /// Sum of final equities, in parts of the margin.
    public var equity = 0.0
    /// Sum of shortfalls, in parts of the margin; nil where one has no bound.
    public var shortfall: Double? = 0

    /// Nothing yet.
    public init() {}

    /// Counts of an estimate over paths.
    public init(_ estimate: CellEstimate) {
        let (windows, exit) = (estimate.windows, estimate.exit)
        (opened, rejected, liquidated) = (windows.entries, windows.rejected, windows.liquidated)
        negative = exit.negative
        worst = estimate.worstExit?.negative
        equity = (exit.meanEquity ?? 0) * Double(windows.entries)
        shortfall = windows.entries == 0 ? 0 : exit.shortfallPerEntry.map { $0 * Double(windows.entries) }
    }

    /// Adds paths.
    public mutating func add(_ other: SimulatedCounts) {
        let isFirst = opened + rejected == 0
        worst = isFirst ? other.worst : worst.flatMap { own in other.worst.map { own + $0 } }
        shortfall = shortfall.flatMap { own in other.shortfall.map { own + $0 } }
        (opened, rejected) = (opened + other.opened, rejected + other.rejected)
        (liquidated, negative) = (liquidated + other.liquidated, negative + other.negative)
        equity += other.equity
    }

    /// Mean final equity, in parts of the margin; nil where nothing was opened.
    public var meanEquity: Double? { opened > 0 ? equity / Double(opened) : nil }

    /// Mean shortfall of the paths below zero, in parts of the margin; nil without any, and where one has no bound.
    public var meanShortfall: Double? { negative > 0 ? shortfall.map { $0 / negative } : nil }
}

/// A share of paths, which are independent of each other.
public struct SimulatedShare: Hashable, Codable, Sendable {
    /// The share.
    public var share: Double
    /// What the draws leave open: Wilson's interval, or an upper bound for what was never seen.
    public var interval: Interval

    /// Nil without paths.
    public init?(_ count: Double, of paths: Int, confidence: Double) {
        guard
            let found = FrequencyInterval.disjointWindows(
                count: count, entries: paths, windows: paths, confidence: confidence)
        else { return nil }
        (share, interval) = (count / Double(paths), found.ends)
    }
}
