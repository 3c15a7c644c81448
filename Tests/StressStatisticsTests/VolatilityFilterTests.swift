import Foundation
import StressBasics
import StressStatistics
import Testing

/// The filter of volatility: what it fits, what it refuses, and its recursion against a plain one.
@Suite struct VolatilityFilterTests {
    /// A standard normal number by Box and Muller.
    private func normal(_ random: inout SeededGenerator) -> Double {
        (-2 * log(1 - random.uniform())).squareRoot() * cos(2 * .pi * random.uniform())
    }

    private func returns(_ count: Int, alpha: Double, beta: Double, seed: UInt64) -> [Double] {
        var random = SeededGenerator(seed: seed)
        let omega = 1e-4 * (1 - alpha - beta)
        var variance = 1e-4
        return (0..<count).map { _ in
            let surprise = variance.squareRoot() * normal(&random)
            variance = omega + alpha * surprise * surprise + beta * variance
            return 0.0002 + surprise
        }
    }

    @Test(arguments: [(0.1, 0.85), (0.05, 0.9), (0.2, 0.6)])
    func knownLawsAreFound(alpha: Double, beta: Double) throws {
        let filter = try #require(VolatilityFilter(fitting: returns(40_000, alpha: alpha, beta: beta, seed: 7)))
        #expect(filter.law == .garch)
        #expect(abs(filter.alpha - alpha) < 0.025, "\(filter)")
        #expect(abs(filter.alpha + filter.beta - alpha - beta) < 0.03, "\(filter)")
        let longRun = filter.omega / (1 - filter.alpha - filter.beta)
        #expect(abs(longRun - filter.firstVariance) < 1e-12)
    }

    @Test("Returns of one volatility are given hardly any law") func flat() throws {
        let filter = try #require(VolatilityFilter(fitting: returns(20_000, alpha: 0, beta: 0, seed: 3)))
        let deviations = filter.deviations(returns(20_000, alpha: 0, beta: 0, seed: 3))
        #expect((deviations.max() ?? 9) < 1.3 * (deviations.min() ?? 0), "\(filter)")
    }

    @Test(arguments: 0..<20) func deviationsFollowTheRecursion(seed: UInt64) throws {
        let own = returns(600, alpha: 0.15, beta: 0.8, seed: seed)
        let filter = try #require(VolatilityFilter(fitting: own))
        var plain = [filter.firstVariance]
        for value in own {
            plain.append(
                filter.omega + filter.alpha * pow(value - filter.mean, 2) + filter.beta * plain[plain.count - 1])
        }
        let found = filter.deviations(own)
        #expect(found.count == own.count + 1)
        #expect(zip(found, plain).allSatisfy { abs($0 * $0 - $1) <= 1e-12 * $1 }, "seed \(seed)")
    }

    @Test func shortHistoriesAreWeighedAndStillOnesRefused() throws {
        let short = try #require(VolatilityFilter(fitting: returns(499, alpha: 0.1, beta: 0.8, seed: 1)))
        #expect(short.law == .ewma && short.alpha == 0.06 && short.beta == 0.94 && short.omega == 0)
        #expect(VolatilityFilter(fitting: [Double](repeating: 0.01, count: 800)) == nil)
        #expect(VolatilityFilter(fitting: []) == nil)
    }
}
