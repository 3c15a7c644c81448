import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

@testable import StressEngine

/// A cell described the short way, for tests.
struct TestCell {
    var contract = ContractKind.linear
    var side = Side.long
    var leverage = 10.0
    var horizon = TimeSpan.minutes(3)
    var notional = 10_000.0
    var fees = (open: 0.0, close: 0.0, liquidation: 0.0)
    var slippage = 0.0
    var impact = 0.0
    var borrow = (rate: 0.0, level: 1.0)
    var isPartial = false
    var hasBounds = false
    var schedule: MarginSchedule?
    var tiers: [MaintenanceTier] = [MaintenanceTier(notionalCap: .infinity, rate: 0.005, amount: 0)]
    var liquidation = true
    var trigger = LiquidationTrigger.extreme
    var fill = FillRule.gap
    var latency = 1
    var delay = LiquidationRules.defaultDelay
    var overshoot = LiquidationRules.defaultOvershoot
    var maxGap = MaxGap.off
    var stride = 1

    var platform: PlatformRules {
        get throws {
            try PlatformRules(
                fees: Fees(open: fees.open, close: fees.close, liquidation: fees.liquidation),
                slippage: Slippage(base: slippage, impact: impact), tiers: MaintenanceTiers(tiers),
                liquidation: LiquidationRules(
                    enabled: liquidation, trigger: trigger, fill: fill, latency: latency, delay: delay,
                    overshoot: overshoot, isPartial: isPartial, hasBounds: hasBounds),
                borrow: BorrowRules(yearlyRate: borrow.rate, marginLevel: borrow.level), schedule: schedule)
        }
    }

    func study(leverages: [Double]? = nil, horizons: [TimeSpan]? = nil) throws -> Study {
        Study(
            name: "test", inputs: [StudyInput(asset: "X", source: BarSource(files: ["x.csv"]))],
            grid: StudyGrid(
                contracts: [contract], sides: [side], leverages: (leverages ?? [leverage]).compactMap { Leverage($0) },
                horizons: horizons ?? [horizon]),
            position: PositionRules(notional: notional, stride: stride, maxGap: maxGap),
            platforms: [NamedPlatform(name: "p", rules: try platform)])
    }

    /// Runs the cell on one thread.
    func run(_ market: MarketHistory, kernel: KernelChoice = .automatic) throws -> CellResult {
        try HistoryJob(study: study(), asset: "X", market: market, kernel: kernel).run(threads: 1)[0]
    }

    /// Runs the cell on one thread, on prices alone.
    func run(_ series: BarSeries) throws -> CellResult { try run(MarketHistory(series: series)) }

    /// The kernel of the cell.
    func kernel<Position: KernelPosition>(
        _ market: MarketHistory, as _: Position.Type = Position.self
    ) throws -> PlainKernel<Position> {
        let barLength = market.series.barLength ?? .minutes(1)
        let windows = EntryWindows(
            series: market.series, horizon: horizon, stride: stride, maxGap: maxGap.resolved(barLength: barLength))
        let rules = CellRules(cell: try study().cells[0], platform: try platform, notional: notional, market: market)
        let scheduled = try platform.schedule.map { ScheduledMargins($0, along: market.series) }
        return PlainKernel(market: market, rules: rules, windows: windows, scheduled: scheduled)
    }

    /// What one entry met and how it ended; equity in parts of the margin.
    struct Outcome {
        let path: EntryPath
        let exit: EntryExit
        var equity: Double { exit.equity }
    }

    /// The position opened at the close of bar `entry`; nil when it is excluded.
    func outcome(_ market: MarketHistory, entry: Int = 0, fill: ResolvedFill? = nil) throws -> Outcome? {
        try withPosition(contract, side, OutcomeOf(cell: self, market: market, entry: entry, fill: fill)).get()
    }

    /// The same on prices alone.
    func outcome(_ series: BarSeries, entry: Int = 0, fill: ResolvedFill? = nil) throws -> Outcome? {
        try outcome(MarketHistory(series: series), entry: entry, fill: fill)
    }

    private struct OutcomeOf: PositionVisitor {
        let cell: TestCell
        let market: MarketHistory
        let entry: Int
        let fill: ResolvedFill?

        func visit<Position: KernelPosition>(_: Position.Type) -> Result<Outcome?, any Error> {
            Result {
                let kernel: PlainKernel<Position> = try cell.kernel(market)
                let last = Int(kernel.windows.lastBar[entry])
                guard last >= 0 else { return nil }
                let path = kernel.path(entry: entry, last: last)
                let exit = kernel.exit(path, entry: entry, last: last, fill: fill ?? kernel.rules.fills[0].rule)
                return Outcome(path: path, exit: exit)
            }
        }
    }
}
