import Dispatch
import Foundation
import StressBasics
import StressEngine
import StressPipeline
import StudyPlan
import TestSupport
import Testing

@testable import ShardRunner

/// A run that is shared is the run: its report has the bytes of a run on one machine, whatever the number of shards, their order,
/// and however often one ran.
@Suite struct ShardLawTests {
    /// Any number of shards, some of them done twice, in any order.
    @Test func anyNumberOfShardsGivesTheBytesOfOneRun() throws {
        for seed in ShardWorld.seeds(6, "any number of shards") {
            let world = try ShardWorld.random(seed)
            let wanted = try world.wholeRun()
            var random = SeededGenerator(seed: seed).stream("order")
            for count in [1, 2, 3 + Int(random.uniform() * 6)] {
                let plan = try world.plan(.shards(count))
                #expect(plan.shards.count == min(count, plan.histories.count), "seed \(seed)")
                let parts = try world.folder.subfolder() + "/parts"
                var order = Array(plan.shards.indices) + plan.shards.indices.filter { _ in random.uniform() < 0.5 }
                order.shuffle(using: &random)
                for shard in order {
                    let outcome = try world.run(plan, shard, parts: parts, threads: random.uniform() < 0.5 ? 1 : 2)
                    #expect(outcome.code == nil, "seed \(seed): \(outcome.failures)")
                }
                ShardWorld.expectSame(
                    try world.merged(plan, parts: parts), wanted, "seed \(seed), \(count) shards in order \(order)")
            }
        }
    }

    /// What is there is found, and not computed again.
    @Test func whatIsDoneIsNotDoneAgain() throws {
        let world = try ShardWorld.random(7, assets: 3, ledger: false)
        let plan = try world.plan(.shards(2))
        let parts = try world.folder.subfolder()
        let first = try plan.shards.indices.map { try world.run(plan, $0, parts: parts) }
        #expect(first.map(\.computed).reduce(0, +) == 3 && first.allSatisfy { $0.found == 0 })
        let again = try plan.shards.indices.map { try world.run(plan, $0, parts: parts) }
        #expect(again.map(\.found).reduce(0, +) == 3 && again.allSatisfy { $0.computed == 0 })
    }

    /// Orphans of a scheduler and their successors work on the same shard at the same time.
    @Test func twoAttemptsAtOnceDoNoHarm() throws {
        for seed in ShardWorld.seeds(3, "two attempts at once") {
            let world = try ShardWorld.random(seed, assets: 3)
            let plan = try world.plan(.shards(3))
            let parts = try world.folder.subfolder()
            DispatchQueue.concurrentPerform(iterations: 6) { attempt in
                let outcome = try? world.run(plan, attempt % 3, parts: parts)
                #expect(outcome?.code == nil && outcome != nil, "seed \(seed)")
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: parts).sorted()
            #expect(left == ["job-1", "job-2", "job-3"], "nothing is left beside the parts")
            ShardWorld.expectSame(try world.merged(plan, parts: parts), try world.wholeRun(), "seed \(seed)")
        }
    }

    /// A long history is divided by time, and joined without a different bit.
    @Test func longHistoriesAreDivided() throws {
        for seed in ShardWorld.seeds(2, "long histories") {
            let world = try ShardLawTests.longWorld(seed)
            let wanted = try world.wholeRun()
            for count in [3, 8] {
                var sizing = ShardSizing(cores: 1)
                (sizing.leastWork, sizing.leastWalkingShare) = (0, 0)
                let plan = try world.plan(.shards(count), sizing: sizing)
                #expect(plan.histories.contains { $0.pieces > 1 }, "seed \(seed): something is divided")
                let parts = try world.folder.subfolder()
                for shard in plan.shards.indices.reversed() {
                    #expect(try world.run(plan, shard, parts: parts, threads: 2).code == nil)
                }
                let counter = PieceCounter()
                let merged = try world.merged(plan, parts: parts, counting: counter)
                ShardWorld.expectSame(merged, wanted, "seed \(seed), \(count) shards")
                let found = counter.found.load(ordering: .relaxed)
                #expect(found > 0, "the merge finds what the shards computed")
                #expect(counter.kept.load(ordering: .relaxed) == 0, "and computes none of it again")
            }
        }
    }

    /// Minutes, so many that there are several chunks, and hours.
    static func longWorld(_ seed: UInt64) throws -> ShardWorld {
        try ShardWorld(
            """
            version: 1
            name: long
            data: [{asset: MINUTES, path: minutes.csv}, {asset: HOURS, path: hours.csv}]
            grid: {side: [long, short], leverage: 1:40, horizon: [4h, 1d]}
            platforms: {typical: {tiers: [{to: .inf, rate: 0.005}], slippage: 0.0005}}
            statistics: {resamples: 100}
            headline: {asset: HOURS, side: long, leverage: 20, horizon: 1d}
            """,
            files: [
                "minutes.csv": ShardWorld.prices(seed: seed, bars: 66_000, seconds: 60),
                "hours.csv": ShardWorld.prices(seed: seed + 1, bars: 400),
            ])
    }

    /// The stretches of a history are all of it, whatever their number, and none twice.
    @Test func sharesAreTheWhole() throws {
        let seed = ShardWorld.seeds(1, "shares")[0]
        let world = try ShardLawTests.longWorld(seed)
        let loaded = try world.loaded
        let resolved = try ResolvedStudy(loaded.study, files: loaded.files)
        let plan = WorkPlan(loaded.study, files: loaded.files, threads: 2, memory: nil, isTableOnly: false)
        let session = StressSession(
            resolved, plan: plan, settings: RunSettings(threads: 2), command: "", started: UTCInstant(milliseconds: 0))
        func tallies(_ count: Int) throws -> [Digest: Int] {
            var seen: [Digest: Int] = [:]
            for share in 0..<count {
                let collector = TallyCollector()
                #expect(try session.keepTallies(of: 0, share: share, of: count, in: collector) == nil)
                let bytes = collector.bundle
                for (key, range) in try #require(TallyBundle.ranges(bytes)) { seen[key, default: 0] += range.count }
            }
            return seen
        }
        let whole = try tallies(1)
        #expect(whole.count > 3)
        for count in [2, 3, 7, 50] { #expect(try tallies(count) == whole, "seed \(seed), \(count) shares") }
    }
}
