import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

/// Results are kept under keys that are made of the bars in reach of their rules: nothing stale can be served, and no more is computed
/// again than must be.
@Suite struct ReachTests {
    /// A rule that looks back, as those will that remember what happened before.
    private struct Trailing: HistoryRule {
        let bars: Int
        var reach: Reach { Reach(back: bars) }

        /// For every entry of a chunk: the highest price that the rule sees.
        func values(_ job: HistoryJob, _ chunk: Int) -> [Double] {
            job.blocks.bars(chunk..<chunk + 1).map { entry in
                job.market.series.high[max(0, entry - bars)...entry].max() ?? 0
            }
        }
    }

    private struct Case {
        private let seed: UInt64
        private let study: Study
        private let draw: SeededGenerator

        init(_ contract: ContractKind, seed: UInt64) throws {
            var random = SeededGenerator(seed: seed).stream("reach")
            (self.seed, draw) = (seed, random.stream("market"))
            let cell = try RandomStudy.cell(contract, &random)
            var study = try cell.study(
                leverages: RandomStudy.leverages(&random, most: 4),
                horizons: [.minutes(1), .minutes(Int64(2 + random.next() % 60))])
            study.grid.sides = [.long, .short]
            study.statistics.block = .minutes(7)
            self.study = study
        }

        /// On a history of which one bar may have changed, in a way that every rule sees and no funding sum does: those begin at the
        /// first bar.
        func job(changing bar: Int? = nil) throws -> HistoryJob {
            var random = draw
            let market = try RandomStudy.market(seed, &random, changing: bar)
            return HistoryJob(study: study, asset: "X", market: market, kernel: .automatic, barsPerChunk: 24)
        }
    }

    /// One bar that changes outside of reach: same key, same tally. One inside: another key.
    @Test(arguments: 0..<60)
    func aKeyFollowsTheBarsInReach(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("bars")
        let test = try Case(ContractKind.allCases[Int(seed) % ContractKind.allCases.count], seed: seed)
        let job = try test.job()
        let keys = ChunkKeys(job, threads: 2)
        var (inside, outside) = (0, 0)
        for _ in 0..<6 {
            let bar = Int(random.next() % UInt64(job.market.series.count))
            let other = try test.job(changing: bar)
            let otherKeys = ChunkKeys(other, threads: 2)
            for (part, otherPart) in zip(job.parts, other.parts) {
                let (keyed, otherKeyed) = (job.keyed(part), other.keyed(otherPart))
                for chunk in job.blocks.chunks.indices {
                    let key = keys.key(chunk..<chunk + 1, keyed)
                    let isSame = key == otherKeys.key(chunk..<chunk + 1, otherKeyed)
                    if job.needed(by: chunk, job.reach(part)).contains(bar) {
                        inside += 1
                        #expect(!isSame, "seed \(seed), bar \(bar), chunk \(chunk)")
                    } else {
                        outside += 1
                        #expect(isSame, "seed \(seed), bar \(bar), chunk \(chunk)")
                    }
                    guard isSame else { continue }
                    let range = chunk..<chunk + 1
                    #expect(
                        job.tallies(part, range, control: RunControl())
                            == other.tallies(otherPart, range, control: RunControl()),
                        "seed \(seed), bar \(bar), chunk \(chunk)")
                }
            }
        }
        #expect(inside > 0)
        // Slippage that knows the volatility of the whole history looks at all of it.
        #expect(outside > 0 || job.rules[0].platform.slippage.impact > 0 || job.blocks.chunks.count < 3)
    }

    /// A trial rule with a look-back of n bars: a change n bars before the first entry is seen, one bar earlier is not.
    @Test(arguments: 0..<40)
    func aRuleThatLooksBackIsNeverStale(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("trailing")
        let test = try Case(.linear, seed: seed)
        let rule = Trailing(bars: 2 + Int(random.next() % 70))
        let job = try test.job()
        let cells = KeyedCells(reach: Reach.none.then(rule.reach), rest: Digest(of: "trial"))
        let keys = ChunkKeys(job, reaches: [cells.reach], threads: 1)
        let chunk = Int(random.next() % UInt64(job.blocks.chunks.count))
        let first = job.blocks.bars(chunk..<chunk + 1).lowerBound
        for distance in [1, rule.bars - 1, rule.bars, rule.bars + 1, rule.bars + 9] where distance <= first {
            let other = try test.job(changing: first - distance)
            let otherKeys = ChunkKeys(other, reaches: [cells.reach], threads: 1)
            let isSame = keys.key(chunk..<chunk + 1, cells) == otherKeys.key(chunk..<chunk + 1, cells)
            #expect(isSame == (distance > rule.bars), "seed \(seed), \(rule.bars) bars, \(distance) before")
            if isSame { #expect(rule.values(job, chunk) == rule.values(other, chunk), "seed \(seed)") }
        }
    }

    @Test func reachesJoin() {
        let (fill, trailing) = (Reach(ahead: 3), Reach(back: 5))
        #expect(fill.then(fill) == Reach(ahead: 6) && fill.then(trailing) == Reach(back: 5, ahead: 3))
        #expect(fill.union(Reach(back: 1, ahead: 2)) == Reach(back: 1, ahead: 3))
        #expect(Reach.history.then(trailing) == .history && trailing.union(.history) == .history)
        #expect(trailing.bars(of: 3..<7, count: 9) == 0..<7 && fill.bars(of: 3..<7, count: 9) == 3..<9)
        #expect(Reach(back: 2, ahead: 1).bars(of: 3..<7, count: 9) == 1..<8)
        #expect(Reach.history.bars(of: 3..<7, count: 9) == 0..<9)
    }
}
