import StressBasics

/// The resamples of a stationary bootstrap: which runs of time blocks each of them is put together from.
///
/// D. N. Politis, J. P. Romano, "The stationary bootstrap", JASA 89 (1994): runs start anywhere with equal chance, go on
/// past the end at the beginning, and their lengths are geometric, so that a resample of a stationary series is stationary.
/// All cells of a series use the same plan; that makes differences between them resamples of the difference.
public struct ResamplePlan: Sendable {
    /// Number of blocks in the series and in every resample.
    public let blockCount: Int
    /// Mean length of a run before the last one is cut off, in blocks.
    public let meanLength: Double
    /// Number of resamples.
    public var resamples: Int { bounds.count - 1 }

    /// A run of blocks `start..<end`; `end` may lie past the last block, as far as one round.
    struct Run {
        let start: Int32
        let end: Int32
    }

    private let runs: [Run]
    private let bounds: [Int]

    /// Draws a plan. The same arguments give the same plan on every machine.
    ///
    /// - Parameters:
    ///   - blockCount: at least 1.
    ///   - meanLength: at least 1.
    ///   - resamples: each is drawn from a stream of its own, so the first ones of a longer plan are those of a shorter.
    ///   - random: left untouched.
    ///
    /// O(blockCount × resamples).
    public init(blockCount: Int, meanLength: Double, resamples: Int, random: SeededGenerator) {
        precondition(blockCount >= 1 && blockCount < Int(Int32.max) / 2 && meanLength >= 1 && resamples >= 0)
        self.blockCount = blockCount
        self.meanLength = meanLength
        var seeds = random.stream("resamples")
        var (runs, bounds) = ([Run](), [0])
        runs.reserveCapacity(Int(Double(blockCount * resamples) / meanLength * 1.1) + resamples)
        bounds.reserveCapacity(resamples + 1)
        for _ in 0..<resamples {
            ResamplePlan.draw(SeededGenerator(seed: seeds.next()), blockCount, meanLength, into: &runs)
            bounds.append(runs.count)
        }
        (self.runs, self.bounds) = (runs, bounds)
    }

    private static func draw(
        _ stream: SeededGenerator, _ blockCount: Int, _ meanLength: Double, into runs: inout [Run]
    ) {
        var random = stream
        let count = UInt64(blockCount)
        // A run ends after each block with chance 1 / meanLength: one comparison of whole numbers.
        let ending = meanLength <= 1 ? UInt64.max : UInt64(0x1p64 / meanLength)
        var left = blockCount
        while left > 0 {
            let start = Int(random.next().multipliedFullWidth(by: count).high)
            var length = 1
            while length < left, random.next() >= ending { length += 1 }
            runs.append(Run(start: Int32(start), end: Int32(start + length)))
            left -= length
        }
    }

    /// Runs of the resample that has most.
    var mostRuns: Int { (0..<resamples).map { bounds[$0 + 1] - bounds[$0] }.max() ?? 0 }

    /// The runs of resample `index`.
    func runs(of index: Int) -> ArraySlice<Run> { runs[bounds[index]..<bounds[index + 1]] }

    /// How often each block stands in resample `index`; sums to ``blockCount``.
    public func multiplicities(of index: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: blockCount)
        for run in runs(of: index) {
            for block in run.start..<run.end { counts[Int(block) % blockCount] += 1 }
        }
        return counts
    }
}
