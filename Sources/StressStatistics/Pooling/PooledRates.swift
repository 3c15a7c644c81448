#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Events of one history, with the exposure in which as many independent ones would have been seen.
public struct PooledCount: Hashable, Sendable {
    /// Effective events, not a whole number as a rule; 0 where none was seen.
    public let events: Double
    /// Effective entries that could have had one; above 0.
    public let exposure: Double

    /// A count; `events` 0 or more, `exposure` above 0.
    public init(events: Double, exposure: Double) { (self.events, self.exposure) = (events, exposure) }

    /// The count of a share whose effective entries are known: a Poisson count has its relative variance where it holds
    /// `p n / (1 − p)` events. Nil without effective entries.
    public init?(share: Double, effectiveEntries: Double) {
        guard effectiveEntries > 0, share >= 0, share <= 1 else { return nil }
        // A share of 1 is as certain as one that misses a single entry.
        let rest = max(1 - share, 1 / (effectiveEntries + 1))
        self.init(events: share * effectiveEntries / rest, exposure: effectiveEntries / rest)
    }

    /// The history's own rate.
    public var rate: Double { events / exposure }
}

/// A partial-pooling estimate of the rates of several histories: what each would be taken for if the others were known to be of its kind.
///
/// Rates are drawn from a gamma distribution and events from Poisson's, so that a history without an event needs no logarithm of nothing
/// (C. N. Morris, JASA 78, 1983). ``tau`` is the standard deviation of the log rate between histories: at 0 all share the common rate, and
/// as it grows each keeps its own. Common rate and tau have the greatest marginal likelihood under a weak prior `τ e^(−τ)`, which keeps
/// tau off 0 where a few histories happen to agree (Y. Chung and others, Psychometrika 78, 2013).
public struct PooledRates: Hashable, Sendable {
    /// The rate that histories vary around.
    public let common: Double
    /// Standard deviation of the log rate between histories, above 0.
    public let tau: Double
    /// One estimate a history, in their order.
    public let estimates: [Estimate]

    /// The estimate of one history.
    public struct Estimate: Hashable, Sendable {
        /// Between the common rate and the history's own.
        public let rate: Double
        /// Of it, with what is unknown of the common rate and of tau.
        public let interval: Interval
        /// How much of it is the history's own rate, 0 to 1; the rest is the common one.
        public let ownWeight: Double
    }

    /// Why nothing is pooled; the raw value is what outputs print.
    public enum Refusal: String, Error, Hashable, Sendable, CaseIterable {
        /// Fewer than ``fewestHistories`` with data.
        case fewHistories = "few_histories"
        /// Fewer than two with one effective event or more: how much they differ cannot be known. A law that gives a hundredth of an
        /// event to each of some entries has not seen any.
        case fewEvents = "few_events"
    }

    /// Of two histories nobody knows how much histories differ.
    public static let fewestHistories = 3

    /// Pools the counts of histories, in any order. O(histories × 100).
    public init(_ counts: [PooledCount], confidence: Double) throws(Refusal) {
        guard counts.count >= PooledRates.fewestHistories else { throw .fewHistories }
        guard counts.count(where: { $0.events >= 1 }) >= 2 else { throw .fewEvents }
        let model = GammaPoisson(counts)
        let best = model.mode
        (common, tau) = (best.common, best.tau)
        let nodes = model.nodes
        estimates = counts.map { count in
            let own = GammaPoisson.ownWeight(count, best)
            let rate = GammaPoisson.mean(count, best)
            return Estimate(
                rate: rate, interval: model.interval(count, nodes: nodes, holding: rate, confidence: confidence),
                ownWeight: own)
        }
    }
}

/// The marginal likelihood of counts, and what follows from it.
struct GammaPoisson {
    let counts: [PooledCount]

    /// A common rate and the spread around it.
    struct Place: Hashable {
        let common: Double
        let tau: Double
        /// Shape of the gamma distribution of rates.
        let shape: Double

        init(common: Double, tau: Double) {
            self.init(common: common, tau: tau, shape: gammaShape(logVariance: tau * tau))
        }

        /// With the shape that belongs to `tau`, where it is known: to find it takes longer than all else.
        init(common: Double, tau: Double, shape: Double) {
            (self.common, self.tau, self.shape) = (common, tau, shape)
        }
    }

    init(_ counts: [PooledCount]) { self.counts = counts }

    /// Expected rate of a history: `(a + x) / (a/m + E)`.
    static func mean(_ count: PooledCount, _ place: Place) -> Double {
        let shape = place.shape
        return (shape + count.events) / (shape / place.common + count.exposure)
    }

