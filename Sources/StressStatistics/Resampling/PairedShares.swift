/// What comparisons of many columns with one ask of resamples, and no more.
extension ResamplePlan {
    /// The frequencies of `columns` in every resample, without their errors: see ``ratios(of:)``. O(resamples × runs × columns).
    func shares(of columns: [BlockShare]) -> [[Double]] {
        var (result, first) = ([[Double]](), 0)
        while first < columns.count {
            var last = first + 1
            while last < columns.count, last - first < ShareTile.width, columns[last].entries == columns[first].entries
            {
                last += 1
            }
            result += ShareTile(columns[first..<last]).shares(self)
            first = last
        }
        return result
    }

    /// Ratios with the same weights in every resample, as ``ratios(of:)`` says of each by itself, bit for bit. O(resamples × runs × columns).
    func ratios(of sums: [[Double]], weights: [Double]) -> [ResampledRatio] {
        stride(from: 0, to: sums.count, by: RatioLanes.width).flatMap { first in
            RatioLanes(Array(sums[first..<min(first + RatioLanes.width, sums.count)]), weights).ratios(self)
        }
    }

    /// Each of `columns` less one other, as ``differences(of:_:)`` says of each by itself, bit for bit, beside the frequencies of the columns.
    /// O(blocks + resamples × runs × columns).
    func differences(of columns: [BlockShare], from base: BlockShare) -> [(ratio: ResampledRatio, shares: [Double])] {
        stride(from: 0, to: columns.count, by: DifferenceTile.width).flatMap { first in
            DifferenceTile(columns[first..<min(first + DifferenceTile.width, columns.count)], base).differences(self)
        }
    }
}

/// Running totals over two rounds of the blocks, columns side by side.
func runningTotals<Lanes: SIMD>(_ columns: [[Double]], _: Lanes.Type) -> [Lanes] where Lanes.Scalar == Double {
    let blocks = columns[0].count
    var totals = [Lanes.zero]
    totals.reserveCapacity(2 * blocks + 1)
    for block in 0..<2 * blocks {
        var next = totals[block]
        for (lane, column) in columns.enumerated() { next[lane] += column[block % blocks] }
        totals.append(next)
    }
    return totals
}

/// Up to eight columns with the same entries.
private struct ShareTile {
    static let width = 8
    private typealias Lanes = SIMD8<Double>

    private let used: Int
    private let counts: [Lanes]
    private let entries: [Double]
    private let observed: Lanes

    init(_ columns: ArraySlice<BlockShare>) {
        used = columns.count
        counts = runningTotals(columns.map(\.events), Lanes.self)
        let entered = columns[columns.startIndex].entries
        entries = runningTotals([entered.map(Double.init)], SIMD2<Double>.self).map { $0[0] }
        let all = entries[entered.count]
        observed = all > 0 ? counts[entered.count] / all : .zero
    }

    func shares(_ plan: ResamplePlan) -> [[Double]] {
        plan.columns((0..<plan.resamples).map { resample(plan, $0) }, used)
    }

    private func resample(_ plan: ResamplePlan, _ index: Int) -> Lanes {
        var (sum, trials) = (Lanes.zero, 0.0)
        for run in plan.runs(of: index) {
            let (start, end) = (Int(run.start), Int(run.end))
            sum += counts[end] - counts[start]
            trials += entries[end] - entries[start]
        }
        return trials > 0 ? sum / trials : observed
    }
}

/// Up to eight columns of sums over the same weights.
private struct RatioLanes {
    static let width = 8
    private typealias Lanes = SIMD8<Double>

    private let used: Int
    private let sums: [Lanes]
    private let weights: [Double]

    init(_ columns: [[Double]], _ weights: [Double]) {
        used = columns.count
        sums = runningTotals(columns, Lanes.self)
        self.weights = runningTotals([weights], SIMD2<Double>.self).map { $0[0] }
    }

    func ratios(_ plan: ResamplePlan) -> [ResampledRatio] {
        plan.ratios(of: used, sums: sums, weights: weights) { resampled($0) }
    }

