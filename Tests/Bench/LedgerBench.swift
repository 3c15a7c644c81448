import Foundation
import MarginModel
import PlatformLedger
import PriceSeries
import StressBasics
import StudyPlan

/// Measures a platform's ledger over five years of hours with many crashes, all safeguards on.
///
/// Each size runs in a process of its own, so that the peak of its memory is its own.
enum LedgerBench {
    /// Five years of hours.
    private static let bars = 43_800
    private static let horizon = TimeSpan.days(30)

    /// The curve over sizes, and each ranking at a million positions.
    static func table() throws {
        print(
            "\nWho pays: five years of hours, 30 days of holding time, funding, fund, deleveraging, socialised loss, 1 thread.\n"
        )
        print(
            "| positions | ranking | seconds | of a processor | a position | open at most | shortfalls | winners closed | peak memory |"
        )
        print("|--:|---|--:|--:|--:|--:|--:|--:|--:|")
        for size in [10_000, 100_000, 1_000_000, 10_000_000] { try row(size, .bitmex) }
        for rule in DeleveragingRule.allCases where rule != .bitmex { try row(1_000_000, rule) }
    }

    private static func row(_ positions: Int, _ rule: DeleveragingRule) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = ["--ledger", String(positions), rule.rawValue]
        try process.run()
        process.waitUntilExit()
    }

    /// One row, for the process that was asked for it.
    static func run(positions: Int, ranking: String) throws {
        let rule = DeleveragingRule(rawValue: ranking)
        let input = try input(positions: positions, rule)
        let (begin, used) = (DispatchTime.now().uptimeNanoseconds, processorSeconds)
        let tally = try input.run()
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - begin) / 1e9
        // On a busy machine the clock on the wall says how busy it is.
        let own = processorSeconds - used
        let total = tally.total
        let open = Int(horizon.milliseconds / 3_600_000) * input.population.classes.count / input.population.stride
        let cells = [
            "\(total.entries)", ranking, fixedText(seconds, decimals: 2), fixedText(own, decimals: 2),
            "\(fixedText(own / Double(max(1, total.entries)) * 1e9, decimals: 0)) ns", "\(open)",
            "\(total.shortfalls)", "\(total.deleveraged)",
            "\(fixedText(Double(ReadingBench.peakMemory) / 1e6, decimals: 0)) MB",
        ]
        print("| " + cells.joined(separator: " | ") + " |")
    }

    /// What the process has used of a processor.
    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func input(positions: Int, _ rule: DeleveragingRule?) throws -> PlatformInput {
        let series = market.series(seed: 18)
        let history = MarketHistory(
            series: series, funding: FundingSchedule(constant: 0.0001, every: .hours(8), over: series))
        let population = population(positions, bars: series.count)
        let rules = try PlatformRules(
            fees: Fees(open: 0.0005, close: 0.0005, liquidation: 0.001), slippage: Slippage(base: 0.0005),
            tiers: MaintenanceTiers(flatRate: 0.005), liquidation: LiquidationRules())
        let asset = LedgerAsset(
            name: "BENCH", market: history, population: population, rules: rules, maxGap: nil)
        return PlatformInput(
            assets: [asset], population: population, rules: rules, safeguards: safeguards(rule), seed: 18)
    }

    private static func safeguards(_ rule: DeleveragingRule?) -> SafeguardRules {
        var safeguards = SafeguardRules()
        safeguards.fund = FundRules(amount: 10_000, floor: 100, topUp: FundRules.TopUp(below: 1000, to: 2000))
        (safeguards.surplusToFund, safeguards.feeToFund) = (0.1, 0.1)
        (safeguards.deleveraging, safeguards.socialisedCap) = (rule, 0.5)
        safeguards.early = EarlyDeleveraging(fall: 0.3, within: .hours(8))
        return safeguards
    }

    /// Longs and shorts of leverages between 2 and 125, as many as make so many positions, or fewer bars that open.
    private static func population(_ positions: Int, bars: Int) -> Population {
        let count = max(2, Int((Double(positions) / Double(bars)).rounded()))
        var random = SeededGenerator(seed: 18)
        let classes = (0..<count).compactMap { place in
            Leverage((2 * exp(log(62.5) * random.uniform())).rounded()).map {
                TraderClass(side: place % 2 == 0 ? .long : .short, leverage: $0, weight: 1 + 3 * random.uniform())
            }
        }
        return Population(classes: classes, horizon: horizon, stride: max(1, bars * count / positions))
    }

    /// A restless coin with a crash or a squeeze every few months.
    private static var market: SyntheticMarket {
        let events = (0..<20).map { place in
            SyntheticMarket.Event(
                .drift, at: 0.03 + 0.048 * Double(place), length: .hours(3 + Int64(place % 4) * 4),
                factor: [0.6, 1.5, 0.75, 1.3][place % 4], turbulence: 4)
        }
        return SyntheticMarket(
            name: "CRASHES", start: UTCInstant(milliseconds: 1_600_000_000_000), barLength: .hours(1), bars: bars,
            startPrice: 24_000, dailyVolatility: 0.045, jumpsPerYear: 30, events: events)
    }
}
