/// The variance of a mean over resamples of a stationary bootstrap, without drawing any.
///
/// D. N. Politis, J. P. Romano, "The stationary bootstrap", JASA 89 (1994), lemma 1: with circular autocovariances `C(k)` of `n`
/// values and runs that go on with chance `q = 1 − 1/length`, `n · Var = C(0) + 2 Σ (1 − k/n) qᵏ C(k)`, `k = 1…n−1`.
struct StationaryVariance {
    /// Of the sum of the values of a resample.
    let ofSum: Double

    /// - Parameters:
    ///   - residuals: of blocks, oldest first; their sum is 0.
    ///   - meanLength: of a run, at least 1 block.
    ///
    /// `Σ qᵏ e(t−k)` and `Σ k qᵏ e(t−k)` go from block to block by a recursion. O(blocks).
    init(_ residuals: [Double], meanLength: Double) {
        let n = residuals.count
        let going = 1 - 1 / meanLength
        // qⁿ: what a round further back would still weigh.
        let round = power(going, n)
        var (past, aged) = StationaryVariance.firstMoments(residuals, going)
        var sum = 0.0
        for (index, value) in residuals.enumerated() {
            sum += value * (value + 2 * (past - aged / Double(n)))
            let next = residuals[index + 1 < n ? index + 1 : 0]
            aged = going * (value + past + aged) - Double(n) * round * next
            past = going * (value + past) - round * next
        }
        ofSum = max(0, sum)
    }

    /// The two sums at the first block, over all others, which stand before it round the circle.
    private static func firstMoments(_ residuals: [Double], _ going: Double) -> (past: Double, aged: Double) {
        var (past, aged, weight) = (0.0, 0.0, 1.0)
        for lag in stride(from: 1, to: residuals.count, by: 1) {
            weight *= going
            past += weight * residuals[residuals.count - lag]
            aged += Double(lag) * weight * residuals[residuals.count - lag]
        }
        return (past, aged)
    }
}

/// `base` to a whole power of 0 or more, by squaring.
func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, factor, left) = (1.0, base, exponent)
    while left > 0 {
        if left & 1 == 1 { result *= factor }
        factor *= factor
        left >>= 1
    }
    return result
}

/// The largest and the smallest sum of the values of `length` blocks in a row, round the circle. O(blocks).
func extremeRunSums(_ values: [Double], length: Int) -> (largest: Double, smallest: Double) {
    let length = min(max(1, length), values.count)
    var sum = values[..<length].reduce(0, +)
    var (largest, smallest) = (sum, sum)
    for start in 1..<max(values.count, 1) {
        let end = start + length - 1
        sum += values[end < values.count ? end : end - values.count] - values[start - 1]
        largest = max(largest, sum)
        smallest = min(smallest, sum)
    }
    return (largest, smallest)
}
