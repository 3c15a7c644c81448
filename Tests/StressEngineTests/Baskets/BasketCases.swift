import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

/// Baskets worked out on paper, and accounts that venues publish.
@Suite struct BasketCases {
    /// One leg as a venue has it.
    private struct Leg {
        var size: Double
        var entry: Double
        var tiers: MaintenanceTiers
        /// Open, high, low, close of the only bar after the entry.
        var bar: (Double, Double, Double, Double)
        /// The bar behind it.
        var next: (Double, Double, Double, Double)?
    }

    /// The account of the given legs on a wallet, with one bar after its entry.
    private func walk(
        _ legs: [Leg], wallet: Double, path: BarPath = .sides, closing: AccountClosing = .all,
        fill: ResolvedFill = .gap
    ) throws -> AccountWalk {
        let notionals = legs.map { abs($0.size) * $0.entry }
        let (total, platform) = (notionals.reduce(0, +), try TestCell().platform)
        let leverage = try #require(Leverage(total / wallet))
        var basket = Basket(
            name: "b",
            legs: zip(legs, notionals).map {
                BasketLeg(asset: "x", side: $0.size > 0 ? .long : .short, share: $1 / total)
            })
        (basket.path, basket.closing) = (path, closing)
        let markets = legs.map { leg in
            let entry = (leg.entry, leg.entry, leg.entry, leg.entry)
            return MarketHistory(series: series([entry, leg.bar] + (leg.next.map { [$0] } ?? [])))
        }
        let market = try #require(BasketMarket(markets))
        let accountLegs = zip(legs.indices, zip(legs, notionals)).map { place, leg in
            let key = CellKey(
                asset: "x", contract: .linear, side: leg.0.size > 0 ? .long : .short, leverage: leverage,
                horizon: .minutes(1), platform: "p")
            let rules = CellRules(
                cell: StudyCell(index: 0, key: key), platform: platform.replacing(tiers: leg.0.tiers),
                notional: leg.1, market: markets[place])
            let windows = EntryWindows(series: markets[place].series, horizon: .minutes(1), maxGap: nil)
            return AccountLeg(
                series: place, share: leg.1 / total, terms: rules.terms,
                pricing: ExitPricing(rules, market: markets[place], windows: windows), fill: fill)
        }
        return AccountWalk(
            AccountRules(legs: accountLegs, collateral: nil, basket: basket, path: path, platform: platform),
            market: market, extremes: nil)
    }

    /// Where prices stand when the account is due in its first movement; nil where it is not.
    private func due(_ walk: AccountWalk) -> [Double]? {
        var state = walk.opened(0)
        state.check = .movement(0)
        return walk.isDue(&state) ? state.prices : nil
    }

    private func alone(_ rate: Double, _ amount: Double) throws -> MaintenanceTiers {
        try MaintenanceTiers([
            MaintenanceTier(notionalCap: amount / rate, rate: 0, amount: 0),
            MaintenanceTier(notionalCap: .infinity, rate: rate, amount: amount),
        ])
    }

    /// Binance, "How to Calculate Liquidation Price of USDⓈ-M Futures Contracts" (faq b3c689…), isolated and cross.
    @Test func binanceWorkedExamples() throws {
        let wallet = 1_535_443.01
        var ether = Leg(size: 3683.979, entry: 1456.84, tiers: try alone(0.1, 135_365), bar: (1456.84, 1456.84, 1, 1))
        var coin = Leg(
            size: 109.488, entry: 32_481.98, tiers: try alone(0.025, 16_300), bar: (32_481.98, 32_481.98, 1, 1))
        let found = [due(try walk([ether], wallet: wallet)), due(try walk([coin], wallet: wallet))]
        #expect(abs(try #require(found[0])[0] - 1114.78) < 0.005)
        #expect(abs(try #require(found[1])[0] - 18_778.73) < 0.005)
        // In one account, the other at its mark.
        let (etherMark, coinMark) = (1335.18, 31_967.27)
        ether.bar = (etherMark, etherMark, 1, etherMark)
        coin.bar = (coinMark, coinMark, coinMark, coinMark)
        #expect(abs(try #require(due(try walk([ether, coin], wallet: wallet)))[0] - 1153.26) < 0.005)
        ether.bar = (etherMark, etherMark, etherMark, etherMark)
        coin.bar = (coinMark, coinMark, 1, coinMark)
        #expect(abs(try #require(due(try walk([ether, coin], wallet: wallet)))[1] - 26_316.89) < 0.005)
    }

