import StressBasics
import Testing

@testable import StressStatistics

@Suite struct IntervalTests {
    /// Reference values at 95 %, z = 1.959963984540054.
    @Test(arguments: [
        (0.0, 100.0, 0, 0.0369935), (1, 100, 0.0017674, 0.0544862), (5, 100, 0.0215437, 0.1117505),
        (50, 100, 0.4038315, 0.5961685), (100, 100, 0.9630065, 1), (0, 365, 0, 0.0104149),
        (3, 3650, 0.00027956, 0.00241389),
    ])
    func wilsonReferenceValues(count: Double, trials: Double, low: Double, high: Double) {
        let bounds = wilsonBounds(share: count / trials, trials: trials, confidence: 0.95)
        #expect(abs(bounds.low - low) < 5e-8 && abs(bounds.high - high) < 5e-8)
    }

    @Test func normalQuantiles() {
        #expect(abs(normalQuantile(twoSided: 0.95) - 1.959963984540054) < 1e-14)
        #expect(abs(normalQuantile(twoSided: 0.99) - 2.5758293035489004) < 1e-14)
        #expect(abs(normalQuantile(twoSided: 0.6826894921370859) - 1) < 1e-14)
    }

    /// Wilson's interval is the set of rates whose score is within z: the ends must solve that equation.
    @Test(arguments: 0..<500)
    func wilsonEndsSolveTheScoreEquation(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let (trials, confidence) = (1 + 5000 * random.uniform(), 0.5 + 0.49 * random.uniform())
        let share = random.uniform()
        let bounds = wilsonBounds(share: share, trials: trials, confidence: confidence)
        let z = normalQuantile(twoSided: confidence)
        for end in [bounds.low, bounds.high] where end > 0 && end < 1 {
            let score = (share - end) / (end * (1 - end) / trials).squareRoot()
            #expect(abs(abs(score) - z) < 1e-6 * z, "seed \(seed)")
        }
        #expect(bounds.low <= share && share <= bounds.high, "seed \(seed)")
    }

    @Test func nothingSeenHasTheTwoSidedBound() throws {
        let interval = try #require(
            FrequencyInterval.disjointWindows(count: 0, entries: 8760, windows: 365, confidence: 0.95))
        #expect(interval.method == .zeroCountDisjoint && interval.low == 0)
        // Clopper and Pearson's upper end for nothing in 365: 1 − 0.025^(1/365).
        #expect(abs(interval.high - 0.01005561980441) < 1e-13)
        #expect(zeroCountBound(trials: 100, confidence: 0.99) > zeroCountBound(trials: 100, confidence: 0.95))
    }

    @Test func noWindowsNoInterval() {
        #expect(FrequencyInterval.disjointWindows(count: 0, entries: 0, windows: 0, confidence: 0.95) == nil)
    }

    @Test func theIntervalStandsOnDisjointWindows() throws {
        // 10 % of 61,200 overlapping entries, but only 365 windows side by side: Wilson of 36.5 in 365.
        let interval = try #require(
            FrequencyInterval.disjointWindows(count: 6120, entries: 61_200, windows: 365, confidence: 0.95))
        let bounds = wilsonBounds(share: 0.1, trials: 365, confidence: 0.95)
        #expect(interval == FrequencyInterval(bounds, method: .wilsonDisjoint))
    }
}
