import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import Testing

@testable import StressReport

@Suite("Tables")
struct TableTests {
    /// One cell of every status, a worst fill, and a limit of each outcome.
    static func smallReport(confidence: Double = 0.95) throws -> RunReport {
        let limits = [
            StudyLimit(cells: CellSelector(side: .long, leverage: Leverage(20)), measure: .negativeEquity, max: 0.025),
            StudyLimit(cells: CellSelector(side: .short, leverage: Leverage(100)), measure: .negativeEquity, max: 0.05),
        ]
        let findings = [
            Finding(check: "time_order", severity: .pass, message: "bars are in time order", count: 0),
            Finding(
                check: "bad_row", severity: .warning, message: "1 row could not be read",
                location: SourceLocation(file: "a, b.csv", line: 7, column: 5, columnName: "close", text: "1,0\"5"),
                time: UTCInstant(milliseconds: 1_546_300_800_000), action: "row dropped", hint: "look at it"),
        ]
        return try makeReport(limits: limits, confidence: confidence, findings: findings) { cell in
            switch (cell.leverage.value, cell.side, cell.horizon) {
            case (1, .long, _):
                makeEstimate(
                    negative: 0, worst: 0, unprotected: 0, liquidated: 0, status: .impossible, confidence: confidence)
            case (5, _, _): makeEstimate(negative: 0, worst: 12, unprotected: 9, liquidated: 30, confidence: confidence)
            case (100, .short, _):
                makeEstimate(
                    entries: 0, rejected: 61_200, negative: 0, unprotected: 0, liquidated: 0, confidence: confidence)
            case (100, .long, .days(7)):
                makeEstimate(
                    entries: 0, excluded: 61_368, negative: 0, unprotected: 0, liquidated: 0, confidence: confidence)
            case (100, .long, _): makeEstimate(worst: 9000, windows: 28, confidence: confidence)
            default: makeEstimate(worst: 5800, confidence: confidence)
            }
        }
    }

    /// Two contracts with bounds, and causes that partly lessen the shortfalls.
    static func boundedReport(confidence: Double = 0.95) throws -> RunReport {
        try makeReport(
            assets: ["BTCUSD"], leverages: [5, 20], horizons: [.days(7)], contracts: [.inverse, .spot],
            confidence: confidence
        ) { cell in
            if cell.contract == .spot {
                return makeEstimate(entries: 0, rejected: 61_200, negative: 0, unprotected: 0, liquidated: 0)
            }
            return cell.leverage.value == 5
                ? makeEstimate(negative: 9, worst: 310, best: 0, confidence: confidence)
                : makeEstimate(worst: 13_464, best: 61, confidence: confidence)
        }
    }

    private static let stableColumns =
        "run_id,asset,contract,side,leverage_x,horizon_h,platform,fill,entries_count,excluded_count,rejected_count,"
        + "liquidated_count,negative_count,unprotected_count,liquidated_frac,negative_equity_frac,ci95_low_frac,"
        + "ci95_high_frac,ci_method,entries_effective_count,unprotected_frac,owed_frac,shortfall_mean_margin_frac,"
        + "shortfall_p50_margin_frac,shortfall_p90_margin_frac,shortfall_p99_margin_frac,shortfall_max_margin_frac,"
        + "time_to_liquidation_p50_h,equity_mean_margin_frac,status"
    private static let worstColumns =
        ",worst_negative_count,worst_negative_equity_frac,worst_ci95_low_frac,worst_ci95_high_frac,"
        + "worst_shortfall_mean_margin_frac,worst_shortfall_max_margin_frac"
    private static let bestColumns =
        ",best_negative_count,best_negative_equity_frac,best_ci95_low_frac,best_ci95_high_frac,undecided_count"

    private static let evidenceColumns = ",disjoint_windows_count,resampled_run_mean_h"
    private static let cutColumns =
        ",cut_count,cut_liquidated_count,cut_negative_count"
        + ",gap_negative_count,gap_negative_equity_frac,gap_ci_low_frac,gap_ci_high_frac"
        + ",events_effective_count,turbulent_spells_count,next_year_low_frac,next_year_high_frac"

    private func file(_ path: String, in report: RunReport) throws -> String {
        try #require(report.files().first { $0.path == path }).contents
    }

    private func file(_ path: String, in files: [ReportFile]) throws -> String {
        try #require(files.first { $0.path == path }).contents
    }

    private func header(_ csv: String) -> String { String(csv.prefix { $0 != "\n" }) }

