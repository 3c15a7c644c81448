import Foundation
import MarginModel
import StressBasics
import StressStatistics
import Testing

@testable import StressEngine

/// The sweep's quick forms of a delayed fill against the exact ones, which numerical integration judges.
@Suite struct AnchoredLawTests {
    /// A bar, an anchor in it and an equity, as random as they come.
    private struct Draw {
        let law: DelayLaw
        let (low, high, anchor): (Double, Double, Double)
        let equity: AffineEquity

        init(_ random: inout SeededGenerator) {
            func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * random.uniform() }
            law = DelayLaw(delay: .seconds(30), overshoot: exp(between(-2, 2)), barLength: .hours(1))
            low = exp(between(-9, 9))
            high = low * exp(exp(between(-9, 0)))
            // At both ends and between them.
            let share = between(-0.2, 1.2)
            anchor = min(max(low * pow(high / low, share), low), high)
            let power: Double = random.uniform() < 0.5 ? 1 : -1
            let slope = between(1, 100) * (random.uniform() < 0.5 ? 1 : -1)
            // Equity is 0 somewhere in the bar, or a little beyond it.
            let edge = pow(low * pow(high / low, between(-0.3, 1.3)) / anchor, power)
            equity = AffineEquity(atAnchor: slope * (1 - edge), base: -slope * edge, power: power)
        }
    }

    @Test(arguments: 0..<40)
    func quickFormsAreTheExactOnes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("anchored")
        var (compared, partly) = (0, 0)
        var looks = Looks()
        for _ in 0..<500 {
            let draw = Draw(&random)
            let law = SweepLaw(draw.law)
            let range = log(draw.high / draw.low)
            guard let rate = law.rate(range: range),
                let exact = draw.law.spread(anchor: draw.anchor, low: draw.low, high: draw.high)
            else { continue }
            let quick = AnchoredLaw(
                law, rate: rate, anchor: draw.anchor, low: draw.low, high: draw.high,
                isInverse: draw.equity.power < 0)
            #expect(abs(quick.mean / exact.mean(power: draw.equity.power) - 1) < 1e-9, "seed \(seed)")
            guard let found = quick.below(draw.equity, tolerance: 1e-9) else { continue }
            compared += 1
            let reference = draw.equity.below(1e-9, exact)
            let (mine, plain) = (found?.probability ?? 0, reference?.probability ?? 0)
            #expect(abs(mine - plain) < 1e-9, "seed \(seed): \(mine) against \(plain)")
            guard let found, let reference, plain > 1e-6 else { continue }
            if plain < 1 { partly += 1 }
            let unit = abs(draw.equity.slope) * range
            #expect(abs(found.shortfall - reference.mean) < 1e-8 * unit, "seed \(seed)")
            #expect(abs(quick.largest(draw.equity) - reference.largest) < 1e-9 * unit, "seed \(seed)")
            for share in [random.uniform(), 0.05, 0.5, 0.99] {
                let (quick, exact) = (quick.quantile(share, found, draw.equity), reference.quantile(share))
                #expect(abs(quick - exact) < 1e-6 * unit, "seed \(seed), share \(share)")
            }
            looks.add(quick, found, draw.equity)
        }
        #expect(
            compared > 200 && partly > 50, "seed \(seed): \(compared) compared, \(partly) of them on both sides of 0")
        #expect(looks.strange == 0 && looks.moved * 1000 < looks.count, "seed \(seed): \(looks)")
    }

    /// Bins of a law, four at a time, against one after the other.
    private struct Looks {
        var count = 0
        /// In the bin beside theirs, which an edge leaves open.
        var moved = 0
        /// Farther away.
        var strange = 0

        mutating func add(_ law: AnchoredLaw, _ below: AnchoredLaw.Below, _ equity: AffineEquity) {
            let quick = law.spread(.one, below, equity)
            let plain = ShortfallSpread(negative: .one, shortfall: below.shortfall, largest: law.largest(equity)) {
                law.quantile($0, below, equity)
            }
            for place in 0..<16 {
                let distance = abs(Int(quick.bins[place]) - Int(plain.bins[place]))
                count += 1
                if distance == 1 { moved += 1 }
                if distance > 1 { strange += 1 }
            }
        }
    }
}
