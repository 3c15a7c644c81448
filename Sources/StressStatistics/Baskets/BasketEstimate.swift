/// What the histories say of a basket in one mode and on one path.
///
/// Counts are of complete windows. Shares weigh events as a cell's do; mean equity is over complete windows.
public struct BasketEstimate: Hashable, Codable, Sendable {
    /// Entries of complete windows that were made.
    public var entries: Int
    /// Entries whose windows were cut, and that were watched up to there.
    public var cut: Int
    /// Entries without a whole window, or without a price of every series.
    public var excluded: Int
    /// Entries that the platform would not have opened.
    public var rejected: Int
    /// Entries of which the platform closed a leg.
    public var liquidated: Int
    /// Legs that the platform closed, per entry; nil without entries.
    public var legsClosed: Double?
    /// Entries that ended below zero: means over the points of the law where fills are known by one.
    public var negative: Double
    /// Mean final equity, in parts of the margin.
    public var equity: Double?
    /// Mean shortfall of the entries below zero, in parts of the margin.
    public var shortfall: Double?
    /// Share of which the platform closed a leg, and its interval.
    public var liquidatedShare: Double?
    /// See ``liquidatedShare``.
    public var liquidatedInterval: Interval?
    /// Share below zero, and its interval.
    public var negativeShare: Double?
    /// See ``negativeShare``.
    public var negativeInterval: Interval?
    /// What it changes against everything in the first leg; nil for that itself, and where it was not asked for.
    public var change: BasketChange?
    /// Share below zero less that of the first leg alone, with its interval; nil where nothing was resampled.
    public var negativeDifference: DifferenceInference?
    /// The same of the share of which the platform closed a leg.
    public var liquidatedDifference: DifferenceInference?
    /// The same of mean final equity.
    public var equityDifference: MeanDifference?

    /// What the tally counts, without what resamples say.
    ///
    /// - Parameter excludedBefore: entries before the first moment at which all series are known.
    public init(_ tally: BasketTally, excludedBefore: Int) {
        let (windows, exits) = (tally.cell.windowTotals, tally.cell.exitTotals(fill: 0))
        (entries, cut, excluded) = (windows.entries, windows.cut, windows.excluded + excludedBefore)
        (rejected, liquidated) = (windows.rejected, windows.liquidated)
        (legsClosed, equity) = (tally.meanLegsClosed, tally.meanEquity)
        negative = (exits.negative - exits.cutNegative).value
        // Cut windows alone say nothing of the holding time.
        guard windows.entries > 0 else { return }
        shortfall = tally.cell.meanShortfall(fill: 0).value
        liquidatedShare = tally.cell.exposure.share(tally.cell.timesToLiquidation)
        negativeShare = tally.cell.exposure.share(tally.cell.negativeTimes[0])
    }
}

/// What a mode changes against everything in the first leg, as observed.
public struct BasketChange: Hashable, Codable, Sendable {
    /// In the share below zero.
    public var negative: Double
    /// In the share of which the platform closed a leg.
    public var liquidated: Double
    /// In mean final equity, in parts of the margin.
    public var equity: Double

    /// From the first leg alone to another mode; nil where one of them has no entries.
    public init?(from alone: BasketEstimate, to estimate: BasketEstimate) {
        guard let a = estimate.negativeShare, let b = alone.negativeShare, let c = estimate.liquidatedShare,
            let d = alone.liquidatedShare, let e = estimate.equity, let f = alone.equity
        else { return nil }
        (negative, liquidated, equity) = (a - b, c - d, e - f)
    }
}
