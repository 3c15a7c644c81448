/// A ratio of two sums over time blocks, such as the shortfalls over the entries that had one.
public struct BlockRatio: Hashable, Sendable {
    /// What is added up in each block.
    public var sums: [Double]
    /// What it is divided by, block by block: whole numbers of 0 or more.
    public var weights: [Double]

    /// A ratio from its block sums.
    public init(sums: [Double], weights: [Double]) {
        precondition(sums.count == weights.count, "sums and weights are of the same blocks")
        self.sums = sums
        self.weights = weights
    }

    /// Σ sums / Σ weights; nil without weight.
    public var value: Double? {
        let weight = weights.reduce(0, +)
        return weight > 0 ? sums.reduce(0, +) / weight : nil
    }

    /// Sums over runs of `count` blocks, the last of which may be shorter. O(blocks).
    public func merged(by count: Int) -> BlockRatio {
        guard count > 1 else { return self }
        func merged(_ blocks: [Double]) -> [Double] {
            stride(from: 0, to: blocks.count, by: count).map { start in
                blocks[start..<min(start + count, blocks.count)].reduce(0, +)
            }
        }
        return BlockRatio(sums: merged(sums), weights: merged(weights))
    }

    /// `sum − mean × weight` in each block.
    func residuals(of mean: Double) -> [Double] { zip(sums, weights).map { $0 - mean * $1 } }

    /// The blocks of a range.
    func held(_ range: Range<Int>) -> BlockRatio {
        BlockRatio(sums: Array(sums[range]), weights: Array(weights[range]))
    }
}

extension ResamplePlan {
    /// The ratios of `columns` in every resample, in the order of `columns`: not a number where a resample has no weight.
    ///
    /// As ``ratios(of:)`` for frequencies, but every column has weights of its own. Each column's totals are added by
    /// themselves in block order, so that a column has the same bits whatever stands beside it. O(resamples × runs × columns).
    public func ratios(of columns: ArraySlice<BlockRatio>) -> [ResampledRatio] {
        stride(from: columns.startIndex, to: columns.endIndex, by: WeightedTile.width).flatMap { first in
            WeightedTile(columns[first..<min(first + WeightedTile.width, columns.endIndex)]).ratios(self)
        }
    }
}

/// Up to four columns as running totals over two rounds of the blocks.
///
/// Five sums for each: of more columns at once the sums no longer fit the registers, and each costs a third more.
struct WeightedTile {
    static let width = 4
    private typealias Lanes = SIMD4<Double>
    /// More than rounding leaves of equal squares, by far, and less than any spread that could be seen.
    static let rounding = 1e-10

    private let used: Int
    private let sums: [Lanes]
    private let weights: [Lanes]

    init(_ columns: ArraySlice<BlockRatio>) {
        used = columns.count
        sums = runningTotals(columns.map(\.sums), Lanes.self)
        weights = runningTotals(columns.map(\.weights), Lanes.self)
    }

    func ratios(_ plan: ResamplePlan) -> [ResampledRatio] {
        plan.ratios(of: used) { resample(plan, $0) }
    }

    private func resample(_ plan: ResamplePlan, _ index: Int) -> (shares: Lanes, errors: Lanes) {
        var (sum, weight) = (Lanes.zero, Lanes.zero)
        var (sumSquares, products, weightSquares) = (Lanes.zero, Lanes.zero, Lanes.zero)
        for run in plan.runs(of: index) {
            let (start, end) = (Int(run.start), Int(run.end))
            let s = sums[end] - sums[start]
            let w = weights[end] - weights[start]
            sum += s
            weight += w
            sumSquares += s * s
            products += s * w
            weightSquares += w * w
        }
        let has = weight .> 0
        let ratio = Lanes(repeating: .nan).replacing(with: sum / weight, where: has)
        let variance = sumSquares - 2 * ratio * products + ratio * ratio * weightSquares
        // A single run with weight errs nothing; what rounding leaves of that nothing would be an error to divide by.
        let isSeen = variance .> WeightedTile.rounding * sumSquares
        return (ratio, Lanes.zero.replacing(with: variance, where: isSeen).squareRoot() / weight)
    }
}
