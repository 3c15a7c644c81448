import StressBasics
import StressResults
import StressStatistics
import StudyPlan

@testable import StressReport

/// A report of the size of a nightly run: 12 leverages × 8 holding times × 2 sides, with figures shaped like those of a
/// volatile coin. Invented, for the eye and the size budget only.
func realisticReport(
    assets: [String] = ["LTCUSDT", "ETHUSDT", "<b>odd</b> & name"], platforms: [String] = ["typical"],
    contracts: [ContractKind] = [.linear], hasWorstFill: Bool = true, hasBounds: Bool = false
) throws -> RunReport {
    let cells = CellSelector(asset: assets[0], side: .long)
    var (tight, loose) = (cells, cells)
    (tight.leverage, tight.horizon) = (Leverage(100), .days(7))
    (loose.leverage, loose.horizon) = (Leverage(20), .days(7))
    var report = try makeReport(
        assets: assets, leverages: [1, 2, 3, 5, 10, 15, 20, 25, 50, 75, 100, 125],
        horizons: [.hours(1), .hours(4), .days(1), .days(3), .days(7), .days(14), .days(30), .days(90)],
        platforms: platforms, contracts: contracts,
        limits: [
            StudyLimit(cells: loose, measure: .negativeEquity, max: 0.05),
            StudyLimit(cells: tight, measure: .negativeEquity, max: 0.04),
        ], findings: realisticFindings
    ) { realisticEstimate($0, hasWorstFill: hasWorstFill, hasBounds: hasBounds) }
    report.studyText = realisticStudyText(assets: assets, platforms: platforms)
    report.studyDigest = Digest(of: report.studyText)
    return report
}

private func realisticStudyText(assets: [String], platforms: [String]) -> String {
    let inputs = assets.flatMap { asset in
        [
            "  - asset: \(asset)", "    path: [prices/ltc_usdt_1h.csv.gz]", "    format: binance", "    time: ms",
            "    timezone: UTC",
        ]
    }
    let rules = platforms.flatMap { name in
        [
            "  \(name):", "    fees: {open: 0.0005, close: 0.0005, liquidation: 0}", "    slippage: 0.0005",
            "    tiers:",
            "      - {to: 50000, rate: 0.005, amount: 0}", "      - {to: 500000, rate: 0.01, amount: 250}",
            "      - {to: .inf, rate: 0.025, amount: 7750}",
            "    liquidation: {enabled: true, trigger: extreme, fill: auto, latency: 1}",
        ]
    }
    let head = ["version: 1", "name: nightly", "data:"]
    let grid = [
        "grid:", "  contract: [linear]", "  side: [long, short]",
        "  leverage: [1, 2, 3, 5, 10, 15, 20, 25, 50, 75, 100, 125]", "  horizon: [1h, 4h, 1d, 3d, 7d, 14d, 30d, 90d]",
        "  platform: [\(platforms.joined(separator: ", "))]", "position: {notional: 10000, stride: 1, max_gap: 10h}",
        "platforms:",
    ]
    let tail = ["statistics: {confidence: 0.95, block: 1d}", "headline: {leverage: 20, horizon: 7d}"]
    return (head + inputs + grid + rules + tail).joined(separator: "\n") + "\n"
}

private func realisticEstimate(_ cell: StudyCell, hasWorstFill: Bool, hasBounds: Bool) -> CellEstimate {
    let (leverage, hours) = (cell.leverage.value, cell.horizon.inHours)
    let entries = 61_368 - Int(hours)
    let windows = Int(61_368 / (hours + 1))
    let isShort = cell.side == .short
    if cell.contract == .spot, leverage != 1 || isShort {
        return makeEstimate(entries: 0, rejected: entries, negative: 0, unprotected: 0, liquidated: 0)
    }
    if leverage == 1, !isShort {
        return makeEstimate(
            entries: entries, negative: 0, worst: hasWorstFill ? 0 : nil, best: hasBounds ? 0 : nil, unprotected: 0,
            liquidated: 0,
            windows: windows,
            status: .impossible)
    }
    if leverage == 125 {
        return makeEstimate(entries: 0, rejected: entries, negative: 0, unprotected: 0, liquidated: 0)
    }
    // Share of paths that move 1/L against the position: heavier than normal far out, which is what prices do.
    let reach = 1 / (leverage * 0.0062 * hours.squareRoot() * (isShort ? 0.9 : 1))
    let unprotected = 1 / (1 + reach * reach * (0.6 + 0.4 * reach))
    let liquidated = 1 / (1 + reach * reach * 0.75)
    let jump = unprotected * 0.09 * (leverage / 20).squareRoot() * (isShort ? 0.6 : 1)
    func count(_ share: Double) -> Int { share * Double(entries) < 6 ? 0 : Int(share * Double(entries)) }
    return makeEstimate(
        entries: entries, excluded: Int(hours), negative: count(jump),
        worst: hasWorstFill ? count(min(jump * 3.1, 0.9)) : nil, best: hasBounds ? count(jump * 0.05) : nil,
        unprotected: count(unprotected), liquidated: count(min(liquidated, 0.98)), windows: windows,
        shortfall: 0.006 * leverage)
}

private let realisticFindings: [Finding] = {
    let file = "prices/ltc_usdt_1h.csv.gz"
    var findings = [
        Finding(check: "time_order", severity: .pass, message: "bars are in time order", count: 0),
        Finding(check: "duplicate_bars", severity: .pass, message: "no bar occurs twice", count: 0),
        Finding(
            check: "missing_bars", severity: .warning, message: "214 of 61 582 bars missing (0.35 %), longest gap 9 h",
            count: 214, location: SourceLocation(file: file, line: 4812),
            time: UTCInstant(milliseconds: 1_561_593_600_000), action: "windows excluded",
            hint: "set max_gap to allow wider steps"),
        Finding(
            check: "bad_row", severity: .warning, message: "1 row could not be read",
            location: SourceLocation(file: file, line: 977, column: 5, columnName: "close", text: "10,501.3"),
            action: "row dropped", hint: "export again without thousands separators"),
        Finding(
            check: "high_low", severity: .note, message: "7 bars close outside their own range", count: 7,
            action: "kept"),
    ]
    for gap in 0..<63 {
        findings.append(
            Finding(
                check: "missing_bars", severity: .note, message: "gap of \(2 + gap % 8) h",
                location: SourceLocation(file: file, line: 4000 + gap * 31),
                time: UTCInstant(milliseconds: 1_561_593_600_000 + Int64(gap) * 86_400_000), isDetail: true))
    }
    return findings
}()
