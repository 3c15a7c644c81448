import StressBasics
import Testing

@testable import StressStatistics

@Suite struct RequiredMarginTests {
    private func context(blocks: Int) -> CellAnatomy.Context {
        CellAnatomy.Context(
            horizon: .days(1), barLength: .hours(1), blocks: blocks, meanLength: 3,
            rules: ResamplingRules(resamples: 400))
    }

    @Test(arguments: 0..<15)
    func theMarginKeepsTheFrequency(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let days = 700
        let blocks = (0..<days * 4).map { Int32($0 / 4) }
        let moves = blocks.map { _ in 0.1 * random.uniform() * random.uniform() - 0.005 }
        let found = try #require(
            RequiredMargin(
                moves: moves, blocks: blocks, frequency: 0.02, disjointWindows: days, context: context(blocks: days)))
        func share(beyond move: Double) -> Double { Double(moves.count { $0 > move }) / Double(moves.count) }
        #expect(share(beyond: found.observedMove) <= 0.02)
        let lower = moves.filter { $0 < found.observedMove }.max()!
        #expect(share(beyond: lower) > 0.02, "no smaller move would do")
        let safe = try #require(found.safeMove)
        #expect(safe > found.observedMove && share(beyond: safe) < 0.02, "seed \(seed)")
    }

    /// 100 windows without an event leave 3 %: one in a hundred cannot be shown.
    @Test func shortHistoriesCannotShowIt() throws {
        let blocks = (0..<100).map { Int32($0) }
        let moves = blocks.map { 0.001 * Double($0) }
        let found = try #require(
            RequiredMargin(
                moves: moves, blocks: blocks, frequency: 0.01, disjointWindows: 100, context: context(blocks: 100)))
        #expect(found.safeMove == nil && found.observedMove == 0.098)
        #expect(
            RequiredMargin(moves: [], blocks: [], frequency: 0.01, disjointWindows: 1, context: context(blocks: 1))
                == nil)
    }

    /// The plain version: all moves sorted, and all of them counted for every move that is looked at.
    private func plain(
        _ moves: [Double], _ blocks: [Int32], frequency: Double, windows: Int, _ context: CellAnatomy.Context
    ) -> (observed: Double, safe: Double?, least: Double?) {
        let sorted = moves.sorted()
        var entries = [UInt32](repeating: 0, count: context.blocks)
        for block in blocks { entries[Int(block)] += 1 }
        func interval(_ move: Double) -> FrequencyInterval? {
            var share = BlockShare(counts: Array(repeating: 0, count: context.blocks), entries: entries)
            for (value, block) in zip(moves, blocks) where value > move { share.events[Int(block)] += 1 }
            return context.inference(share, disjointWindows: windows)?.interval
        }
        /// The first place that answers, all before not answering and all behind answering.
        func first(_ range: Range<Int>, _ answers: (Double) -> Bool) -> Int {
            var (low, high) = (range.lowerBound - 1, range.upperBound - 1)
            while high - low > 1 {
                let middle = (low + high) / 2
                if answers(sorted[middle]) { high = middle } else { low = middle }
            }
            return high
        }
        func isSafe(_ move: Double) -> Bool { (interval(move)?.high ?? 1) <= frequency }
        func isExceeded(_ move: Double) -> Bool { (interval(move)?.low ?? 0) >= frequency }
        let observed = sorted[max(0, sorted.count - 1 - Int(frequency * Double(sorted.count)))]
        let safe = isSafe(sorted[sorted.count - 1]) ? sorted[first(0..<sorted.count) { isSafe($0) }] : nil
        let past = first(1..<sorted.count + 1) { !isExceeded($0) }
        return (max(0, observed), safe.map { max(0, $0) }, isExceeded(sorted[0]) ? max(0, sorted[past - 1]) : nil)
    }

    /// Smooth moves, and moves of which many are equal.
    @Test(arguments: 0..<12)
    func selectionSaysWhatSortingDoes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("moves")
        let days = 300
        let blocks = (0..<days * 6).map { Int32($0 / 6) }
        let steps = [1e9, 40, 6][Int(seed) % 3]
        let moves = blocks.map { _ in ((0.1 * random.uniform() * random.uniform() - 0.005) * steps).rounded() / steps }
        for frequency in [0.004, 0.02, 0.3] {
            let context = context(blocks: days)
            let found = try #require(
                RequiredMargin(
                    moves: moves, blocks: blocks, frequency: frequency, disjointWindows: days, context: context,
                    hasLowerEnd: true))
            let plain = plain(moves, blocks, frequency: frequency, windows: days, context)
            #expect(found.observedMove == plain.observed, "seed \(seed), \(frequency)")
            #expect(found.safeMove == plain.safe && found.leastMove == plain.least, "seed \(seed), \(frequency)")
        }
    }

    @Test(arguments: 0..<8)
    func ranksAreThoseOfASort(seed: UInt64) {
        var random = SeededGenerator(seed: seed).stream("ranks")
        for count in [1, 2, 3, 50, 4000] {
            // All equal, a few values, rising, falling, without order.
            let moves = (0..<count).map { place -> Double in
                switch seed % 5 {
                case 0: 1
                case 1: Double(random.next() % 4)
                case 2: Double(place)
                case 3: -Double(place)
                default: random.uniform()
                }
            }
            let (sorted, blocks) = (moves.sorted(), (0..<count).map { Int32($0 % 7) })
            var ranked = RankedMoves(moves, blocks: blocks)
            for _ in 0..<20 {
                let rank = Int(random.next() % UInt64(count))
                #expect(ranked.move(rank) == sorted[rank], "seed \(seed), rank \(rank) of \(count)")
                var counts = [Double](repeating: 0, count: 7)
                ranked.count(rank..<count, into: &counts)
                #expect(counts.reduce(0, +) == Double(count - rank))
                counts = Array(repeating: 0, count: 7)
                ranked.count(0..<count, beyond: sorted[rank], into: &counts)
                for block in 0..<7 {
                    let plain = moves.indices.count { $0 % 7 == block && moves[$0] > sorted[rank] }
                    #expect(counts[block] == Double(plain), "seed \(seed), block \(block)")
                }
            }
        }
    }
}
