#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An interval for a frequency, with the method that made it.
public struct FrequencyInterval: Hashable, Codable, Sendable {
    /// Its ends, fractions.
    public let ends: Interval
    /// How it was made.
    public let method: Method

    /// How an interval was made; the raw value is what outputs print.
    public enum Method: String, Hashable, Codable, Sendable, CaseIterable {
        /// Wilson's score interval with the number of disjoint windows as the number of trials.
        case wilsonDisjoint = "wilson_disjoint"
        /// Nothing seen: from 0 to ``zeroCountBound(trials:confidence:)`` of the disjoint windows.
        case zeroCountDisjoint = "zero_count_disjoint"
        /// Quantiles of beta distributions with the variance of clustered events; see ``ClusteredEvidence``.
        case clusteredBeta = "clustered_beta"
        /// Nothing seen: the same, which is Clopper and Pearson's upper end for nothing in as many trials as there are disjoint windows.
        case zeroCountEffective = "zero_count_effective"

        /// Whether it is an upper bound for what was never seen.
        public var isBound: Bool { self == .zeroCountDisjoint || self == .zeroCountEffective }
    }

    /// An interval as given; see ``disjointWindows(count:entries:windows:confidence:)`` for how one is made.
    public init(_ ends: Interval, method: Method) { (self.ends, self.method) = (ends, method) }

    /// Lower end, a fraction.
    public var low: Double { ends.low }
    /// Upper end, a fraction.
    public var high: Double { ends.high }

    /// The interval of `count` events in `entries` overlapping entries, of which `windows` do not overlap.
    ///
    /// Overlapping entries share their prices, so their number says little; the disjoint windows are the most trials
    /// that could be called independent. The observed share is kept and judged as if it came from `windows` trials.
    /// Nil without entries or windows. `confidence` lies strictly between 0 and 1.
    public static func disjointWindows(
        count: Double, entries: Int, windows: Int, confidence: Double
    ) -> FrequencyInterval? {
        disjointWindows(
            share: entries > 0 ? count / Double(entries) : 0, entries: entries, windows: windows, confidence: confidence
        )
    }

    /// The same of a share that is known.
    public static func disjointWindows(
        share: Double, entries: Int, windows: Int, confidence: Double
    ) -> FrequencyInterval? {
        guard entries > 0, windows > 0 else { return nil }
        if share == 0 {
            let bound = zeroCountBound(trials: Double(windows), confidence: confidence)
            return FrequencyInterval(Interval(low: 0, high: bound), method: .zeroCountDisjoint)
        }
        let ends = wilsonBounds(share: share, trials: Double(windows), confidence: confidence)
        return FrequencyInterval(ends, method: .wilsonDisjoint)
    }
}

/// Wilson's score interval for an observed share of `trials` independent trials.
///
/// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927): the set of
/// rates `p` for which the share lies within `z` standard errors. Both ends are clamped to 0…1. `trials` is above 0
/// and need not be whole.
public func wilsonBounds(share: Double, trials: Double, confidence: Double) -> Interval {
    wilsonBounds(share: share, trials: trials, standardErrors: normalQuantile(twoSided: confidence))
}

/// Wilson's score interval of all rates within `standardErrors` of the share.
public func wilsonBounds(share: Double, trials: Double, standardErrors: Double) -> Interval {
    let z2 = standardErrors * standardErrors / trials
    let centre = (share + z2 / 2) / (1 + z2)
    let half = (z2 * (share * (1 - share) + z2 / 4)).squareRoot() / (1 + z2)
    // At share 0 and 1 the exact end is 0 and 1; rounding would leave something like 3e-18.
    return Interval(low: share == 0 ? 0 : max(0, centre - half), high: share == 1 ? 1 : min(1, centre + half))
}

/// The upper bound for a rate of which `trials` independent trials showed nothing.
///
/// The upper end of Clopper and Pearson's two-sided interval, `1 − ((1 − confidence)/2)^(1/trials)`: about 3.69/n at 95 %, of the same
/// level as the intervals beside it.
public func zeroCountBound(trials: Double, confidence: Double) -> Double {
    -expm1(log((1 - confidence) / 2) / trials)
}

/// `z` with a standard normal mass of `confidence` between −z and z; 1.959963984540054 for 0.95.
///
/// By bisection on `erfc`, which is monotone; exact to the last bits for 0 < confidence < 1.
public func normalQuantile(twoSided confidence: Double) -> Double {
    confidence == usualQuantile.confidence ? usualQuantile.value : bisectedQuantile(confidence)
}

/// What nearly every interval of nearly every study asks for: each of a grid's cells has more than a dozen of them.
private let usualQuantile = (confidence: 0.95, value: bisectedQuantile(0.95))

private func bisectedQuantile(_ confidence: Double) -> Double {
    precondition(confidence > 0 && confidence < 1, "confidence lies between 0 and 1")
    var (low, high) = (0.0, 40.0)
    while true {
        let middle = (low + high) / 2
        if middle == low || middle == high { return middle }
        if erfc(middle / 2.0.squareRoot()) > 1 - confidence { low = middle } else { high = middle }
    }
}
