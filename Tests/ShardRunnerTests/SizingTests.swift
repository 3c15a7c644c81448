import StressBasics
import StressEngine
import TestSupport
import Testing

@testable import ShardRunner

/// Work is dealt out once and evenly.
@Suite struct SizingTests {
    private func histories(_ random: inout SeededGenerator) -> [ShardSizing.History] {
        (0..<Int.random(in: 1...40, using: &random)).map { _ in
            let bars = Int.random(in: 10...5_000_000, using: &random)
            let walking = Double(bars) * 1e-5 * random.uniform()
            let reading = Double(bars) * 1e-7
            return ShardSizing.History(
                work: bars * Int.random(in: 1...500, using: &random),
                seconds: 0.01 + reading + walking + Double(bars) * 1e-6 * random.uniform(), walkingSeconds: walking,
                readingSeconds: reading, most: Int.random(in: 1...200, using: &random))
        }
    }

    /// Every piece is in one shard, and no shard is longer than an equal share and one piece more, which is all that anybody can
    /// promise who deals out whole pieces.
    @Test func everyPieceIsDealtOutOnceAndEvenly() {
        for seed in ShardWorld.seeds(60, "sizing") {
            var random = SeededGenerator(seed: seed)
            let histories = histories(&random)
            let count = Int.random(in: 1...60, using: &random)
            let goal: ShardSizing.Goal =
                random.uniform() < 0.5 ? .shards(count) : .seconds(0.05 + 20 * random.uniform())
            let sized = ShardSizing(cores: 1).shards(histories, goal: goal)
            let units = sized.shards.flatMap { $0 }
            let all = histories.indices.flatMap { history in
                (0..<sized.pieces[history]).map { ShardPlan.Unit(history: history, piece: $0) }
            }
            #expect(units.count == all.count && Set(units) == Set(all), "seed \(seed)")
            #expect(sized.shards.allSatisfy { !$0.isEmpty }, "seed \(seed): no shard is idle")
            if case .shards = goal { #expect(sized.shards.count == min(count, all.count), "seed \(seed)") }
            let costs = Dictionary(
                uniqueKeysWithValues: all.map { unit -> (ShardPlan.Unit, Double) in
                    let (history, pieces) = (histories[unit.history], sized.pieces[unit.history])
                    let whole = history.readingSeconds + history.walkingSeconds / Double(pieces)
                    return (unit, pieces == 1 ? history.seconds : whole)
                })
            let loads = sized.shards.map { $0.reduce(0) { $0 + costs[$1]! } }
            let mean = costs.values.reduce(0, +) / Double(loads.count)
            #expect(loads.max()! <= mean + costs.values.max()! + 1e-9, "seed \(seed)")
            #expect(abs(sized.seconds - loads.max()!) < 1e-9, "seed \(seed)")
        }
    }

    /// What is short, and what would leave most of the work to the merge, stays whole.
    @Test func onlyWhatGainsFromItIsDivided() {
        func pieces(work: Int, walking: Double, shards: Int = 10, most: Int = 150) -> Int {
            let history = ShardSizing.History(
                work: work, seconds: 100, walkingSeconds: walking, readingSeconds: 1, most: most)
            return ShardSizing(cores: 1).shards([history], goal: .shards(shards)).pieces[0]
        }
        #expect(pieces(work: 1 << 40, walking: 90) > 5)
        #expect(pieces(work: 1 << 40, walking: 40) == 1)
        #expect(pieces(work: 1000, walking: 90) == 1)
        #expect(pieces(work: 1 << 40, walking: 90, shards: 1) == 1)
        #expect(pieces(work: 1 << 40, walking: 90, most: 3) == 3)
    }

    /// The spec names the same shards, each once and in order.
    @Test func specsNameTheSameShards() {
        #expect(arraySpec([]).isEmpty)
        #expect(arraySpec([7, 0, 1, 2, 3]) == "0-3,7")
        #expect(arraySpec([3, 7, 9, 10, 11, 12]) == "3,7,9-12")
        for seed in ShardWorld.seeds(50, "array specs") {
            var random = SeededGenerator(seed: seed)
            let shards = (0..<200).filter { _ in random.uniform() < 0.6 }.shuffled(using: &random)
            let read = arraySpec(shards).split(separator: ",").flatMap { run -> [Int] in
                let ends = run.split(separator: "-").compactMap { Int($0) }
                return Array(ends[0]...ends[ends.count - 1])
            }
            #expect(read == shards.sorted(), "seed \(seed)")
        }
    }
}
