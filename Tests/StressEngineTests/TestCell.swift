import MarginModel
import PriceSeries
import StressBasics
import StressEngine
import StressStatistics
import StudyPlan

/// A cell described the short way, for tests.
struct TestCell {
    var side = Side.long
    var leverage = 10.0
    var horizon = TimeSpan.minutes(3)
    var notional = 10_000.0
    var fees = (open: 0.0, close: 0.0, liquidation: 0.0)
    var slippage = 0.0
    var tiers: [MaintenanceTier] = [MaintenanceTier(notionalCap: .infinity, rate: 0.005, amount: 0)]
    var liquidation = true
    var trigger = LiquidationTrigger.extreme
    var fill = FillRule.gap
    var latency = 1
    var maxGap = MaxGap.off
    var stride = 1

    var platform: PlatformRules {
        get throws {
            try PlatformRules(
                fees: Fees(open: fees.open, close: fees.close, liquidation: fees.liquidation), slippage: slippage,
                tiers: MaintenanceTiers(tiers),
                liquidation: LiquidationRules(enabled: liquidation, trigger: trigger, fill: fill, latency: latency))
        }
    }

    func study(leverages: [Double]? = nil, horizons: [TimeSpan]? = nil) throws -> Study {
        Study(
            name: "test", inputs: [StudyInput(asset: "X", source: BarSource(files: ["x.csv"]))],
            grid: StudyGrid(
                sides: [side], leverages: (leverages ?? [leverage]).compactMap { Leverage($0) },
                horizons: horizons ?? [horizon]),
            position: PositionRules(notional: notional, stride: stride, maxGap: maxGap),
            platforms: [NamedPlatform(name: "p", rules: try platform)])
    }

    /// Runs the cell on one thread.
    func run(_ series: BarSeries) throws -> CellResult {
        try StressRun(study: study(), asset: "X", series: series).run(threads: 1)[0]
    }

    /// The kernel and the windows of the cell.
    func kernel(_ series: BarSeries) throws -> (kernel: PlainKernel, windows: EntryWindows) {
        let barLength = series.barLength ?? .minutes(1)
        let windows = EntryWindows(
            series: series, horizon: horizon, stride: stride, maxGap: maxGap.resolved(barLength: barLength))
        let cell = try study().cells[0]
        let rules = CellRules(
            cell: cell, platform: try platform, notional: notional, barLength: barLength, pricesNeverNegative: true)
        return (PlainKernel(series: series, rules: rules, windows: windows), windows)
    }

    /// Path and final equity, in parts of the margin, of the position opened at bar `entry`; nil when excluded.
    func outcome(_ series: BarSeries, entry: Int = 0, fill: ResolvedFill? = nil) throws -> (
        path: EntryPath, equity: Double
    )? {
        let (kernel, windows) = try kernel(series)
        guard windows.lastBar[entry] >= 0 else { return nil }
        let last = Int(windows.lastBar[entry])
        let path = kernel.path(entry: entry, last: last)
        let equity = kernel.finalEquity(path, entry: entry, last: last, fill: fill ?? kernel.rules.fills[0])
        return (path, equity / kernel.rules.initialMargin)
    }
}
