import Foundation
import StressBasics
import TestSupport
import Testing

@testable import StressStatistics

/// Estimates of behaviours as JSON put down by hand, against an encoder.
@Suite struct EstimateTextTests {
    private struct Drawn {
        var random: SeededGenerator

        mutating func flip() -> Bool { random.next() % 2 == 0 }

        mutating func number() -> Double {
            let numbers = [
                0, -0.0, 1, -3, 0.1, 1e-7, .leastNonzeroMagnitude, 1e16, 123_456_789_012, .infinity, -.infinity, .nan,
                .greatestFiniteMagnitude,
            ]
            return flip() ? random.uniform() - 0.5 : numbers[Int(random.next() % UInt64(numbers.count))]
        }

        mutating func count() -> Int { Int(truncatingIfNeeded: random.next() >> (random.next() % 64)) }

        mutating func optional<Value>(_ value: (inout Drawn) -> Value) -> Value? { flip() ? value(&self) : nil }

        mutating func interval() -> Interval { Interval(low: number(), high: number()) }

        mutating func difference() -> DifferenceInference {
            let methods = DifferenceInference.Method.allCases
            return DifferenceInference(
                difference: number(), standardError: number(), interval: interval(),
                method: methods[Int(random.next() % UInt64(methods.count))], percentile: interval())
        }

        mutating func mean() -> MeanDifference {
            let methods = MeanInference.Method.allCases
            return MeanDifference(
                difference: number(), interval: optional { $0.interval() },
                method: methods[Int(random.next() % UInt64(methods.count))], percentile: optional { $0.interval() })
        }

        mutating func day() -> StopJumps.Day {
            StopJumps.Day(
                day: count(), entries: count(), liquidated: count(), negative: number(), lowest: number(), cut: count())
        }

        mutating func ruin() -> RuinShare {
            RuinShare(margins: count(), starts: count(), ruined: number(), interval: optional { $0.interval() })
        }

        mutating func estimate() -> BehaviourEstimate {
            var found = BehaviourEstimate(BehaviourTally(barLength: .hours(1)), isHolding: flip())
            (found.entries, found.filtered, found.excluded) = (count(), count(), count())
            (found.rejected, found.cut, found.liquidated) = (count(), count(), count())
            (found.stopped, found.tookProfit) = (count(), count())
            (found.panicked, found.trailed) = (count(), count())
            (found.winners, found.winnersClosed, found.negative) = (count(), count(), number())
            found.liquidatedShare = optional { $0.number() }
            found.negativeShare = optional { $0.number() }
            found.negativeInterval = optional { $0.interval() }
            found.lostHalfShare = optional { $0.number() }
            found.lostHalfInterval = optional { $0.interval() }
            (found.shortfall, found.equity) = (optional { $0.number() }, optional { $0.number() })
            (found.forgone, found.heldEquity) = (optional { $0.number() }, optional { $0.number() })
            found.heldNegativeShare = optional { $0.number() }
            found.negativeDifference = optional { $0.difference() }
            found.lostHalfDifference = optional { $0.difference() }
            found.equityDifference = optional { $0.mean() }
            found.stopJumps = optional { drawn in (0..<drawn.random.next() % 4).map { _ in drawn.day() } }
            found.ruin = optional { drawn in (0..<drawn.random.next() % 4).map { _ in drawn.ruin() } }
            found.change = optional { $0.change() } ?? nil
            return found
        }

        mutating func change() -> BehaviourChange? {
            var estimate = BehaviourEstimate(BehaviourTally(barLength: .hours(1)), isHolding: true)
            (estimate.negativeShare, estimate.lostHalfShare, estimate.equity) = (0, 0, 0)
            guard var change = BehaviourChange(from: estimate, to: estimate) else { return nil }
            (change.negative, change.lostHalf, change.equity) = (number(), number(), number())
            return change
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func theTextIsTheEncoders(seed: UInt64) throws {
        var drawn = Drawn(random: SeededGenerator(seed: seed))
        let estimate = drawn.estimate()
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let plain = String(decoding: try encoder.encode(estimate), as: UTF8.self)
        #expect(String(decoding: estimate.json, as: UTF8.self) == plain, "seed \(seed)")
    }
}
