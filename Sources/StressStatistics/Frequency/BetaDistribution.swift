#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A beta distribution on 0…1, whose quantiles are the ends of Clopper and Pearson's interval.
struct BetaDistribution {
    /// Shapes, both above 0.
    let a: Double
    let b: Double
    /// `−ln B(a, b)`.
    private let logFactor: Double

    /// Of shapes above 0.
    init(a: Double, b: Double) { self.init(a: a, b: b, logFactor: lgamma(a + b) - lgamma(a) - lgamma(b)) }

    private init(a: Double, b: Double, logFactor: Double) { (self.a, self.b, self.logFactor) = (a, b, logFactor) }

    /// That of 1 less the value.
    var mirrored: BetaDistribution { BetaDistribution(a: b, b: a, logFactor: logFactor) }

    /// The chance to lie at or below `x`: the regularised incomplete beta function, to about 10⁻¹⁴.
    ///
    /// By the continued fraction of DLMF 8.17.22, which converges fast below the mean; above it by symmetry.
    func cumulative(_ x: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        return x <= (a + 1) / (a + b + 2)
            ? lowerMass(x) : 1 - mirrored.lowerMass(1 - x)
    }

    /// `x` with ``cumulative(_:)`` of `share`, strictly between 0 and 1, to the last bits of the distribution.
    func quantile(_ share: Double) -> Double {
        increasingRoot(from: guess(share), low: 0, high: 1, unit: { $0 }) { x in
            LocalSlope(
                value: cumulative(x) - share, slope: density(x), bend: (a - 1) / x - (b - 1) / (1 - x))
        }
    }

    /// Near the quantile where both shapes are above 1 (Abramowitz and Stegun 26.5.22); else the mean.
    private func guess(_ share: Double) -> Double {
        guard a > 1, b > 1 else { return a / (a + b) }
        let y = roughNormalQuantile(above: share)
        let (ofA, ofB) = (1 / (2 * a - 1), 1 / (2 * b - 1))
        let (h, lambda) = (2 / (ofA + ofB), (y * y - 3) / 6)
        let w = y * (h + lambda).squareRoot() / h - (ofB - ofA) * (lambda + 5 / 6 - 2 / (3 * h))
        let x = a / (a + b * exp(2 * w))
        return x > 0 && x < 1 ? x : a / (a + b)
    }

    private func density(_ x: Double) -> Double { exp(logMass(x)) / (x * (1 - x)) }

    private func lowerMass(_ x: Double) -> Double { exp(logMass(x)) / a * continuedFraction(x) }

    /// `ln(x^a (1 − x)^b / B(a, b))`.
    private func logMass(_ x: Double) -> Double { logFactor + a * log(x) + b * log1p(-x) }

    /// By the method of Lentz, as W. J. Thompson and A. R. Barnett give it (J. Comput. Phys. 64, 1986).
    private func continuedFraction(_ x: Double) -> Double {
        let tiny = 1e-300
        func apart(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var c = 1.0
        var d = 1 / apart(1 - (a + b) * x / (a + 1))
        var fraction = d
        for step in 1...BetaDistribution.mostSteps {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / apart(1 + even * d)
            c = apart(1 + even / c)
            fraction *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / apart(1 + odd * d)
            c = apart(1 + odd / c)
            fraction *= d * c
            if abs(d * c - 1) < 1e-15 { break }
        }
        return fraction
    }

    /// It takes about √max(a, b) steps; shapes are numbers of entries, at most some millions.
    private static let mostSteps = 20_000
}

/// `t` with a mass of `confidence` between −t and t under Student's distribution with `degrees` of freedom, any number above 0.
///
/// `P(|T| ≤ t) = I_{t²/(ν+t²)}(1/2, ν/2)`, by bisection on `x = ν/(ν + t²)`.
func studentQuantile(twoSided confidence: Double, degrees: Double) -> Double {
    let x = BetaDistribution(a: degrees / 2, b: 0.5).quantile(1 - confidence)
    return (degrees * (1 - x) / x).squareRoot()
}
