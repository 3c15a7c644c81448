#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The generalised Pareto distribution of excesses over a high threshold.
///
/// J. Pickands, "Statistical inference using extreme order statistics", Annals of Statistics 3 (1975): excesses of almost any
/// distribution come to follow it as the threshold rises. Survival is `(1 + ξ x / β)^(−1/ξ)`, and `e^(−x/β)` at ξ = 0.
public struct GeneralizedPareto: Hashable, Codable, Sendable {
    /// ξ: above 0 the tail is a power law, below 0 it ends at `−β/ξ`.
    public let shape: Double
    /// β, in the unit of the excesses; above 0.
    public let scale: Double

    /// A distribution of the given parameters.
    public init(shape: Double, scale: Double) {
        precondition(scale > 0, "the scale is positive")
        self.shape = shape
        self.scale = scale
    }

    /// Chance of an excess above `x ≥ 0`.
    public func survival(_ x: Double) -> Double {
        guard shape != 0 else { return exp(-x / scale) }
        let base = 1 + shape * x / scale
        return base > 0 ? exp(-log1p(shape * x / scale) / shape) : 0
    }

    /// The excess that a share `survival` of the excesses is above; `survival` in (0, 1].
    public func excess(survival: Double) -> Double { growth(1 / survival) }

    /// `β (m^ξ − 1) / ξ`: the excess that one in `m` excesses is above.
    public func growth(_ m: Double) -> Double {
        shape == 0 ? scale * log(m) : scale * expm1(shape * log(m)) / shape
    }

    /// Mean of what lies above an excess of `x`, less `x`: `(β + ξ x) / (1 − ξ)`; infinite for ξ ≥ 1.
    public func meanExcess(over x: Double = 0) -> Double {
        shape < 1 ? (scale + shape * x) / (1 - shape) : .infinity
    }

    /// Log likelihood of excesses; −∞ when one lies past the end of the tail. O(n).
    public func logLikelihood(_ excesses: [Double]) -> Double {
        var sum = 0.0
        for x in excesses {
            guard shape != 0 else {
                sum += x / scale
                continue
            }
            guard 1 + shape * x / scale > 0 else { return -.infinity }
            sum += (1 + 1 / shape) * log1p(shape * x / scale)
        }
        return -Double(excesses.count) * log(scale) - sum
    }
}

extension GeneralizedPareto {
    /// The fit by probability-weighted moments; nil for fewer than two excesses or without variation.
    ///
    /// J. R. M. Hosking, J. R. Wallis, "Parameter and quantile estimation for the generalized Pareto distribution",
    /// Technometrics 29 (1987), with the unbiased estimates of the moments `E[X (1 − F)^r]`. Holds for ξ below 1/2. O(n log n).
    public init?(probabilityWeightedMoments excesses: [Double]) {
        guard excesses.count >= 2 else { return nil }
        let sorted = excesses.sorted()
        let n = Double(sorted.count)
        let mean = sorted.reduce(0, +) / n
        var weighted = 0.0
        for (rank, x) in sorted.enumerated() { weighted += x * (n - 1 - Double(rank)) / (n - 1) }
        weighted /= n
        let spread = mean - 2 * weighted
        guard spread > 0, weighted > 0 else { return nil }
        self.init(shape: 2 - mean / spread, scale: 2 * mean * weighted / spread)
    }

