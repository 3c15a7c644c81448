/// The difference of two frequencies of the same series, with an interval that knows how they move together.
public struct DifferenceInference: Hashable, Codable, Sendable {
    /// First less second, as observed.
    public let difference: Double
    /// Standard deviation over the resamples.
    public let standardError: Double
    /// Its interval, −1…1.
    public let interval: Interval
    /// How the interval was made.
    public let method: Method
    /// Quantiles of the resampled differences, too narrow where few runs hold events; for comparison.
    public let percentile: Interval

    /// How the interval of a difference was made; the raw value is what outputs print.
    public enum Method: String, Hashable, Codable, Sendable, CaseIterable {
        /// Bootstrap-t of the paired difference, both cells in the same resamples, widened where the two cells' own intervals and the
        /// correlation of their resamples say more.
        case bootstrapTJoint = "bootstrap_t_joint"
        /// The two cells' own intervals together, with a correlation only where it widens.
        case intervalsJoint = "intervals_joint"
        /// From the lower end of the one less the upper end of the other to the upper less the lower.
        case intervalsApart = "intervals_apart"
    }

    /// Whether the interval leaves out 0.
    public var isClear: Bool { interval.low > 0 || interval.high < 0 }

    /// The difference of two columns that were resampled by one plan.
    ///
    /// The bootstrap-t needs ``fewestStudentisedRuns`` and resamples that differ. Of a long and a short, whose crashes are other
    /// ones, it is too narrow (83 to 90 % of simulated histories where 95 % were promised). Two intervals are put together as
    /// G. Y. Zou and A. Donner ("Construction of confidence limits about effect measures", Statistics in Medicine 27, 2008) do: each
    /// end is as far from the difference as the two ends that push it there, in root of squares less what their correlation takes
    /// away. That is too narrow of cells that hold nearly the same crashes, so the outer ends of both are taken. A resample with hardly
    /// an event has hardly an error, and its score may be anything: the bootstrap-t goes no farther than the two intervals apart,
    /// whatever moves together with what. Where few episodes
    /// leave no bootstrap-t, a correlation is believed only where it widens; with fewer runs the distances are added up.
    ///
    /// - Parameters:
    ///   - first: what the resamples say of the first column alone, and its frequency in each of them.
    ///   - second: of the second.
    ///   - paired: the difference in every resample, with its error.
    ///   - runs: how many runs of the resamples' mean length hold entries.
    ///   - confidence: strictly between 0 and 1.
    public init(
        _ first: (found: FrequencyInference, resampled: [Double]),
        _ second: (found: FrequencyInference, resampled: [Double]), paired: ResampledRatio, runs: Double,
        confidence: Double
    ) {
        difference = first.found.frequency - second.found.frequency
        standardError = sampleVariance(paired.shares).squareRoot()
        // Resamples of weighted events may pass all of their entries.
        percentile = tailOrderStatistics(paired.shares, confidence: confidence).within(-1...1)
        let correlation = correlation(first.resampled, second.resampled)
        func together(_ correlation: Double) -> Interval {
            Interval(together: first.found, second.found, correlation: correlation)
        }
        let ends: Interval
        if runs < fewestStudentisedRuns {
            (method, ends) = (.intervalsApart, together(-1))
        } else if standardError > 0,
            let studentised = studentisedEnds(difference, error: standardError, paired, confidence: confidence)
        {
            let apart = together(-1)
            (method, ends) = (
                .bootstrapTJoint, studentised.within(apart.low...apart.high).covering(together(correlation))
            )
        } else {
            (method, ends) = (.intervalsJoint, together(min(0, correlation)))
        }
        interval = ends.within(-1...1)
    }

    /// A difference of known parts.
    init(difference: Double, standardError: Double, interval: Interval, method: Method, percentile: Interval) {
        (self.difference, self.standardError, self.interval) = (difference, standardError, interval)
        (self.method, self.percentile) = (method, percentile)
    }
}

extension Interval {
    /// That of a difference, from the intervals of both; see ``DifferenceInference/init(_:_:paired:runs:confidence:)``.
    fileprivate init(together first: FrequencyInference, _ second: FrequencyInference, correlation: Double) {
        func distance(_ a: Double, _ b: Double) -> Double {
            max(0, a * a + b * b - 2 * correlation * a * b).squareRoot()
        }
        let (a, b) = (first.interval, second.interval)
        let (x, y) = (first.frequency, second.frequency)
        self.init(low: x - y - distance(x - a.low, b.high - y), high: x - y + distance(a.high - x, y - b.low))
    }
}

/// The correlation of two columns of resamples; 0 where one of them does not vary.
private func correlation(_ a: [Double], _ b: [Double]) -> Double {
    guard !a.isEmpty, a.count == b.count else { return 0 }
    let n = Double(a.count)
    let (meanA, meanB) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
        ab += (x - meanA) * (y - meanB)
        aa += (x - meanA) * (x - meanA)
        bb += (y - meanB) * (y - meanB)
    }
    return aa > 0 && bb > 0 ? min(1, max(-1, ab / (aa * bb).squareRoot())) : 0
}

