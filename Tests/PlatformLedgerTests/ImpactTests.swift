import Foundation
import MarginModel
import PriceSeries
import StressBasics
import StudyPlan
import TestSupport
import Testing

@testable import PlatformLedger

/// What liquidations do to the price of those that come later.
@Suite struct ImpactTests {
    private func impact(gamma: Double, depth: Double = 100, halfLife: TimeSpan = .hours(1), rounds: Int = 10)
        -> LiquidationImpact
    { LiquidationImpact(gamma: gamma, depth: depth, halfLife: halfLife, maxRounds: rounds) }

    // MARK: By hand

    /// A bar of 0.1 deviations: as much as the depth moves the price by a tenth, four times as much by two; shorts the other way.
    @Test func theSquareRootLaw() {
        let high = 100 * exp(0.1 * (4 * log(2)).squareRoot())
        let bars = series([(100, high, 100, 100), (100, 100, 100, 100)])
        var whole = PriceImpact(impact(gamma: 1))
        whole.begin(bars, bar: 0)
        #expect(whole.move == 0 && whole.moved(80) == 80)
        whole.add(notional: 100, side: 0)
        #expect(abs(whole.move + 0.1) < 1e-14 && abs(whole.moved(80) - 80 * exp(-0.1)) < 1e-12)
        whole.add(notional: 300, side: 0)
        #expect(abs(whole.move + 0.2) < 1e-14)
        // A price below 0 is worse for those who sell, too.
        #expect(whole.moved(-80) < -80)
        whole.add(notional: 400, side: 1)
        #expect(abs(whole.move) < 1e-14)
        // However many positions the notional is shared by.
        var parts = PriceImpact(impact(gamma: 1))
        parts.begin(bars, bar: 0)
        for _ in 0..<400 { parts.add(notional: 1, side: 0) }
        #expect(abs(parts.move + 0.2) < 1e-14)
    }

    /// Bars are a minute: half a move is left after a half-life, and the next bar's liquidations begin there.
    @Test func movesDecay() {
        let high = 100 * exp(0.1 * (4 * log(2)).squareRoot())
        let bars = series(Array(repeating: (100, high, 100, 100), count: 4))
        var price = PriceImpact(impact(gamma: 1, halfLife: .minutes(1)))
        price.begin(bars, bar: 0)
        price.add(notional: 100, side: 0)
        price.begin(bars, bar: 1)
        #expect(abs(price.move + 0.05) < 1e-14)
        price.add(notional: 100, side: 0)
        #expect(abs(price.move + 0.15) < 1e-14)
        price.begin(bars, bar: 3)
        #expect(abs(price.move + 0.0375) < 1e-14)
    }

