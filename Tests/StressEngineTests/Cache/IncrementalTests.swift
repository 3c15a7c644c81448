import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import Synchronization
import TestSupport
import Testing

@testable import StressEngine

/// Tallies that are kept between runs: what is taken from the store has the same bits as what is computed.
@Suite struct IncrementalTests {
    /// A store in memory that counts.
    private final class Memory: TallyStore {
        let isOwn = false
        private let state = Mutex<(entries: [Digest: [UInt8]], found: Int, kept: Int)>(([:], 0, 0))

        func withBytes<Value>(_ key: Digest, _ body: (UnsafeRawBufferPointer) -> Value?) -> Value? {
            guard let bytes = state.withLock({ $0.entries[key] }) else { return nil }
            state.withLock { $0.found += 1 }
            return bytes.withUnsafeBytes(body)
        }

        func keep(_ key: Digest, _ bytes: [UInt8]) {
            state.withLock {
                $0.entries[key] = bytes
                $0.kept += 1
            }
        }

        /// How often something was found and kept since the last time.
        func counts() -> (found: Int, kept: Int) {
            state.withLock {
                let counts = ($0.found, $0.kept)
                ($0.found, $0.kept) = (0, 0)
                return counts
            }
        }

        func damage() { state.withLock { for key in $0.entries.keys { $0.entries[key]?.removeLast() } } }
    }

    private func run(
        _ series: BarSeries, funding: Bool, contract: ContractKind = .linear
    ) throws -> HistoryJob {
        var cell = TestCell(contract: contract, fees: (0.0005, 0.0005, 0.001), slippage: 0.0005, fill: .auto)
        cell.borrow = (0.3, 1.1)
        cell.maxGap = .automatic
        // Few enough bars for a test, and enough work to be worth keeping.
        var study = try cell.study(leverages: (1...125).map(Double.init), horizons: [.minutes(5), .minutes(90)])
        study.grid.sides = [.long, .short]
        study.statistics.block = .minutes(60)
        let schedule = funding ? FundingSchedule(constant: 0.0001, every: .minutes(30), over: series) : nil
        return HistoryJob(
            study: study, asset: "X", market: MarketHistory(series: series, funding: schedule), kernel: .automatic,
            barsPerChunk: 1000)
    }

    private func history(seed: UInt64, bars: Int) -> BarSeries {
        SyntheticMarket.samples(
            start: UTCInstant(milliseconds: 1_600_000_000_000), barLength: .minutes(1), bars: bars)[0].series(
                seed: seed)
    }

    private func prefix(_ series: BarSeries, _ count: Int, changed: Int? = nil) throws -> BarSeries {
        var low = Array(series.low[..<count])
        if let changed { low[changed] *= 0.5 }
        return try BarSeries(
            time: Array(series.time[..<count]), open: Array(series.open[..<count]), high: Array(series.high[..<count]),
            low: low, close: Array(series.close[..<count]), volume: series.volume.map { Array($0[..<count]) })
    }

    /// How many pieces of each part are settled, of which the start is kept beside them.
    private func settled(_ job: HistoryJob) throws -> Int {
        let kept = KeptTallies(Memory(), of: job, threads: 1)
        let starts = try #require(KeptStarts(kept, of: job, pieces: job.keptRuns))
        #expect(job.parts.count == 2 && starts.settled(part: 0) == starts.settled(part: 1))
        return starts.settled(part: 0)
    }

    private func sameBits(_ a: [CellResult], _ b: [CellResult]) -> Bool { a.map(\.tally) == b.map(\.tally) }

    @Test(arguments: [true, false])
    func onlyWhatIsNewIsComputed(funding: Bool) throws {
        let all = history(seed: 5, bars: 109_000)
        let store = Memory()
        let old = try run(prefix(all, 101_000), funding: funding)
        #expect(old.workUnits >= HistoryJob.leastWorkToKeep)
        _ = try old.run(threads: 2, store: store)
        let (first, pieces, start) = (store.counts(), old.keptRuns.count, try settled(old))
        #expect(first.found == 0 && first.kept == pieces * 2 + 2 && start == pieces - 1)

        // Again: everything is found, the settled pieces as one, with equal bits.
        let again = try old.run(threads: 1, store: store)
        #expect(sameBits(again, try old.run(threads: 2)))
        #expect(store.counts() == ((pieces - start) * 2 + 2, 0))

        // Grown: the start is found, what is behind it computed, and a longer start kept where more is settled now.
        var known = start
        for bars in [101_500, all.count] {
            let grown = try run(prefix(all, bars), funding: funding)
            #expect(sameBits(try grown.run(threads: 2, store: store), try grown.run(threads: 1)))
            let (counts, now) = (store.counts(), try settled(grown))
            #expect(counts.found == 2, "\(bars) bars")
            #expect(counts.kept == (grown.keptRuns.count - known) * 2 + (now > known ? 2 : 0), "\(bars) bars")
            known = now
        }
        #expect(known > start)
    }

