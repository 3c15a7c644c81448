import StressBasics
import StressStatistics
import Testing

@testable import StressEngine

/// Times that are counted by the bits of a double, against the bins of the histogram that they end in.
@Suite struct TimeTableTests {
    /// Bins from 0 on, of one bar each, and of many.
    @Test(arguments: [0..<700, 1..<200, 23..<700, 64..<65, 63..<130, 127..<700, 400..<401, 300..<1200])
    func everyTimeIsCountedInItsBin(bins: Range<Int>) {
        let keys = TimeKeys(bins: bins)
        let plane = Plane<UInt32>(rows: 2, width: keys.keys.count)
        let table = TimeTable(keys: keys, counts: plane.all.shifted(by: keys.keys.lowerBound))
        var random = SeededGenerator(seed: 5)
        var expected = [[Int: UInt32]](repeating: [:], count: 2)
        for round in 0..<8000 {
            let most: UInt64 = round % 2 == 0 ? 200 : 1 << 17
            let spans: [Double] = (0..<2).map { _ in
                let bars = Double(random.next() % most)
                return max(0, bars + random.uniform() - 0.5)
            }
            let found: [Int] = spans.map { DurationHistogram.bin(bars: BarClock.bars(from: 0, to: $0)) }
            guard found.allSatisfy({ $0 < bins.upperBound }) else { continue }
            if round % 3 > 0 {
                table.add(0, spans: SIMD2(spans[0], spans[1]))
            } else {
                for leverage in 0..<2 { table.add(leverage, span: spans[leverage]) }
            }
            for leverage in 0..<2 {
                let bin = max(bins.lowerBound, found[leverage])
                expected[leverage][bin, default: 0] += 1
            }
        }
        for leverage in 0..<2 {
            for bin in bins {
                let counted = expected[leverage][bin] ?? 0
                #expect(table.count(leverage, bin: bin) == counted, "bin \(bin)")
            }
        }
        #expect(expected.allSatisfy { !$0.isEmpty })
        let all: [UInt32] = expected.flatMap(\.values)
        let (counted, sum) = (plane.all.array().reduce(0, +), all.reduce(0, +))
        #expect(counted == sum)
    }
}
