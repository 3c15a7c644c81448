import MarginModel
import StressBasics
import TestSupport
import Testing

@testable import StressEngine

/// Cases worked on paper. In all of them the position is opened at 100 with a notional of 10,000: q = 100 coins.
@Suite struct PaperCases {
    private func near(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-9 }

    /// 10× long, margin 1000. E = 1000 + 100 (p − 100), R = 0.005 · 100 p. E = R at p* = 9000/99.5 = 90.452261.
    /// Bar 1 falls to 95: E = 500 > 47.5. Bar 2 opens at 92, above p*, and falls to 90: E = 0 ≤ 45. Filled at p*, where
    /// E = R = 45.2261, which is 0.0452261 of the margin.
    @Test func liquidatedInsideABar() throws {
        let bars = series([(100, 100, 100, 100), (99, 100, 95, 96), (92, 93, 90, 91), (91, 99, 91, 99)])
        let outcome = try #require(try TestCell().outcome(bars))
        #expect(outcome.path.liquidationBar == 2 && outcome.path.isUnprotected == false)
        #expect(near(outcome.equity, 0.005 * 9000 / 99.5 * 100 / 1000))
    }

    /// The same, but bar 2 opens at 88, through p*: filled at 88, E = 1000 − 1200 = −200: the shortfall is 0.2 margins.
    @Test func aGapLeavesADebt() throws {
        let bars = series([(100, 100, 100, 100), (99, 100, 95, 96), (88, 93, 87, 91), (91, 99, 91, 99)])
        let outcome = try #require(try TestCell().outcome(bars))
        #expect(outcome.path.liquidationBar == 2 && outcome.path.isUnprotected == true)
        #expect(near(outcome.equity, -0.2))
        // best: as if filled at p*. worst: at 87, E = 1000 − 1300.
        #expect(try #require(try TestCell().outcome(bars, fill: .best)).equity > 0)
        #expect(near(try #require(try TestCell().outcome(bars, fill: .worst)).equity, -0.3))
    }

    /// TorchTrade issue 314: 10,000 of margin, entry 100; with 20× a gap to 90 loses 20,000 and to 85 loses 30,000, so that
    /// 10,000 and 20,000 are owed; with 5× a gap to 85 leaves 2,500.
    @Test(arguments: [(20.0, 90.0, -10_000.0), (20, 85, -20_000), (5, 85, 2500)])
    func publishedGapTable(leverage: Double, open: Double, equity: Double) throws {
        var cell = TestCell(leverage: leverage, notional: 10_000 * leverage)
        cell.horizon = .minutes(1)
        let bars = series([(100, 100, 100, 100), (open, open, open, open), (open, open, open, open)])
        #expect(near(try #require(try cell.outcome(bars)).equity, equity / 10_000))
    }

    /// 5× short, margin 2000, rate 1 %: E = 2000 − 100 (p − 100), R = p. p* = 12000/101 = 118.8118812.
    /// Bar 1 rises to 118: E = 200 > 118. Bar 2 opens at 119.5, through p*: E = 2000 − 1950 = 50, 0.025 margins.
    @Test func aShortIsSqueezed() throws {
        var cell = TestCell(side: .short, leverage: 5)
        cell.tiers = [MaintenanceTier(notionalCap: .infinity, rate: 0.01, amount: 0)]
        let bars = series([(100, 100, 100, 100), (100, 118, 99, 117), (119.5, 125, 119, 120), (120, 120, 120, 120)])
        let outcome = try #require(try cell.outcome(bars))
        #expect(outcome.path.liquidationBar == 2 && outcome.path.isUnprotected == true)  // at 125: 2000 − 2500 < 0
        #expect(near(outcome.equity, 0.025))
    }

    /// Fees and slippage. 10× long, opening fee 0.1 %: 10. Margin after fee 990, p* = 9010/99.5 = 90.552764.
    /// Bar 1 opens at 90, through it. Slippage 1 % → 89.1. E = 990 − 1090 = −100. Closing 0.2 % and liquidation fee 0.5 %
    /// of 8910: 62.37. Final −162.37, a shortfall of 0.16237 margins.
    @Test func feesAndSlippageComeOff() throws {
        var cell = TestCell(fees: (0.001, 0.002, 0.005), slippage: 0.01)
        cell.horizon = .minutes(1)
        let bars = series([(100, 100, 100, 100), (90, 91, 89, 90), (90, 90, 90, 90)])
        #expect(near(try #require(try cell.outcome(bars)).equity, -0.16237))
    }

