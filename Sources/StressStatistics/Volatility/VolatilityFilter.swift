#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How the variance of returns follows from those before: `σ²_{t+1} = ω + α e²_t + β σ²_t` with `e_t = r_t − μ`.
///
/// T. Bollerslev, "Generalized autoregressive conditional heteroskedasticity", Journal of Econometrics 31 (1986), fitted by Gaussian
/// quasi-maximum likelihood with the long-run variance held at that of the sample (C. Francq, L. Horváth, J.-M. Zakoïan, "Merits and
/// drawbacks of variance targeting in GARCH models", Journal of Financial Econometrics 9, 2011). Histories that are too short for a fit
/// get the exponential weights of J.P. Morgan's RiskMetrics (1996).
public struct VolatilityFilter: Hashable, Codable, Sendable {
    /// Which law it is; the raw value is what outputs print.
    public enum Law: String, Hashable, Codable, Sendable, CaseIterable {
        /// Fitted.
        case garch
        /// Exponential weights, `ω = 0`, `α = 0.06`, `β = 0.94`.
        case ewma
    }

    /// The law.
    public let law: Law
    /// `μ`, mean of a return.
    public let mean: Double
    /// `ω`, at least 0.
    public let omega: Double
    /// `α`, at least 0.
    public let alpha: Double
    /// `β`, at least 0; `α + β` is at most ``mostPersistence``, and 1 under exponential weights.
    public let beta: Double
    /// `σ²` of the first return: the sample's.
    public let firstVariance: Double

    /// A filter of known figures.
    public init(law: Law, mean: Double, omega: Double, alpha: Double, beta: Double, firstVariance: Double) {
        (self.law, self.mean, self.omega) = (law, mean, omega)
        (self.alpha, self.beta, self.firstVariance) = (alpha, beta, firstVariance)
    }

    /// Returns below which nothing is fitted.
    public static let fewestFitted = 500
    /// Largest `α + β` of a fit: shocks are forgotten.
    public static let mostPersistence = 0.9995

    /// Fits the filter to returns; nil without variation beyond 10⁻¹². O(returns × 300).
    public init?(fitting returns: [Double]) {
        let count = Double(returns.count)
        let mean = returns.reduce(0, +) / max(1, count)
        let variance = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count)
        // Below that it is rounding: equal returns have a mean that is not quite theirs.
        guard variance > 1e-24, variance.isFinite else { return nil }
        guard returns.count >= VolatilityFilter.fewestFitted else {
            self.init(law: .ewma, mean: mean, omega: 0, alpha: 0.06, beta: 0.94, firstVariance: variance)
            return
        }
        let best = VolatilityFilter.fitted(returns.map { ($0 - mean) * ($0 - mean) / variance })
        self.init(
            law: .garch, mean: mean, omega: variance * (1 - best.persistence),
            alpha: best.alpha, beta: best.persistence - best.alpha, firstVariance: variance)
    }

    /// `σ²_{t+1}` after a return under `σ²_t`.
    @inlinable
    public func next(_ variance: Double, after value: Double) -> Double {
        let surprise = value - mean
        return omega + alpha * surprise * surprise + beta * variance
    }

    /// `σ_t` of every return, and of the one that is yet to come, last. O(returns).
    public func deviations(_ returns: [Double]) -> [Double] {
        var variance = firstVariance
        var found = [variance.squareRoot()]
        found.reserveCapacity(returns.count + 1)
        for value in returns {
            variance = next(variance, after: value)
            found.append(variance.squareRoot())
        }
        return found
    }

    // MARK: Fit

    private typealias Point = (alpha: Double, persistence: Double)

    /// `Σ ln σ² + e²/σ²` of squares in parts of their mean, which is what the likelihood falls with.
    private static func cost(_ squares: [Double], _ point: Point) -> Double {
        let (omega, beta) = (1 - point.persistence, point.persistence - point.alpha)
        var (variance, sum) = (1.0, 0.0)
        for square in squares {
            sum += log(variance) + square / variance
            variance = omega + point.alpha * square + beta * variance
        }
        return sum
    }

    /// The least cost: a coarse grid, then steps that are halved where no neighbour is better.
    private static func fitted(_ squares: [Double]) -> Point {
        var best: Point = (0, 0)
        var least = cost(squares, best)
        func take(_ point: Point) -> Bool {
            guard point.alpha >= 0, point.persistence >= point.alpha, point.persistence <= mostPersistence
            else { return false }
            let own = cost(squares, point)
            guard own < least else { return false }
            (best, least) = (point, own)
            return true
        }
        for alpha in [0.02, 0.05, 0.1, 0.2] {
            for persistence in [0.5, 0.8, 0.9, 0.95, 0.98, 0.995] { _ = take((alpha, persistence)) }
        }
        var (alphaStep, persistenceStep) = (0.02, 0.02)
        while alphaStep > 1e-4 {
            let (alpha, persistence) = best
            let isBetter =
                take((alpha + alphaStep, persistence)) || take((alpha - alphaStep, persistence))
                || take((alpha, persistence + persistenceStep)) || take((alpha, persistence - persistenceStep))
            if !isBetter { (alphaStep, persistenceStep) = (alphaStep / 2, persistenceStep / 2) }
        }
        return best
    }
}
