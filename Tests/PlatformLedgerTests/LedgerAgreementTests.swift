import PlatformLedger
import StressBasics
import Testing

/// Keeps every event, and looks at the accounts after it.
struct EventList: LedgerSink {
    var events: [LedgerEvent] = []
    var unbalanced = 0

    mutating func add(_ event: LedgerEvent, _ books: Books) {
        events.append(event)
        if books.total != 0 { unbalanced += 1 }
    }
}

@Suite struct LedgerAgreementTests {
    @Test(arguments: 0..<20) func theFastLedgerIsThePlainOneToTheLastUnit(batch: UInt64) throws {
        for seed in batch * 100..<batch * 100 + 100 {
            let platform = try RandomPlatform(seed: seed, bars: 40 + Int(seed % 4) * 40)
            let plain = PlainLedger(platform.input, maxGap: platform.maxGap)
            plain.run()
            let (tally, list) = try platform.input.run(into: EventList())
            #expect(plain.isBalanced, "seed \(seed)")
            #expect(list.unbalanced == 0, "seed \(seed)")
            if let first = zip(list.events, plain.events).enumerated().first(where: { $1.0 != $1.1 }) {
                Issue.record("seed \(seed), event \(first.offset): \(first.element.0) instead of \(first.element.1)")
            }
            #expect(list.events.count == plain.events.count, "seed \(seed)")
            #expect(
                (tally.books.fund, tally.books.platform, tally.books.market, tally.books.traders)
                    == (
                        plain.accounts.fund, plain.accounts.platform, plain.accounts.market, plain.accounts.traders
                    ), "seed \(seed)")
            #expect(tally.books.unpaid == 0 && tally.lowestFund == plain.lowestFund, "seed \(seed)")
            #expect(tally.rejected == plain.rejected, "seed \(seed)")
            for group in platform.input.population.classes.indices {
                #expect(tally.sums(group: group) == plain.sums(group: group), "seed \(seed), class \(group)")
            }
        }
    }
}
