import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import TestSupport
import Testing

@testable import StressEngine

/// Cases worked on paper for the contracts and rules beyond the plain linear ones. Entry at 100 with a notional of 10,000.
@Suite struct ContractCases {
    private func near(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-9 * max(1, abs(b)) }
    private let oneBar: [(Double, Double, Double, Double)] = [(100, 100, 100, 100)]

    /// Inverse 10× long: q = 100 coins, M = 10 coins, N0 = 10,000. p* = 100 · 1.005/1.1 = 91.363636. Bar 1 opens at 90, through
    /// it: E = 10 + 100 − 10000/90 = −1.111111 coins: 0.1111111 margins are owed.
    @Test func inverseLongGapsThroughItsTrigger() throws {
        let bars = series(oneBar + [(90, 91, 89, 90), (90, 90, 90, 90)])
        let cell = TestCell(contract: .inverse, horizon: .minutes(1))
        let outcome = try #require(try cell.outcome(bars))
        #expect(outcome.path.liquidationBar == 1 && outcome.path.isUnprotected)
        #expect(near(outcome.equity, (110 - 10_000.0 / 90) / 10))
        #expect(near(outcome.exit.causes.gap, -outcome.equity) && near(outcome.exit.causes.total, -outcome.equity))
    }

    /// An inverse long at a price of zero has lost without bound: below zero, but in no mean; its short is neither liquidated
    /// nor below zero.
    @Test func inverseAtZero() throws {
        let bars = series(oneBar + [(0, 0, 0, 0), (0, 0, 0, 0)])
        var cell = TestCell(contract: .inverse, fill: .worst)
        cell.horizon = .minutes(1)
        let long = try cell.run(bars).estimate(confidence: 0.95)
        #expect(long.windows.liquidated == 1 && long.exit.negative == 1 && long.windows.unprotected == 1)
        #expect(long.exit.shortfall == nil && long.exit.meanEquity == nil)
        cell.side = .short
        let short = try cell.run(bars).estimate(confidence: 0.95)
        #expect(short.windows.liquidated == 0 && short.exit.negative == 0 && short.windows.unprotected == 0)
    }

    /// Borrowed cash, 5×: M = 2000, D = 8000; level 1.1 asks for assets of 8800: p* = 88. Two days at 36.5 % a year, simple:
    /// D = 8000 · 1.002 = 8016, p* = 88.176. Bar 2 falls to 88.1 ≤ p*, having opened above: filled at p*:
    /// E = 8817.6 − 8016 = 801.6, which is 0.4008 of the margin.
    @Test func borrowedCashPaysInterest() throws {
        let day = series(oneBar + [(95, 95, 95, 95), (90, 90, 88.1, 89), (89, 89, 89, 89)], minutes: 1440)
        var cell = TestCell(contract: .margin, leverage: 5, horizon: .days(2), borrow: (0.365, 1.1))
        let outcome = try #require(try cell.outcome(day))
        #expect(outcome.path.liquidationBar == 2 && near(outcome.equity, 0.4008))
        // Without interest p* = 88 is not reached, and the close of 89 leaves 8900 − 8000 = 900.
        cell.borrow = (0, 1.1)
        #expect(near(try #require(try cell.outcome(day)).equity, 0.45))
    }

    /// Borrowed coin, 2×: M = 5000, assets 15,000, 100 coins owed. Level 1.1: p* = 15000/110 = 136.3636. Bar 1 opens at 160:
    /// E = 15000 − 16000 = −1000, 0.2 margins.
    @Test func borrowedCoinIsSqueezed() throws {
        let bars = series(oneBar + [(160, 165, 150, 155), (155, 155, 155, 155)])
        let cell = TestCell(contract: .margin, side: .short, leverage: 2, horizon: .minutes(1), borrow: (0, 1.1))
        #expect(near(try #require(try cell.outcome(bars)).equity, -0.2))
    }

