import MarginModel
import PlatformLedger
import PriceSeries
import StressBasics
import StudyPlan
import TestSupport

/// Platforms drawn at random: one to three assets, holes, funding, marks, few or many prices, and every rule.
struct RandomPlatform {
    var input: PlatformInput
    let maxGap: TimeSpan?

    /// - Parameter longest: holding time, bars.
    init(seed: UInt64, bars: Int = 160, longest: UInt64 = 40) throws {
        var random = SeededGenerator(seed: seed)
        func flip(_ odds: UInt64 = 2) -> Bool { random.next() % odds == 0 }
        func pick<T>(_ values: [T]) -> T { values[Int(random.next() % UInt64(values.count))] }
        let gap: TimeSpan? = flip(3) ? .minutes(120 * 15) : nil
        maxGap = gap
        let horizon = TimeSpan.minutes(15 * Int64(1 + random.next() % longest))
        let population = Population(
            classes: try RandomPlatform.classes(&random), openInterestPerBar: pick([1, 10_000, 3e7]),
            scale: flip(4) ? .volume : .constant, horizon: horizon, stride: flip(4) ? 3 : 1)
        let rules = try RandomPlatform.rules(&random)
        let assets = try (0..<1 + random.next() % 3).map { place in
            let market = try RandomPlatform.market(seed: seed &* 31 &+ place, bars: bars, &random)
            return LedgerAsset(
                name: "A\(place)", market: market, population: population, rules: rules, maxGap: gap)
        }
        input = PlatformInput(
            assets: assets, population: population, rules: rules, safeguards: RandomPlatform.safeguards(&random),
            seed: seed)
    }

    /// The same platform where liquidations move the price, by little or by much.
    func withImpact(seed: UInt64) -> RandomPlatform {
        var random = SeededGenerator(seed: seed).stream("impact")
        func pick<T>(_ values: [T]) -> T { values[Int(random.next() % UInt64(values.count))] }
        var copy = self
        copy.input.safeguards.impact = LiquidationImpact(
            gamma: pick([0.3, 1, 3]), depth: input.population.openInterestPerBar * pick([0.5, 5, 50]),
            halfLife: .minutes(pick([1, 60, 1440])), maxRounds: pick([1, 2, 10]))
        return copy
    }

    /// The same platform with margins per contract that change by date, some of them only in force after the first bars.
    func withSchedule(seed: UInt64) throws -> RandomPlatform {
        var random = SeededGenerator(seed: seed).stream("schedule")
        let times: [Int64] = input.assets.flatMap { $0.market.series.time }
        let (first, last) = (times.min() ?? 0, times.max() ?? 0)
        let price = input.assets[0].market.series.close.first { $0 > 0 } ?? 100
        let places = (0..<1 + random.next() % 4).map { _ in random.uniform() * 1.2 - 0.2 }.sorted()
        let entries = places.enumerated().map { place, share in
            let maintenance = 5 * price * (random.uniform() < 0.5 ? 0.02 : 0.15) * random.uniform() + 1e-6
            // A millisecond apart at least.
            let from = first + Int64(share * Double(last - first)) + Int64(place)
            return MarginSchedule.Entry(
                from: UTCInstant(milliseconds: from), initial: maintenance * (1 + 0.3 * random.uniform()),
                maintenance: maintenance)
        }
        let own = input.rules
        let rules = PlatformRules(
            fees: own.fees, slippage: own.slippage, tiers: try MaintenanceTiers(flatRate: 0),
            liquidation: own.liquidation, schedule: try MarginSchedule(entries, contractSize: 5))
        let (population, gap) = (input.population, maxGap)
        let assets = input.assets.map {
            LedgerAsset(name: $0.name, market: $0.market, population: population, rules: rules, maxGap: gap)
        }
        var copy = self
        copy.input = PlatformInput(
            assets: assets, population: population, rules: rules, safeguards: input.safeguards, seed: input.seed)
        return copy
    }

    /// The same platform with several brackets, and reduced from one to the next before it is closed whole.
    func withPartialClosing(seed: UInt64, openInterest: Double? = nil) throws -> RandomPlatform {
        var random = SeededGenerator(seed: seed).stream("partial")
        var copy = self
        let size = openInterest ?? input.population.openInterestPerBar
        let rules = try RandomPlatform.partial(input.rules, openInterest: size, &random)
        let (population, gap) = (input.population, maxGap)
        let assets = input.assets.map {
            LedgerAsset(name: $0.name, market: $0.market, population: population, rules: rules, maxGap: gap)
        }
        copy.input = PlatformInput(
            assets: assets, population: population, rules: rules, safeguards: input.safeguards, seed: input.seed)
        return copy
    }

