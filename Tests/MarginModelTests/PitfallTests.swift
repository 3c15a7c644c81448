import MarginModel
import StressBasics
import Testing

/// Mistakes found in other tools' closed forms and brackets, each with the number that the mistake would give.
@Suite struct PitfallTests {
    /// FLOX steps up the rate at a bracket without subtracting the amount: 250.005 of maintenance at 50,001 instead of
    /// 200.005. Such a table is refused, and one with the amounts does not jump.
    @Test func bracketsWithoutAmountsJump() throws {
        #expect(throws: RuleError.self) { try table([(0, 0.004, 0), (50_000, 0.005, 0)]) }
        let tiers = try table([(0, 0.004, 0), (50_000, 0.005, 50)])
        #expect(isClose(tiers.requirement(50_001), 200.005, within: 1e-9))
    }

    /// The bracket belongs to the notional at the trigger, not at the entry (freqtrade #7294: instant liquidation).
    @Test func theBracketIsThatOfTheTriggersNotional() throws {
        let tiers = try table([(0, 0.004, 0), (50_000, 0.10, 4800)])
        let long = try linear(.long, leverage: 2, price: 60_000, quantity: 1, tiers: tiers)
        #expect(isClose(long.triggerPrice(.none), 30_000 / 0.996, within: 1e-9), "in the first bracket by then")
        let short = try linear(.short, leverage: 10, price: 48_000, quantity: 1, tiers: tiers)
        #expect(isClose(short.triggerPrice(.none), (52_800 + 4800) / 1.10, within: 1e-9), "in the second by then")
    }

    /// lfest-rs (quote_currency.rs, as read): `entry·(1 ∓ mmr)` whatever the leverage.
    @Test(arguments: Side.allCases) func theLeverageDecidesTheTrigger(_ side: Side) throws {
        let tiers = try MaintenanceTiers(flatRate: 0.005)
        let triggers = try [2.0, 5, 20, 100].map {
            try linear(side, leverage: $0, price: 100, quantity: 1, tiers: tiers).triggerPrice(.none)
        }
        let distances = triggers.map { abs($0 - 100) }
        #expect(distances == distances.sorted(by: >) && Set(distances).count == 4)
        #expect(distances[0] > 40, "half the price at 2×, not the maintenance rate")
    }

    /// dYdX's page prints `P (1 − SMMR·MMF·BA·(1 − Q))` for both sides: a short would be offered below the mark.
    @Test func aShortIsOfferedAboveTheMark() throws {
        let tiers = try MaintenanceTiers(flatRate: 0.10)
        let short = CrossAccount(
            wallet: 5499, positions: [CrossPosition(size: -0.1, entryPrice: 0, mark: 50_000, tiers: tiers)])
        let price = short.fillablePrice(of: 0, bankruptcyAdjustment: 1, spreadToMaintenance: 0.1)
        #expect(isClose(price, 50_001, within: 1e-6), "not 49,999")
    }

    /// Kraken's page names a maintenance of 0.00125 BTC, which is 1 % of the entry value, but prints 7481, which follows from
    /// 1 % of the current one. The two rules differ by almost 5.
    @Test func krakensMaintenanceIsOnTheCurrentValue() throws {
        let account = InverseAccount(
            side: .long, contractValue: 1000, entryPrice: 8000, wallet: 0.01,
            tiers: try MaintenanceTiers(flatRate: 0.01))
        #expect(isClose(account.maintenance(at: 8000, basis: .entry), 0.00125, within: 1e-15))
        #expect(account.triggerPrice().rounded(.down) == 7481)
        #expect(isClose(account.triggerPrice(basis: .entry), 1000 / 0.13375, within: 1e-9))
        #expect(abs(account.triggerPrice(basis: .entry) - account.triggerPrice()) > 4)
    }

    /// freqtrade moves the trigger 5 % of the way to the entry (V4: entry 18.884, 17.47 becomes 17.5407) and fills there. Ours
    /// has no buffer: at the buffered price the position is not due.
    @Test func nothingIsClosedAheadOfTheTrigger() throws {
        let held = try linear(
            .long, leverage: 18.884 / 1.5, price: 18.884, quantity: 1,
            tiers: MaintenanceTiers(flatRate: 1 - (18.884 - 1.5) / 17.47))
        #expect(isClose(held.triggerPrice(.none), 17.47, within: 1e-12))
        let buffered = 17.47 + 0.05 * (18.884 - 17.47)
        #expect(isClose(buffered, 17.5407, within: 1e-9) && held.excess(at: buffered, .none) > 0)
    }

    /// Vibe-Trading #1291 exempted 1× shorts from liquidation: they owe above twice the entry. A 1× long never does.
    @Test func anUnleveredShortCanOweButNotALong() throws {
        let tiers = try MaintenanceTiers(flatRate: 0.005)
        let short = try linear(.short, leverage: 1, price: 100, quantity: 1, tiers: tiers)
        #expect(short.equity(at: 201, .none) == -1 && short.triggerPrice(.none) < 200)
        let long = try linear(.long, leverage: 1, price: 100, quantity: 1, tiers: tiers)
        #expect(long.equity(at: 0, .none) == 0)
    }

    /// Lean takes the initial margin as the maintenance margin: everything would be closed at the first loss.
    @Test func maintenanceIsNotTheInitialMargin() throws {
        let held = try linear(.long, leverage: 10, price: 100, quantity: 1, tiers: MaintenanceTiers(flatRate: 0.005))
        #expect(held.requirement(at: 100, .none) == 0.5 && held.initialMargin == 10)
        #expect(held.excess(at: 99, .none) > 0)
    }

    /// Bybit rounds a bankruptcy price to its tick of 0.5, up for a long and down for a short, never to the nearest.
    @Test func ticksRoundTowardsTheEntry() throws {
        func account(_ side: Side) throws -> InverseAccount {
            InverseAccount(
                side: side, contractValue: 1000, entryPrice: 8000, wallet: 0.01,
                tiers: try MaintenanceTiers(flatRate: 0))
        }
        #expect(try account(.long).quoted(5739.0835, tick: 0.5) == 5739.5)
        #expect(try account(.short).quoted(5739.4, tick: 0.5) == 5739)
        #expect(try account(.long).quoted(5739.5, tick: 0.5) == 5739.5 && account(.short).quoted(9, tick: 0.5) == 9)
    }
}
