#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Bands that hold a whole curve of frequencies at once.
///
/// Sup-t: J. L. Montiel Olea, M. Plagborg-Møller, "Simultaneous confidence bands: theory, implementation, and an
/// application to SVARs", J. Applied Econometrics 34 (2019). The critical value is the quantile of the largest
/// standardised deviation over the curve; with one point it is that of a single interval, and it grows with the points only
/// as far as they move apart.
public struct SimultaneousBand: Hashable, Codable, Sendable {
    /// Standard errors by which every point's interval is widened; at least that of a single interval.
    public let criticalValue: Double
    /// One a column: Wilson's interval on the effective entries at the critical value, the zero count's bound at the same.
    public let bounds: [Interval]

    /// The same band, widened where an interval of a single point reaches beyond it: what holds all points holds each. The two are
    /// made by different means, so that with few crashes a point's own interval may be the wider one.
    public func covering(_ intervals: [FrequencyInterval?]) -> SimultaneousBand {
        let widened = zip(bounds, intervals).map { bounds, interval in
            Interval(
                low: min(bounds.low, interval?.low ?? bounds.low), high: max(bounds.high, interval?.high ?? bounds.high)
            )
        }
        return SimultaneousBand(criticalValue: criticalValue, bounds: widened)
    }

    private init(criticalValue: Double, bounds: [Interval]) {
        (self.criticalValue, self.bounds) = (criticalValue, bounds)
    }

    /// The band over one figure, which is its own interval: there is nothing to hold beside it, and resamples would only move its ends
    /// with their seed.
    public init(alone interval: FrequencyInterval, confidence: Double) {
        (criticalValue, bounds) = (normalQuantile(twoSided: confidence), [interval.ends])
    }

    /// The band over columns that were resampled by one plan.
    public init(
        _ inferences: [FrequencyInference], resampled: [ResampledRatio], confidence: Double
    ) {
        let critical = max(
            normalQuantile(twoSided: confidence),
            SimultaneousBand.largestDeviation(inferences, resampled, confidence: confidence) ?? 0)
        criticalValue = critical
        // What a two-sided normal of the critical value leaves outside.
        let level = 1 - erfc(critical / 2.0.squareRoot())
        bounds = inferences.map { inference in
            guard inference.standardError > 0 else {
                let bound = zeroCountBound(trials: inference.effectiveEntries, confidence: max(level, confidence))
                return inference.frequency == 0
                    ? Interval(low: 0, high: bound) : Interval(low: 1 - bound, high: 1)
            }
            return wilsonBounds(
                share: inference.frequency, trials: inference.effectiveEntries, standardErrors: critical)
        }
    }

    /// The largest deviation of any column, in its standard errors, that the resamples leave outside no more often than they may; nil
    /// without resamples.
    private static func largestDeviation(
        _ inferences: [FrequencyInference], _ resampled: [ResampledRatio], confidence: Double
    ) -> Double? {
        let moving = inferences.indices.filter { inferences[$0].standardError > 0 }
        let resamples = resampled.first?.shares.count ?? 0
        let largest = (0..<resamples).map { resample in
            moving.map { column in
                abs(resampled[column].shares[resample] - inferences[column].frequency)
                    / inferences[column].standardError
            }.max() ?? 0
        }.sorted()
        let outside = Int((Double(resamples) * (1 - confidence)).rounded(.down))
        return largest.isEmpty ? nil : largest[resamples - 1 - max(outside - 1, 0)]
    }
}