    /// Rules with two to five brackets about the size of what a class opens, low enough for most leverages.
    private static func partial(
        _ rules: PlatformRules, openInterest: Double, _ random: inout SeededGenerator
    ) throws -> PlatformRules {
        let rates = [0.002, 0.004, 0.007, 0.012, 0.03].prefix(2 + Int(random.next() % 4))
        var (tiers, cap) = ([MaintenanceTier](), 0.0)
        for (place, rate) in rates.enumerated() {
            let amount = tiers.last.map { $0.amount + cap * (rate - $0.rate) } ?? 0
            cap = place + 1 == rates.count ? .infinity : cap + openInterest * (0.02 + 0.2 * random.uniform())
            tiers.append(MaintenanceTier(notionalCap: cap, rate: rate, amount: amount))
        }
        let own = rules.liquidation
        return PlatformRules(
            fees: rules.fees, slippage: rules.slippage, tiers: try MaintenanceTiers(tiers),
            liquidation: try LiquidationRules(
                enabled: own.enabled, trigger: own.trigger, fill: own.fill, latency: own.latency, delay: own.delay,
                overshoot: own.overshoot, isPartial: true))
    }

    /// A hundred of them, none of the judge's, to be named by their seeds.
    static func batch(_ batch: UInt64) throws -> [(seed: UInt64, platform: RandomPlatform)] {
        try (batch * 100..<batch * 100 + 100).map { ($0 + 10_000, try RandomPlatform(seed: $0 + 10_000, bars: 96)) }
    }

    static func classes(_ random: inout SeededGenerator) throws -> [TraderClass] {
        let leverages = [1.0, 3, 5, 10, 10, 20, 25, 50, 75, 100]
        let count = 2 + Int(random.next() % 6)
        return (0..<count).compactMap { (place: Int) -> TraderClass? in
            // The first two are one of each side.
            let isLong = place < 2 ? place == 0 : random.next() % 2 == 0
            let side: Side = isLong ? .long : .short
            return Leverage(leverages[Int(random.next() % 10)]).map {
                TraderClass(side: side, leverage: $0, weight: Double(1 + random.next() % 4))
            }
        }
    }

    static func rules(_ random: inout SeededGenerator) throws -> PlatformRules {
        func flip(_ odds: UInt64 = 2) -> Bool { random.next() % odds == 0 }
        let fills: [FillRule] = [.worst, .worst, .next, .gap, .best, .delay]
        let tiers =
            flip(3)
            ? [
                MaintenanceTier(notionalCap: 2500, rate: 0.004, amount: 0),
                MaintenanceTier(notionalCap: .infinity, rate: 0.01, amount: 15),
            ] : [MaintenanceTier(notionalCap: .infinity, rate: 0.005, amount: 0)]
        return try PlatformRules(
            fees: flip()
                ? Fees(open: 0, close: 0, liquidation: 0) : Fees(open: 0.0005, close: 0.0006, liquidation: 0.004),
            slippage: Slippage(base: flip() ? 0 : 0.001, impact: flip(4) ? 0.3 : 0), tiers: MaintenanceTiers(tiers),
            liquidation: LiquidationRules(
                enabled: !flip(12), trigger: flip(4) ? .close : .extreme,
                fill: fills[Int(random.next() % 6)], latency: 1 + Int(random.next() % 3)))
    }

    static func safeguards(_ random: inout SeededGenerator) -> SafeguardRules {
        func flip(_ odds: UInt64 = 2) -> Bool { random.next() % odds == 0 }
        var rules = SafeguardRules()
        let amount = flip() ? 0 : 20_000 * random.uniform()
        rules.fund = FundRules(
            amount: amount, floor: flip(3) ? amount / 5 : 0,
            topUp: flip(4) ? FundRules.TopUp(below: 1000, to: 3000) : nil)
        rules.surplusToFund = [0, 0.5, 1][Int(random.next() % 3)]
        rules.feeToFund = [0, 0.5, 1][Int(random.next() % 3)]
        rules.deleveraging = flip(4) ? nil : DeleveragingRule.allCases[Int(random.next() % 6)]
        rules.early = flip(4) ? EarlyDeleveraging(fall: 0.3, within: .minutes(480)) : nil
        rules.socialisedCap = flip() ? nil : [0.1, 0.5, 1][Int(random.next() % 3)]
        rules.recourse = flip() ? .trader : .platform
        return rules
    }

    /// Bars of a quarter of an hour, so that a few hundred hold days.
    static func market(seed: UInt64, bars: Int, _ random: inout SeededGenerator) throws -> MarketHistory {
        func flip(_ odds: UInt64 = 2) -> Bool { random.next() % odds == 0 }
        let base = randomSeries(seed: seed, bars: bars, wildness: flip() ? 0.01 : 0.06, holes: flip())
        let step = flip() ? 5 : 1e-9
        func shaped(_ column: [Double]) -> [Double] { column.map { ($0 / step).rounded() * step } }
        let start = base.time[0]
        let time = base.time.map { start + 15 * ($0 - start) }
        let volume = base.time.map { _ in flip(9) ? 0 : 1e6 * random.uniform() }
        let series = try BarSeries(
            time: time, open: shaped(base.open), high: shaped(base.high), low: shaped(base.low),
            close: shaped(base.close), volume: flip(3) ? nil : volume)
        let funding =
            flip(3) ? FundingSchedule(constant: flip() ? 0.003 : -0.002, every: .minutes(60), over: series) : nil
        let mark =
            flip(5)
            ? try BarSeries(
                time: time, open: series.open, high: series.high.map { $0 * 0.99 }, low: series.low.map { $0 * 1.01 },
                close: series.close) : nil
        return MarketHistory(series: series, funding: funding, mark: mark)
    }
}