    /// Weight of the own rate in it.
    static func ownWeight(_ count: PooledCount, _ place: Place) -> Double {
        count.exposure / (place.shape / place.common + count.exposure)
    }

    /// Log of the chance of all counts: a negative binomial one each, without what no parameter changes.
    func logLikelihood(_ place: Place) -> Double { logLikelihood(shape: place.shape, common: place.common) }

    private func logLikelihood(shape: Double, common: Double) -> Double {
        let rate = shape / common
        return counts.reduce(0) { sum, count in
            sum + lgamma(shape + count.events) - lgamma(shape) - shape * log1p(count.exposure / rate)
                - count.events * log(rate + count.exposure)
        }
    }

    /// The common rate of greatest likelihood at a shape: where `Σ (x − m E) / (a + m E)` is 0, which falls as `m` rises.
    private func common(shape: Double) -> Double {
        let own = counts.map(\.rate)
        var (low, high) = (log(max(own.max()! * 1e-12, 1e-300)), log(own.max()!))
        for _ in 0..<50 {
            let middle = (low + high) / 2
            let rate = exp(middle)
            let slope = counts.reduce(0) { $0 + ($1.events - rate * $1.exposure) / (shape + rate * $1.exposure) }
            if slope > 0 { low = middle } else { high = middle }
        }
        return exp((low + high) / 2)
    }

    /// Spreads that are looked at: histories that agree to 2 %, and such as differ by a factor of fifty as often as not.
    static let taus = 0.02...4.0

    /// The most likely place under the weak prior of tau.
    var mode: Place {
        func value(_ logTau: Double) -> Double {
            let tau = exp(logTau)
            let shape = gammaShape(logVariance: tau * tau)
            return logLikelihood(shape: shape, common: common(shape: shape)) + logTau - tau
        }
        let (low, high) = (log(GammaPoisson.taus.lowerBound), log(GammaPoisson.taus.upperBound))
        let step = (high - low) / 16
        let scan = (0...16).map { low + step * Double($0) }
        let peak = scan.max { value($0) < value($1) } ?? low
        let tau = exp(goldenMaximum(max(low, peak - step), min(high, peak + step), value))
        return Place(common: common(shape: gammaShape(logVariance: tau * tau)), tau: tau)
    }

    /// Places with their chances: spreads by the prior `τ e^(−τ)`, at each the common rate around its best by the curvature.
    var nodes: [(place: Place, weight: Double)] {
        let (low, high, count) = (log(GammaPoisson.taus.lowerBound), log(GammaPoisson.taus.upperBound), 20)
        let found = (0...count).flatMap { index -> [(Place, Double)] in
            let logTau = low + (high - low) * Double(index) / Double(count)
            let tau = exp(logTau)
            let shape = gammaShape(logVariance: tau * tau)
            let best = common(shape: shape)
            let error = 1 / information(shape: shape, common: best).squareRoot()
            return (-4...4).map { step in
                let common = best * exp(0.75 * Double(step) * error)
                // The prior, and the width of a cell on both logarithmic axes.
                let weight = logLikelihood(shape: shape, common: common) + 2 * logTau - tau + log(error)
                return (Place(common: common, tau: tau, shape: shape), weight)
            }
        }
        let top = found.map(\.1).max() ?? 0
        let weights = found.map { exp($0.1 - top) }
        let sum = weights.reduce(0, +)
        return zip(found, weights).compactMap { $1 / sum > 1e-6 ? ($0.0, $1 / sum) : nil }
    }

    /// Of the log of the common rate.
    private func information(shape: Double, common: Double) -> Double {
        counts.reduce(0) { sum, count in
            let expected = common * count.exposure
            return sum + shape * expected * (shape + count.events) / ((shape + expected) * (shape + expected))
        }
    }

    /// Quantiles of the rate's distribution over all nodes, by the gamma distribution with the mean and variance of its logarithm;
    /// never without `rate`.
    func interval(
        _ count: PooledCount, nodes: [(place: Place, weight: Double)], holding rate: Double, confidence: Double
    ) -> Interval {
        var (mean, square, inside) = (0.0, 0.0, 0.0)
        for (place, weight) in nodes {
            let shape = place.shape + count.events
            let log = digamma(shape) - log(place.shape / place.common + count.exposure)
            mean += weight * log
            square += weight * log * log
            inside += weight * trigamma(shape)
        }
        let shape = gammaShape(logVariance: inside + max(0, square - mean * mean))
        let scale = exp(mean - digamma(shape))
        func end(_ share: Double) -> Double { scale * gammaQuantile(share, shape: shape) }
        return Interval(
            low: min(rate, end((1 - confidence) / 2)), high: min(1, max(rate, end((1 + confidence) / 2))))
    }
}
