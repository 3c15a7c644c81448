#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import StressBasics

/// Why a tail was not extrapolated. The raw value is what outputs print.
public enum TailRefusal: String, Hashable, Codable, Sendable, CaseIterable {
    /// Fewer than ``TailFit/fewestPeaks`` separate peaks above any threshold that was tried.
    case fewPeaks = "few_peaks"
    /// The likelihood has no regular maximum: the peaks end more sharply than the method allows for.
    case noMaximum = "no_maximum"
    /// The fitted tail has no mean (ξ ≥ 1): whatever it says about rare events is arbitrary.
    case noMean = "no_mean"
    /// The peaks do not look like the fitted tail.
    case poorFit = "poor_fit"
    /// Fits above higher thresholds say something else.
    case unstable
    /// A value lies at or past the end of the scale: the price came to zero or below.
    case pastScale = "past_scale"
    /// The history is shorter than ``TailFit/fewestRuns`` of the market's own memories: how often its turbulent times come cannot be known.
    case fewRuns = "few_runs"
    /// The history has been through fewer than ``TurbulentSpells/fewest`` turbulent spells: what the next one brings cannot be known.
    case fewRegimes = "few_regimes"
    /// A handful of peaks decides the level, and without them it would be another.
    case fewDecide = "few_decide"
    /// The return period asked for is more than ``TailScale/farthestExtrapolation`` times the history.
    case tooFar = "too_far"
    /// The likelihood never falls off: nothing bounds the level from above.
    case noUpperEnd = "no_upper_end"
}

/// A tail fitted to the peaks above a threshold.
public struct TailFit: Hashable, Codable, Sendable {
    /// The threshold, in the unit of the peaks.
    public let threshold: Double
    /// Peaks less threshold, largest last.
    public let excesses: [Double]
    /// Peaks over the values above the threshold that they are the largest of: the extremal index by runs (R. L. Smith, I. Weissman,
    /// JRSS B 56, 1994). 1 where every value stands alone.
    public let extremalIndex: Double
    /// Runs of the market's memory in the history.
    public let runs: Int
    /// By how much the variance of a level exceeds that from as many independent peaks; at least 1. The largest of the periods up to
    /// ``longestPeriod`` that may be asked for, so that a longer period never has a lower end.
    public let dispersion: Double
    /// Degrees of freedom of that variance, the fewest of the same periods.
    public let degrees: Double
    /// The fit of greatest likelihood.
    public let distribution: GeneralizedPareto
    /// The fit by probability-weighted moments, to compare; nil where it does not exist.
    public let momentFit: GeneralizedPareto?
    /// Share of samples from the fitted tail that fit worse than the peaks do: small when the model is wrong.
    public let fitPValue: Double
    /// Length of the history, years.
    public let years: Double

    /// Peaks above the threshold per year.
    public var peaksPerYear: Double { Double(excesses.count) / years }

    /// Fewer peaks than this say nothing about a shape.
    public static let fewestPeaks = 25
    /// In a history of fewer memories intervals do not cover: the documentation's table of coverage.
    public static let fewestRuns = 30
    /// With fewer degrees of freedom the variance of a level is a guess.
    public static let fewestDegrees = 3.0
    /// Return periods are judged together up to this, years.
    public static let longestPeriod = 20.0
    /// How many times the length of the history a return period may be.
    public static let farthestExtrapolation = 5.0
    /// The same of shortfalls: they have the heavier tail, and levels four times as far as the history held the truth in 76 to 83 % of
    /// simulated independent returns with a power law.
    public static let farthestOfShortfalls = 2.0
    /// Below this share the model is taken to be wrong.
    public static let poorFitBelow = 0.05

    /// Standard error of the shape from the expected information (R. L. Smith, Biometrika 72, 1985).
    public var shapeError: Double { (1 + distribution.shape) / Double(excesses.count).squareRoot() }

    /// Fits the tail above `threshold`, or says why not.
    ///
    /// - Parameters:
    ///   - clusters: one peak an independent event; see ``Clusters``.
    ///   - span: the time in which they were found, and its memory.
    ///   - random: for the samples of the goodness of fit; left untouched.
    ///
    /// O(peaks × samples).
    public static func fit(
        _ clusters: Clusters, span: TailSpan, random: SeededGenerator
    ) -> Result<TailFit, TailRefusal.Failure> {
        // A loss without bound has no place on the scale, whatever the others look like.
        guard clusters.peaks.allSatisfy(\.value.isFinite) else { return .failure(.init(.pastScale)) }
        let peaks = clusters.peaks.sorted { $0.value < $1.value }
        let excesses = peaks.map { $0.value - clusters.threshold }
        if let refusal = tooLittle(excesses.count, span) { return .failure(.init(refusal)) }
        guard let distribution = GeneralizedPareto(maximumLikelihood: excesses) else {
            return .failure(.init(.noMaximum))
        }
        guard distribution.shape < 1 else { return .failure(.init(.noMean)) }
        let pValue = goodnessOfFit(excesses, distribution, random: random.stream("goodness of fit"))
        guard pValue >= poorFitBelow else { return .failure(.init(.poorFit)) }
        let likelihood = PeakLikelihood(excesses: excesses, years: span.years)
        let spread = dispersion(likelihood, runs: peaks.map { span.run(of: $0.time) }, of: span.runs, distribution)
        guard let spread, spread.degrees >= fewestDegrees else { return .failure(.init(.fewDecide)) }
        return .success(
            TailFit(
                threshold: clusters.threshold, excesses: excesses, extremalIndex: clusters.extremalIndex,
                runs: span.runs, dispersion: spread.ratio, degrees: spread.degrees, distribution: distribution,
                momentFit: GeneralizedPareto(probabilityWeightedMoments: excesses), fitPValue: pValue,
                years: span.years))
    }

