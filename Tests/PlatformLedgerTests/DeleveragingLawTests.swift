import PlatformLedger
import StressBasics
import StudyPlan
import Testing

/// What must hold of every single shortfall, on random platforms.
@Suite struct DeleveragingLawTests {
    private func shortfalls(
        _ platform: RandomPlatform, onlyFirst: Bool = false, _ edit: (inout SafeguardRules) -> Void = { _ in }
    ) throws -> [Shortfall] {
        var input = platform.input
        edit(&input.safeguards)
        return Shortfall.all(
            input, maxGap: platform.maxGap, try input.run(into: EventList()).sink.events, onlyFirst: onlyFirst)
    }

    /// Winners are of the other side, were there before, have a profit, and give no more of it than there is, and no more than is wanted.
    @Test(arguments: 0..<20) func onlyProfitsAreTakenAndNoMoreThanIsOwed(batch: UInt64) throws {
        for (seed, platform) in try RandomPlatform.batch(batch) {
            for event in try shortfalls(platform) {
                for payment in event.payments {
                    let (winner, loser) = (payment.winner, event.loser)
                    #expect(winner.asset == loser.asset && winner.side != loser.side, "seed \(seed)")
                    #expect(winner.entry < event.bar, "seed \(seed)")
                    #expect(winner.sign * (event.fill - winner.price) > 0, "seed \(seed)")
                    #expect(payment.haircut >= 0, "seed \(seed)")
                    #expect(Double(payment.haircut) <= payment.profit * Money.unitsPerQuote + 0.5001, "seed \(seed)")
                }
                #expect(event.paid <= event.rest, "seed \(seed)")
                guard platform.input.safeguards.deleveraging != .least else { continue }
                let given = event.payments.reduce(0) { $0 + $1.coins }
                #expect(given <= event.wanted + 1e-12 * event.loser.coins, "seed \(seed)")
            }
        }
    }

    /// A winner pays for a coin what the loser's coin fell short of: it ends as if closed at the price at which nothing would have been
    /// missing. Only where an earlier winner could not pay as much do the later ones pay more.
    @Test(arguments: 0..<20) func noWinnerIsWorseOffThanAtTheBankruptcyPrice(batch: UInt64) throws {
        var payments = 0
        for (seed, platform) in try RandomPlatform.batch(batch) where platform.input.safeguards.deleveraging != .least {
            for event in try shortfalls(platform) {
                let price = Double(event.amount) / event.coins
                for (place, payment) in event.payments.enumerated() {
                    // Rounded once here, and once in every payment before.
                    let most = payment.coins * price + 1 + Double(place) / 2
                    #expect(Double(payment.haircut) <= most * (1 + 1e-9), "seed \(seed)")
                    payments += 1
                    if payment.profit * Money.unitsPerQuote < payment.coins * price { break }
                }
            }
        }
        #expect(payments > 100, "the law needs payments to be one")
    }

    /// In one event a larger fund leaves less to winners, who are enough.
    @Test(arguments: 0..<10) func aLargerFundNeverRaisesTheHaircutsOfOneEvent(batch: UInt64) throws {
        var events = 0
        for (seed, platform) in try RandomPlatform.batch(batch) where platform.input.safeguards.deleveraging != nil {
            // The first that is left to winners: until then no position can differ, but for what triggers early.
            var platform = platform
            platform.input.safeguards.early = nil
            guard let small = try shortfalls(platform, onlyFirst: true).first, small.isCovered else { continue }
            for amount in [0.5, 1.1] {
                let large = try shortfalls(platform) { $0.fund.amount += amount * Money.quote(small.rest) }
                #expect((large.first { $0.isOf(small) }?.paid ?? 0) <= small.paid, "seed \(seed)")
            }
            events += 1
        }
        #expect(events > 5, "the law needs events to be one")
    }

    /// In one event queues differ in who pays, not in how much, as long as there are winners enough.
    @Test(arguments: 0..<10) func inOneEventQueuesDifferOnlyInWhoPays(batch: UInt64) throws {
        var (events, payers) = (0, 0)
        for (seed, platform) in try RandomPlatform.batch(batch) {
            let runs = try DeleveragingRule.allCases.map { rule in
                try shortfalls(platform, onlyFirst: true) { $0.deleveraging = rule }.first
            }
            guard let first = runs[0] else { continue }
            for event in runs {
                #expect(event?.amount == first.amount && event?.rest == first.rest, "seed \(seed)")
                guard first.isCovered else { continue }
                #expect(event?.paid == first.rest, "seed \(seed)")
            }
            guard first.isCovered else { continue }
            events += 1
            payers += Set(runs.map { $0?.payments.map { [$0.winner.entry, $0.winner.group] } ?? [] }).count - 1
        }
        #expect(events > 5 && payers > 5, "the law needs events to be one")
    }
}