    /// All enter at 100; the price falls to 88 at once. The long of 10× is due and is closed there; that moves the price by `x`, which takes
    /// the long of 5× from 88 below its trigger price, and it is filled as far below 88.
    @Test func oneLiquidationMakesAnother() throws {
        let bars: [(Double, Double, Double, Double)] = [(100, 100, 100, 100), (88, 88, 88, 88), (88, 88, 88, 88)]
        let classes = [(Side.long, 10.0), (.long, 5.0), (.short, 1.0)]
        let population = Population(
            classes: try classes.map {
                TraderClass(side: $0.0, leverage: try #require(Leverage($0.1)), weight: 1)
            }, openInterestPerBar: 2000, horizon: .minutes(5), stride: 100)
        let rules = try PlatformRules(
            fees: Fees(open: 0, close: 0, liquidation: 0), slippage: Slippage(base: 0),
            tiers: MaintenanceTiers(flatRate: 0.005), liquidation: LiquidationRules(fill: .worst))
        let market = MarketHistory(series: series(bars))
        func run(_ impact: LiquidationImpact?) throws -> LedgerTally {
            var safeguards = SafeguardRules()
            safeguards.impact = impact
            let asset = LedgerAsset(name: "X", market: market, population: population, rules: rules, maxGap: nil)
            return try PlatformInput(
                assets: [asset], population: population, rules: rules, safeguards: safeguards, seed: 1
            ).run()
        }
        let deviation = log(100 / 88.0) / (4 * log(2)).squareRoot()
        // 10 coins at 88.
        let moved = 88 * exp(-2 * deviation * (880.0 / 440).squareRoot())
        #expect(moved < 80, "or the example shows nothing")
        let cascade = try run(impact(gamma: 2, depth: 440))
        #expect(cascade.sums(group: 0).shortfall == 20_000_000 && cascade.sums(group: 1).liquidated == 1)
        #expect(cascade.sums(group: 1).shortfall == Int128(Money.units(10 * (80 - moved))))
        // Looked through once, the bar has only what the market itself made due, and the next one where nothing is left of the move; and
        // without an impact so it has.
        let once = try run(impact(gamma: 2, depth: 440, halfLife: .seconds(1), rounds: 1))
        #expect(once.sums(group: 1).liquidated == 0 && once.sums(group: 0) == cascade.sums(group: 0))
        #expect(try run(nil).sums(group: 1).liquidated == 0)
    }

    // MARK: Laws

    /// An impact of 0 is none, to the last bit.
    @Test(arguments: 0..<10) func noImpactChangesNothing(batch: UInt64) throws {
        for (seed, platform) in try RandomPlatform.batch(batch) {
            var none = platform.input
            none.safeguards.impact = impact(gamma: 0, depth: 1)
            let (without, with) = (try platform.input.run(into: EventList()), try none.run(into: EventList()))
            #expect(without.tally == with.tally && without.sink.events == with.sink.events, "seed \(seed)")
        }
    }

    /// Until the first bar that liquidates anybody platforms are alike. Where it liquidates one side, a larger impact closes all who are
    /// closed under a smaller one, each with no less short.
    @Test(arguments: 0..<20) func aLargerImpactNeverLowersTheShortfallsOfOneBar(batch: UInt64) throws {
        var (bars, larger) = (0, 0)
        for (seed, platform) in try RandomPlatform.batch(batch) {
            // Where a close or a mark triggers, those who are due later need not be farther from the open.
            let isOrdered =
                platform.input.rules.liquidation.trigger == .extreme
                && platform.input.assets.allSatisfy { $0.market.mark == nil }
            let runs = try [0, 0.3, 1, 4].map { gamma in
                var input = platform.input
                input.safeguards.impact = impact(
                    gamma: gamma, depth: input.population.openInterestPerBar, rounds: isOrdered ? 10 : 1)
                return try firstBar(input)
            }
            guard let first = runs[0], Set(first.equity.keys.map { first.side($0) }).count == 1 else { continue }
            for (small, large) in zip(runs, runs.dropFirst()) {
                for (position, equity) in small?.equity ?? [:] {
                    let other = large?.equity[position]
                    #expect(min(0, other ?? .max) <= min(0, equity), "seed \(seed): \(position)")
                    #expect(other != nil, "seed \(seed): \(position)")
                }
                if large?.shortfall != small?.shortfall { larger += 1 }
            }
            bars += 1
        }
        #expect(bars > 20 && larger > 5, "the law needs bars to be one")
    }

    /// What a bar's liquidations left of each position.
    private struct FirstBar {
        let population: Population
        var equity: [LedgerPosition: Int64] = [:]
        var shortfall: Int64 { equity.values.reduce(0) { $0 + max(0, -$1) } }
        func side(_ position: LedgerPosition) -> Side { population.classes[position.group].side }
    }

    /// Liquidations of the first bar that has any; nil where nobody is liquidated.
    private func firstBar(_ input: PlatformInput) throws -> FirstBar? {
        var (found, place): (FirstBar, [Int]?) = (FirstBar(population: input.population), nil)
        for event in try input.run(into: EventList()).sink.events {
            guard case .closed(let position, let bar, true, let equity, _) = event else { continue }
            if let place, place != [position.asset, bar] { break }
            place = [position.asset, bar]
            found.equity[position] = equity
        }
        return place == nil ? nil : found
    }

    /// Whatever liquidations do to prices, every unit of a shortfall is somebody's.
    @Test(arguments: 0..<10) func theBooksBalance(batch: UInt64) throws {
        for (seed, platform) in try RandomPlatform.batch(batch) {
            let (tally, list) = try platform.withImpact(seed: seed).input.run(into: EventList())
            let total = tally.total
            let paid = total.fund + total.deleveraging + total.socialised + total.platform + total.owed
            #expect(total.shortfall == paid && list.unbalanced == 0 && tally.books.total == 0, "seed \(seed)")
        }
    }
}
