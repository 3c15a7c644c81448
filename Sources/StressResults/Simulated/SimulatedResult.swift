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
    /// - Parameter confidence: of the intervals, strictly between 0 and 1.
    public init(
        cell: CellKey, method: ResampleMethod, law: VolatilityFilter.Law?, bars: Int, fill: String,
        counts: SimulatedCounts, confidence: Double
    ) {
        (self.cell, self.method, self.law, self.bars) = (cell, method, law, bars)
        (self.fill, self.counts) = (fill, counts)
        negative = SimulatedShare(counts.negative, of: counts.opened, confidence: confidence)
        liquidated = SimulatedShare(Double(counts.liquidated), of: counts.opened, confidence: confidence)
        worst = counts.worst.flatMap { SimulatedShare($0, of: counts.opened, confidence: confidence) }
    }
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
