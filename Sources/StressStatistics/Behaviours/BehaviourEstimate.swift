/// What a history says of one cell under one behaviour, beside holding on the same prices.
///
/// Counts are of complete windows. Shares weigh events as a cell's do; mean equity, and what is said of the entries that gain when held, are
/// over complete windows.
public struct BehaviourEstimate: Hashable, Codable, Sendable {
    /// Entries of complete windows that were made.
    public var entries: Int
    /// Entries that the behaviour does not make.
    public var filtered: Int
    /// Entries without a whole window.
    public var excluded: Int
    /// Entries that the platform would not have opened.
    public var rejected: Int
    /// Entries whose windows were cut, and that were watched up to there.
    public var cut: Int
    /// Entries that were liquidated.
    public var liquidated: Int
    /// Entries closed by a stop at a fixed price.
    public var stopped: Int
    /// Entries closed by the last limit order.
    public var tookProfit: Int
    /// Entries that were sold in panic.
    public var panicked: Int
    /// Entries closed by a stop that followed the price.
    public var trailed: Int
    /// Entries that ended below zero: a sum of probabilities where a fill is known by a law.
    public var negative: Double
    /// Share liquidated; nil without entries.
    public var liquidatedShare: Double?
    /// Share below zero, and its interval.
    public var negativeShare: Double?
    /// See ``negativeShare``.
    public var negativeInterval: Interval?
    /// Share that lost more than half of the margin paid in, and its interval.
    public var lostHalfShare: Double?
    /// See ``lostHalfShare``.
    public var lostHalfInterval: Interval?
    /// Mean shortfall of the entries below zero, in parts of the margin paid in.
    public var shortfall: Double?
    /// Mean final equity, in parts of the margin paid in.
    public var equity: Double?
    /// Share below zero, share that lost more than half and mean final equity less those of holding; nil for holding itself.
    public var change: BehaviourChange?
    /// Share below zero less that of holding, with its interval; nil for holding itself, and where nothing was resampled.
    public var negativeDifference: DifferenceInference?
    /// The same of losses of more than half.
    public var lostHalfDifference: DifferenceInference?
    /// The same of mean final equity.
    public var equityDifference: MeanDifference?
    /// Entries that gain when held, and those of them that the behaviour closes early.
    public var winners: Int
    /// See ``winners``.
    public var winnersClosed: Int
    /// What holding leaves more, on average of the entries that gain when held; nil where none does.
    public var forgone: Double?
    /// Share below zero of holding on the entries that the behaviour makes, and its mean final equity; nil for holding itself.
    public var heldNegativeShare: Double?
    /// See ``heldNegativeShare``.
    public var heldEquity: Double?

    /// Days on which entries with a stop were closed below zero, oldest first; nil without one.
    public var stopJumps: [StopJumps.Day]?
    /// The risk of ruin of capitals of several margins, smallest first; nil where nobody goes on after a loss.
    public var ruin: [RuinShare]?

    /// What the tally counts, without what resamples say.
    ///
    /// - Parameters:
    ///   - tally: of all entries of a cell.
    ///   - isHolding: whether it is that of holding, which is compared with nothing.
    public init(_ tally: BehaviourTally, isHolding: Bool) {
        let (windows, exits) = (tally.cell.windowTotals, tally.cell.exitTotals(fill: 0))
        (entries, filtered, excluded) = (windows.entries, tally.filtered.total, windows.excluded)
        (rejected, cut, liquidated) = (windows.rejected, windows.cut, windows.liquidated)
        (stopped, tookProfit) = (tally.closings[.stopped], tally.closings[.tookProfit])
        (panicked, trailed) = (tally.closings[.panicked], tally.closings[.trailed])
        negative = (exits.negative - exits.cutNegative).value
        // Cut windows alone say nothing of the holding time.
        if windows.entries > 0 {
            liquidatedShare = tally.cell.exposure.share(tally.cell.timesToLiquidation)
            negativeShare = tally.cell.exposure.share(tally.cell.negativeTimes[0])
            lostHalfShare = tally.lostHalfFrequency
            if !isHolding { heldNegativeShare = tally.heldNegativeShare }
            shortfall = tally.cell.meanShortfall(fill: 0).value
        }
        equity = tally.meanEquity
        stopJumps = tally.jumps.days.isEmpty ? nil : tally.jumps.days
        (winners, winnersClosed) = (tally.cost.winners, tally.cost.winnersClosed)
        forgone = winners > 0 ? tally.cost.forgone / Double(winners) : nil
        if tally.cost.held > 0 { heldEquity = tally.cost.heldEquity / Double(tally.cost.held) }
    }
}

extension Measure {
    /// The figures that are computed under behaviours, too.
    public static let ofBehaviours: [Measure] = [.negativeEquity, .liquidated, .meanShortfall, .meanEquity]
}

extension BehaviourEstimate {
    /// One of ``Measure/ofBehaviours``; nil where it has no value. A shortfall is 0 where entries are held and none ended below zero.
    public func knownValue(_ measure: Measure) -> Double? {
        switch measure {
        case .negativeEquity: negativeShare
        case .liquidated: liquidatedShare
        case .meanShortfall: shortfall ?? (entries > 0 && negative == 0 ? 0 : nil)
        case .meanEquity: equity
        default: nil
        }
    }
}

/// What a behaviour changes against holding on the same history, as observed.
public struct BehaviourChange: Hashable, Codable, Sendable {
    /// In the share below zero.
    public var negative: Double
    /// In the share that lost more than half of the margin paid in.
    public var lostHalf: Double
    /// In mean final equity, in parts of the margin paid in.
    public var equity: Double

    /// From holding to a behaviour; nil where one of them has no entries.
    public init?(from hodl: BehaviourEstimate, to estimate: BehaviourEstimate) {
        guard let a = estimate.negativeShare, let b = hodl.negativeShare, let c = estimate.lostHalfShare,
            let d = hodl.lostHalfShare, let e = estimate.equity, let f = hodl.equity
        else { return nil }
        (negative, lostHalf, equity) = (a - b, c - d, e - f)
    }
}
