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
/// D. N. Politis, J. P. Romano, "The stationary bootstrap", JASA 89 (1994). With a mean of one bar every bar is drawn by itself; with a mean
/// of all bars or more a run never ends, so that a path is the history itself from some bar on, round and round.
public struct BarDraw: Sendable {
    private var random: SeededGenerator
    private let count: UInt64
    /// Nil for a run that never ends.
    private let ending: UInt64?
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
        ending =
            meanLength <= 1 ? .max : meanLength >= Double(count) ? nil : UInt64(0x1p64 / meanLength)
    }

    /// Whether the run is over.
    private mutating func ends() -> Bool {
        guard let ending else { return false }
        return ending == .max || random.next() < ending
    }

    /// The next bar.
    public mutating func next() -> Int {
        let begins = isFirst || ends()
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

    /// Largest mean square of closes in parts of the deviation of their time, which is 1 where the law is theirs: above it the law does not
    /// know when this history moved.
    static let mostSurprise = 4.0
    /// How far half of the bars reach from the mean at most, in deviations of their closes: beyond it a bar is no noise that a volatility
    /// measures.
    static let mostReach = 10.0

    /// Nil where no volatility describes the history, which then stays as it is: closes that hardly vary, or stand still for long and then
    /// do not, have bars of a hundred or a million of their own deviations, and no path that is made of those means anything.
    /// O(bars × 300).
    public init?(_ bars: RelativeBars) {
        let returns = bars.close.map { log($0) }
        guard let filter = VolatilityFilter(fitting: returns) else { return nil }
        self.filter = filter
        let all = filter.deviations(returns)
        (deviations, start) = (Array(all.dropLast()), all[all.count - 1])
        guard start > 0, deviations.allSatisfy({ $0 > 0 }) else { return nil }
        let surprise = bars.close.indices.reduce(0) { $0 + pow(standardised(bars.close[$1], $1), 2) }
        guard surprise <= BarFilter.mostSurprise * Double(bars.count) else { return nil }
        let reaches = bars.close.indices.map { reach(of: $0, bars) }.sorted()
        guard reaches[reaches.count / 2] <= BarFilter.mostReach else { return nil }
    }

    /// A price over the close before, less the mean, in deviations of its time.
    private func standardised(_ ratio: Double, _ bar: Int) -> Double { (log(ratio) - filter.mean) / deviations[bar] }

    /// The price of a bar that is farthest from the mean, in deviations of its time.
    private func reach(of bar: Int, _ bars: RelativeBars) -> Double {
        let prices = [bars.open[bar], bars.high[bar], bars.low[bar], bars.mark?.high[bar], bars.mark?.low[bar]]
        return prices.compactMap { $0 }.map { abs(standardised($0, bar)) }.max() ?? 0
    }

    /// The state of a path before its first bar: the variance that the history ends with.
    var firstVariance: Double { start * start }

    /// How far a bar is stretched in a path of a variance.
    func scale(_ bar: Int, variance: Double) -> Double {
        variance.squareRoot() / deviations[bar]
    }

    /// A price over the close before, at the path's volatility.
    func stretched(_ ratio: Double, by scale: Double) -> Double {
        exp(filter.mean + scale * (log(ratio) - filter.mean))
    }
}
