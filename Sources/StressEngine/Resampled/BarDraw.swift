import StressBasics
import StressStatistics
import StudyPlan

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which bars of a history follow each other in a path: runs that start anywhere with equal chance, go on past the newest bar at the
/// oldest, and have geometric lengths.
///
/// D. N. Politis, J. P. Romano, "The stationary bootstrap", JASA 89 (1994). With a mean of one bar every bar is drawn by itself.
public struct BarDraw: Sendable {
    private var random: SeededGenerator
    private let count: UInt64
    private let ending: UInt64
    private var place = 0
    private var isFirst = true

    /// The bars of a path.
    ///
    /// - Parameters:
    ///   - count: bars to draw from, at least 1.
    ///   - meanLength: mean length of a run in bars, at least 1.
    ///   - random: the path's own stream.
    public init(count: Int, meanLength: Double, random: SeededGenerator) {
        precondition(count >= 1 && meanLength >= 1)
        (self.random, self.count) = (random, UInt64(count))
        // A run ends after each bar with chance 1 / meanLength: one comparison of whole numbers.
        ending = meanLength <= 1 ? .max : UInt64(0x1p64 / meanLength)
    }

    /// The next bar.
    public mutating func next() -> Int {
        let begins = isFirst || ending == .max || random.next() < ending
        isFirst = false
        place = begins ? Int(random.next().multipliedFullWidth(by: count).high) : place + 1
        if place == Int(count) { place = 0 }
        return place
    }
}

/// How bars are changed on their way into a path: not at all, or to the volatility of the path.
///
/// Filtered historical simulation (G. Barone-Adesi, K. Giannopoulos, L. Vosper, "VaR without correlations for portfolios of derivative
/// securities", Journal of Futures Markets 19, 1999). All prices of a bar go through the same map of logarithms,
/// `x ↦ μ + (σ of the path / σ of its time)(x − μ)`, which keeps their order, and with it the shape of the bar.
public struct BarFilter: Sendable {
    /// The law of the volatility.
    public let filter: VolatilityFilter
    private let deviations: [Double]
    private let start: Double

    /// Nil where the history has no variation. O(bars × 300).
    public init?(_ bars: RelativeBars) {
        let returns = bars.close.map { log($0) }
        guard let filter = VolatilityFilter(fitting: returns) else { return nil }
        self.filter = filter
        let all = filter.deviations(returns)
        (deviations, start) = (Array(all.dropLast()), all[all.count - 1])
    }

    /// The state of a path before its first bar: the variance that the history ends with.
    var firstVariance: Double { start * start }

    /// How far a bar is stretched in a path of a variance.
    func scale(_ bar: Int, variance: Double) -> Double {
        let own = deviations[bar]
        return own > 0 ? variance.squareRoot() / own : 1
    }

    /// A price over the close before, at the path's volatility.
    func stretched(_ ratio: Double, by scale: Double) -> Double {
        exp(filter.mean + scale * (log(ratio) - filter.mean))
    }
}