    /// What a history has too little of for a tail; nil when it has enough.
    private static func tooLittle(_ peaks: Int, _ span: TailSpan) -> TailRefusal? {
        if peaks < fewestPeaks { return .fewPeaks }
        if let spells = span.spells, spells < TurbulentSpells.fewest { return .fewRegimes }
        return span.runs < fewestRuns ? .fewRuns : nil
    }

    /// The most cautious of the periods that may be asked for.
    private static func dispersion(
        _ likelihood: PeakLikelihood, runs: [Int], of runCount: Int, _ best: GeneralizedPareto
    ) -> (ratio: Double, degrees: Double)? {
        let longest = min(longestPeriod, farthestExtrapolation * likelihood.years)
        let periods = [1, 2, 5, 10, longestPeriod, longest].filter { $0 <= longest && likelihood.logRate + log($0) > 0 }
        let found = periods.map {
            TailDispersion(likelihood, runs: runs, runCount: runCount, best: best, period: $0)
        }
        let known = found.compactMap(\.self)
        guard known.count == found.count, let ratio = known.map(\.ratio).max(), let least = known.map(\.degrees).min()
        else { return nil }
        return (ratio, least)
    }
}

extension TailRefusal {
    /// A refusal as an error.
    public struct Failure: Error, Hashable, Sendable {
        /// Why.
        public let reason: TailRefusal
        init(_ reason: TailRefusal) { self.reason = reason }
    }
}

extension TailFit {
    /// A level that is passed once in `years` on average, with an interval.
    public struct ReturnLevel: Hashable, Codable, Sendable {
        /// The level, in the unit of the peaks.
        public let level: Double
        /// Its interval, finite.
        public let interval: Interval

        /// A level with its interval.
        public init(level: Double, interval: Interval) { (self.level, self.interval) = (level, interval) }
    }

    /// The level that peaks pass once in `years` on average: `u + β ((λ T)^ξ − 1)/ξ`.
    ///
    /// The interval holds the levels whose best likelihood, over shapes and rates, is within a bound of the greatest (S. Coles, "An
    /// Introduction to Statistical Modeling of Extreme Values", 2001, ch. 4): half the square of Student's quantile, times the
    /// ``dispersion``. It is lopsided, as it should be, and both ends rise with the period, because the bound does not depend on it. Fails
    /// for periods so short that the level lies under the threshold (nil), too far beyond the history, or without an upper end.
    ///
    /// - Parameters:
    ///   - period: years.
    ///   - confidence: strictly between 0 and 1.
    ///   - farthest: how many times the history it may be, at most ``farthestExtrapolation``.
    public func returnLevel(
        years period: Double, confidence: Double, farthest: Double = farthestExtrapolation
    ) -> Result<ReturnLevel, TailRefusal.Failure>? {
        let multiple = peaksPerYear * period
        guard multiple > 1 else { return nil }
        guard period <= farthest * years, period <= TailFit.longestPeriod else {
            return .failure(.init(.tooFar))
        }
        let growth = distribution.growth(multiple)
        let quantile = studentQuantile(twoSided: confidence, degrees: degrees)
        let ends = PeakLikelihood(excesses: excesses, years: years).interval(
            around: growth, period: period, best: distribution, drop: dispersion * quantile * quantile / 2)
        guard threshold + ends.high <= TailScale.farthest else { return .failure(.init(.noUpperEnd)) }
        return .success(
            ReturnLevel(
                level: threshold + growth, interval: Interval(low: threshold + ends.low, high: threshold + ends.high)))
    }

    /// Share of samples of the fitted tail whose own fits are farther off than the peaks', by Anderson and Darling's distance,
    /// which looks at the tails most. A parametric bootstrap, because the parameters are estimated (V. Choulakian,
    /// M. A. Stephens, Technometrics 43, 2001, tabulate the same for known shapes).
    private static func goodnessOfFit(
        _ excesses: [Double], _ fitted: GeneralizedPareto, random: SeededGenerator
    ) -> Double {
        var random = random
        let observed = distance(excesses, fitted)
        let samples = 100
        var (worse, judged) = (0, 0)
        for _ in 0..<samples {
            let sample = excesses.map { _ in fitted.excess(survival: 1 - random.uniform()) }.sorted()
            guard sample[0] > 0, let own = GeneralizedPareto(maximumLikelihood: sample) else { continue }
            judged += 1
            if distance(sample, own) >= observed { worse += 1 }
        }
        return Double(worse + 1) / Double(judged + 1)
    }

    private static func distance(_ sorted: [Double], _ fitted: GeneralizedPareto) -> Double {
        let n = sorted.count
        var sum = 0.0
        for (rank, x) in sorted.enumerated() {
            let below = max(1 - fitted.survival(x), 1e-300)
            let above = max(fitted.survival(sorted[n - 1 - rank]), 1e-300)
            sum += Double(2 * rank + 1) * (log(below) + log(above))
        }
        return -Double(n) - sum / Double(n)
    }
}
