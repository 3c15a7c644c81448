/// What a history says about a mean above zero whose values come in clusters, such as that of the shortfalls, and the interval that follows.
///
/// The mean is a ratio of sums, so its variance is that of `sum − mean × weight` over resamples of a stationary bootstrap, in closed form
/// (``StationaryVariance``). Few clusters say little about that variance: it is multiplied by `(t/z)²`, Student's quantile at one degree
/// of freedom less than there are effective clusters (L. Kish, "Survey Sampling", 1965) over the normal one. And what is deepest has
/// hardly been seen: as M. P. Fay and E. J. Feuer ("Confidence intervals for directly standardized rates", Statistics in Medicine 16, 1997)
/// do for counts, the upper end is a quantile of the gamma distribution whose mean and variance are those with *one cluster more*. Counts
/// have a heaviest weight and shortfalls have none, so it weighs ``oneMore`` times as much as the heaviest seen, which simulations chose.
struct ClusteredMean {
    /// The mean, above 0.
    let mean: Double
    /// Its variance.
    let variance: Double
    /// How much the mean owes to the run of blocks with the most beyond expectation.
    let heaviest: Double
    /// How many runs of blocks of equal weight would hold as much of the sums, or of the weights, whichever are fewer.
    let clusters: Double

    /// How many times the heaviest cluster the next may weigh.
    static let oneMore = 2.0
    /// Fewer clusters than this say nothing about how they vary.
    static let fewestClusters = 2.0

    /// Nil where the ratio is not above 0.
    ///
    /// - Parameter meanLength: of a resampled run, in blocks, at least 1. O(blocks).
    init?(_ ratio: BlockRatio, meanLength: Double) {
        let weight = ratio.weights.reduce(0, +)
        guard let mean = ratio.value, mean > 0 else { return nil }
        self.init(
            mean: mean, weight: weight, forms: RunForms(ratio.residuals(of: mean), meanLength: meanLength),
            clusters: min(
                effectiveRuns(ratio.sums, length: meanLength), effectiveRuns(ratio.weights, length: meanLength)))
    }

    /// The same of residuals whose forms are known.
    init(mean: Double, weight: Double, forms: RunForms, clusters: Double) {
        (self.mean, self.clusters) = (mean, clusters)
        variance = forms.variance / (weight * weight)
        heaviest = max(0, forms.largest) / weight
    }

    /// Whether there is anything to measure an interval by: clusters enough, and more of a variance than rounding leaves.
    var isMeasured: Bool {
        clusters >= ClusteredMean.fewestClusters && variance > 1e-20 * mean * mean
    }

    /// The interval at a confidence strictly between 0 and 1, where ``isMeasured``. It holds the mean and is above 0.
    func interval(confidence: Double) -> Interval {
        let outside = (1 - confidence) / 2
        let student = studentQuantile(twoSided: confidence, degrees: clusters - 1)
        let factor = student / normalQuantile(twoSided: confidence)
        let spread = variance * factor * factor
        let more = ClusteredMean.oneMore * heaviest
        let high = gammaEnd(1 - outside, mean: mean + more, variance: spread + more * more)
        let low = max(.leastNormalMagnitude, gammaEnd(outside, mean: mean, variance: spread))
        return Interval(low: min(mean, low), high: max(mean, high))
    }
}

/// A quantile of the gamma distribution with a mean and a variance, both above 0.
private func gammaEnd(_ share: Double, mean: Double, variance: Double) -> Double {
    // Of a shape so small hardly anything is known: its quantiles would be rounding.
    let shape = max(mean * mean / variance, 1e-3)
    return mean / shape * gammaQuantile(share, shape: shape)
}

/// `(Σ w)² / Σ w²` of the runs of `length` blocks that follow one another; 0 without weight.
func effectiveRuns(_ weights: [Double], length: Double) -> Double {
    let step = max(1, Int(length.rounded(.up)))
    let runs = stride(from: 0, to: weights.count, by: step).map { start in
        weights[start..<min(start + step, weights.count)].reduce(0, +)
    }
    let squares = runs.reduce(0) { $0 + $1 * $1 }
    let total = runs.reduce(0, +)
    return squares > 0 ? total * total / squares : 0
}
