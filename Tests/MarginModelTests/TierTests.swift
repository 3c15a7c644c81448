import MarginModel
import StressBasics
import Testing

/// Binance BTCUSDT brackets as of 2024-10 (floor, rate, amount), as listed by the freqtrade project's tier file.
private let binanceBTC: [(floor: Double, rate: Double, amount: Double)] = [
    (0, 0.004, 0), (50e3, 0.005, 50), (600e3, 0.0065, 950), (3e6, 0.01, 11_450), (12e6, 0.02, 131_450),
    (70e6, 0.025, 481_450), (100e6, 0.05, 2_981_450), (230e6, 0.1, 14_481_450), (480e6, 0.125, 26_481_450),
    (600e6, 0.15, 41_481_450), (800e6, 0.25, 121_481_450), (1.2e9, 0.5, 421_481_450),
]

private func table(_ rows: [(floor: Double, rate: Double, amount: Double)]) throws -> MaintenanceTiers {
    try MaintenanceTiers(
        rows.enumerated().map { index, row in
            let cap = index + 1 < rows.count ? rows[index + 1].floor : .infinity
            return MaintenanceTier(notionalCap: cap, rate: row.rate, amount: row.amount)
        })
}

@Suite struct TierTests {
    @Test func publishedBracketsAreContinuous() throws {
        let tiers = try table(binanceBTC)
        for row in binanceBTC.dropFirst() {
            let (below, above) = (tiers.requirement(row.floor), tiers.requirement(row.floor.nextUp))
            #expect(abs(above - below) <= 1e-9 * row.floor, "at \(row.floor)")
        }
    }

    @Test func aCapBelongsToTheLowerBracket() throws {
        // Vibe-Trading's published pair: up to 50,000 at 0.4 %, then 0.5 % less 50.
        let tiers = try table([(0, 0.004, 0), (50e3, 0.005, 50)])
        #expect(tiers.requirement(50_000) == 200)
        #expect(abs(tiers.requirement(50_001) - 200.005) < 1e-9)
        #expect(tiers.tier(for: 50_000).rate == 0.004)
    }

    @Test func brokenTablesNameTheRow() {
        func message(_ tiers: [MaintenanceTier]) -> String? {
            do { _ = try MaintenanceTiers(tiers) } catch { return error.message }
            return nil
        }
        func tier(_ cap: Double, _ rate: Double, _ amount: Double, _ limit: Double? = nil) -> MaintenanceTier {
            MaintenanceTier(notionalCap: cap, rate: rate, amount: amount, maxLeverage: limit)
        }
        #expect(message([]) == "the tier table is empty")
        #expect(message([tier(100, 0.01, 0)])?.hasPrefix("tier 1: the last tier must have no cap") == true)
        #expect(message([tier(.infinity, 0.01, 5)]) == "tier 1: the amount must be 0")
        #expect(message([tier(.infinity, 1, 0)])?.hasPrefix("tier 1: the rate") == true)
        #expect(message([tier(.infinity, .nan, 0)])?.hasPrefix("tier 1: the rate") == true)
        #expect(message([tier(100, 0.02, 0), tier(.infinity, 0.01, -1)])?.hasPrefix("tier 2: its rate") == true)
        #expect(
            message([tier(100, 0.01, 0), tier(.infinity, 0.02, 2)])
                == "tier 2: amount 2 breaks continuity at 100, expected 1")
        #expect(
            message([tier(100, 0.01, 0), tier(100, 0.02, 1), tier(.infinity, 0.03, 2)])?.hasPrefix("tier 2: its cap")
                == true)
        #expect(
            message([tier(100, 0.01, 0, 20), tier(.infinity, 0.02, 1, 50)])?.hasPrefix("tier 2: its leverage limit")
                == true)
        #expect(message([tier(100, 0.01, 0, 50), tier(.infinity, 0.02, 1, 20)]) == nil)
    }
}

@Suite struct RejectionTests {
    private func rules(rate: Double, open: Double = 0, limit: Double? = nil, enabled: Bool = true) throws
        -> PlatformRules
    {
        try PlatformRules(
            fees: Fees(open: open, close: 0, liquidation: 0), slippage: 0,
            tiers: MaintenanceTiers([MaintenanceTier(notionalCap: .infinity, rate: rate, amount: 0, maxLeverage: limit)]
            ),
            liquidation: LiquidationRules(enabled: enabled))
    }

    @Test func marginMustExceedTheRequirement() throws {
        let leverage = Leverage(100)!  // margin 1 % of notional
        #expect(try rules(rate: 0.01).rejection(leverage: leverage, notional: 1000) != nil, "equal is not enough")
        #expect(try rules(rate: 0.0099).rejection(leverage: leverage, notional: 1000) == nil)
        #expect(
            try rules(rate: 0.0095, open: 0.0006).rejection(leverage: leverage, notional: 1000) != nil,
            "the fee comes off first")
        #expect(try rules(rate: 0.01, enabled: false).rejection(leverage: leverage, notional: 1000) == nil)
    }

    @Test func theTiersLeverageLimitHolds() throws {
        #expect(try rules(rate: 0.001, limit: 50).rejection(leverage: Leverage(51)!, notional: 1000) != nil)
        #expect(try rules(rate: 0.001, limit: 50).rejection(leverage: Leverage(50)!, notional: 1000) == nil)
    }

    @Test func autoFillGoesByBarLength() {
        #expect(FillRule.auto.resolved(barLength: .minutes(5), latency: 2) == .next(latency: 2))
        #expect(FillRule.auto.resolved(barLength: .minutes(6), latency: 2) == .gap)
    }
}
