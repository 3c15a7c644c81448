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
    /// The return period asked for is more than ``TailFit/farthestExtrapolation`` times the history.
    case tooFar = "too_far"
}

/// A tail fitted to the peaks above a threshold.
public struct TailFit: Hashable, Codable, Sendable {
    /// The threshold, in the unit of the peaks.
    public let threshold: Double
    /// Peaks less threshold, largest last.
    public let excesses: [Double]
    /// Peaks above the threshold per year.
    public let peaksPerYear: Double
    /// The fit of greatest likelihood.
    public let distribution: GeneralizedPareto
    /// The fit by probability-weighted moments, to compare; nil where it does not exist.
    public let momentFit: GeneralizedPareto?
    /// Share of samples from the fitted tail that fit worse than the peaks do: small when the model is wrong.
    public let fitPValue: Double
    /// Length of the history, years.
    public let years: Double

    /// Fewer peaks than this say nothing about a shape.
    public static let fewestPeaks = 25
    /// How many times the length of the history a return period may be.
    public static let farthestExtrapolation = 5.0
    /// Below this share the model is taken to be wrong.
    public static let poorFitBelow = 0.05

    /// Standard error of the shape from the expected information (R. L. Smith, Biometrika 72, 1985).
    public var shapeError: Double { (1 + distribution.shape) / Double(excesses.count).squareRoot() }
    /// Standard error of the scale from the same.
    public var scaleError: Double {
        distribution.scale * (2 * (1 + distribution.shape) / Double(excesses.count)).squareRoot()
    }

    /// Fits the tail above `threshold`, or says why not.
    ///
    /// - Parameters:
    ///   - peaks: one value an independent event; see ``clusterPeaks(times:values:threshold:separation:)``.
    ///   - years: length of the history.
    ///   - random: for the samples of the goodness of fit; left untouched.
    ///
    /// O(peaks × samples).
    public static func fit(
        peaks: [Double], threshold: Double, years: Double, random: SeededGenerator
    ) -> Result<TailFit, TailRefusal.Failure> {
        // A loss without bound has no mean, whatever the others look like.
        guard peaks.allSatisfy(\.isFinite) else { return .failure(.init(.noMean)) }
        let excesses = peaks.filter { $0 > threshold }.map { $0 - threshold }.sorted()
        guard excesses.count >= fewestPeaks, years > 0 else { return .failure(.init(.fewPeaks)) }
        guard let distribution = GeneralizedPareto(maximumLikelihood: excesses) else {
            return .failure(.init(.noMaximum))
        }
        guard distribution.shape < 1 else { return .failure(.init(.noMean)) }
        let pValue = goodnessOfFit(excesses, distribution, random: random.stream("goodness of fit"))
        guard pValue >= poorFitBelow else { return .failure(.init(.poorFit)) }
        return .success(
            TailFit(
                threshold: threshold, excesses: excesses, peaksPerYear: Double(excesses.count) / years,
                distribution: distribution,
                momentFit: GeneralizedPareto(probabilityWeightedMoments: excesses), fitPValue: pValue, years: years))
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
        /// The level.
        public let level: Double
        /// Its interval; the upper end is infinite when the likelihood never falls off.
        public let interval: Interval

        /// A level with its interval.
        public init(level: Double, interval: Interval) { (self.level, self.interval) = (level, interval) }
    }

    /// The level that peaks pass once in `years` on average: `u + β ((λ T)^ξ − 1)/ξ`.
    ///
    /// The interval holds the levels whose best likelihood is within the χ² bound of the greatest (S. Coles, "An Introduction
    /// to Statistical Modeling of Extreme Values", 2001, ch. 4); it is lopsided, as it should be. The rate of peaks is taken as
    /// observed. Fails for periods so short that the level lies under the threshold (nil) or too far beyond the history.
    public func returnLevel(years period: Double, confidence: Double) -> Result<ReturnLevel, TailRefusal.Failure>? {
        let multiple = peaksPerYear * period
        guard multiple > 1 else { return nil }
        guard period <= TailFit.farthestExtrapolation * years else { return .failure(.init(.tooFar)) }
        let growth = distribution.growth(multiple)
        let z = normalQuantile(twoSided: confidence)
        let bound = distribution.logLikelihood(excesses) - z * z / 2
        func isInside(_ excess: Double) -> Bool { profile(excess, multiple) >= bound }
        let low = edge(from: growth, stepping: 1 / 1.1, isInside)
        let high = edge(from: growth, stepping: 1.1, isInside)
        return .success(
            ReturnLevel(
                level: threshold + growth, interval: Interval(low: threshold + low, high: threshold + high)))
    }

    /// The greatest likelihood among the tails whose growth over `multiple` is `excess`.
    private func profile(_ excess: Double, _ multiple: Double) -> Double {
        func likelihood(_ shape: Double) -> Double {
            let unit = GeneralizedPareto(shape: shape, scale: 1).growth(multiple)
            return GeneralizedPareto(shape: shape, scale: excess / unit).logLikelihood(excesses)
        }
        let grid = (0..<36).map { -0.5 + 0.1 * Double($0) }
        let best = grid.max { likelihood($0) < likelihood($1) } ?? 0
        return likelihood(goldenMaximum(best - 0.1, best + 0.1, likelihood))
    }

    /// The last excess inside on the way out, by steps and then halving.
    private func edge(from start: Double, stepping factor: Double, _ isInside: (Double) -> Bool) -> Double {
        var (inside, outside) = (start, start * factor)
        var steps = 0
        while isInside(outside) {
            (inside, outside) = (outside, outside * factor)
            steps += 1
            if steps > 200 { return factor > 1 ? .infinity : 0 }
        }
        for _ in 0..<40 {
            let middle = (inside + outside) / 2
            if isInside(middle) { inside = middle } else { outside = middle }
        }
        return inside
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
