import StressBasics
import StressStatistics
import Testing

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
}
