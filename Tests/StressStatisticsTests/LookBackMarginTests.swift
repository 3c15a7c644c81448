import Foundation
import StressBasics
import StressStatistics
import Testing

@Suite struct LookBackMarginTests {
    private let day: Int64 = 86_400_000

    private func margin(
        _ prices: [Double], lookBack: Int64, side: Side = .long, frequency: Double = 0.01, asOf: Int64? = nil
    ) -> LookBackMargin {
        LookBackMargin(
            LookBackMargin.Question(
                side: side, asOf: UTCInstant(milliseconds: (asOf ?? Int64(prices.count - 1)) * day), hour: 0,
                lookBack: .days(lookBack), frequency: frequency),
            times: prices.indices.map { Int64($0) * day }, prices: prices, rules: ResamplingRules(resamples: 400))
    }

    private func randomPrices(_ seed: UInt64, days: Int) -> [Double] {
        var random = SeededGenerator(seed: seed)
        var price = 100.0
        return (0..<days).map { _ in
            price *= 1 + 0.2 * (random.uniform() * random.uniform() - 0.24)
            return price
        }
    }

    /// The plain way: take moves off the bad end one by one until the share is used up.
    @Test(arguments: 0..<20)
    func theMarginIsTheMoveThatFewGoBeyond(seed: UInt64) throws {
        let prices = randomPrices(seed, days: 700)
        for side in Side.allCases {
            let found = margin(prices, lookBack: 500, side: side)
            var losses = (199 + 1..<700).map { day -> Double in
                let move = log(prices[day]) - log(prices[day - 1])
                return side == .long ? -move : move
            }
            #expect(found.status == .ok && found.moves == 500 && found.leftOut == 0)
            let mean = losses.reduce(0, +) / 500
            let deviation = (losses.map { pow($0 - mean, 2) }.reduce(0, +) / 499).squareRoot()
            #expect(abs(try #require(found.deviation) - deviation) < 1e-12)
            #expect(abs(try #require(found.normal) - 2.3263478740408408 * deviation) < 1e-12)
            for _ in 0..<5 { losses.remove(at: losses.firstIndex(of: losses.max()!)!) }
            let counted = try #require(found.counted)
            #expect(abs(counted.observedMove - losses.max()!) < 1e-12, "seed \(seed) \(side)")
            let low = try #require(counted.leastMove)
            #expect(low <= counted.observedMove && low >= 0)
            if let high = counted.safeMove { #expect(high >= counted.observedMove) }
        }
    }

    @Test func whatALookBackCannotSay() {
        let prices = randomPrices(1, days: 200)
        #expect(margin(prices, lookBack: 182).status == .ok)
        let short = margin(prices, lookBack: 910)
        #expect(short.status == .shortHistory && short.moves == 199 && short.counted != nil)
        let few = margin(prices, lookBack: 182, frequency: 0.001)
        #expect(few.status == .tooFewMoves && few.counted == nil && few.normal != nil)
        let late = margin(prices, lookBack: 182, asOf: 300)
        #expect(late.status == .noPrices && late.counted == nil && late.moves == 81)
        #expect(margin([], lookBack: 182, asOf: 10).status == .noPrices)
    }

    /// No logarithm of zero: both moves that touch it are left out and said to be.
    @Test func pricesOfZeroAreLeftOut() {
        var prices = randomPrices(2, days: 300)
        prices[250] = 0
        let found = margin(prices, lookBack: 182)
        #expect(found.leftOut == 2 && found.moves == 180)
        #expect(found.deviation?.isFinite == true && found.counted?.observedMove.isFinite == true)
    }

    /// A calm day and night: what the interval holds of a known quantile.
    @Test func theIntervalHoldsTheQuantile() {
        var held = 0
        for seed in 0..<200 {
            var random = SeededGenerator(seed: UInt64(seed))
            var prices = [1.0]
            // Moves even between -1 % and 1 %: 5 % lose more than 0.9 %.
            for _ in 0..<600 { prices.append(prices[prices.count - 1] * exp(0.02 * random.uniform() - 0.01)) }
            let counted = margin(prices, lookBack: 600, frequency: 0.05).counted
            if let low = counted?.leastMove, let high = counted?.safeMove, low <= 0.009, high >= 0.009 { held += 1 }
        }
        #expect(held >= 182 && held < 200, "\(held) of 200")
    }
}