    /// What is too little to be kept in pieces is kept as its settled start, one record a part.
    @Test(arguments: [true, false])
    func ofALittleWorkTheStartAloneIsKept(funding: Bool) throws {
        let all = history(seed: 8, bars: 21_000)
        let store = Memory()
        var known = 0
        for bars in [18_000, 18_000, 18_400, all.count] {
            let job = try run(prefix(all, bars), funding: funding)
            #expect(job.workUnits < HistoryJob.leastWorkToKeep && job.workUnits >= HistoryJob.leastWorkToKeepStarts)
            let threads = bars == 18_000 ? 2 : 1
            #expect(sameBits(try job.run(threads: threads, store: store), try job.run(threads: 3 - threads)))
            let (counts, now) = (store.counts(), try settled(job))
            #expect(counts == (known > 0 ? 2 : 0, now > known ? 2 : 0), "\(bars) bars")
            known = now
        }
        #expect(known < (try run(all, funding: funding)).keptRuns.count)
        // Damaged, and of bars that were others: computed again.
        store.damage()
        let job = try run(all, funding: funding)
        #expect(sameBits(try job.run(threads: 2, store: store), try job.run(threads: 1)))
        #expect(store.counts().kept == 2)
        let changed = try run(prefix(all, all.count, changed: 9_000), funding: funding)
        #expect(sameBits(try changed.run(threads: 2, store: store), try changed.run(threads: 1)))
        #expect(store.counts() == (0, 2))
        // Of next to no work nothing is kept.
        let short = try run(prefix(all, 1_900), funding: funding)
        _ = try short.run(threads: 2, store: store)
        #expect(short.workUnits < HistoryJob.leastWorkToKeepStarts && store.counts() == (0, 0))
    }

    /// A night's histories of hours have settled chunks, most of their days among them.
    @Test func aChunkOfLongBarsEnds() throws {
        let bars = SyntheticMarket.samples(
            start: UTCInstant(milliseconds: 1_577_836_800_000), barLength: .hours(1), bars: 26_280)[0].series(seed: 9)
        let blocks = BlockRuns(MarketHistory(series: bars), block: .days(1))
        #expect(blocks.chunks.allSatisfy { $0.count <= 256 } && blocks.chunks.count >= 5)
        #expect(blocks.chunks.flatMap { Array($0) } == Array(blocks.blocks.indices))
    }

    @Test func aChangedByteInTheOldPartIsSeen() throws {
        let all = history(seed: 6, bars: 102_000)
        let store = Memory()
        _ = try run(all, funding: false).run(threads: 2, store: store)
        _ = store.counts()
        let changed = try run(prefix(all, all.count, changed: 40_000), funding: false)
        let results = try changed.run(threads: 2, store: store)
        #expect(sameBits(results, try changed.run(threads: 1)))
        #expect(!sameBits(results, try run(all, funding: false).run(threads: 2)))
        let counts = store.counts()
        // Beside them the start of both sides, which holds the bar, too.
        #expect((2...6).contains(counts.kept - 2), "the chunk of the bar and those whose windows reach it: \(counts)")
    }

    @Test func damagedEntriesAreComputedAgain() throws {
        let all = history(seed: 7, bars: 102_000)
        let store = Memory()
        let run = try run(all, funding: false)
        let first = try run.run(threads: 2, store: store)
        store.damage()
        _ = store.counts()
        #expect(sameBits(try run.run(threads: 2, store: store), first))
        #expect(store.counts().kept == run.keptRuns.count * 2 + 2)
    }

    @Test(arguments: 0..<40)
    func recordsGiveTheTalliesBack(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bars = randomSeries(seed: seed, bars: 300, wildness: 0.05)
        var cell = TestCell(leverage: 5 + 60 * random.uniform(), fees: (0.001, 0.001, 0), hasBounds: seed % 2 == 0)
        cell.horizon = .minutes(40)
        let tallies = [try cell.run(bars).tally, try cell.run(bars).tally]
        let bytes = CellTally.record(tallies)
        let empty = tallies.map { CellTally(roles: $0.roles, barLength: .minutes(1)) }
        #expect(bytes.withUnsafeBytes { CellTally.tallies($0, like: empty) } == tallies)
        // Nothing that is cut short, too long or of other cells is taken for whole.
        #expect(bytes.dropLast().withUnsafeBytes { CellTally.tallies($0, like: empty) } == nil)
        #expect((bytes + [0]).withUnsafeBytes { CellTally.tallies($0, like: empty) } == nil)
        #expect(bytes.withUnsafeBytes { CellTally.tallies($0, like: [empty[0]]) } == nil)
        // Random damage never traps.
        var damaged = bytes
        for _ in 0..<20 {
            damaged[Int(random.next() % UInt64(damaged.count))] = UInt8(truncatingIfNeeded: random.next())
        }
        _ = damaged.withUnsafeBytes { CellTally.tallies($0, like: empty) }
    }
}
