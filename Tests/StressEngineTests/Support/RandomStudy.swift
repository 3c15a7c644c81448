import MarginModel
import PriceSeries
import StressBasics
import StudyPlan
import TestSupport

/// Histories and rules drawn at random: funding, marks, holes and prices below zero; every contract, fill, trigger and bracket.
enum RandomStudy {
    /// A history of at most 400 bars; in one of them everything but the open and the close differs where `changing` names it.
    static func market(
        _ seed: UInt64, _ random: inout SeededGenerator, changing bar: Int? = nil
    ) throws -> MarketHistory {
        let wildness = [0.0005, 0.01, 0.1][Int(random.next() % 3)]
        let base = randomSeries(seed: seed, bars: 400, wildness: wildness, holes: random.next() % 2 == 0)
        // Every fifth history is pushed to zero and below, every third is rounded to few prices.
        let shift = seed % 5 == 4 ? -(base.close.min() ?? 0) - 2 : 0
        let step = seed % 3 == 0 ? 0.5 : 1e-9
        func shaped(_ column: [Double]) -> [Double] { column.map { (($0 + shift) / step).rounded() * step } }
        var volume = base.time.map { _ in random.next() % 9 == 0 ? 0 : 1e6 * random.uniform() }
        var (low, high) = (shaped(base.low), shaped(base.high))
        if let bar {
            low[bar] -= abs(low[bar]) / 8 + 1
            high[bar] += abs(high[bar]) / 8 + 1
            volume[bar] += 1
        }
        let series = try BarSeries(
            time: base.time, open: shaped(base.open), high: high, low: low, close: shaped(base.close), volume: volume)
        let mark = random.next() % 4 == 0 ? randomSeries(seed: seed, bars: 400, wildness: wildness * 0.9) : nil
        return MarketHistory(series: series, funding: try funding(series, &random), mark: mark)
    }

    /// None, a constant rate, or large rates of either sign at odd moments.
    private static func funding(_ series: BarSeries, _ random: inout SeededGenerator) throws -> FundingSchedule? {
        switch random.next() % 3 {
        case 0: return nil
        case 1: return FundingSchedule(constant: 0.0003, every: .minutes(60), over: series)
        default:
            let time = (0..<60).map { series.time[0] + Int64($0) * 411_000 }
            return try FundingSchedule(time: time, rate: time.map { _ in (random.uniform() - 0.5) / 50 })
        }
    }

    static func cell(_ contract: ContractKind, _ random: inout SeededGenerator) throws -> TestCell {
        var cell = TestCell(contract: contract)
        func flip(_ odds: UInt64 = 2) -> Bool { random.next() % odds == 0 }
        cell.fees = flip() ? (0, 0, 0) : (0.0005, 0.0006, 0.004)
        cell.slippage = flip() ? 0 : 0.001
        cell.impact = flip(3) ? 0.4 : 0
        cell.borrow = (flip() ? 0 : 5 * random.uniform(), 1 + 0.2 * random.uniform())
        cell.hasBounds = flip()
        cell.fill = FillRule.allCases[Int(random.next() % UInt64(FillRule.allCases.count))]
        cell.latency = 1 + Int(random.next() % 6)
        cell.delay = [.seconds(1), .seconds(5), .seconds(29), .seconds(90)][Int(random.next() % 4)]
        cell.overshoot = [0.05, 1, 2.2, 12][Int(random.next() % 4)]
        cell.trigger = flip(4) ? .close : .extreme
        cell.liquidation = !flip(6)
        cell.maxGap = flip() ? .automatic : .off
        cell.stride = flip(4) ? 3 : 1
        if flip(3) {
            // In quote currency for linear contracts; in coin, of which 10,000 quote buy some 100, for inverse ones.
            let caps = contract == .inverse ? [60.0, 110] : [6000, 11_000]
            let amounts = [0, caps[0] * 0.006, caps[0] * 0.006 + caps[1] * 0.02]
            cell.tiers = [
                MaintenanceTier(notionalCap: caps[0], rate: 0.004, amount: amounts[0]),
                MaintenanceTier(notionalCap: caps[1], rate: 0.01, amount: amounts[1]),
                MaintenanceTier(notionalCap: .infinity, rate: 0.03, amount: amounts[2]),
            ]
        }
        if contract == .linear {
            cell.isPartial = flip(3)
            if flip(5) { cell.schedule = try schedule() }
        }
        return cell
    }

    private static func schedule() throws -> MarginSchedule {
        let entries = (0..<5).map { (step: Int) -> MarginSchedule.Entry in
            let from = UTCInstant(milliseconds: 1_600_001_000_000 + Int64(step) * 4_000_000)
            return MarginSchedule.Entry(from: from, initial: 1 + Double(step), maintenance: 0.8 + Double(step))
        }
        return try MarginSchedule(entries, contractSize: 1)
    }

    static func leverages(_ random: inout SeededGenerator, most: UInt64) -> [Double] {
        let fixed = [1.0, 2, 10, 100]
        let drawn = (0..<random.next() % most).map { _ in 1 + 149 * random.uniform() * random.uniform() }
        return Set(fixed + drawn).sorted()
    }

    /// From one bar to the whole series.
    static func horizons(_ market: MarketHistory, _ random: inout SeededGenerator) throws -> [TimeSpan] {
        let series = market.series
        let whole = series.time[series.count - 1] - series.time[0]
        let drawn = Int64(1 + random.next() % 300) * 60_000
        return Set([60_000, drawn, whole, whole / 3]).sorted().map { TimeSpan(milliseconds: $0) }
    }
}
