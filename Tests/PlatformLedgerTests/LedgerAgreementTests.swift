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
            expectAgreement(try RandomPlatform(seed: seed, bars: 40 + Int(seed % 4) * 40), seed)
        }
    }

    /// Long enough for many blocks of rows, and for those that are over to be left out of memory.
    @Test(arguments: 0..<12) func theyAgreeOnLongHoldingTimes(batch: UInt64) throws {
        for seed in batch * 3..<batch * 3 + 3 {
            expectAgreement(try RandomPlatform(seed: seed + 5000, bars: 2600, longest: 300), seed + 5000)
        }
    }

    /// Where liquidations move the price, and make others due.
    @Test(arguments: 0..<12) func theyAgreeOnImpacts(batch: UInt64) throws {
        for seed in batch * 60 + 20_000..<batch * 60 + 20_060 {
            let platform = try RandomPlatform(seed: seed, bars: 40 + Int(seed % 4) * 40).withImpact(seed: seed)
            expectAgreement(platform, seed)
        }
        let long = try RandomPlatform(seed: batch + 30_000, bars: 2600, longest: 300)
        expectAgreement(long.withImpact(seed: batch), batch + 30_000)
    }

    /// Where margins are set for a contract and change by date.
    @Test(arguments: 0..<10) func theyAgreeOnDatedMargins(batch: UInt64) throws {
        var liquidated = 0
        for seed in batch * 60 + 40_000..<batch * 60 + 40_060 {
            let platform = try RandomPlatform(seed: seed, bars: 40 + Int(seed % 4) * 40).withSchedule(seed: seed)
            let found = expectAgreement(seed % 3 == 0 ? platform.withImpact(seed: seed) : platform, seed)
            liquidated += found?.total.liquidated ?? 0
        }
        #expect(liquidated > 1000, "schedules that liquidate nobody show nothing")
        let long = try RandomPlatform(seed: batch + 50_000, bars: 2600, longest: 300)
        expectAgreement(try long.withSchedule(seed: batch), batch + 50_000)
    }

    /// Where the platform reduces positions from bracket to bracket before it closes them.
    @Test(arguments: 0..<20) func theyAgreeOnPartialClosing(batch: UInt64) throws {
        var (reduced, closedAfter) = (0, 0)
        for seed in batch * 60 + 60_000..<batch * 60 + 60_060 {
            let platform = try RandomPlatform(seed: seed, bars: 40 + Int(seed % 4) * 40).withPartialClosing(seed: seed)
            let found = expectAgreement(seed % 3 == 0 ? platform.withImpact(seed: seed) : platform, seed)
            reduced += found?.total.reductions ?? 0
            closedAfter += found?.total.shortfalls ?? 0
        }
        #expect(reduced > 1000 && closedAfter > 1000, "brackets that nobody leaves show nothing: \(reduced)")
        let long = try RandomPlatform(seed: batch + 70_000, bars: 1300, longest: 300)
        expectAgreement(try long.withPartialClosing(seed: batch), batch + 70_000)
    }

    /// Gives what the fast one found.
    @discardableResult
    private func expectAgreement(_ platform: RandomPlatform, _ seed: UInt64) -> LedgerTally? {
        let plain = PlainLedger(platform.input, maxGap: platform.maxGap)
        plain.run()
        guard let (tally, list) = try? platform.input.run(into: EventList()) else {
            Issue.record("nobody cancelled seed \(seed)")
            return nil
        }
        #expect(plain.isBalanced, "seed \(seed)")
        #expect(list.unbalanced == 0, "seed \(seed)")
        if let first = zip(list.events, plain.events).enumerated().first(where: { $1.0 != $1.1 }) {
            Issue.record("seed \(seed), event \(first.offset): \(first.element.0) instead of \(first.element.1)")
        }
        #expect(list.events.count == plain.events.count, "seed \(seed)")
        let (books, accounts) = (tally.books, plain.accounts)
        #expect(
            (books.fund, books.platform, books.market, books.traders)
                == (accounts.fund, accounts.platform, accounts.market, accounts.traders), "seed \(seed)")
        #expect(tally.books.unpaid == 0 && tally.lowestFund == plain.lowestFund, "seed \(seed)")
        #expect(tally.rejected == plain.rejected, "seed \(seed)")
        #expect((tally.tradingFees, tally.liquidationFees) == plain.feesPaid, "seed \(seed)")
        #expect(abs(tally.mostOpen - plain.mostOpen) <= 1e-9 * plain.mostOpen, "seed \(seed)")
        for group in platform.input.population.classes.indices {
            #expect(tally.sums(group: group) == plain.sums(group: group), "seed \(seed), class \(group)")
        }
        expectHaircuts(tally, list.events, seed)
        return tally
    }

    /// The median and the largest haircut of each day, sorted.
    private func expectHaircuts(_ tally: LedgerTally, _ events: [LedgerEvent], _ seed: UInt64) {
        var (today, days) = ([Int64](), [[Int64]]())
        for event in events {
            switch event {
            case .deleveraged(_, let haircut, _): today.append(haircut)
            case .dayEnded:
                days.append(today.sorted())
                today = []
            default: break
            }
        }
        #expect(days.count == tally.days.count, "seed \(seed)")
        for (sorted, day) in zip(days, tally.days) {
            #expect(day.deleveraging.touched == sorted.count && day.deleveraging.largest == sorted.last ?? 0)
            guard !sorted.isEmpty else { continue }
            let median = (Double(sorted[(sorted.count - 1) / 2]) + Double(sorted[sorted.count / 2])) / 2
            #expect(day.deleveraging.median == median, "seed \(seed)")
        }
    }
}