    /// The fit of greatest likelihood among shapes above −1/2, where the estimate is regular (R. L. Smith, Biometrika 72,
    /// 1985); nil for fewer than two excesses, one that is not positive, or when the likelihood only grows towards that bound.
    ///
    /// With `θ = ξ/β` given, the best shape is the mean of `log(1 + θ x)` (A. C. Davison, 1984), which leaves one unknown: a
    /// scan, then golden section. O(n).
    public init?(maximumLikelihood excesses: [Double]) {
        guard excesses.count >= 2, let largest = excesses.max(), excesses.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            return nil
        }
        let mean = excesses.reduce(0, +) / Double(excesses.count)
        let profile = ShapeProfile(excesses: excesses, mean: mean)
        // From near the end of the support, through 0, to tails far heavier than any that has a mean.
        let bounded = (0..<60).map { profile.point(-(1 - exp(-0.125 * Double(60 - $0))) / largest) }
        var grid = bounded.filter { $0.shape > -0.5 }
        grid.append(profile.point(0))
        grid += (0..<45).map { profile.point(exp(-8 + 0.4 * Double($0)) / mean) }
        let best = grid.indices.max { grid[$0].logLikelihood < grid[$1].logLikelihood }!
        guard best > 0, best < grid.count - 1 else { return nil }
        let theta = profile.maximum(between: grid[best - 1].theta, and: grid[best + 1].theta)
        let shape = profile.shape(theta)
        guard shape > -0.5 else { return nil }
        self.init(shape: shape, scale: profile.scale(theta))
    }
}

/// The likelihood along `θ = ξ/β`, each at its best shape.
private struct ShapeProfile {
    let excesses: [Double]
    let mean: Double

    struct Point {
        let theta: Double
        let shape: Double
        let logLikelihood: Double
    }

    func point(_ theta: Double) -> Point {
        let shape = shape(theta)
        return Point(theta: theta, shape: shape, logLikelihood: logLikelihood(theta, shape: shape))
    }

    func shape(_ theta: Double) -> Double { sumOfLogs(theta) / Double(excesses.count) }

    func scale(_ theta: Double) -> Double { isExponential(theta) ? mean : shape(theta) / theta }

    private func logLikelihood(_ theta: Double, shape: Double) -> Double {
        let n = Double(excesses.count)
        guard !isExponential(theta) else { return -n * log(mean) - n }
        guard shape.isFinite, shape / theta > 0 else { return -.infinity }
        return -n * log(shape / theta) - n * (1 + shape)
    }

    /// `Σ ln(1 + θ x)`. Sixteen factors are multiplied before one logarithm is taken, where `θ x` is not so small that `1 + θ x` would
    /// lose it. Inside the scan a factor lies between e⁻⁷·⁵ and 15,000 `n`, so that no product leaves the range of a number.
    private func sumOfLogs(_ theta: Double) -> Double {
        guard abs(theta) * mean > 0.01 else { return excesses.reduce(0) { $0 + log1p(theta * $1) } }
        let whole = excesses.count & ~15
        let sum = excesses.withUnsafeBytes { bytes in
            stride(from: 0, to: whole * 8, by: 128).reduce(0.0) { sum, place in
                let low = bytes.loadUnaligned(fromByteOffset: place, as: SIMD8<Double>.self)
                let high = bytes.loadUnaligned(fromByteOffset: place + 64, as: SIMD8<Double>.self)
                let factors = (1 + theta * low) * (1 + theta * high)
                let halves = factors.lowHalf * factors.highHalf
                let quarters = halves.lowHalf * halves.highHalf
                return sum + log(quarters.x * quarters.y)
            }
        }
        return excesses[whole...].reduce(sum) { $0 + log1p(theta * $1) }
    }

    /// Below this the shape is lost in rounding and the exponential is the same to the last bits.
    private func isExponential(_ theta: Double) -> Bool { abs(theta * mean) < 1e-9 }

    func maximum(between low: Double, and high: Double) -> Double {
        goldenMaximum(low, high) { point($0).logLikelihood }
    }
}

/// The place of the largest value of a function with one peak between `low` and `high`, to about eight digits.
func goldenMaximum(_ low: Double, _ high: Double, _ value: (Double) -> Double) -> Double {
    let ratio = (5.0.squareRoot() - 1) / 2
    var (low, high) = (low, high)
    var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
    var (atLeft, atRight) = (value(left), value(right))
    for _ in 0..<45 {
        if atLeft >= atRight {
            (high, right, atRight) = (right, left, atLeft)
            left = high - ratio * (high - low)
            atLeft = value(left)
        } else {
            (low, left, atLeft) = (left, right, atRight)
            right = low + ratio * (high - low)
            atRight = value(right)
        }
    }
    return (low + high) / 2
}
