#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import StressBasics
import Testing

@testable import StressStatistics

/// A normal variable, by Box and Muller.
private func normal(_ random: inout SeededGenerator) -> Double {
    (-2 * log(1 - random.uniform())).squareRoot() * cos(2 * .pi * random.uniform())
}

/// A Poisson count, by waiting times.
private func poisson(_ mean: Double, _ random: inout SeededGenerator) -> Double {
    var (count, waited) = (-1.0, 0.0)
    while waited <= mean {
        waited -= log(1 - random.uniform())
        count += 1
    }
    return count
}

@Suite struct PooledRatesTests {
    private static let counts = [
        PooledCount(events: 4, exposure: 200), PooledCount(events: 0, exposure: 150),
        PooledCount(events: 31.5, exposure: 900), PooledCount(events: 9, exposure: 120),
    ]

    /// At no spread all share the common rate; at any spread without end each keeps its own, also the one that saw nothing.
    @Test(arguments: counts) func endsOfTheSpread(count: PooledCount) {
        let common = 0.03
        let (tight, wide) = (
            GammaPoisson.Place(common: common, tau: 1e-4), GammaPoisson.Place(common: common, tau: 1e4)
        )
        #expect(abs(GammaPoisson.mean(count, tight) / common - 1) < 1e-4)
        #expect(GammaPoisson.ownWeight(count, tight) < 1e-4 && GammaPoisson.ownWeight(count, wide) > 0.99)
        #expect(abs(GammaPoisson.mean(count, wide) - count.rate) < 1e-4)
        // In between the estimate goes from the one to the other without turning.
        var before = Double.infinity
        for tau in [0.01, 0.1, 0.3, 0.6, 1, 2, 4, 10] {
            let distance = abs(GammaPoisson.mean(count, .init(common: common, tau: tau)) - count.rate)
            #expect(distance <= before)
            before = distance
        }
    }

