/// The share of an event in one further year: not how often it happens in the long run, but what the next year may show.
///
/// A year's share moves about the long run's by the clusters that fall into it, and the long run's is itself uncertain. Both variances
/// are those of a stationary bootstrap of the history (``StationaryVariance``; a mean of `m` blocks has `n/m` times the variance of one
/// of `n`), and the ends are quantiles of beta distributions as in ``ClusteredEvidence``. It holds for a year like those of the history:
/// nothing in it knows of a regime that was never seen.
public struct YearPrediction {
    /// What the history says about the long run's share, from the same variance.
    public let longRun: FrequencyInference
    /// The interval of the next year's share, fractions of its entries. A lower end of less than one of the year's entries is 0: years
    /// without an event are what rare events have most of.
    public let interval: Interval

    /// Nil without entries or windows.
    ///
    /// - Parameters:
    ///   - share: the block sums of the history.
    ///   - meanLength: mean length of a resampled run, in blocks, at least 1.
    ///   - disjointWindows: of the history, that share no bar.
    ///   - yearBlocks: blocks in a year, above 0.
    ///   - confidence: of both, strictly between 0 and 1.
    ///
    /// O(blocks).
    public init?(
        _ share: BlockShare, meanLength: Double, disjointWindows: Int, yearBlocks: Double, confidence: Double
    ) {
        let share = share.trimmed
        guard let evidence = ClusteredEvidence(share, meanLength: meanLength, disjointWindows: disjointWindows)
        else { return nil }
        self.init(
            evidence, longRun: FrequencyInference(evidence, confidence: confidence), blocks: share.entries.count,
            yearBlocks: yearBlocks, confidence: confidence)
    }

    /// The same of evidence that is there, from so many blocks.
    init(
        _ evidence: ClusteredEvidence, longRun: FrequencyInference, blocks: Int, yearBlocks: Double,
        confidence: Double, widening: Double? = nil
    ) {
        self.longRun = longRun
        let ratio = Double(blocks) / yearBlocks
        let ends = evidence.furtherShare(ratio: ratio, confidence: confidence, widening: widening).ofShare
        interval = Interval(low: ends.low < ratio / evidence.entries ? 0 : ends.low, high: ends.high)
    }
}
