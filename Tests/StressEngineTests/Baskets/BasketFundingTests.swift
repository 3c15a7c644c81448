import MarginModel
import PriceSeries
import StressBasics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

/// What legs are charged, where their histories have holes.
@Suite struct BasketFundingTests {
    /// Hours in which every price is 100.
    private func flat(_ hours: [Int64]) throws -> BarSeries {
        let prices = hours.map { _ in 100.0 }
        return try BarSeries(
            time: hours.map { $0 * 3_600_000 }, open: prices, high: prices, low: prices, close: prices)
    }

    private func draw(_ markets: [MarketHistory], horizon: TimeSpan) throws -> RandomBasket {
        var draw = try RandomBasket(0, legs: 2)
        (draw.basket.collateral, draw.basket.rebalance, draw.markets) = (nil, nil, markets)
        for place in 0...1 { draw.basket.legs[place] = BasketLeg(asset: "\(place)", side: .long, share: 0.5) }
        draw.cell = TestCell(leverage: 2, horizon: horizon)
        return draw
    }

    /// A rate stamped in a hole of a leg is charged to who holds it by then. One leg from 4 o'clock on, the other without bars from 3 to
    /// 5: of the entries at 4 and 5 the first holds a rate of 5 % stamped at 4:30, the second only one of 1 % at 5:30; what was stamped at
    /// 3:30 is nobody's of them. Half the notional at twice leverage: per margin as much as the rate.
    @Test func anEntryIntoAHoleIsChargedWhatComesAfterIt() throws {
        let half: Int64 = 1_800_000
        let funding = try FundingSchedule(time: [7 * half, 9 * half, 11 * half], rate: [0.2, 0.05, 0.01])
        let markets = [
            MarketHistory(series: try flat(Array(4...12))),
            MarketHistory(series: try flat([0, 1, 2] + Array(6...12)), funding: funding),
        ]
        for mode in [AccountMode.isolated, .cross] {
            let found = try draw(markets, horizon: .hours(3)).outcomes(mode, .sides)
            // The moments are the hours from 4 on.
            #expect(abs(try #require(found[0]).exit.equity - 0.94) < 1e-12, "\(mode)")
            #expect(abs(try #require(found[1]).exit.equity - 0.99) < 1e-12, "\(mode)")
            #expect(try #require(found[2]).exit.equity == 1, "\(mode)")
        }
    }

    /// Charges of a hole that add up to nothing are something for who begins inside it, and no moment is passed over for that.
    @Test func aHoleWhoseChargesCancelIsLookedAt() throws {
        let half: Int64 = 1_800_000
        let funding = try FundingSchedule(time: [7 * half, 9 * half], rate: [-0.05, 0.05])
        let markets = [
            MarketHistory(series: try flat(Array(4...12))),
            MarketHistory(series: try flat([0, 1, 2] + Array(6...12)), funding: funding),
        ]
        let found = try draw(markets, horizon: .hours(3)).outcomes(.cross, .sides)
        #expect(abs(try #require(found[0]).exit.equity - 0.95) < 1e-12)
        #expect(try #require(found[1]).exit.equity == 1)
    }

    /// The definition read aloud, where nobody liquidates: at the start of each bar of a leg in the window, every rate stamped since its bar
    /// before and after the entry is charged on the leg's coins at the open.
    @Test(arguments: 0..<40)
    func chargesAreTheDefinitions(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("funding")
        var draw = try RandomBasket(seed)
        (draw.basket.collateral, draw.basket.rebalance) = (nil, nil)
        draw.cell.liquidation = false
        (draw.cell.fees, draw.cell.slippage, draw.cell.impact) = ((0, 0, 0), 0, 0)
        draw.cell.horizon = .minutes(Int64(30 + random.next() % 200))
        let schedules = try draw.basket.legs.map { _ in try schedule(&random) }
        draw.markets = try schedules.enumerated().map { place, schedule in
            let drawn = randomSeries(seed: seed &* 7 &+ UInt64(place), bars: 400, wildness: 0.001, holes: true)
            return MarketHistory(series: try thinned(drawn, &random), funding: schedule)
        }
        let found = try draw.outcomes(.cross, .sides)
        let times = try #require(BasketMarket(draw.markets)).times
        #expect(!found.isEmpty, "seed \(seed)")
        let charges = draw.basket.legs.indices.map { self.charges(draw.markets[$0].series, schedules[$0]) }
        for (entry, outcome) in found {
            let expected = equity(draw, charges, entered: times[entry])
            #expect(
                abs(outcome.exit.equity - expected) < 1e-9 * draw.cell.leverage,
                "seed \(seed), entry \(entry): \(outcome.exit.equity) not \(expected)")
        }
    }

    /// More holes than other tests need, so that many entries fall into one.
    private func thinned(_ series: BarSeries, _ random: inout SeededGenerator) throws -> BarSeries {
        var left: [Int] = []
        for bar in 1..<series.count where random.next() % 3 == 0 { left.append(bar) }
        return try #require(series.without(bars: left))
    }

    private func schedule(_ random: inout SeededGenerator) throws -> FundingSchedule {
        var (times, rates, time) = ([Int64](), [Double](), Int64(1_600_000_000_000))
        while time < 1_600_000_000_000 + 900 * 60_000 {
            time += 15_000 * Int64(1 + random.next() % 40)
            times.append(time)
            rates.append((random.uniform() - 0.5) / 50)
        }
        return try FundingSchedule(time: times, rate: rates)
    }

    /// A rate that is charged at the start of a bar: the first that is not before its stamp.
    private struct Charge {
        let stamp: Int64
        let rate: Double
        let bar: Int
    }

    /// Every rate that a bar of the leg is charged, found once for all entries.
    private func charges(_ series: BarSeries, _ schedule: FundingSchedule) -> [Charge] {
        let (bars, stamps, rates) = (series.time, schedule.time, schedule.rate)
        return stamps.indices.compactMap { place in
            guard let bar = bars.firstIndex(where: { $0 >= stamps[place] }) else { return nil }
            return Charge(stamp: stamps[place], rate: rates[place], bar: bar)
        }
    }

    /// In parts of the margin.
    private func equity(_ draw: RandomBasket, _ charges: [[Charge]], entered: Int64) -> Double {
        let deadline = entered + draw.cell.horizon.milliseconds
        var sum = 1.0
        for (place, leg) in draw.basket.legs.enumerated() {
            let series = draw.markets[place].series
            let (time, sign) = (series.time, leg.side == .long ? 1.0 : -1)
            guard let own = time.lastIndex(where: { $0 <= entered }),
                let last = time.lastIndex(where: { $0 <= deadline })
            else { continue }
            // Coins for a margin of 1.
            let coins = leg.share * draw.cell.leverage / series.close[own]
            sum += sign * coins * (series.close[last] - series.close[own])
            let opens = series.open
            for charge in charges[place] where charge.stamp > entered && charge.bar > own && charge.bar <= last {
                sum -= sign * charge.rate * coins * opens[charge.bar]
            }
        }
        return sum
    }
}
