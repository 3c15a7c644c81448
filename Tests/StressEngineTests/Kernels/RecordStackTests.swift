import StressBasics
import Testing

@testable import StressEngine

/// What a sweep looks up, against looking at every bar: columns and levels drawn from printed seeds.
@Suite struct RecordStackTests {
    enum Prices: CaseIterable {
        case positive, negative, mixed
    }

    @Test(arguments: Prices.allCases, [1.0, -1])
    func theFirstBarAtOrBelowALevelIsFound(_ prices: Prices, orientation: Double) {
        for seed in 0..<40 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let column = RecordStackTests.column(prices, orientation: orientation, &random)
            let turned = column.map { orientation * $0 }
            let keys = RecordStack.KeyRange(
                orientation: orientation, smallest: turned.filter { $0 > 0 }.min() ?? 0,
                largest: max(0, turned.max() ?? 0), isPositive: turned.allSatisfy { $0 > 0 })
            let records = RecordStack(capacity: column.count, keys: keys)
            for bar in column.indices.reversed() {
                _ = records.push(column[bar], bar: bar)
                RecordStackTests.check(records, column, bar, seed: seed, &random)
            }
            #expect(keys.isPlain == (prices == .positive || turned.allSatisfy { $0 > 0 }), "seed \(seed)")
        }
    }

    /// A walk with falls, at prices that are far apart now and then.
    private static func column(_ prices: Prices, orientation: Double, _ random: inout SeededGenerator) -> [Double] {
        var price = Double.random(in: 0.01...50_000, using: &random)
        return (0..<120).map { _ in
            let step = Double.random(in: 0...1, using: &random) < 0.05 ? 0.9 : 0.002
            price *= 1 + Double.random(in: -step...step, using: &random)
            switch prices {
            case .positive: return orientation * price
            case .negative: return -orientation * price
            case .mixed: return Bool.random(using: &random) ? price : (Bool.random(using: &random) ? -price : 0)
            }
        }
    }

    private static func check(
        _ records: RecordStack, _ column: [Double], _ bar: Int, seed: UInt64, _ random: inout SeededGenerator
    ) {
        let search = records.search
        let lowest = column[bar...].min() ?? 0
        var before: (level: Double, first: Int)?
        for _ in 0..<6 {
            let near = column[Int.random(in: bar..<column.count, using: &random)]
            let level = Bool.random(using: &random) ? near : near * Double.random(in: 0.98...1.02, using: &random)
            // What is not below the nearest bar, or below every one, is not asked for.
            guard level < column[bar], level >= lowest else { continue }
            let first = (bar..<column.count).first { column[$0] <= level }
            for isPlain in Set([false, search.isPlain]) {
                let position = search.position(below: level, isPlain: isPlain)
                #expect(Int(records.bars[position]) == first, "seed \(seed), bar \(bar), level \(level)")
                guard let before else { continue }
                let two = search.positions(below: SIMD2(before.level, level), isPlain: isPlain)
                #expect(Int(records.bars[two.first]) == before.first, "seed \(seed), bar \(bar)")
                #expect(Int(records.bars[two.second]) == first, "seed \(seed), bar \(bar)")
                #expect(two.values == SIMD2(column[before.first], column[first ?? 0]), "seed \(seed), bar \(bar)")
            }
            before = first.map { (level, $0) }
        }
    }

    @Test func whereALevelIsFirstReachedDoesNotDependOnTheHint() {
        for seed in 0..<200 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let levels = (0..<Int.random(in: 1...20, using: &random)).map { _ in
                Double.random(in: 0...1, using: &random)
            }.sorted()
            let column = Column(levels)
            for slack in [0, 0.01, 0.2] {
                let value = Double.random(in: -0.1...1.1, using: &random)
                let plain = (
                    maybe: levels.firstIndex { $0 >= value - slack } ?? levels.count,
                    surely: levels.firstIndex { $0 >= value + slack } ?? levels.count
                )
                for hint in 0...levels.count {
                    let found = LevelTable.reached(column.cells, by: value, slack: slack, hint: hint)
                    #expect(found == plain, "seed \(seed), hint \(hint)")
                }
            }
        }
    }
}