    @Test(arguments: 0..<40) func estimatesLieBetween(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let counts = (0..<3 + Int(random.next() % 20)).map { _ in
            let exposure = 20 + 500 * random.uniform()
            return PooledCount(events: poisson(exposure * exp(normal(&random) - 4), &random), exposure: exposure)
        }
        guard counts.count(where: { $0.events > 0 }) >= 2 else { return }
        let pooled = try PooledRates(counts, confidence: 0.95)
        #expect(pooled.tau > 0 && pooled.common > 0)
        for (count, estimate) in zip(counts, pooled.estimates) {
            #expect(
                min(count.rate, pooled.common) <= estimate.rate * (1 + 1e-12)
                    && estimate.rate <= max(count.rate, pooled.common) * (1 + 1e-12), "seed \(seed)")
            let between = estimate.ownWeight * count.rate + (1 - estimate.ownWeight) * pooled.common
            #expect(abs(between / estimate.rate - 1) < 1e-9)
            #expect(estimate.rate > 0 && estimate.interval.low > 0, "no history is taken for one without risk")
            #expect(estimate.interval.low <= estimate.rate && estimate.rate <= estimate.interval.high)
        }
        // The order of histories is nothing to them.
        let turned = try PooledRates(counts.reversed(), confidence: 0.95)
        #expect(abs(turned.tau / pooled.tau - 1) < 1e-6)
    }

    /// Common rate and spread against the greatest of the marginal likelihood on a fine grid, each history's chance summed up over the
    /// rates it may have.
    @Test func modeIsThatOfAGrid() throws {
        let counts = PooledRatesTests.counts
        func slow(_ common: Double, _ tau: Double) -> Double {
            let shape = gammaShape(logVariance: tau * tau)
            return counts.reduce(0) { total, count in
                var sum = 0.0
                for step in 0..<1200 {
                    let logRate = -14 + 0.0125 * Double(step)
                    let rate = exp(logRate)
                    let prior = shape * (log(shape / common) + logRate) - shape / common * rate - lgamma(shape)
                    sum += exp(prior + count.events * (log(count.exposure) + logRate) - count.exposure * rate) * 0.0125
                }
                return total + log(sum)
            } + log(tau) - tau
        }
        let found = GammaPoisson(counts).mode
        let top = slow(found.common, found.tau)
        for step in -20...20 {
            for other in -20...20 where step != 0 || other != 0 {
                let value = slow(found.common * exp(0.02 * Double(step)), found.tau * exp(0.04 * Double(other)))
                #expect(value < top + 1e-6, "\(step), \(other)")
            }
        }
    }

    /// Twelve coins whose rates differ by a factor of two and a half as often as not, a year of each: on the log scale the pooled rate is
    /// nearer to the truth than the own one, and its interval holds the truth.
    @Test func oneYearIsBetterPooled() throws {
        var random = SeededGenerator(seed: 1117)
        var (own, pooled, held, farOwn, farPooled, count) = (0.0, 0.0, 0, 0, 0, 0)
        for _ in 0..<60 {
            let rates = (0..<12).map { _ in exp(log(0.02) + 0.9 * normal(&random)) }
            let counts = rates.map { PooledCount(events: poisson(200 * $0, &random), exposure: 200) }
            let found = try PooledRates(counts, confidence: 0.95)
            for (place, rate) in rates.enumerated() {
                // Nothing seen counts as half an event, or its own error would have no end.
                let ownError = log(max(0.5, counts[place].events) / 200 / rate)
                let error = log(found.estimates[place].rate / rate)
                own += ownError * ownError
                pooled += error * error
                farOwn += abs(ownError) > log(3) ? 1 : 0
                farPooled += abs(error) > log(3) ? 1 : 0
                let interval = found.estimates[place].interval
                held += interval.low <= rate && rate <= interval.high ? 1 : 0
                count += 1
            }
        }
        let words =
            "seed 1117, \(count) histories: squared log error \(own / Double(count)) own, \(pooled / Double(count)) pooled; "
            + "off by more than three times \(farOwn) own, \(farPooled) pooled; held \(held)"
        print(words)
        #expect(pooled < 0.75 * own, "\(words)")
        #expect(farPooled < farOwn, "\(words)")
        #expect(Double(held) / Double(count) > 0.91, "\(words)")
    }

    @Test func whatCannotBePooled() throws {
        let some = PooledRatesTests.counts[0]
        #expect(throws: PooledRates.Refusal.fewHistories) { try PooledRates([some, some], confidence: 0.95) }
        let none = PooledCount(events: 0, exposure: 50)
        #expect(throws: PooledRates.Refusal.fewEvents) { try PooledRates([some, none, none], confidence: 0.95) }
        // Parts of an event are none: of what nobody has seen no common rate is known.
        let part = PooledCount(events: 0.04, exposure: 1500)
        #expect(throws: PooledRates.Refusal.fewEvents) { try PooledRates([some, part, part], confidence: 0.95) }
        #expect(PooledCount(share: 0.1, effectiveEntries: 0) == nil)
        // Ten of a hundred have a standard error of three in a hundred: a Poisson count of 11.1 has the same relative one.
        let count = try #require(PooledCount(share: 0.1, effectiveEntries: 100))
        #expect(abs(count.rate - 0.1) < 1e-12 && abs(1 / count.events - 0.9 / 10) < 1e-12)
        #expect(PooledCount(share: 0, effectiveEntries: 80) == PooledCount(events: 0, exposure: 80))
        #expect(PooledCount(share: 1, effectiveEntries: 80).map { $0.rate } == 1)
    }

    /// Values of scipy.special.digamma and polygamma, and of scipy.stats.gamma.
    @Test func gammaFunctionsAreRight() {
        for (x, first, second) in [
            (0.01, -100.56088545786868, 10001.621213528311), (1.0, -0.5772156649015329, 1.6449340668482264),
            (7.3, 1.917820335637986, 0.14679576813142703),
        ] {
            #expect(abs(digamma(x) / first - 1) < 1e-11 && abs(trigamma(x) / second - 1) < 1e-11)
            #expect(abs(gammaShape(logVariance: second) / x - 1) < 1e-9)
        }
        for (shape, share, x) in [
            (0.3, 0.025, 3.1856790317391693e-06), (4.5, 0.5, 4.1714163461264775), (300.0, 0.975, 334.8845761082056),
        ] {
            #expect(abs(gammaQuantile(share, shape: shape) / x - 1) < 1e-9)
            #expect(abs(gammaCumulative(x, shape: shape) - share) < 1e-11)
        }
    }
}
