#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Derivative of the log gamma function at `x > 0`, to about 10⁻¹²: recurrence and the asymptotic series (DLMF 5.11.2).
func digamma(_ x: Double) -> Double {
    var (x, sum) = (x, 0.0)
    while x < 10 {
        sum -= 1 / x
        x += 1
    }
    let y = 1 / (x * x)
    return sum + log(x) - 1 / (2 * x) - y * (1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y * (1.0 / 240 - y / 132))))
}

/// Second derivative of the log gamma function at `x > 0`, the variance of the log of a gamma variable of that shape.
func trigamma(_ x: Double) -> Double {
    var (x, sum) = (x, 0.0)
    while x < 10 {
        sum += 1 / (x * x)
        x += 1
    }
    let y = 1 / (x * x)
    let series = 1.0 / 6 - y * (1.0 / 30 - y * (1.0 / 42 - y * (1.0 / 30 - y * 5 / 66)))
    return sum + 1 / x + y / 2 + y / x * series
}

/// The shape whose ``trigamma(_:)`` is `variance > 0`: halving of its logarithm.
func gammaShape(logVariance variance: Double) -> Double {
    // 1/x < ψ′(x) < 1/x + 1/x².
    var (low, high) = (log(1 / variance), log((1 + (1 + 4 * variance).squareRoot()) / (2 * variance)) + 1e-9)
    for _ in 0..<60 {
        let middle = (low + high) / 2
        if trigamma(exp(middle)) > variance { low = middle } else { high = middle }
    }
    return exp((low + high) / 2)
}

/// Share of a gamma distribution of the given shape and scale 1 at or below `x`: series below the shape, continued fraction above it
/// (DLMF 8.7.1 and 8.9.2), to about 10⁻¹².
func gammaCumulative(_ x: Double, shape: Double) -> Double {
    guard x > 0 else { return 0 }
    let front = exp(shape * log(x) - x - lgamma(shape))
    return x < shape + 1
        ? min(1, gammaSeries(x, shape: shape) * front) : max(0, 1 - front * gammaFraction(x, shape: shape))
}

/// DLMF 8.7.1.
private func gammaSeries(_ x: Double, shape: Double) -> Double {
    var (term, sum, place) = (1 / shape, 1 / shape, shape)
    while term > sum * 1e-15 {
        place += 1
        term *= x / place
        sum += term
    }
    return sum
}

/// DLMF 8.9.2, by the method of Lentz.
private func gammaFraction(_ x: Double, shape: Double) -> Double {
    var b = x + 1 - shape
    var c = 1e300
    var d = 1 / b
    var fraction = d
    for step in 1...10_000 {
        let a = -Double(step) * (Double(step) - shape)
        b += 2
        d = 1 / (a * d + b)
        c = b + a / c
        fraction *= d * c
        if abs(d * c - 1) < 1e-14 { break }
    }
    return fraction
}

/// `x` with ``gammaCumulative(_:shape:)`` of `share`, strictly between 0 and 1, found by its logarithm.
func gammaQuantile(_ share: Double, shape: Double) -> Double {
    // Far below any quantile of a shape of at least a thousandth, and far above any.
    let (low, high) = (-700.0, log(shape + 40 * (shape.squareRoot() + 1)))
    let guess = min(max(roughLogGammaQuantile(share, shape: shape), low / 2), high - 1e-3)
    let logFactor: Double = lgamma(shape)
    return exp(
        increasingRoot(from: guess, low: low, high: high, unit: { _ in 1 }) { y in
            let x = exp(y)
            return LocalSlope(
                value: gammaCumulative(x, shape: shape) - share, slope: exp(shape * y - x - logFactor), bend: shape - x)
        })
}

/// Near the logarithm of the quantile: E. B. Wilson and M. M. Hilferty's cube (Proc. Natl. Acad. Sci. 17, 1931), and the first term of the
/// series where that has no meaning.
private func roughLogGammaQuantile(_ share: Double, shape: Double) -> Double {
    let root = 1 - 1 / (9 * shape) - roughNormalQuantile(above: share) / (3 * shape.squareRoot())
    return root > 0.2 ? log(shape) + 3 * log(root) : (log(share) + lgamma(shape + 1)) / shape
}
