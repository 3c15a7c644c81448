import StressBasics
import StressStatistics
import Testing

@Suite struct CoveringLevelTests {
    private func blocks(_ random: inout SeededGenerator, count: Int, most: Int = 4) -> [[Double]] {
        (0..<count).map { _ in
            (0..<Int(random.next() % UInt64(most + 1))).map { _ in
                // Ties and zeros, as days without a shortfall have them.
                random.next() % 3 == 0 ? 0 : (1000 * random.uniform()).rounded()
            }
        }
    }

    /// By hand: the smallest value that the share of all values is at or below.
    @Test(arguments: UInt64(1)...100)
    func theLevelIsTheOneCounted(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let blocks = blocks(&random, count: 40)
        let values = blocks.joined().sorted()
        for share in [0.5, 0.9, 0.99, 1] {
            let found = CoveringLevel(blocks, share: share, meanLength: 2, disjoint: 40, confidence: 0.95)
            guard !values.isEmpty else {
                #expect(found == nil)
                continue
            }
            let level = try #require(found)
            let counted = values.first { value in
                Double(values.count { $0 > value }) <= (1 - share) * Double(values.count) + 1e-9
            }
            #expect(level.level == counted && level.count == values.count, "seed \(seed) \(share)")
            #expect(level.interval.low <= level.level && level.level <= level.interval.high, "seed \(seed) \(share)")
        }
    }

    /// A larger share needs no less, money in other units is the same money, and nothing bounds the largest of all.
    @Test(arguments: UInt64(1)...50)
    func laws(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed + 1000)
        let blocks = blocks(&random, count: 300) + [[5]]
        func level(_ share: Double, _ factor: Double = 1) throws -> CoveringLevel {
            let scaled = blocks.map { $0.map { $0 * factor } }
            return try #require(
                CoveringLevel(scaled, share: share, meanLength: 3, disjoint: 300, confidence: 0.95))
        }
        let levels = try [0.5, 0.8, 0.95, 1].map { try level($0) }
        for (less, more) in zip(levels, levels.dropFirst()) {
            #expect(less.level <= more.level && less.interval.low <= more.interval.low, "seed \(seed)")
            #expect(less.interval.high <= more.interval.high, "seed \(seed)")
        }
        let eightfold = try level(0.8, 8)
        #expect(eightfold.level == 8 * levels[1].level && eightfold.interval.high == 8 * levels[1].interval.high)
        #expect(levels[3].interval.high == .infinity && levels[3].interval.low == levels[3].level)
    }

    /// The interval of the upper twentieth of independent values holds the true one at least as often as it says, within what 400 trials can tell.
    @Test func theIntervalHoldsTheTruth() throws {
        var held = 0
        for seed in UInt64(1)...400 {
            var random = SeededGenerator(seed: seed).stream("covering")
            let blocks = (0..<400).map { _ in [random.uniform()] }
            let found = try #require(
                CoveringLevel(blocks, share: 0.95, meanLength: 1, disjoint: 400, confidence: 0.95))
            held += found.interval.low <= 0.95 && 0.95 <= found.interval.high ? 1 : 0
        }
        #expect(held >= 370, "\(held) of 400")
    }
}