    /// Held to the horizon: closes at 104 less 1 % slippage = 102.96, E = 990 + 296 = 1286, closing fee 0.2 % of 10296 =
    /// 20.592: 1265.408, no liquidation fee.
    @Test func heldToTheHorizon() throws {
        var cell = TestCell(fees: (0.001, 0.002, 0.005), slippage: 0.01)
        cell.horizon = .minutes(1)
        let bars = series([(100, 100, 100, 100), (101, 105, 100, 104), (1, 1, 1, 1)])
        let outcome = try #require(try cell.outcome(bars))
        #expect(outcome.path.liquidationBar == nil && outcome.path.isUnprotected == false)
        #expect(near(outcome.equity, 1.265408))
    }

    /// `next`, latency 2: triggered in bar 1, filled at the open of bar 3, 80: E = −1000. Behind the end of the series, the
    /// last close; behind a step wider than the allowed gap, the last close before it.
    @Test func nextFillsLater() throws {
        var cell = TestCell(fill: .next, latency: 2)
        cell.horizon = .minutes(1)
        let long = series([(100, 100, 100, 100), (95, 95, 85, 90), (88, 89, 84, 86), (80, 82, 78, 81)])
        #expect(near(try #require(try cell.outcome(long)).equity, -1))
        let short = series([(100, 100, 100, 100), (95, 95, 85, 90), (88, 89, 84, 86)])
        #expect(near(try #require(try cell.outcome(short)).equity, -0.4))
        cell.maxGap = .span(.minutes(10))
        let times: [Int64] = [0, 60_000, 6_000_000, 6_060_000]
        let broken = try retimed(times, long)
        #expect(near(try #require(try cell.outcome(broken)).equity, 0), "the close of bar 1 is 90: E = 0")
    }

    /// Trigger at the close: bar 1 dips to 80 but closes at 97; bar 2 closes at 89 ≤ p* = 90.45. Its open, 96, is not through
    /// p*, so `gap` fills at p*.
    @Test func triggerAtTheClose() throws {
        let bars = series([(100, 100, 100, 100), (99, 99, 80, 97), (96, 96, 88, 89), (89, 89, 89, 89)])
        let outcome = try #require(try TestCell(trigger: .close).outcome(bars))
        #expect(outcome.path.liquidationBar == 2 && outcome.path.isUnprotected == true)
        #expect(near(outcome.equity, 0.045 / 0.995))
    }

    /// Nobody liquidates: at the low of 85 E = −500, but the close is back at 101: +1100. Below zero on the way only.
    @Test func withoutLiquidationAPositionMayRecover() throws {
        var cell = TestCell(liquidation: false)
        cell.horizon = .minutes(1)
        let bars = series([(100, 100, 100, 100), (99, 101, 85, 101), (101, 101, 101, 101)])
        let outcome = try #require(try cell.outcome(bars))
        #expect(outcome.path.liquidationBar == nil && outcome.path.isUnprotected == true)
        #expect(near(outcome.equity, 1.1))
    }

    /// Two brackets: up to 9,200 at 0.5 %, above at 5 % less 414 (9200 · 0.045). At 98 the notional is 9,800:
    /// R = 490 − 414 = 76. p* lies in the lower bracket: 90.452261 as before, because R(9045) = 45.2.
    /// With 20× (margin 500) p* is in the upper one: (9500 − 414)/(100 · 0.95) = 95.642105.
    @Test func theBracketIsThatOfTheCurrentNotional() throws {
        let tiers = [
            MaintenanceTier(notionalCap: 9200, rate: 0.005, amount: 0),
            MaintenanceTier(notionalCap: .infinity, rate: 0.05, amount: 414),
        ]
        let bars = series([(100, 100, 100, 100), (99, 99, 90, 91), (91, 91, 91, 91)])
        var cell = TestCell(tiers: tiers)
        cell.horizon = .minutes(1)
        #expect(near(try #require(try cell.outcome(bars)).equity, 0.045 / 0.995))
        cell.leverage = 20
        let equity = 500 + 100 * (9086.0 / 95 - 100)
        #expect(near(try #require(try cell.outcome(bars)).equity, equity / 500))
    }

    /// Oil, 20 April 2020: from 18.31 to −36.98. A 1× long with nobody to liquidate owes twice its margin; the platform's
    /// requirement is that of the absolute price.
    @Test func negativePrices() throws {
        var cell = TestCell(leverage: 1, liquidation: false)
        cell.horizon = .minutes(1)
        let bars = series([(18.31, 18.31, 18.31, 18.31), (-36.98, -36.98, -36.98, -36.98), (8.91, 8.91, 8.91, 8.91)])
        #expect(near(try #require(try cell.outcome(bars)).equity, -36.98 / 18.31))
        cell.liquidation = true
        #expect(near(try #require(try cell.outcome(bars)).equity, -36.98 / 18.31))
        cell.side = .short
        #expect(near(try #require(try cell.outcome(bars)).equity, 2 + 36.98 / 18.31))
    }
}
