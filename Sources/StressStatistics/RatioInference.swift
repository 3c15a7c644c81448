#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How a frequency that was found in one way relates to the same found in another, on the same days of one price history.
///
/// Of several pairs of frequencies the geometric mean of their ratios is taken. Both members of a pair are taken from the same
/// blocks, so what they have in common does not widen the interval.
public struct RatioInference: Hashable, Sendable {
    /// Geometric mean of the ratios, above 0.
    public let ratio: Double
    /// Natural logarithm of ``ratio``.
    public let logarithm: Double
    /// How far the logarithm may be off, at the confidence asked for; nil where the events are of fewer than two runs of blocks,
    /// which say nothing of what another such run would have done.
    public let logarithmMargin: Double?
    /// How many runs of blocks of equal weight would hold as much of the events.
    public let runs: Double

    /// The ratio's interval; nil as ``logarithmMargin``.
    public var interval: Interval? {
        logarithmMargin.map { Interval(low: exp(logarithm - $0), high: exp(logarithm + $0)) }
    }

    /// The ratios of the first to the second of each pair; nil without a pair, or where one has no events.
    ///
    /// The logarithm's variance is that of its linear part over resamples of a stationary bootstrap (``StationaryVariance``), and its
    /// quantile is Student's of the effective number of runs less one (L. Kish, "Survey Sampling", 1965, for the number). O(pairs × blocks).
    ///
    /// - Parameters:
    ///   - pairs: all of the same blocks.
    ///   - meanRunBlocks: mean length of a run of blocks, at least 1.
    ///   - confidence: strictly between 0 and 1.
    public init?(_ pairs: [(BlockShare, BlockShare)], meanRunBlocks: Double, confidence: Double) {
        let blocks = pairs.first?.0.events.count ?? 0
        var (moves, weights) = (Array(repeating: 0.0, count: blocks), Array(repeating: 0.0, count: blocks))
        var sum = 0.0
        for (first, second) in pairs {
            guard first.events.count == blocks, second.events.count == blocks, first.count > 0, second.count > 0,
                let a = first.frequency, let b = second.frequency
            else { return nil }
            sum += log(a / b)
            RatioInference.add(first, 1 / Double(pairs.count), &moves, &weights)
            RatioInference.add(second, -1 / Double(pairs.count), &moves, &weights)
        }
        guard !pairs.isEmpty else { return nil }
        logarithm = sum / Double(pairs.count)
        ratio = exp(logarithm)
        runs = effectiveRuns(weights, length: meanRunBlocks)
        let error = StationaryVariance(moves, meanLength: max(1, meanRunBlocks)).ofSum.squareRoot()
        logarithmMargin = runs < 2 ? nil : error * studentQuantile(twoSided: confidence, degrees: runs - 1)
    }

    /// What each block adds to the logarithm of a frequency beyond its share, and how much of its events it holds.
    private static func add(_ share: BlockShare, _ factor: Double, _ moves: inout [Double], _ weights: inout [Double]) {
        let count = share.count
        for (block, residual) in share.residuals.enumerated() {
            moves[block] += factor * residual / count
            weights[block] += abs(factor) * share.events[block] / count
        }
    }
}
