import Foundation
import MarginModel
import StressBasics
import StudyPlan
import TestSupport
import Testing

@testable import Scenarios

@Suite struct ReverseTests {
    /// A cell of the shared vectors.
    private struct Vector: Decodable {
        let side: Side
        let leverageX: Double
        let shape: String
        let overS, owedMoreThanMarginFrac, delayS, rate: Double
        let feeOpen, feeClose, feeLiquidation, slippage: Double
        let liquidatedFrac, owesFrac: Double?
    }

    private func isNear(_ found: Double?, _ wanted: Double?, within part: Double = 1e-9) -> Bool {
        guard let found, let wanted else { return found == nil && wanted == nil }
        return abs(found - wanted) <= part * abs(wanted)
    }

    @Test(.needsSharedData) func theVectorsAgree() throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: try #require(sharedFolder) + "/vectors/reverse.json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let vectors = try decoder.decode([Vector].self, from: data)
        #expect(vectors.count == 80)
        for vector in vectors {
            var plain = PlainPath(side: vector.side, leverage: vector.leverageX)
            (plain.open, plain.close) = (vector.feeOpen, vector.feeClose)
            (plain.liquidation, plain.slippage) = (vector.feeLiquidation, vector.slippage)
            (plain.tiers, plain.delay) = ([(.infinity, vector.rate, 0)], vector.delayS)
            let position = try #require(PathPosition(.linear, plain.terms, entryPrice: 1))
            let answer = position.reverse(
                over: TimeSpan(milliseconds: Int64(vector.overS * 1000)),
                owingMoreThan: vector.owedMoreThanMarginFrac)
            #expect(isNear(answer.liquidated, vector.liquidatedFrac), "\(vector)")
            #expect(isNear(answer.owes, vector.owesFrac), "\(vector) \(answer)")
        }
    }

    /// The paper case of the definition: ten times, half a percent.
    @Test func theWorkedExample() throws {
        let position = try #require(PathPosition(.linear, PlainPath().terms, entryPrice: 1))
        func owes(_ seconds: Int64) -> String {
            let part = position.reverse(over: .seconds(seconds), owingMoreThan: 0).owes
            return significantText((part ?? 0) * 100, digits: 4)
        }
        let due = position.reverse(over: .seconds(0), owingMoreThan: 0).liquidated ?? 0
        #expect(significantText(due * 100, digits: 4) == "9.497")
        #expect(owes(0) == "9.86" && owes(776) == "9.86" && owes(780) != "9.86")
        #expect(owes(1200) == "14.83" && owes(3600) == "38.21")
    }

    /// Closed form against following the path: every contract, side and table.
    @Test func theJudgeAgrees() throws {
        var (opened, never) = (0, 0)
        for seed in 0..<600 as Range<UInt64> {
            let plain = PlainPath(seed: seed)
            guard let position = PathPosition(plain.contract, try plain.terms, entryPrice: 1) else { continue }
            opened += 1
            var random = SeededGenerator(seed: seed).stream("question")
            let length = random.uniform() < 0.2 ? 0 : (random.uniform() * 4 * plain.delay).rounded()
            let share = random.uniform() < 0.3 ? 0 : random.uniform() * 2
            let answer = position.reverse(over: .seconds(Int64(length)), owingMoreThan: share)
            let due = plain.least(plain.isLiquidated).map(plain.move)
            let owes = plain.least { plain.owes(share, depth: $0, length: length) }.map(plain.move)
            #expect(isNear(answer.liquidated, due, within: 1e-8), "seed \(seed): \(answer) \(due as Any)")
            #expect(isNear(answer.owes, owes, within: 1e-7), "seed \(seed): \(answer) \(owes as Any)")
            never += owes == nil ? 1 : 0
        }
        #expect(opened > 300 && never > 5 && never < opened / 2, "\(opened) opened, \(never) never owe")
    }

    /// A slower move, and a larger debt, take a larger move; nobody owes who is not liquidated.
    @Test func slowerAndMoreTakeMore() throws {
        for seed in 0..<300 as Range<UInt64> {
            let plain = PlainPath(seed: seed)
            guard let position = PathPosition(plain.contract, try plain.terms, entryPrice: 1) else { continue }
            var before = 0.0
            for seconds in [0, 10, 100, 1000, 10_000] as [Int64] {
                let answers = [0, 0.1, 1, 10].map { position.reverse(over: .seconds(seconds), owingMoreThan: $0) }
                let owes = answers.map { $0.owes ?? .infinity }
                #expect(owes == owes.sorted(), "seed \(seed)")
                #expect(owes[0] >= (answers[0].liquidated ?? .infinity), "seed \(seed)")
                #expect(owes[0] >= before, "seed \(seed)")
                before = owes[0]
            }
        }
    }

    /// A little more than the answer owes more than was asked, a little less does not.
    @Test func shocksAgree() throws {
        var seen = 0
        for seed in 0..<400 as Range<UInt64> {
            let plain = PlainPath(seed: seed)
            guard let position = PathPosition(plain.contract, try plain.terms, entryPrice: 1) else { continue }
            let length = TimeSpan.seconds(seed % 3 == 0 ? 0 : Int64(plain.delay) * Int64(seed % 5))
            guard let owes = position.reverse(over: length, owingMoreThan: 0.25).owes, owes < 1e5 else { continue }
            func owed(_ part: Double) throws -> Double {
                let size = plain.side == .long ? -owes * part : owes * part
                guard size > -1 else { return .infinity }
                let shape: ShockShape = length.milliseconds == 0 ? .jump : .line
                return position.outcome(on: try Shock(shape: shape, size: size, length: length).path).owed
            }
            #expect(try owed(1 - 1e-6) <= 0.25 && owed(1 + 1e-6) > 0.25, "seed \(seed)")
            seen += 1
        }
        #expect(seen > 150)
    }

    /// Where nobody liquidates, the fall alone decides; and what covers itself never owes.
    @Test func nobodyLiquidatesAndNothingLent() throws {
        let plain = PlainPath()
        let own = try plain.rules
        let open = PlatformRules(
            fees: own.fees, slippage: own.slippage, tiers: own.tiers, liquidation: try LiquidationRules(enabled: false))
        let terms = PositionTerms(side: .long, leverage: Leverage(10)!, notional: 1, rules: open)
        let position = try #require(PathPosition(.linear, terms, entryPrice: 1))
        let answers = [0, 3600].map { position.reverse(over: .seconds($0), owingMoreThan: 0) }
        #expect(answers[0] == answers[1] && answers[0].liquidated == nil)
        // 1 − x_0 of the definition, without a liquidation's fee.
        let worth = (1 - 1 / 10 + 0.0005) / ((1 - 0.0005) * (1 - 0.0005))
        #expect(isNear(answers[0].owes, 1 - worth))
        let spot = PositionTerms(side: .long, leverage: Leverage(1)!, notional: 1, rules: own)
        #expect(
            try #require(PathPosition(.spot, spot, entryPrice: 1)).reverse(over: .seconds(0), owingMoreThan: 0)
                == .nothing)
        #expect(PathPosition(.spot, terms, entryPrice: 1) == nil)
        let inverse = try #require(
            PathPosition(.inverse, PlainPath(side: .short, leverage: 1, open: 0).terms, entryPrice: 1))
        #expect(inverse.reverse(over: .seconds(0), owingMoreThan: 0).owes == nil)
    }

    /// No answer depends on the entry price or on the size where one rate holds for all.
    @Test func pricesScale() throws {
        for (contract, side) in [
            (ContractKind.linear, Side.long), (.inverse, .short), (.margin, .short), (.inverse, .long),
        ] {
            var terms = try PlainPath(contract: contract, side: side, leverage: 5).terms
            let one = try #require(PathPosition(contract, terms, entryPrice: 1)).reverse(
                over: .minutes(20), owingMoreThan: 0)
            terms.notional = 12_345
            let other = try #require(PathPosition(contract, terms, entryPrice: 61_234.5))
                .reverse(over: .minutes(20), owingMoreThan: 0)
            #expect(isNear(one.liquidated, other.liquidated) && isNear(one.owes, other.owes))
        }
    }
}
