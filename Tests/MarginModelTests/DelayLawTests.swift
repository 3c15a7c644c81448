import Foundation
import MarginModel
import StressBasics
import Testing

/// The law of a delayed fill against plain numerical integration.
@Suite struct DelayLawTests {
    /// Intervals that hold 0 and that do not, from a few scales wide to thousands, and from thousandths of a scale.
    @Test(arguments: 0..<60)
    func closedFormsAreTheIntegrals(seed: UInt64) {
        var random = SeededGenerator(seed: seed).stream("law")
        func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * random.uniform() }
        for _ in 0..<10 {
            let range = exp(between(-9, 1))
            let lower = -range * between(-0.3, 1.3)
            let law = DelaySpread(lower: lower, upper: lower + range, scale: range * exp(between(-6, 2)))
            let plain = PlainLaw(law)
            for power in [1.0, -1] {
                expectEqual(law.mean(power: power), plain.integral(law.lower, law.upper) { exp(power * $0) }, seed)
                for isBelow in [true, false] {
                    let edge = lower + range * between(0.001, 0.999)
                    let (from, to) = isBelow ? (lower, edge) : (edge, lower + range)
                    let probability = law.probability(from: from, to: to)
                    guard probability > 1e-60 else { continue }
                    expectEqual(probability, plain.integral(from, to) { _ in 1 }, seed)
                    expectEqual(
                        law.excess(power: power, edge: edge, isBelow: isBelow),
                        plain.integral(from, to) { abs(expm1(power * ($0 - edge))) }, seed)
                    let part = between(0.01, 0.99)
                    let place = law.quantile(part, from: from, to: to)
                    #expect((from...to).contains(place), "seed \(seed)")
                    expectEqual(law.probability(from: from, to: place), part * probability, seed)
                }
            }
        }
    }

    private func expectEqual(_ value: Double, _ reference: Double, _ seed: UInt64) {
        #expect(abs(value - reference) <= 2e-8 * abs(reference), "seed \(seed): \(value) against \(reference)")
    }

    /// A smaller scale and a shorter delay bring the fill to where it started.
    @Test func withoutTimeNothingMoves() throws {
        var before = Double.infinity
        for seconds in [3600, 60, 1] as [Int64] {
            let law = DelayLaw(delay: .seconds(seconds), overshoot: 2.2, barLength: .days(1))
            let spread = try #require(law.spread(anchor: 100, low: 90, high: 105))
            let moved = abs(spread.mean(power: 1) - 1) + spread.probability(from: spread.lower, to: -0.01)
            #expect(moved < before)
            before = moved
        }
        #expect(before < 1e-3)
        // κ ln(H/L)/√(4 ln 2) √(τ/Δ)/√2, worked by hand: 2.2 · 0.154151/1.665109 · √(1/86400)/√2.
        let law = DelayLaw(delay: .seconds(1), overshoot: 2.2, barLength: .days(1))
        #expect(abs(try #require(law.spread(anchor: 100, low: 90, high: 105)).scale - 4.8995e-4) < 1e-7)
    }

    @Test func certainFillsHaveNoSpread() {
        let law = DelayLaw(delay: .seconds(30), overshoot: 2.2, barLength: .hours(1))
        #expect(law.spread(anchor: 100, low: 100, high: 100) == nil)
        #expect(law.spread(anchor: 100, low: 0, high: 100) == nil)
        #expect(law.spread(anchor: 0, low: 1, high: 100) == nil)
        #expect(law.spread(anchor: 100, low: -1, high: 100) == nil)
        let still = DelayLaw(delay: .seconds(30), overshoot: 0, barLength: .hours(1))
        #expect(still.spread(anchor: 100, low: 90, high: 110) == nil)
    }

    @Test func barsThatTellThemselvesAreRead() throws {
        func resolved(_ bar: TimeSpan, _ delay: TimeSpan) throws -> ResolvedFill {
            try LiquidationRules(fill: .delay, delay: delay).resolvedFill(barLength: bar)
        }
        #expect(try resolved(.minutes(1), .seconds(30)) == .next(latency: 1))
        #expect(try resolved(.minutes(1), .seconds(150)) == .next(latency: 3))
        #expect(try resolved(.seconds(10), .seconds(30)) == .next(latency: 4))
        #expect(try resolved(.minutes(1), .seconds(29)).name == "delay")
        #expect(try resolved(.hours(1), .minutes(30)) == .next(latency: 1))
    }

    @Test func absurdDelaysAreRefused() {
        for delay in [TimeSpan.seconds(0), .days(2)] {
            #expect(throws: RuleError.self) { try LiquidationRules(fill: .delay, delay: delay) }
        }
        for overshoot in [-1, 21, Double.nan, .infinity] {
            #expect(throws: RuleError.self) { try LiquidationRules(fill: .delay, overshoot: overshoot) }
        }
    }
}

/// The law as its definition reads: Simpson's rule on pieces that end where the density bends or has fallen.
private struct PlainLaw {
    let law: DelaySpread
    private let distance: Double
    private var mass = 1.0

    init(_ law: DelaySpread) {
        self.law = law
        distance = max(0, law.lower, -law.upper)
        mass = integral(law.lower, law.upper) { _ in 1 }
    }

    func integral(_ from: Double, _ to: Double, _ value: (Double) -> Double) -> Double {
        let ends = [from, to, 0].flatMap { end in
            [0, 0.1, 1, 3, 10, 30].flatMap { [end - $0 * law.scale, end + $0 * law.scale] }
        }
        let cuts = ([from, to] + ends.filter { from < $0 && $0 < to }).sorted()
        return zip(cuts, cuts.dropFirst()).reduce(0) { $0 + simpson($1.0, $1.1, value) } / mass
    }

    private func simpson(_ from: Double, _ to: Double, _ value: (Double) -> Double) -> Double {
        let (steps, width) = (200, (to - from) / 200)
        func density(_ x: Double) -> Double { value(x) * exp((distance - abs(x)) / law.scale) }
        let inner = (1..<steps).reduce(0.0) { $0 + (($1 & 1) == 1 ? 4 : 2) * density(from + width * Double($1)) }
        return (density(from) + inner + density(to)) * width / 3
    }
}