    /// dYdX documentation, concepts/trading/liquidations: equity 1,000, ether short, STRK beside it.
    @Test func dydxWorkedExamples() throws {
        let rate = try MaintenanceTiers(flatRate: 0.05)
        let short = Leg(size: -3, entry: 3000, tiers: rate, bar: (3000, 9000, 3000, 3000))
        #expect(abs(try #require(due(try walk([short], wallet: 1000)))[0] - 3174.60) < 0.005)
        var half = short
        half.size = -1.5
        let token = Leg(
            size: 1000, entry: 1.75, tiers: try MaintenanceTiers(flatRate: 0.1), bar: (1.75, 1.75, 1.75, 1.75))
        let found = try #require(due(try walk([half, token], wallet: 1000, path: .adverse)))
        #expect(abs(found[0] - 3380.95) < 0.005)
    }

    /// HKUDS/Vibe-Trading, agent/backtest/perpetual_risk.py and its tests: a low that takes an isolated long leaves it standing beside
    /// another that gains.
    @Test func vibeWorkedExamples() throws {
        let tiers = try MaintenanceTiers([
            MaintenanceTier(notionalCap: 50_000, rate: 0.004, amount: 0),
            MaintenanceTier(notionalCap: .infinity, rate: 0.005, amount: 50),
        ])
        let coin = Leg(size: 1, entry: 60_000, tiers: tiers, bar: (60_000, 60_000, 59_500, 59_500))
        #expect(due(try walk([coin], wallet: 600)) != nil)
        #expect(due(try walk([coin], wallet: 747.49)) != nil)
        #expect(due(try walk([coin], wallet: 747.51)) == nil)
        let ether = Leg(size: 10, entry: 2900, tiers: tiers, bar: (2990, 2990, 2990, 2990))
        #expect(due(try walk([coin, ether], wallet: 1000)) == nil)
    }

    /// A long of 6,000 and one of 4,000 at 5×, without costs and requirement: both fall by 30 and 10 %, so the account of 2,000 is at nothing
    /// after 2,000 of a loss of 2,200: at 10/11 of the way.
    @Test func theWayIsGoneTogether() throws {
        let none = try MaintenanceTiers(flatRate: 0)
        let legs = [
            Leg(size: 60, entry: 100, tiers: none, bar: (100, 100, 70, 100)),
            Leg(size: 400, entry: 10, tiers: none, bar: (10, 10, 9, 10)),
        ]
        let found = try #require(due(try walk(legs, wallet: 2000)))
        #expect(abs(found[0] - (100 - 30 * 10 / 11.0)) < 1e-9 && abs(found[1] - (10 - 10 / 11.0)) < 1e-9)
        // Apart the first alone loses 1,800.
        #expect(due(try walk(legs, wallet: 2000, path: .apart)) == nil)
    }

    /// Three longs of 5,000 at 10×, filled at the lows. In the first bar one falls to 71.3 and is closed, which leaves 65. In the next the
    /// second is closed at 95, 250 lower: the movement to the highs begins with an account of −185, so the last is closed, too, at its low,
    /// though its high would bring 300.
    @Test func aLaterClosingIsFollowedByACheckAtTheOpens() throws {
        let tiers = try MaintenanceTiers(flatRate: 0.005)
        let flat = (100.0, 100.0, 100.0, 100.0)
        let legs = [
            Leg(size: 50, entry: 100, tiers: tiers, bar: (100, 100, 71.3, 100), next: flat),
            Leg(size: 50, entry: 100, tiers: tiers, bar: flat, next: (100, 100, 95, 100)),
            Leg(size: 50, entry: 100, tiers: tiers, bar: flat, next: (100, 106, 100, 106)),
        ]
        let walk = try walk(legs, wallet: 1500, path: .together, closing: .worst, fill: .worst)
        let first = walk.ends(0, last: 1)
        #expect(first.closedCount == 1 && abs(first.equity[0] - 65) < 1e-9, "\(first)")
        let both = walk.ends(0, last: 2)
        #expect(both.closedCount == 3 && abs(both.equity[0] + 185) < 1e-9, "\(both)")
    }

    /// Where a leg changes its bracket on the way the requirement bends, and the crossing is still exact: margin 1,000, requirement nothing up
    /// to 9,500 and 10 % of what is above; at p: 1,000 + 100 (p − 100) = 0.1 (100 p − 9,500) gives p = 90 below the bend, where it is 0.
    @Test func bracketsBendTheWay() throws {
        let tiers = try MaintenanceTiers([
            MaintenanceTier(notionalCap: 9500, rate: 0, amount: 0),
            MaintenanceTier(notionalCap: .infinity, rate: 0.1, amount: 950),
        ])
        let long = Leg(size: 100, entry: 100, tiers: tiers, bar: (100, 100, 80, 100))
        #expect(abs(try #require(due(try walk([long], wallet: 1000)))[0] - 90) < 1e-9)
        // A short of the same meets it above the bend: 1,000 − 100 (p − 100) = 0.1 (100 p − 9,500): p = 11,950/110.
        let short = Leg(size: -100, entry: 100, tiers: tiers, bar: (100, 120, 100, 100))
        #expect(abs(try #require(due(try walk([short], wallet: 1000)))[0] - 11_950 / 110.0) < 1e-9)
    }
}