    @Test("The columns of results.csv are a stable interface")
    func stableHeader() throws {
        #expect(
            header(try file("results.csv", in: Rendered.small))
                == TableTests.stableColumns + TableTests.worstColumns + TableTests.bestColumns
                + TableTests.evidenceColumns + TableTests.cutColumns)
    }

    @Test("Another confidence has columns of its own and leaves those of 95 % empty")
    func otherConfidence() throws {
        let csv = try file("results.csv", in: TableTests.smallReport(confidence: 0.9))
        #expect(
            header(csv) == TableTests.stableColumns + TableTests.worstColumns
                + ",ci_low_frac,ci_high_frac,confidence,worst_ci_low_frac,worst_ci_high_frac" + TableTests.bestColumns
                + ",best_ci_low_frac,best_ci_high_frac" + TableTests.evidenceColumns + TableTests.cutColumns)
        let names = header(csv).split(separator: ",").map(String.init)
        for line in csv.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            let row = Dictionary(uniqueKeysWithValues: zip(names, fields))
            #expect(row["ci95_low_frac"] == "" && row["worst_ci95_high_frac"] == "" && row["confidence"] == "0.9")
            #expect((row["ci_low_frac"] == "") == (row["ci_method"] == ""))
        }
    }

    @Test("results.csv byte by byte")
    func goldenResults() throws {
        try expectGolden(try file("results.csv", in: Rendered.small), "results.csv")
    }

    @Test(
        "The other tables byte by byte",
        arguments: ["severity.csv", "intervals.csv", "data_quality.csv", "limits.csv", "columns.csv"])
    func goldenTables(name: String) throws {
        try expectGolden(try file(name, in: Rendered.small), name)
    }

    @Test("What this program sets in signs stands in ASCII, and what users wrote as it is")
    func plainSigns() throws {
        var report = try TableTests.smallReport()
        report.failures = [
            JobFailure(
                asset: "μ", stage: .reading, reason: .badData, message: "μ-file.csv, line 4\u{202F}812: 2 × 3",
                hint: "a → b", exitCode: 65)
        ]
        let failures = try file("failures.csv", in: report)
        #expect(failures.contains(",μ,reading,bad_data,65,\"μ-file.csv, line 4 812: 2 x 3\",a to b\n"))
        report.assets[0].findings.append(
            Finding(
                check: "gaps", severity: .note, message: "μ-file.csv: 2023-01-01 → 2023-01-02 … (×2)",
                action: "kept – as it is"))
        let table = try file("data_quality.csv", in: report)
        #expect(table.contains("μ-file.csv: 2023-01-01 to 2023-01-02 ... (x2)") && table.contains("kept - as it is"))
    }

    @Test(
        "The files of a run with bounds byte by byte", arguments: ["results.csv", "severity.csv", "summary.json"])
    func goldenBounds(name: String) throws {
        try expectGolden(try file(name, in: Rendered.bounded), "bounds-" + name)
    }

    @Test("Causes sum to the mean shortfall, their shares to 1, and stand only where there is a shortfall")
    func causesSum() throws {
        let lines = try file("severity.csv", in: Rendered.twoContracts).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        var fills: Set<String> = []
        for line in lines.dropFirst() {
            let row = Dictionary(uniqueKeysWithValues: zip(lines[0], line))
            fills.insert(row["fill"]!)
            let parts = ShortfallCause.allCases.compactMap { Double(row["cause_\($0.rawValue)_margin_frac"]!) }
            let shares = ShortfallCause.allCases.compactMap { Double(row["cause_\($0.rawValue)_share_frac"]!) }
            guard let mean = Double(row["shortfall_mean_margin_frac"]!) else {
                #expect(parts.isEmpty && shares.isEmpty)
                continue
            }
            #expect(parts.count == 6 && abs(parts.reduce(0, +) - mean) < 1e-12 * max(1, mean))
            #expect(shares.count == 6 && abs(shares.reduce(0, +) - 1) < 1e-12)
        }
        #expect(fills == ["gap", "worst", "best"])
    }

    @Test("summary.json and run.json byte by byte", arguments: ["summary.json", "run.json"])
    func goldenJSON(name: String) throws {
        try expectGolden(try file(name, in: Rendered.small), name)
    }

    @Test("columns.csv describes every column of every table, and nothing else", arguments: [0.95, 0.9])
    func dictionary(confidence: Double) throws {
        let files = try TableTests.smallReport(confidence: confidence).files().filter { $0.path.hasSuffix(".csv") }
        let described = try #require(files.first { $0.path == "columns.csv" }).contents
            .split(separator: "\n").dropFirst().map { $0.split(separator: ",").prefix(2).joined(separator: ",") }
        let headers = files.flatMap { file in header(file.contents).split(separator: ",").map { "\(file.path),\($0)" } }
        #expect(described.sorted() == headers.sorted())
        #expect(Set(described).count == described.count)
    }

    @Test("A study without limits has no limits.csv")
    func withoutLimits() throws {
        let paths = try makeReport { _ in makeEstimate() }.files().map(\.path)
        #expect(
            paths == [
                "index.html", "reports/ltcusdt-long.html", "reports/ltcusdt-short.html",
                "charts/ltcusdt-long-leverage.svg", "charts/ltcusdt-long-severity.svg",
                "charts/ltcusdt-long-causes.svg",
                "charts/ltcusdt-long-safeguards.svg", "charts/ltcusdt-short-leverage.svg",
                "charts/ltcusdt-short-severity.svg", "charts/ltcusdt-short-causes.svg",
                "charts/ltcusdt-short-safeguards.svg", "results.csv", "severity.csv", "intervals.csv", "safeguards.csv",
                "max_leverage.csv", "data_quality.csv", "inputs.csv", "statements.csv", "answers.csv", "columns.csv",
                "summary.txt",
                "summary.json",
                "run.json",
            ])
    }

    @Test("The terminal's table lines up")
    func terminal() throws {
        let table = try TableTests.smallReport().terminalTable()
        try expectGolden(table + "\n", "terminal.txt")
        #expect(!table.contains("\u{1B}"))
        try expectGolden(try TableTests.boundedReport().terminalTable() + "\n", "bounds-terminal.txt")
    }

    @Test("The terminal's headline and warnings")
    func terminalTexts() throws {
        let report = try TableTests.smallReport()
        #expect(
            report.headlineText
                == "At 20×, a LTCUSDT long held for up to 7 days ended below zero in 3.1 % of entries (95 % CI 1.7–5.4 %). "
                + "Filled at each bar’s worst price it would be 9.5 % (95 % CI 6.9–13 %); "
                + "bars of 1 hour cannot settle what a falling market paid inside them.")
        #expect(report.qualityText == ["warning: LTCUSDT: 1 row could not be read (row dropped)"])
    }
}
