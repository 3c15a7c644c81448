import Foundation
import StressBasics
import Testing

@testable import StressStatistics

/// How one way to count relates to another, on the same days.
@Suite struct RatioTests {
    /// A history of days with a few crashes, counted in two ways: the second sees each event with a chance.
    private func pair(_ seed: UInt64, days: Int = 400, seen: Double = 0.7) -> (BlockShare, BlockShare) {
        var random = SeededGenerator(seed: seed)
        var (all, some) = ([UInt32](repeating: 0, count: days), [UInt32](repeating: 0, count: days))
        for _ in 0..<40 {
            let day = Int(random.uniform() * Double(days))
            let size = UInt32(1 + random.uniform() * 20)
            all[day] = min(24, all[day] + size)
            some[day] = UInt32(Double(all[day]) * min(1, seen * (0.5 + random.uniform())))
        }
        let entries = [UInt32](repeating: 24, count: days)
        return (BlockShare(counts: some, entries: entries), BlockShare(counts: all, entries: entries))
    }

    private func inference(_ pairs: [(BlockShare, BlockShare)], length: Double = 3) throws -> RatioInference {
        try #require(RatioInference(pairs, meanRunBlocks: length, confidence: 0.95))
    }

    @Test(arguments: 0..<20)
    func laws(seed: UInt64) throws {
        let (some, all) = pair(seed)
        let (found, turned) = (try inference([(some, all)]), try inference([(all, some)]))
        let plain = try #require(some.frequency) / #require(all.frequency)
        #expect(abs(found.ratio / plain - 1) < 1e-12, "seed \(seed)")
        let (low, high, back) = (
            try #require(found.interval?.low), try #require(found.interval?.high), try #require(turned.interval?.low)
        )
        #expect(low < found.ratio && found.ratio < high && abs(back * high - 1) < 1e-9, "seed \(seed)")
        // What is the same on every day leaves no doubt, and the mean of the same ratio twice is that ratio.
        let same = try inference([(all, all)])
        let none = try #require(same.logarithmMargin)
        #expect(same.ratio == 1 && abs(none) < 1e-9)
        let twice = try inference([(some, all), (some, all)])
        #expect(abs(twice.logarithm - found.logarithm) < 1e-12)
        let margin = try #require(twice.logarithmMargin)
        #expect(abs(margin - (log(high) - found.logarithm)) < 1e-9, "seed \(seed)")
    }

    /// The linear part's error is that of the ratios over resamples, where there are crashes enough for it to be linear.
    @Test(arguments: 0..<8)
    func theErrorIsThatOfResamples(seed: UInt64) throws {
        let (some, all) = pair(seed, days: 2000)
        let length = 2.0
        let found = try inference([(some, all)], length: length)
        let plan = ResamplePlan(
            blockCount: 2000, meanLength: length, resamples: 4000, random: SeededGenerator(seed: seed + 100))
        let ratios = plan.ratios(of: [some, all])
        let logarithms = zip(ratios[0].shares, ratios[1].shares).map { log($0 / $1) }
        let error = try #require(found.logarithmMargin) / studentQuantile(twoSided: 0.95, degrees: found.runs - 1)
        #expect(abs(error / sampleVariance(logarithms).squareRoot() - 1) < 0.15, "seed \(seed)")
    }

    @Test func oneEpisodeSaysNothingOfTheNext() throws {
        var counts = [UInt32](repeating: 0, count: 100)
        counts[50] = 7
        let entries = [UInt32](repeating: 24, count: 100)
        let one = BlockShare(counts: counts, entries: entries)
        let found = try inference([(one, one)])
        #expect(found.ratio == 1 && found.runs == 1 && found.interval?.low == nil && found.interval?.high == nil)
    }

    @Test func withoutEventsThereIsNoRatio() {
        let none = BlockShare(counts: [0, 0], entries: [5, 5])
        let some = BlockShare(counts: [1, 0], entries: [5, 5])
        #expect(RatioInference([(none, some)], meanRunBlocks: 1, confidence: 0.95) == nil)
        #expect(RatioInference([(some, none)], meanRunBlocks: 1, confidence: 0.95) == nil)
        #expect(RatioInference([], meanRunBlocks: 1, confidence: 0.95) == nil)
        let other = BlockShare(counts: [1], entries: [5])
        #expect(RatioInference([(some, some), (other, other)], meanRunBlocks: 1, confidence: 0.95) == nil)
    }

    /// Logarithms 0, 1 and 2: mean 1, deviation 1, error 1/√3, and Student's 4.3027 with two degrees of freedom.
    @Test func geometricMeansOnPaper() throws {
        let mean = try #require(GeometricMean([1, exp(1), exp(2)], confidence: 0.95))
        #expect(abs(mean.value - exp(1)) < 1e-12 && mean.count == 3)
        let top = log(try #require(mean.interval?.high))
        #expect(abs(top - 1 - 4.302652729911275 / 3.0.squareRoot()) < 1e-9)
        let (low, high) = (try #require(mean.interval?.low), try #require(mean.interval?.high))
        #expect(abs(low * high - exp(2)) < 1e-9)
        #expect(GeometricMean([2], confidence: 0.95).map { $0.value == 2 && $0.interval?.low == nil } == true)
        #expect(GeometricMean([], confidence: 0.95) == nil && GeometricMean([1, 0], confidence: 0.95) == nil)
    }
}
