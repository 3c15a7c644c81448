import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

/// What must hold of baskets on any prices and rules: histories drawn from printed seeds.
@Suite struct BasketLaws {
    /// One leg in a cross or isolated account, or alone, is the position of the model: to rounding where fills are certain, to a 64th where
    /// they are known by a law.
    @Test(arguments: 0..<60)
    func oneLegIsThePosition(seed: UInt64) throws {
        var draw = try RandomBasket(seed, legs: 1)
        draw.basket.collateral = nil
        draw.basket.legs[0].rate = nil
        draw.markets = Array(draw.markets.prefix(1))
        guard draw.markets[0].mark == nil else { return }
        draw.cell.side = draw.basket.legs[0].side
        let kernel: PlainKernel<LinearPosition> = try draw.cell.kernel(draw.markets[0])
        let fill = kernel.rules.fills[0].rule
        for mode in AccountMode.allCases {
            let found = try draw.outcomes(mode, .sides)
            for entry in kernel.windows.lastBar.indices {
                guard let (last, isCut) = kernel.windows.watched(entry), !isCut, !kernel.isRejected(entry: entry) else {
                    #expect(found[entry] == nil, "seed \(seed), entry \(entry)")
                    continue
                }
                let path = kernel.path(entry: entry, last: last)
                let exit = kernel.exit(path, entry: entry, last: last, fill: fill)
                let outcome = try #require(found[entry], "seed \(seed), entry \(entry)")
                var name: String { "seed \(seed), \(mode), entry \(entry), \(fill.name)" }
                #expect(outcome.due == path.liquidationBar && outcome.ended == exit.closedBar, "\(name)")
                let slack = exit.spread == nil ? 0 : 1.0 / 64
                let tolerance = kernel.rules.toleranceOfMargin
                let (one, other) = (outcome.exit.negative(tolerance: tolerance), exit.negative(tolerance: tolerance))
                #expect(abs((one - other).value) <= slack + 1e-9, "\(name): \(one.value) not \(other.value)")
                let leverage = draw.cell.leverage
                // A 64th of all the ways that a fill in the bar may go.
                let reach = path.liquidationBar.map { bar in
                    let series = draw.markets[0].series
                    return leverage * (series.high[bar] - series.low[bar]) / series.close[entry]
                }
                #expect(
                    abs(outcome.exit.equity - exit.equity)
                        <= 1e-9 * leverage * (1 + abs(exit.equity)) + slack * (reach ?? 0) * 1.1,
                    "\(name): \(outcome.exit.equity) not \(exit.equity)")
            }
        }
    }

    /// Two halves of the same leg are the whole, where they go the same way at the same time and share their fills.
    @Test(arguments: 100..<140)
    func twiceTheLegIsOnce(seed: UInt64) throws {
        var draw = try RandomBasket(seed, legs: 1)
        draw.cell.tiers = [MaintenanceTier(notionalCap: .infinity, rate: 0.005, amount: 0)]
        draw.cell.impact = 0
        draw.basket.closing = .all
        if draw.cell.fill == .delay || draw.cell.fill == .auto { draw.cell.fill = .worst }
        var twice = draw
        let leg = draw.basket.legs[0]
        twice.basket.legs = [leg, leg].map {
            var half = $0
            half.share = 0.5
            return half
        }
        twice.markets.insert(draw.markets[0], at: 1)
        // Bringing back halves that are equal changes nothing but rounding.
        for path in [BarPath.sides, .together, .adverse] {
            expectEqual(
                try draw.outcomes(.cross, path), try twice.outcomes(.cross, path), draw, legs: 2,
                "seed \(seed), \(path)")
        }
    }

    /// Without costs a long and a short of the same coin lose nothing: due only where the requirement has grown to the margin.
    @Test(arguments: 200..<240)
    func oppositeLegsAreDueByTheirRequirementAlone(seed: UInt64) throws {
        var draw = try RandomBasket(seed, legs: 2)
        (draw.cell.fees, draw.cell.slippage, draw.cell.impact) = ((0, 0, 0), 0, 0)
        (draw.cell.liquidation, draw.cell.trigger, draw.cell.maxGap) = (true, .extreme, .off)
        (draw.basket.collateral, draw.basket.rebalance, draw.cell.leverage) = (nil, nil, 100)
        for place in 0...1 {
            draw.basket.legs[place] = BasketLeg(
                asset: "0", side: place == 0 ? .long : .short, share: 0.5, rate: 0.009_512_3)
        }
        let market = MarketHistory(series: draw.markets[0].series)
        draw.markets = [market, market]
        for (entry, outcome) in try draw.outcomes(.cross, .together) {
            let series = market.series
            let level = series.close[entry] * 0.01 / 0.009_512_3
            let deadline = series.time[entry] + draw.cell.horizon.milliseconds
            let first = (entry + 1..<series.count).first {
                series.time[$0] <= deadline && max(series.high[$0], abs(series.low[$0])) >= level * (1 + 1e-12)
            }
            #expect(outcome.due == first, "seed \(seed), entry \(entry)")
            if first == nil { #expect(abs(outcome.exit.equity - 1) < 1e-9, "seed \(seed), entry \(entry)") }
        }
    }

    /// Coins that are always worth 1 are money.
    @Test(arguments: 300..<340)
    func collateralWorthOneIsMoney(seed: UInt64) throws {
        var draw = try RandomBasket(seed)
        draw.basket.collateral = nil
        draw.markets = Array(draw.markets.prefix(draw.basket.legs.count))
        var held = draw
        held.basket.collateral = BasketCollateral(asset: "c")
        let series = draw.markets[0].series
        let ones = series.time.map { _ in 1.0 }
        held.markets.append(
            MarketHistory(series: try BarSeries(time: series.time, open: ones, high: ones, low: ones, close: ones)))
        for mode in AccountMode.allCases {
            for path in BarPath.allCases {
                expectEqual(
                    try draw.outcomes(mode, path), try held.outcomes(mode, path), draw, legs: 1,
                    "seed \(seed), \(mode), \(path)")
            }
        }
    }

    /// A long whose margin is its own coin loses both at once: due no later than with money.
    @Test(arguments: 350..<380)
    func aCoinIsAWorseMarginOfItsOwnLong(seed: UInt64) throws {
        var draw = try RandomBasket(seed, legs: 1)
        draw.basket.legs[0].side = .long
        (draw.basket.collateral, draw.markets) = (nil, Array(draw.markets.prefix(1)))
        var held = draw
        held.basket.collateral = BasketCollateral(asset: "0")
        held.markets.append(draw.markets[0])
        let (money, coin) = (try draw.outcomes(.cross, .sides), try held.outcomes(.cross, .sides))
        for (entry, outcome) in money {
            guard let due = outcome.due else { continue }
            let first = try #require(coin[entry]?.due, "seed \(seed), entry \(entry)")
            #expect(first <= due, "seed \(seed), entry \(entry)")
        }
    }

    /// All adverse extremes at once: no other path is due in an earlier moment.
    @Test(arguments: 400..<460)
    func nothingIsDueBeforeAdverse(seed: UInt64) throws {
        let draw = try RandomBasket(seed)
        var count = 0
        for mode in AccountMode.allCases {
            let bound = try draw.outcomes(mode, .adverse)
            for path in [BarPath.sides, .together, .apart] {
                for (entry, outcome) in try draw.outcomes(mode, path) {
                    guard let due = outcome.due else { continue }
                    count += 1
                    // A rebalancing trades at closes, which no path changes before something is closed.
                    let first = try #require(bound[entry]?.due, "seed \(seed), \(mode), \(path), entry \(entry)")
                    #expect(first <= due, "seed \(seed), \(mode), \(path), entry \(entry)")
                }
            }
        }
        if draw.cell.liquidation, draw.cell.leverage > 30, draw.cell.horizon > .minutes(30), seed < 404 {
            #expect(count > 0, "seed \(seed)")
        }
    }

    /// A currency is a unit, and so are coins.
    @Test(arguments: 500..<530)
    func moneyAndCoinsScale(seed: UInt64) throws {
        var draw = try RandomBasket(seed)
        draw.cell.tiers = [MaintenanceTier(notionalCap: .infinity, rate: 0.005, amount: 0)]
        draw.cell.impact = 0
        var scaled = draw
        scaled.cell.notional *= 1024
        scaled.markets = try draw.markets.enumerated().map { place, market in
            let (series, factor) = (market.series, [0.5, 4, 0.125, 2][place])
            func column(_ prices: [Double]) -> [Double] { prices.map { $0 * factor } }
            return MarketHistory(
                series: try BarSeries(
                    time: series.time, open: column(series.open), high: column(series.high), low: column(series.low),
                    close: column(series.close)))
        }
        draw.markets = draw.markets.map { MarketHistory(series: $0.series) }
        for mode in AccountMode.allCases {
            expectEqual(
                try draw.outcomes(mode, .sides), try scaled.outcomes(mode, .sides), draw, legs: 1,
                "seed \(seed), \(mode)")
        }
    }

    /// Histories in shorter bars are grouped to the longest before anything else.
    @Test(arguments: 600..<610)
    func shorterBarsAreGrouped(seed: UInt64) throws {
        var draw = try RandomBasket(seed, legs: 2)
        draw.basket.collateral = nil
        draw.markets = Array(draw.markets.prefix(2))
        draw.markets[0] = try #require(draw.markets[0].aggregated(to: .minutes(5)))
        var grouped = draw
        grouped.markets[1] = try #require(draw.markets[1].aggregated(to: .minutes(5)))
        #expect(try draw.outcomes(.cross, .sides) == grouped.outcomes(.cross, .sides), "seed \(seed)")
    }

    private func expectEqual(
        _ a: [Int: BasketOutcome], _ b: [Int: BasketOutcome], _ draw: RandomBasket, legs: Int, _ name: String
    ) {
        #expect(Set(a.keys) == Set(b.keys), "\(name)")
        let tolerance = CellRules.tolerance * draw.cell.leverage
        for (entry, one) in a {
            guard let other = b[entry] else { continue }
            #expect(one.due == other.due && one.ended == other.ended, "\(name), entry \(entry)")
            #expect(
                one.exit.negative(tolerance: tolerance) == other.exit.negative(tolerance: tolerance)
                    && one.legsClosed.value * Double(legs) == other.legsClosed.value, "\(name), entry \(entry)")
            let gross = draw.cell.leverage * (1 + abs(one.exit.equity))
            #expect(
                abs(one.exit.equity - other.exit.equity) <= 1e-9 * gross,
                "\(name), entry \(entry): \(one.exit.equity) against \(other.exit.equity)")
        }
    }
}
