/// What resampling says about one frequency.
public struct FrequencyInference: Hashable, Codable, Sendable {
    /// The observed frequency.
    public let frequency: Double
    /// Standard deviation over the resamples.
    public let standardError: Double
    /// The number of independent trials that would be as informative as the entries; at most the number of disjoint windows
    /// where ``studentised`` is nil, and at most that of the runs where there are fewer than ``fewestRuns``.
    public let effectiveEntries: Double
    /// Quantiles of the resampled frequencies; nil when nothing or everything was counted, where no resample differs.
    public let percentile: Bounds?
    /// Bootstrap-t interval; nil where ``percentile`` is, where the history is shorter than ``fewestRuns``, and where so few runs hold
    /// events that resamples without any reach into the quantile, so that the interval has no upper end.
    public let studentised: Bounds?
    /// Wilson's interval with ``effectiveEntries`` trials; for a count of zero (or of all) the rule of three.
    public let effectiveWilson: Bounds

    /// Lower and upper end, fractions.
    public struct Bounds: Hashable, Codable, Sendable {
        /// Lower end.
        public let low: Double
        /// Upper end.
        public let high: Double

        /// Bounds clamped to what a frequency can be.
        public init(low: Double, high: Double) {
            self.low = min(max(low, 0), 1)
            self.high = min(max(high, 0), 1)
        }
    }

    /// Conclusions that were drawn before.
    init(
        frequency: Double, standardError: Double, effectiveEntries: Double, percentile: Bounds?, studentised: Bounds?,
        effectiveWilson: Bounds
    ) {
        (self.frequency, self.standardError, self.effectiveEntries) = (frequency, standardError, effectiveEntries)
        (self.percentile, self.studentised, self.effectiveWilson) = (percentile, studentised, effectiveWilson)
    }

    /// Draws the conclusions from one column of resamples; nil without entries.
    ///
    /// - Parameters:
    ///   - share: the block sums.
    ///   - resampled: the same column in every resample, of at least two.
    ///   - disjointWindows: the most trials that could be called independent when the resamples cannot tell: nothing was
    ///     seen, or too few runs hold all of it.
    ///   - runs: how many runs of the resamples' mean length hold entries.
    ///   - confidence: strictly between 0 and 1.
    public init?(
        _ share: BlockShare, resampled: ResampledRatio, disjointWindows: Int, runs: Double, confidence: Double
    ) {
        guard let frequency = share.frequency, disjointWindows > 0 else { return nil }
        let hasFewRuns = runs < FrequencyInference.fewestRuns
        // Resamples of a few runs hardly differ, and say little about how much histories would.
        let mostByRuns = hasFewRuns ? max(1, runs) : .infinity
        self.frequency = frequency
        let variance = FrequencyInference.variance(resampled.shares)
        standardError = variance.squareRoot()
        let binomial = frequency * (1 - frequency)
        guard binomial > 0 else {
            effectiveEntries = min(Double(min(disjointWindows, share.total)), mostByRuns)
            (percentile, studentised) = (nil, nil)
            let bound = zeroCountBound(trials: effectiveEntries, confidence: confidence)
            effectiveWilson = frequency == 0 ? Bounds(low: 0, high: bound) : Bounds(low: 1 - bound, high: 1)
            return
        }
        percentile = FrequencyInference.percentile(resampled.shares, confidence: confidence)
        studentised =
            hasFewRuns
            ? nil
            : studentisedEnds(frequency, error: standardError, resampled, confidence: confidence)
                .map { Bounds(low: $0.low, high: $0.high) }
        // n_eff = n · (binomial variance / resampled variance), and no more than there are entries. Where the events of a
        // few runs are all there is, their variance is as uncertain as they are, and the windows are the cap.
        let most = min(Double(studentised == nil ? min(disjointWindows, share.total) : share.total), mostByRuns)
        effectiveEntries = variance > 0 ? min(binomial / variance, most) : most
        let wilson = wilsonBounds(share: frequency, trials: effectiveEntries, confidence: confidence)
        effectiveWilson = Bounds(low: wilson.low, high: wilson.high)
    }

    /// A history of fewer resampled runs than this is too short for the bootstrap-t.
    public static let fewestRuns = 15.0

    /// The interval to show: the bootstrap-t where it exists, else Wilson's on the effective entries, which for a count of
    /// zero is the rule of three. Simulations with known truth chose it: `make coverage` prints them.
    public var interval: FrequencyInterval {
        if let studentised {
            return FrequencyInterval(low: studentised.low, high: studentised.high, method: .bootstrapT)
        }
        let isZero = frequency == 0
        return FrequencyInterval(
            low: effectiveWilson.low, high: effectiveWilson.high,
            method: isZero ? .zeroCountEffective : .wilsonEffective)
    }

    /// Unbiased variance.
    static func variance(_ values: [Double]) -> Double {
        guard values.count > 1 else { return 0 }
        let mean = values.reduce(0, +) / Double(values.count)
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    }

    static func percentile(_ values: [Double], confidence: Double) -> Bounds {
        let ends = tailOrderStatistics(values, confidence: confidence)
        return Bounds(low: ends.low, high: ends.high)
    }
}

/// Bootstrap-t ends of a figure: nil where infinite scores reach into the quantile.
///
/// - Parameters:
///   - value: the figure as observed.
///   - error: its standard deviation over the resamples.
///   - resampled: the figure in every resample, with its own error.
func studentisedEnds(
    _ value: Double, error: Double, _ resampled: ResampledRatio, confidence: Double
) -> (low: Double, high: Double)? {
    let scores = zip(resampled.shares, resampled.errors).map { share, error in
        // A resample without events has no error to measure its distance by: it is infinitely far away.
        share == value ? 0 : (share - value) / error
    }
    let ends = tailOrderStatistics(scores, confidence: confidence)
    guard ends.low.isFinite, ends.high.isFinite else { return nil }
    return (value - ends.high * error, value - ends.low * error)
}