extension ResamplePlan {
    /// The frequency of `first` less that of `second` in every resample, with the error that the resample itself would
    /// estimate from its runs: `√Σ ((c₁ − r₁n₁)/N₁ − (c₂ − r₂n₂)/N₂)²`. Where a resample holds no entries of one column, that
    /// column's frequency is the observed one and errs nothing. O(blocks + resamples × runs).
    public func differences(of first: BlockShare, _ second: BlockShare) -> ResampledRatio {
        differences(of: [(first, second)])[0].ratio
    }

    /// The same of several pairs, beside the frequencies of both. O(pairs × (blocks + resamples × runs)).
    func differences(of pairs: [(first: BlockShare, second: BlockShare)]) -> [PairedRatio] {
        stride(from: 0, to: pairs.count, by: PairTile.width).flatMap { first in
            PairTile(pairs[first..<min(first + PairTile.width, pairs.count)]).differences(self)
        }
    }
}

/// Two frequencies in every resample, and their difference.
struct PairedRatio {
    let ratio: ResampledRatio
    let first: [Double]
    let second: [Double]
}

/// Up to four pairs as running totals over two rounds of the blocks. Each is added by itself in block order, so that it has the same bits
/// whatever stands beside it.
private struct PairTile {
    static let width = 4
    private typealias Lanes = SIMD4<Double>

    private let used: Int
    private let totals: [Totals]
    private var observed = (first: Lanes.zero, second: Lanes.zero)

    /// Counts and entries of both, beside each other: a run reads two of them.
    private struct Totals {
        var counts, entries, otherCounts, otherEntries: Lanes

        static func - (a: Totals, b: Totals) -> Totals {
            Totals(
                counts: a.counts - b.counts, entries: a.entries - b.entries, otherCounts: a.otherCounts - b.otherCounts,
                otherEntries: a.otherEntries - b.otherEntries)
        }

        static func += (a: inout Totals, b: Totals) {
            a.counts += b.counts
            a.entries += b.entries
            a.otherCounts += b.otherCounts
            a.otherEntries += b.otherEntries
        }

        static let zero = Totals(counts: .zero, entries: .zero, otherCounts: .zero, otherEntries: .zero)
    }

    /// What one resample says.
    private struct Found {
        let first, second, errors: Lanes
    }

    init(_ pairs: ArraySlice<(first: BlockShare, second: BlockShare)>) {
        used = pairs.count
        let (first, second) = (pairs.map(\.first), pairs.map(\.second))
        let (counts, entries) = PairTile.totals(first)
        let (otherCounts, otherEntries) = PairTile.totals(second)
        totals = counts.indices.map {
            Totals(
                counts: counts[$0], entries: entries[$0], otherCounts: otherCounts[$0], otherEntries: otherEntries[$0])
        }
        for lane in first.indices {
            observed.first[lane] = first[lane].frequency ?? 0
            observed.second[lane] = second[lane].frequency ?? 0
        }
    }

    private static func totals(_ columns: [BlockShare]) -> ([Lanes], [Lanes]) {
        (
            runningTotals(columns.map(\.events), Lanes.self),
            runningTotals(columns.map { $0.entries.map(Double.init) }, Lanes.self)
        )
    }

    func differences(_ plan: ResamplePlan) -> [PairedRatio] {
        // What each run adds is found once, and asked for twice.
        let found = withUnsafeTemporaryAllocation(of: Totals.self, capacity: plan.mostRuns) { steps in
            totals.withUnsafeBufferPointer { totals in
                (0..<plan.resamples).map { resample(plan.runs(of: $0), totals, steps) }
            }
        }
        let shares = plan.columns(found.map { $0.first - $0.second }, used)
        let errors = plan.columns(found.map(\.errors), used)
        let (first, second) = (plan.columns(found.map(\.first), used), plan.columns(found.map(\.second), used))
        return (0..<used).map {
            PairedRatio(
                ratio: ResampledRatio(shares: shares[$0], errors: errors[$0]), first: first[$0], second: second[$0])
        }
    }

    @inline(__always)
    private func resample(
        _ runs: ArraySlice<ResamplePlan.Run>, _ totals: UnsafeBufferPointer<Totals>,
        _ steps: UnsafeMutableBufferPointer<Totals>
    ) -> Found {
        var (all, used) = (Totals.zero, 0)
        for run in runs {
            let step = totals[Int(run.end)] - totals[Int(run.start)]
            steps.initializeElement(at: used, to: step)
            used += 1
            all += step
        }
        let (has, hasOther) = (all.entries .> 0, all.otherEntries .> 0)
        let first = observed.first.replacing(with: all.counts / all.entries, where: has)
        let second = observed.second.replacing(with: all.otherCounts / all.otherEntries, where: hasOther)
        var squares = Lanes.zero
        for step in steps[..<used] {
            let own = (step.counts - first * step.entries) / all.entries
            let other = (step.otherCounts - second * step.otherEntries) / all.otherEntries
            let residual =
                Lanes.zero.replacing(with: own, where: has) - Lanes.zero.replacing(with: other, where: hasOther)
            squares += residual * residual
        }
        return Found(first: first, second: second, errors: squares.squareRoot())
    }
}
