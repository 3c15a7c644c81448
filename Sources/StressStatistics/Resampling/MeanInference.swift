/// What resampling says about a mean above zero, such as the shortfall of the entries that had one.
public struct MeanInference: Hashable, Codable, Sendable {
    /// The observed mean.
    public let mean: Double
    /// Its interval; nil where ``method`` says why there is none.
    public let interval: Interval?
    /// How the interval was made, or why there is none.
    public let method: Method
    /// Quantiles of the resampled means, too narrow where few episodes are all there is; nil without resamples.
    public let percentile: Interval?

    /// How an interval of a mean was made, or why there is none; the raw value is what outputs print.
    public enum Method: String, Hashable, Codable, Sendable, CaseIterable {
        /// Bootstrap-t.
        case bootstrapT = "bootstrap_t"
        /// None: the history is shorter than ``fewestStudentisedRuns`` resampled runs.
        case fewRuns = "few_runs"
        /// None: so few runs hold any of it that resamples of one run, or of none, reach into the quantile.
        case fewEpisodes = "few_episodes"
        /// None: some of what is averaged has no bound.
        case unbounded
        /// None: the history has been through too few turbulent spells (``TurbulentSpells/fewest``).
        case fewRegimes = "few_regimes"
    }

    /// A mean without an interval, for the reason given.
    init(mean: Double, without method: Method, percentile: Interval? = nil) {
        self.init(mean: mean, interval: nil, method: method, percentile: percentile)
    }

    /// A mean of known parts.
    public init(mean: Double, interval: Interval?, method: Method, percentile: Interval?) {
        (self.mean, self.interval) = (mean, interval)
        (self.method, self.percentile) = (method, percentile)
    }

    /// The mean of one column of resamples.
    ///
    /// A resample without weight has no mean, and counts beyond both ends. A mean of its logarithm keeps above zero by itself, but its
    /// intervals of few crashes are many times as wide and hold the truth no oftener.
    ///
    /// - Parameters:
    ///   - mean: above 0.
    ///   - resampled: in at least two resamples.
    ///   - runs: how many runs of the resamples' mean length hold entries.
    ///   - confidence: strictly between 0 and 1.
    public init(mean: Double, resampled: ResampledRatio, runs: Double, confidence: Double) {
        let known = zip(resampled.shares, resampled.errors).filter { !$0.0.isNaN }
        let absent = [-Double.infinity, .infinity].flatMap {
            Array(repeating: $0, count: resampled.shares.count - known.count)
        }
        let quantiles = tailOrderStatistics(known.map(\.0) + absent, confidence: confidence)
        let percentile = quantiles.low.isFinite && quantiles.high.isFinite ? quantiles : nil
        guard runs >= fewestStudentisedRuns else {
            self.init(mean: mean, without: .fewRuns, percentile: percentile)
            return
        }
        // Scores of absent resamples are infinite as well: no error to measure them by.
        let all = ResampledRatio(
            shares: known.map(\.0) + absent, errors: known.map(\.1) + absent.map { _ in 1 })
        let error = sampleVariance(known.map(\.0)).squareRoot()
        let ends = error > 0 ? studentisedEnds(mean, error: error, all, confidence: confidence) : nil
        self.init(
            mean: mean, interval: ends.map { Interval(low: max(0, $0.low), high: $0.high) },
            method: ends == nil ? .fewEpisodes : .bootstrapT, percentile: percentile)
    }

    /// The same as a mean over all entries, which rests on how often crashes come: without an interval after too few turbulent spells,
    /// because it held the truth in 38 to 85 % of such simulated histories (`make coverage`).
    public func perEntry(after spells: TurbulentSpells?) -> MeanInference {
        guard let spells, spells.count < TurbulentSpells.fewest, interval != nil else { return self }
        return MeanInference(mean: mean, without: .fewRegimes, percentile: percentile)
    }
}
