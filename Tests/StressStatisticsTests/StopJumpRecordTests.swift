import StressBasics
import TestSupport
import Testing

@testable import StressStatistics

/// Days on which stops were jumped, as they are kept of a finished job.
@Suite struct StopJumpRecordTests {
    private func days(_ random: inout SeededGenerator) -> [StopJumps.Day]? {
        if random.next() % 4 == 0 { return nil }
        return (0..<random.next() % 5).map { _ in
            StopJumps.Day(
                day: Int(random.next() % 40_000) - 10_000, entries: Int(random.next() % 1000),
                liquidated: Int(random.next() % 9), negative: random.uniform() * 100,
                lowest: random.next() % 9 == 0 ? -.infinity : -random.uniform(), cut: Int(random.next() % 3))
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func whatIsKeptIsReadAgain(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let behaviours = (0..<1 + random.next() % 9).map { _ in days(&random) }
        let bytes = StopJumps.record(behaviours)
        func read(_ bytes: [UInt8], _ count: Int) -> [[StopJumps.Day]?]? {
            bytes.withUnsafeBytes { StopJumps.days($0, count: count) }
        }
        #expect(read(bytes, behaviours.count) == behaviours, "seed \(seed)")
        // What is short, long or of another number is none.
        #expect(read(Array(bytes.dropLast()), behaviours.count) == nil, "seed \(seed)")
        #expect(read(bytes + [0], behaviours.count) == nil, "seed \(seed)")
        #expect(read(bytes, behaviours.count + 1) == nil, "seed \(seed)")
    }
}
