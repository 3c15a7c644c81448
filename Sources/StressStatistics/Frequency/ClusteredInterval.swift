/// The evidence about one frequency whose events come in clusters, and the interval that follows from it.
///
/// An interval of Clopper and Pearson is one of beta distributions: its upper end asks what one event more would say. E. L. Korn
/// and B. I. Graubard ("Confidence intervals for proportions with small expected number of positive counts", Survey
/// Methodology 24, 1998) give it the number of trials that the variance of clustered data is worth, at Student's degrees
/// of freedom instead of the normal's; M. P. Fay and E. J. Feuer ("Confidence intervals for directly standardized rates",
/// Statistics in Medicine 16, 1997) let the one event more weigh as much as the heaviest that could have come, and add its square to
/// the variance. Here the heaviest is the largest run of blocks seen, and a window that shares no bar with the others where
/// nothing was: so the interval for nothing seen is Clopper and Pearson's on the disjoint windows, and others join it continuously.
///
/// Few runs say little about their own variance, and one run says nothing: its residuals are 0. So the fewer there are, the less the
/// variance may lie below that of the disjoint windows: one day of minutes knows no more than its windows that share no bar.
struct ClusteredEvidence {
    /// The observed frequency.
    let frequency: Double
    /// Its variance over resamples of a stationary bootstrap, at least ``leastVariance``.
    let variance: Double
    /// The same as the runs alone say it.
    private let runVariance: Double
    /// How much the frequency owes to the run of blocks with the most events beyond expectation, and to that with the fewest.
    let heaviest: (above: Double, below: Double)
    /// Entries held altogether, above 0.
    let entries: Double
    /// Windows that share no bar.
    let windows: Double
    /// Runs of mean length that hold entries.
    let runs: Double
    /// What disjoint windows would have, as far as runs are too few to say otherwise: all of it for one run, nothing from five on.
    private let leastVariance: Double

    /// Where entries are held; nil without any.
    ///
    /// - Parameters:
    ///   - residuals: events less frequency × entries, block by block.
    ///   - entries: held altogether, above 0.
    ///   - meanLength: of a run, in blocks.
    init(
        frequency: Double, residuals: [Double], entries: Double, meanLength: Double, windows: Double, runs: Double
    ) {
        self.init(
            frequency: frequency, forms: RunForms(residuals, meanLength: meanLength), entries: entries,
            windows: windows, runs: runs)
    }

    /// The same of residuals whose forms are known.
    init(frequency: Double, forms: RunForms, entries: Double, windows: Double, runs: Double) {
        self.frequency = frequency
        runVariance = forms.variance / (entries * entries)
        heaviest = (max(0, forms.largest) / entries, max(0, -forms.smallest) / entries)
        (self.entries, self.windows, self.runs) = (entries, windows, runs)
        let missing = max(0, 1 - max(0, runs - 1) / ClusteredEvidence.enoughDegrees)
        leastVariance = missing * max(0, frequency * (1 - frequency)) / windows
        variance = max(runVariance, leastVariance)
    }

    /// From so many degrees of freedom on, one less than there are runs, their variance stands for itself.
    static let enoughDegrees = 4.0

    /// The evidence of trimmed block sums; nil without entries or windows. `windows` and `meanLength` are those of ``FrequencyInference``.
    init?(_ given: BlockShare, meanLength: Double, disjointWindows: Int) {
        guard disjointWindows > 0, let share = ShareResiduals(given) else { return nil }
        self.init(
            share, forms: RunForms(share.residuals, meanLength: meanLength), disjointWindows: disjointWindows,
            runs: given.runs(ofMeanLength: meanLength))
    }

    /// The same of residuals whose forms are known, from runs that are counted.
    init(_ share: ShareResiduals, forms: RunForms, disjointWindows: Int, runs: Double) {
        self.init(
            frequency: share.frequency, forms: forms, entries: share.entries,
            windows: min(Double(disjointWindows), share.entries), runs: runs)
    }

    /// Binomial variance over ``variance``. Where less was seen than one window's worth it goes over, in proportion to what was seen, to
    /// the number of windows: the variance of hardly anything says hardly anything.
    var effectiveTrials: Double {
        let seen = min(frequency, 1 - frequency)
        let judged = max(seen, 1 / windows)
        let binomial = judged * (1 - judged)
        let unseen = (1 - seen / judged) * binomial / windows
        return windows > 1 ? binomial / (variance + unseen) : 1
    }

    /// The interval at a confidence strictly between 0 and 1. It holds the frequency; that of the complement is its mirror image.
    ///
    /// - Parameter widening: ``widening(confidence:runs:)`` of the same, where it is known.
    func interval(confidence: Double, widening: Double? = nil) -> Interval {
        interval(confidence: confidence, further: 0, widening: widening)
    }

    /// The interval of the share in a further time, as long as the history over `ratio`: its own variance is `ratio` times that of the
    /// history's share, and adds to it.
    func furtherShare(ratio: Double, confidence: Double, widening: Double? = nil) -> Interval {
        interval(confidence: confidence, further: ratio, widening: widening)
    }

    private func interval(confidence: Double, further: Double, widening: Double?) -> Interval {
        let widening = widening ?? ClusteredEvidence.widening(confidence: confidence, runs: runs)
        let spread = Spread(
            variance: max(runVariance * (widening + further), leastVariance * (1 + further)),
            ofOne: 1 + further, most: max(heaviest.above, heaviest.below))
        let outside = (1 - confidence) / 2
        let above = oneMore(frequency, as: heaviest.above, spread)
        let below = oneMore(1 - frequency, as: heaviest.below, spread)
        let high = above?.quantile(1 - outside) ?? 1
        // Not 1 less the mirrored end: what is left of a small one would be rounding.
        let low = below.map { max($0.mirrored.quantile(outside), .leastNormalMagnitude) } ?? 0
        return Interval(low: min(low, frequency), high: max(high, frequency))
    }

    /// `(t/z)²`: what the variance of few runs is multiplied by, because it is itself uncertain. 1 where they are many.
    static func widening(confidence: Double, runs: Double) -> Double {
        let ratio =
            studentQuantile(twoSided: confidence, degrees: max(1, runs - 1)) / normalQuantile(twoSided: confidence)
        return ratio * ratio
    }

    /// The variance of the share, and how often the square of the heaviest one more counts.
    private struct Spread {
        let variance: Double
        let ofOne: Double
        let most: Double
    }

    /// The beta distribution whose mean and variance are those of a share with one event more; nil where there is no more.
    private func oneMore(_ share: Double, as seen: Double, _ counts: Spread) -> BetaDistribution? {
        guard share < 1 else { return nil }
        let one = max(seen, (1 - share) / windows)
        let most = max(counts.most, one)
        let mean = (share + one) / (1 + one)
        let spread = (counts.variance + most * most * counts.ofOne) / ((1 + one) * (1 + one))
        // A first shape of 1 is that of nothing seen; below it a distribution piles up at 0 and its quantile would fall.
        let trials = max(mean * (1 - mean) / spread - 1, 1 / mean)
        return BetaDistribution(a: mean * trials, b: (1 - share) / (1 + one) * trials)
    }
}
