/// What a history says about one frequency whose events come in clusters.
public struct FrequencyInference: Hashable, Codable, Sendable {
    /// The observed frequency.
    public let frequency: Double
    /// Standard deviation over the resamples of a stationary bootstrap, in closed form.
    public let standardError: Double
    /// The number of independent trials that would be as informative as the entries, at most as many as they are: binomial variance
    /// over ``standardError``²; the number of disjoint windows where nothing, or everything, was counted.
    public let effectiveEntries: Double
    /// The interval.
    public let bounds: Interval
    /// Wilson's interval with ``effectiveEntries`` trials, which forgets how uncertain the variance of few clusters is; for comparison.
    public let effectiveWilson: Interval

    /// Conclusions that were drawn before.
    init(
        frequency: Double, standardError: Double, effectiveEntries: Double, bounds: Interval, effectiveWilson: Interval
    ) {
        (self.frequency, self.standardError, self.effectiveEntries) = (frequency, standardError, effectiveEntries)
        (self.bounds, self.effectiveWilson) = (bounds, effectiveWilson)
    }

    /// Draws the conclusions from the block sums of one frequency; nil without entries. Blocks before the first entry and after the
    /// last are left out.
    ///
    /// - Parameters:
    ///   - share: the block sums.
    ///   - meanLength: mean length of a resampled run, in blocks, at least 1.
    ///   - disjointWindows: windows that share no bar, the most trials that could be called independent where nothing was seen.
    ///   - confidence: strictly between 0 and 1.
    ///
    /// O(blocks).
    public init?(_ share: BlockShare, meanLength: Double, disjointWindows: Int, confidence: Double) {
        let evidence = ClusteredEvidence(share.trimmed, meanLength: meanLength, disjointWindows: disjointWindows)
        guard let evidence else { return nil }
        self.init(evidence, confidence: confidence)
    }

    /// The same of evidence that is there.
    init(_ evidence: ClusteredEvidence, confidence: Double, widening: Double? = nil) {
        let effective = min(evidence.effectiveTrials, evidence.entries)
        self.init(
            frequency: evidence.frequency, standardError: evidence.variance.squareRoot(), effectiveEntries: effective,
            bounds: evidence.interval(confidence: confidence, widening: widening).ofShare,
            effectiveWilson: wilsonBounds(
                share: evidence.frequency, trials: effective, confidence: confidence))
    }

    /// Events that would be as informative if each came by itself: the square of the frequency over its standard error; 0 where nothing
    /// was seen, and never more than were counted by the effective entries where hardly any were.
    public var effectiveEvents: Double {
        guard frequency > 0 else { return 0 }
        let seen = standardError > 0 ? frequency * frequency / (standardError * standardError) : .infinity
        return min(seen, frequency * effectiveEntries)
    }

    /// The interval to show. Simulations with known truth chose it: `make coverage` prints them.
    public var interval: FrequencyInterval {
        FrequencyInterval(bounds, method: frequency == 0 ? .zeroCountEffective : .clusteredBeta)
    }
}
