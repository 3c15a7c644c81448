#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Block lengths that make the bootstrap variance of a mean most accurate, estimated from a series.
public struct AutomaticBlockLength: Hashable, Sendable {
    /// Mean length for the stationary bootstrap, at least 1.
    public let stationary: Double
    /// Length for the circular block bootstrap, at least 1.
    public let circular: Double

    /// Estimates the lengths for `series`; nil for fewer than 8 values or a series without variation, where nothing can be
    /// chosen.
    ///
    /// D. N. Politis, H. White, "Automatic block-length selection for the dependent bootstrap", Econometric Reviews 23
    /// (2004), with the corrected constants of A. Patton, D. N. Politis, H. White, Econometric Reviews 28 (2009):
    /// `b = (2 g² / d · n)^(1/3)` with `g = Σ λ(k/m) |k| R(k)`, `d = 2 s²` (stationary) or `4/3 s²` (circular) and
    /// `s = Σ λ(k/m) R(k)`, where `λ` is the flat-top lag window and `m` twice the first lag from which `K` neighbouring
    /// correlations stay within `2 √(log₁₀ n / n)`. `K = max(5, ⌊log₁₀ n⌋)`, and lengths are capped at
    /// `⌈min(3 √n, n/3)⌉`, as in the implementation that the reference values come from. O(n √n).
    public init?(_ series: [Double]) {
        guard series.count >= 8 else { return nil }
        let covariances = Autocovariances(series)
        guard covariances.values[0] > 0 else { return nil }
        let (g, longRun) = covariances.flatTopSums
        let n = Double(series.count)
        let most = min(3 * n.squareRoot(), n / 3).rounded(.up)
        func length(_ constant: Double) -> Double {
            let d = constant * longRun * longRun
            guard d > 0 else { return most }
            return min(max(1, cbrt(2 * g * g / d * n)), most)
        }
        stationary = length(2)
        circular = length(4.0 / 3)
    }
}

/// The autocovariances of a series up to the lag at which they end to matter.
private struct Autocovariances {
    let values: [Double]
    /// `m`, the lag at which the window ends.
    let window: Int

    init(_ series: [Double]) {
        let n = series.count
        let mean = series.reduce(0, +) / Double(n)
        let centred = series.map { $0 - mean }
        let run = max(5, Int(log10(Double(n))))
        let most = min(Int(Double(n).squareRoot().rounded(.up)) + run, n - 2)
        let bound = 2 * (log10(Double(n)) / Double(n)).squareRoot()
        let total = centred.reduce(0) { $0 + $1 * $1 }
        var (head, tail) = (total, total)
        var (values, first, quiet) = ([Double](), Int?.none, 0)
        for lag in 0...most {
            var product = 0.0
            for index in lag..<n { product += centred[index] * centred[index - lag] }
            values.append(product / Double(n))
            // The correlation of the two ends as they overlap one step further on.
            head -= centred[lag] * centred[lag]
            tail -= centred[n - 1 - lag] * centred[n - 1 - lag]
            let scale = max(head * tail, 0).squareRoot()
            if first == nil, lag >= run, quiet >= run { first = lag - run }
            quiet = scale > 0 && abs(product) / scale < bound ? quiet + 1 : 0
        }
        self.values = values
        window = min(first.map { 2 * max($0, 1) } ?? most, most)
    }

    /// `Σ λ(k/m) |k| R(k)` and `Σ λ(k/m) R(k)` over all `k`, positive and negative.
    var flatTopSums: (weighted: Double, plain: Double) {
        var (weighted, plain) = (0.0, values[0])
        guard window > 0 else { return (weighted, plain) }
        for lag in 1...window {
            let share = Double(lag) / Double(window)
            let weight = share <= 0.5 ? 1 : 2 * (1 - share)
            weighted += 2 * weight * Double(lag) * values[lag]
            plain += 2 * weight * values[lag]
        }
        return (weighted, plain)
    }
}
