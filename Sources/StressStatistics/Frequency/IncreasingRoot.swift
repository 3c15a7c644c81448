#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A function and its first derivatives at a point.
struct LocalSlope {
    let value: Double
    /// Its first derivative, above 0.
    let slope: Double
    /// The second derivative by the first.
    let bend: Double
}

/// Where an increasing function is 0, between `low` and `high`: by Halley's steps while they stay where the root must be and keep halving,
/// else by halves.
///
/// - Parameters:
///   - start: strictly between `low` and `high`; the nearer the fewer steps, and nothing else.
///   - unit: what a step at `x` is measured by. One below 2⁻⁴⁵ of it is the last: the next would be smaller than rounding.
func increasingRoot(
    from start: Double, low: Double, high: Double, unit: (Double) -> Double, _ local: (Double) -> LocalSlope
) -> Double {
    var (low, high, x, last) = (low, high, start, high - low)
    while true {
        let here = local(x)
        if here.value < 0 { low = x } else { high = x }
        let middle = low + (high - low) / 2
        if middle == low || middle == high { return middle }
        let newton = here.value / here.slope
        let next = x - newton / (1 - 0.5 * min(1, newton * here.bend))
        let isGood = next > low && next < high && abs(next - x) < last / 2
        if abs(next - x) <= 0x1p-45 * unit(x) { return isGood ? next : x }
        last = abs((isGood ? next : middle) - x)
        x = isGood ? next : middle
    }
}

/// A normal quantile to 0.0005, of a share strictly between 0 and 1 in the upper tail (Abramowitz and Stegun 26.2.23): where a search begins.
func roughNormalQuantile(above share: Double) -> Double {
    let t = (-2 * log(min(share, 1 - share))).squareRoot()
    let size = t - (2.30753 + 0.27061 * t) / (1 + t * (0.99229 + 0.04481 * t))
    return share <= 0.5 ? size : -size
}
