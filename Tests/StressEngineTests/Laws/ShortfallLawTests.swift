import Foundation
import MarginModel
import StressBasics
import StressStatistics
import Testing

@testable import StressEngine

/// The histogram of shortfalls that are known by laws against the probabilities of the laws themselves.
@Suite struct ShortfallLawTests {
    /// One entry: what is left after a fill by its law.
    private struct Entry {
        let equity: AffineEquity
        let spread: DelaySpread

        init(_ random: inout SeededGenerator) {
            func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * random.uniform() }
            let range = exp(between(-5, -1))
            let (low, high) = (-range * random.uniform(), range * random.uniform())
            spread = DelaySpread(lower: low, upper: high, scale: exp(between(-2, 0.5)) * range)
            let leverage = between(2, 60)
            // Nothing is left a little before the anchor, at it, or a little beyond.
            let left = leverage * range * between(-0.3, 0.5)
            equity = AffineEquity(atAnchor: left, base: left - leverage, power: 1)
        }

        var exit: EntryExit {
            DelayedExit(
                atTrigger: 0, atOnce: 0, delayed: equity, slipped: equity, afterFees: nil, final: equity
            ).exit(spread, tolerance: 1e-9)
        }

        /// The probability of a larger shortfall.
        func tail(_ shortfall: Double) -> Double { equity.below(shortfall, spread)?.probability ?? 0 }
    }

    /// The part of what is below zero that lies at or below a shortfall.
    private static func part(_ entries: [Entry], upTo shortfall: Double) -> Double {
        let tail = entries.reduce(0) { $0 + $1.tail(shortfall) }
        return 1 - tail / entries.reduce(0) { $0 + $1.tail(1e-9) }
    }

    private static func histogram(_ entries: [Entry]) -> LogHistogram {
        var histogram = LogHistogram()
        for entry in entries {
            let exit = entry.exit
            histogram.add(exit, exit.negative(tolerance: 1e-9))
        }
        return histogram
    }

    private static func entries(_ count: Int, _ random: inout SeededGenerator) -> [Entry] {
        var entries: [Entry] = []
        while entries.count < count {
            let entry = Entry(&random)
            if entry.tail(1e-9) > 0.01 { entries.append(entry) }
        }
        return entries
    }

    /// One entry's quantiles at the shares that are looked at are its law's own, to a bin.
    @Test(arguments: 0..<20)
    func singleEntriesHaveTheirOwnQuantiles(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("single laws")
        for _ in 0..<40 {
            let entries = Self.entries(1, &random)
            let histogram = Self.histogram(entries)
            for share in [205.0 / 1024, 0.5, 932.0 / 1024, 1014.0 / 1024] {
                let found = try #require(histogram.quantile(share))
                let parts = (
                    Self.part(entries, upTo: found / 1.0051), Self.part(entries, upTo: found * 1.0051)
                )
                #expect(
                    parts.0 <= share + 1e-9 && parts.1 >= share - 1e-9,
                    "seed \(seed), \(share): \(found) holds \(parts)")
            }
        }
    }

    /// Of several entries the part that a quantile leaves below it is the one asked for, to a fortieth for medians and less above.
    @Test(arguments: 0..<20)
    func quantilesAreThoseOfTheMixture(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("mixed laws")
        for _ in 0..<20 {
            let entries = Self.entries(1 + Int(random.next() % 12), &random)
            let histogram = Self.histogram(entries)
            for (share, slack) in [(0.5, 0.025), (0.9, 0.008), (0.99, 0.004)] {
                let found = try #require(histogram.quantile(share))
                let parts = (Self.part(entries, upTo: found / 1.0051), Self.part(entries, upTo: found * 1.0051))
                #expect(
                    parts.0 <= share + slack && parts.1 >= share - slack,
                    "seed \(seed), \(entries.count) entries, \(share): \(found) holds \(parts)")
            }
        }
    }
}
