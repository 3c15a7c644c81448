import MarginModel
import PriceSeries
import StressBasics
import StressResults
import StressStatistics
import StudyPlan

@testable import StressReport

/// An estimate of chosen counts, with intervals made as the engine makes them.
func makeEstimate(
    entries: Int = 61_200, excluded: Int = 168, rejected: Int = 0, negative: Int = 1872, worst: Int? = nil,
    best: Int? = nil, atOnce: Int? = nil, unprotected: Int = 20_196, liquidated: Int = 23_134, windows: Int = 365,
    shortfall: Double = 0.1, status: CellStatus? = nil, confidence: Double = 0.95, cut: Int = 0,
    cutNegative: Double = 0,
    meanEquity: Double = 0.75
) -> CellEstimate {
    var counts = WindowCounts()
    counts.cut = cut
    (counts.entries, counts.excluded, counts.rejected) = (entries, excluded, rejected)
    (counts.liquidated, counts.unprotected) = (liquidated, unprotected)
    if let best, let worst { counts.undecided = worst - best }
    func exit(_ negative: Int, scale: Double) -> ExitEstimate {
        let size = shortfall * scale
        return ExitEstimate(
            negative: Double(negative),
            frequency: entries > 0 ? (Double(negative) + cutNegative) / Double(entries + cut) : nil,
            interval: status == .impossible
                ? nil
                : .disjointWindows(count: Double(negative), entries: entries, windows: windows, confidence: confidence),
            shortfall: negative > 0
                ? ShortfallSummary(mean: size * 1.3, p50: size, p90: size * 3, p99: size * 6, max: size * 10) : nil,
            meanEquity: entries > 0 ? meanEquity : nil, causes: negative > 0 ? makeCauses(size * 1.3) : nil,
            shortfallPerEntry: entries > 0 ? size * 1.3 * Double(negative) / Double(entries) : nil,
            cutNegative: cutNegative)
    }
    let usual: CellStatus =
        entries == 0
        ? (rejected > 0 ? .rejected : .noData) : windows < 30 ? .fewWindows : negative == 0 ? .zeroSeen : .ok
    return CellEstimate(
        windows: counts, effectiveEntries: entries > 0 ? windows : 0, exit: exit(negative, scale: 1),
        worstExit: worst.map { exit($0, scale: 2.5) },
        medianTimeToLiquidation: liquidated > 0 ? .hours(41) : nil, status: status ?? usual,
        bestExit: best.map { exit($0, scale: 0.5) }, gapExit: atOnce.map { exit($0, scale: 0.5) })
}

/// A shortfall of `mean` that is mostly a gap, and in which the delay helped.
func makeCauses(_ mean: Double) -> ShortfallCauses {
    var causes = ShortfallCauses()
    causes.price = mean * 0.07
    causes.gap = mean * 0.74
    causes.latency = mean * -0.04
    causes.slippage = mean * 0.08
    causes.fees = mean * 0.12
    causes.funding = mean - causes.total
    return causes
}

/// The rules that every platform of these tests has; pages show them as the study's text.
func plainRules() throws -> PlatformRules {
    PlatformRules(
        fees: try Fees(open: 0.0005, close: 0.0005, liquidation: 0), slippage: try Slippage(base: 0.0005),
        tiers: try MaintenanceTiers(flatRate: 0.005), liquidation: try LiquidationRules())
}

/// Steps that no window spans: of 18 days with hardly a move, of 7 hours with a fall of two fifths, of 9 hours with a rise.
func makeWideSteps() -> WideSteps {
    func step(_ hour: Int64, _ hours: Int64, _ move: Double) -> WideSteps.Step {
        let before = UTCInstant(milliseconds: 1_652_400_000_000 + hour * 3_600_000)
        return WideSteps.Step(before: before, after: before + .hours(hours), move: move)
    }
    return WideSteps(
        count: 4, widest: step(0, 432, -0.003), fall: step(700, 7, -0.4), rise: step(900, 9, 0.6))
}

/// A report of cells that are closed some seconds late by a law, with what stands beside them.
func makeLateReport(limits: [StudyLimit] = []) throws -> RunReport {
    var report = try makeReport(limits: limits) { cell in
        makeEstimate(worst: 5800, atOnce: cell.leverage.value > 5 ? 700 : 1800, cut: 4321, cutNegative: 312.5)
    }
    for place in report.rows.indices { report.rows[place].fill = "delay" }
    report.assets[0].wideSteps = makeWideSteps()
    return report
}

/// A study with its report, one estimate a cell.
func makeReport(
    assets: [String] = ["LTCUSDT"], leverages: [Double] = [1, 5, 20, 100], horizons: [TimeSpan] = [.days(1), .days(7)],
    platforms: [String] = ["typical"], contracts: [ContractKind] = [.linear], limits: [StudyLimit] = [],
    confidence: Double = 0.95,
    findings: [Finding] = [], estimate: (StudyCell) -> CellEstimate
) throws -> RunReport {
    let rules = try plainRules()
    let study = Study(
        name: "nightly", inputs: assets.map { StudyInput(asset: $0, source: BarSource(files: ["prices.csv"])) },
        grid: StudyGrid(contracts: contracts, leverages: leverages.map { Leverage($0)! }, horizons: horizons),
        platforms: platforms.map { NamedPlatform(name: $0, rules: rules) },
        statistics: StatisticsRules(confidence: confidence), limits: limits)
    let rows = study.cells.map { ResultRow(cell: $0, fill: "gap", estimate: estimate($0)) }
    let text = "version: 1\nname: nightly\nposition: {notional: 10000, stride: 1}\n"
    var report = RunReport(
        runID: "3f9a1c27b0de", version: "0.1.0", study: study, studyText: text, studyDigest: Digest(of: text),
        command: "belowzero run nightly.yaml", assets: assets.map { makeAsset($0, findings: findings) }, rows: rows,
        limits: [],
        circumstances: RunCircumstances(
            started: UTCInstant(milliseconds: 1_795_140_000_000), duration: .seconds(41), threads: 16,
            host: "Linux x86_64"))
    report.pooled = report.pooledPlaces.map(report.pooledColumn)
    report.judgeLimits()
    return report
}

private func makeAsset(_ name: String, findings: [Finding]) -> AssetReport {
    AssetReport(
        asset: name,
        files: [
            InputFile(name: "prices/ltc_usdt_1h.csv.gz", bytes: 1_634_201, rows: 61_368, digest: Digest(of: "prices"))
        ],
        formatName: "binance", formatReason: "twelve columns, the first a time in milliseconds", bars: 61_368,
        first: UTCInstant(milliseconds: 1_546_300_800_000), last: UTCInstant(milliseconds: 1_767_222_000_000),
        barLength: .hours(1), maxGap: .hours(10), findings: findings)
}