    /// Spot: nobody liquidates, the worst is the fee. 10 is the opening fee; at a price of 0 that is owed, 0.001 of the margin.
    @Test func spotOwesItsFeeAtMost() throws {
        let bars = series(oneBar + [(0, 0, 0, 0), (0, 0, 0, 0)])
        let cell = TestCell(contract: .spot, leverage: 1, horizon: .minutes(1), fees: (0.001, 0.001, 0))
        let outcome = try #require(try cell.outcome(bars))
        #expect(outcome.path.liquidationBar == nil && near(outcome.equity, -0.001))
        #expect(
            try TestCell(contract: .spot, leverage: 2, horizon: .minutes(1)).run(bars).tally.windowTotals.rejected > 0)
        #expect(
            try TestCell(contract: .spot, side: .short, leverage: 1, horizon: .minutes(1)).run(bars).tally.windowTotals
                .rejected > 0)
    }

    /// Funding: 10× long, 1 % charged at the start of bars 1 and 2 on the open of 100 and 98: 100 + 98 = 198 of 1000.
    /// After bar 1 p* = (10000 − 900)/99.5 = 91.457, after bar 2 (10000 − 802)/99.5 = 92.442. Bar 2 falls to 92: due only because
    /// of funding. The short receives it.
    @Test func fundingBringsTheTriggerNearer() throws {
        let bars = series(oneBar + [(100, 100, 97, 98), (98, 98, 92, 93), (93, 93, 93, 93)])
        let funding = try FundingSchedule(time: [0, 60_000, 120_000], rate: [0.5, 0.01, 0.01])
        let market = MarketHistory(series: bars, funding: funding)
        let cell = TestCell(horizon: .minutes(2))
        let outcome = try #require(try cell.outcome(market))
        #expect(outcome.path.liquidationBar == 2 && near(outcome.path.carry.funding, 198))
        #expect(near(outcome.equity, 0.005 * (10_000 - 802) / 99.5 * 100 / 1000))
        #expect(try #require(try cell.outcome(bars)).path.liquidationBar == nil)
        let short = try #require(try TestCell(side: .short, horizon: .minutes(2)).outcome(market))
        #expect(near(short.path.carry.funding, -198))
    }

    /// Mark: the traded low of 80 does not trigger while the mark's low is 95; the mark's low of 85 does while the traded low
    /// is 95, and the fill is p*, because the traded open of 96 is not through it.
    @Test func theMarkTriggersAndTheTradedPriceFills() throws {
        let wick = series(oneBar + [(99, 99, 80, 98), (98, 98, 98, 98)])
        let calm = series(oneBar + [(99, 99, 95, 98), (98, 98, 98, 98)])
        let cell = TestCell(horizon: .minutes(1))
        let spared = try #require(try cell.outcome(MarketHistory(series: wick, mark: calm)))
        #expect(spared.path.liquidationBar == nil && spared.path.isUnprotected)
        let traded = series(oneBar + [(96, 99, 95, 98), (98, 98, 98, 98)])
        let marked = series(oneBar + [(96, 99, 85, 98), (98, 98, 98, 98)])
        let hit = try #require(try cell.outcome(MarketHistory(series: traded, mark: marked)))
        #expect(hit.path.liquidationBar == 1 && near(hit.equity, 0.045 / 0.995))
    }

    /// Partial liquidation. Brackets: up to 6,000 at 1 %, above at 10 % less 540. 10× long: R(100) = 1000 − 540 = 460,
    /// p* = (10000 − 1000 − 540)/(100 · 0.9) = 94. Bar 1 opens at 97 and falls to 93: due, reduced at 94 to 6000/94 = 63.829787
    /// coins: 36.170213 sold with a loss of 6 each, 217.021277. What is left, 782.978723 behind 63.829787 coins, asks for
    /// 1 % of 63.829787 · 93 = 59.36 and has 336.17: it survives and closes at 95: 782.978723 − 5 · 63.829787 = 463.829787.
    @Test func aReductionSavesThePosition() throws {
        let tiers = [
            MaintenanceTier(notionalCap: 6000, rate: 0.01, amount: 0),
            MaintenanceTier(notionalCap: .infinity, rate: 0.1, amount: 540),
        ]
        let bars = series(oneBar + [(97, 97, 93, 95), (95, 95, 95, 95)])
        var cell = TestCell(horizon: .minutes(1), isPartial: true, tiers: tiers)
        let outcome = try #require(try cell.outcome(bars))
        #expect(outcome.path.liquidationBar == 1 && near(outcome.equity, 0.463829787234))
        // Without the rule everything goes at 94: 400.
        cell.isPartial = false
        #expect(near(try #require(try cell.outcome(bars)).equity, 0.4))
        // A gap to 80: reduced at 80 to 75 coins, still due (E = 1000 − 2000 < 60), taken over at 80: 1000 − 2000.
        cell.isPartial = true
        let gap = series(oneBar + [(80, 81, 79, 80), (80, 80, 80, 80)])
        let owed = try #require(try cell.outcome(gap))
        #expect(near(owed.equity, -1) && near(owed.exit.causes.gap, 1) && near(owed.exit.causes.total, 1))
    }

    /// Margins per contract: 5 coins a contract, maintenance 20 a coin from minute 1 on (10 before). 2× long: E(75) = 2500 against
    /// 100 · 20 = 2000; at 69 E = 1900 ≤ 2000: due in bar 2. p* is 70.
    @Test func scheduledMarginsRise() throws {
        let schedule = try MarginSchedule(
            [
                .init(from: UTCInstant(milliseconds: 0), initial: 100, maintenance: 50),
                .init(from: UTCInstant(milliseconds: 60_000), initial: 200, maintenance: 100),
            ], contractSize: 5)
        let flat = [MaintenanceTier(notionalCap: .infinity, rate: 0, amount: 0)]
        let bars = series(oneBar + [(76, 77, 75, 76), (75, 75, 69, 72), (72, 72, 72, 72)])
        var cell = TestCell(leverage: 2, horizon: .minutes(2), schedule: schedule, tiers: flat)
        let outcome = try #require(try cell.outcome(bars))
        #expect(outcome.path.liquidationBar == 2 && near(outcome.equity, 2000.0 / 5000))
        // Initial margins of 20 and 40 a coin: 3× brings 33.3 a coin, enough at the first entry and not at the second.
        cell.leverage = 3
        cell.horizon = .minutes(1)
        let counts = try cell.run(series(oneBar + oneBar + oneBar + oneBar)).tally.windowTotals
        #expect(counts.entries == 1 && counts.rejected == 2 && counts.excluded == 1)
    }

    /// Slippage that grows with the share of volume: 0.001 + 0.5 · σ · √(10000/(50 · 98)), σ from the closes.
    @Test func slippageGrowsWithTheShareOfVolume() throws {
        let prices = series(oneBar + [(99, 99, 98, 98), (98, 98, 98, 99)])
        let bars = try BarSeries(
            time: prices.time, open: prices.open, high: prices.high, low: prices.low, close: prices.close,
            volume: [10, 50, .nan])
        let cell = TestCell(leverage: 2, horizon: .minutes(1), slippage: 0.001, impact: 0.5)
        let market = MarketHistory(series: bars)
        let fraction = 0.001 + 0.5 * market.volatility * (10_000.0 / (50 * 98)).squareRoot()
        let price = 98 * (1 - fraction)
        let first = 1 + 100 * (price - 100) / 5000
        #expect(near(try #require(try cell.outcome(market)).equity, first))
        // Bar 2 has no volume: the base alone. The position entered at 98 holds 10000/98 coins.
        let second = try #require(try cell.outcome(market, entry: 1))
        let gain: Double = 99 * 0.999 - 98
        #expect(near(second.equity, 1 + 10_000 / 98 * gain / 5000))
    }

    /// Bounds: best 0.045, gap −0.2, worst −0.3 as worked in the plain cases: the bar's inside decides.
    @Test func boundsStandBesideTheChosenRule() throws {
        let bars = series(oneBar + [(88, 93, 87, 91), (91, 91, 91, 91)])
        let result = try TestCell(horizon: .minutes(1), hasBounds: true).run(bars)
        let estimate = result.estimate(confidence: 0.95)
        #expect(estimate.exit.negative == 1 && estimate.worstExit?.negative == 1 && estimate.bestExit?.negative == 0)
        #expect(near(estimate.worstExit?.shortfall?.max ?? 0, 0.3) && estimate.windows.undecided == 1)
        #expect(estimate.exit.causes?.gap == estimate.exit.shortfall?.mean)
    }
}
