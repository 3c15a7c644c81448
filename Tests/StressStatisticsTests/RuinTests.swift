import StressBasics
import TestSupport
import Testing

@testable import StressStatistics

/// The risk of ruin of someone who goes on after every liquidation.
@Suite struct RuinTests {
    /// Entries a minute apart, some of them liquidated after a while.
    private func entries(_ seed: UInt64, cut: Bool = true) -> [HeldEntry] {
        var random = SeededGenerator(seed: seed)
        return (0..<400).map { bar in
            let isLiquidated = random.next() % 3 == 0
            let after = Int64(random.next() % 30 + 1)
            let time = Int64(bar) * 60_000
            return HeldEntry(
                bar: Int32(bar), block: Int32(bar / 50), time: time,
                exitTime: time + (isLiquidated ? after : 30) * 60_000,
                isLiquidated: isLiquidated, negative: .zero, shortfall: 0, equity: 1,
                cutTime: cut && bar >= 370 ? 400 * 60_000 : nil)
        }
    }

    /// One start after the other, as one would count by hand.
    private func plain(_ held: [HeldEntry], minutes: Int64, wait: Int64, margins: Int) -> [UInt32] {
        var counts = [UInt32](repeating: 0, count: 8)
        for start in held where start.cutTime == nil {
            var (current, lost): (HeldEntry?, Int) = (start, 0)
            while let entry = current, entry.isLiquidated, entry.exitTime <= start.time + minutes * 60_000 {
                lost += 1
                current = held.first { $0.time >= entry.exitTime + wait * 60_000 }
                if lost == margins { break }
            }
            if lost == margins { counts[Int(start.block)] += 1 }
        }
        return counts
    }

    @Test(arguments: 0..<20 as Range<UInt64>, [0, 7] as [Int64])
    func countsAreThoseOfOneStartAfterTheOther(seed: UInt64, wait: Int64) {
        let held = entries(seed)
        let found = RuinShare.shares(
            of: held.map { SequencePosition($0) }, horizon: TimeSpan(milliseconds: 30 * 60_000),
            wait: TimeSpan(milliseconds: wait * 60_000),
            most: 6,
            blocks: 8)
        #expect(found.map(\.margins) == [1, 2, 3, 5, 6])
        for (margins, share) in found {
            #expect(
                share.events == plain(held, minutes: 30, wait: wait, margins: margins).map(Double.init), "seed \(seed)")
            #expect(share.total == 370)
        }
        // More capital is never lost oftener, and one margin as often as a position is liquidated.
        for (less, more) in zip(found, found.dropFirst()) { #expect(more.share.count <= less.share.count) }
        let liquidated = held.filter { $0.cutTime == nil && $0.isLiquidated }.count
        #expect(found[0].share.count == Double(liquidated))
        #expect(found[1].share.count > 0, "seed \(seed)")
    }

    /// Three positions that end within ten minutes each, one after the other.
    @Test func onPaper() {
        func entry(_ minute: Int64, liquidatedAt exit: Int64?) -> HeldEntry {
            HeldEntry(
                bar: Int32(minute), block: 0, time: minute * 60_000, exitTime: (exit ?? minute + 30) * 60_000,
                isLiquidated: exit != nil, negative: .zero, shortfall: 0, equity: exit == nil ? 1 : 0)
        }
        let held = [
            entry(0, liquidatedAt: 10), entry(10, liquidatedAt: 20), entry(11, liquidatedAt: nil),
            entry(20, liquidatedAt: 31),
        ]
        func counts(wait: Int64) -> [Double] {
            RuinShare.shares(
                of: held.map { SequencePosition($0) }, horizon: TimeSpan(milliseconds: 30 * 60_000),
                wait: TimeSpan(milliseconds: wait * 60_000),
                most: 3, blocks: 1
            ).map(\.share.count)
        }
        // From 0: lost at 10 and 20, the third falls a minute too late. From 10: at 20 and 31. From 20: at 31.
        #expect(counts(wait: 0) == [3, 2, 0])
        // Waiting a minute, the second is the one that was never liquidated.
        #expect(counts(wait: 1) == [3, 0, 0])
    }
}