    private func resampled(_ drawn: DrawnSums) -> (shares: Lanes, errors: Lanes) {
        let (squares, weight) = (drawn.squares, drawn.weight)
        let ratio = weight > 0 ? drawn.sum / weight : Lanes(repeating: .nan)
        let variance = drawn.variance(ratio)
        let isSeen = variance .> WeightedTile.rounding * squares
        return (ratio, Lanes.zero.replacing(with: variance, where: isSeen).squareRoot() / weight)
    }
}

/// Up to four columns, each with entries of its own, and what they are compared with.
private struct DifferenceTile {
    static let width = 4
    private typealias Lanes = SIMD4<Double>

    private let used: Int
    private let totals: [Totals]
    private var observed = Lanes.zero
    private let baseObserved: Double

    /// Counts and entries of the columns and of the other, beside each other: a run reads two of them.
    private struct Totals {
        let counts, entries: Lanes
        let base: SIMD2<Double>

        static func - (a: Totals, b: Totals) -> Totals {
            Totals(counts: a.counts - b.counts, entries: a.entries - b.entries, base: a.base - b.base)
        }
    }

    init(_ columns: ArraySlice<BlockShare>, _ base: BlockShare) {
        used = columns.count
        let counts = runningTotals(columns.map(\.events), Lanes.self)
        let entries = runningTotals(columns.map { $0.entries.map(Double.init) }, Lanes.self)
        for (lane, column) in columns.enumerated() { observed[lane] = column.frequency ?? 0 }
        let others = runningTotals([base.events, base.entries.map(Double.init)], SIMD2<Double>.self)
        totals = others.indices.map { Totals(counts: counts[$0], entries: entries[$0], base: others[$0]) }
        baseObserved = base.frequency ?? 0
    }

    func differences(_ plan: ResamplePlan) -> [(ratio: ResampledRatio, shares: [Double])] {
        var shares: [Lanes] = []
        shares.reserveCapacity(plan.resamples)
        // What each run adds is found once, and asked for twice.
        let ratios = withUnsafeTemporaryAllocation(of: Totals.self, capacity: plan.mostRuns) { steps in
            totals.withUnsafeBufferPointer { totals in
                plan.ratios(of: used) { index in
                    let found = resample(plan.runs(of: index), totals, steps)
                    shares.append(found.own)
                    return (found.shares, found.errors)
                }
            }
        }
        return Array(zip(ratios, plan.columns(shares, used)))
    }

    @inline(__always)
    private func resample(
        _ runs: ArraySlice<ResamplePlan.Run>, _ totals: UnsafeBufferPointer<Totals>,
        _ steps: UnsafeMutableBufferPointer<Totals>
    ) -> (own: Lanes, shares: Lanes, errors: Lanes) {
        var (count, entered, other, used) = (Lanes.zero, Lanes.zero, SIMD2<Double>.zero, 0)
        for run in runs {
            let step = totals[Int(run.end)] - totals[Int(run.start)]
            steps.initializeElement(at: used, to: step)
            used += 1
            count += step.counts
            entered += step.entries
            other += step.base
        }
        let has = entered .> 0
        let share = observed.replacing(with: count / entered, where: has)
        let otherShare = other[1] > 0 ? other[0] / other[1] : baseObserved
        // Every resample has entries as a rule, and then nothing is to be chosen run by run.
        let squares =
            all(has) && other[1] > 0
            ? squares(steps[..<used]) {
                ($0.counts - share * $0.entries) / entered - ($0.base[0] - otherShare * $0.base[1]) / other[1]
            }
            : squares(steps[..<used]) {
                let own = ($0.counts - share * $0.entries) / entered
                let less = other[1] > 0 ? ($0.base[0] - otherShare * $0.base[1]) / other[1] : 0
                return Lanes.zero.replacing(with: own, where: has) - less
            }
        return (share, share - otherShare, squares.squareRoot())
    }

    @inline(__always)
    private func squares(
        _ steps: Slice<UnsafeMutableBufferPointer<Totals>>, _ residual: (Totals) -> Lanes
    ) -> Lanes {
        var squares = Lanes.zero
        for step in steps {
            let residual = residual(step)
            squares += residual * residual
        }
        return squares
    }
}
