import StressBasics
import Testing

@testable import StressStatistics

/// Sorting by digits against sorting by comparison.
@Suite struct RadixOrderTests {
    /// Numbers of all magnitudes, many of them equal.
    private func values(_ count: Int, seed: UInt64) -> [Double] {
        var generator = SeededGenerator(seed: seed)
        let special = [0, -0.0, .infinity, -.infinity, .leastNonzeroMagnitude, -.greatestFiniteMagnitude, 1, -1]
        return (0..<count).map { _ in
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: special[Int.random(in: 0..<special.count, using: &generator)]
            case 1: Double(Int.random(in: -50...50, using: &generator)) / 8
            case 2: Double.random(in: -1...1, using: &generator)
            default: Double(bitPattern: UInt64.random(in: 0..<0x7FF0_0000_0000_0000, using: &generator))
            }
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func orderIsThatOfComparison(seed: UInt64) {
        for count in [0, 1, 2, 100, 5_000] {
            let values = values(count, seed: seed)
            let plain = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
            #expect(RadixOrder.order(values).map(Int.init) == plain, "seed \(seed), \(count) values")
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func valuesRise(seed: UInt64) {
        for count in [10, 4_095, 4_096, 20_000] {
            let values = values(count, seed: seed)
            #expect(RadixOrder.ascending(values) == values.sorted(), "seed \(seed), \(count) values")
        }
    }

    @Test func oneValueManyTimes() {
        let same = [Double](repeating: -3.5, count: 5_000)
        #expect(RadixOrder.order(same) == (0..<5_000).map(Int32.init) && RadixOrder.ascending(same) == same)
    }
}
