import CLibCSV
import CSVIngest
import Foundation
import MarginModel
import PriceSeries
import StressBasics
import StressEngine
import StudyPlan

/// Measures reading and stressing on generated input and prints a Markdown table; `make bench` keeps it.
///
/// Every figure is the median of five runs in one process. A bare libcsv pass over the same bytes stands beside our reader
/// as the peer it cannot beat: the figure to compare between machines is the ratio.
@main
struct StressBench {
    static func main() throws {
        if try ReadingBench.run(CommandLine.arguments) { return }
        if try sweep(CommandLine.arguments) { return }
        let threads = ProcessInfo.processInfo.activeProcessorCount
        print("# Benchmarks\n\nBy `make bench`. Medians of five runs; spread is (max − min) / median.\n")
        print("| machine | |\n|---|---|")
        machineFacts(threads).forEach { print("| \($0.0) | \($0.1) |") }
        print("\n| what | median | spread | |\n|---|---|---|---|")
        try ingest()
        try engine(threads: threads)
        try LedgerBench.table()
    }

    private static func machineFacts(_ threads: Int) -> [(String, String)] {
        let cpu = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
            .split(separator: "\n").first { $0.hasPrefix("model name") }?
            .split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
        return [
            ("processor", cpu ?? "unknown"), ("cores", "\(threads)"),
            ("system", ProcessInfo.processInfo.operatingSystemVersionString),
            ("toolchain", toolchain),
        ]
    }

    /// What `make bench` found out; the compiler itself can only be asked for its version, not its name.
    private static var toolchain: String { ProcessInfo.processInfo.environment["TOOLCHAIN"] ?? "unknown" }

    /// 600,000 minute klines of twelve columns, about 65 MB.
    private static func ingest() throws {
        let bytes = klines(market(bars: 600_000).series(seed: 3))
        let megabytes = Double(bytes.count) / 1e6
        let bare = measure { bareParse(bytes) }
        let source = BarSource(files: [])
        let ours = try measure { _ = try ingestSeries(bytes: bytes, name: "klines.csv", source: source) }
        row("libcsv alone, \(Int(megabytes)) MB", bare) { "\(fixedText(megabytes / $0, decimals: 0)) MB/s" }
        row("reading with all checks and digest", ours) { "\(fixedText(megabytes / $0, decimals: 0)) MB/s" }
        print("| reading over libcsv alone | \(fixedText(ours.median / bare.median, decimals: 2))× | | time |")
    }

    /// 60,000 minute bars, a horizon of one day, eleven leverages, long and short.
    private static func engine(threads: Int) throws {
        let series = market(bars: 60_000).series(seed: 4)
        let market = MarketHistory(series: series)
        let job = HistoryJob(study: try study(), asset: "BENCH", market: market)
        let judge = HistoryJob(study: try study(), asset: "BENCH", market: market, kernel: .plain)
        let trials = Double(series.count * 22)
        let plain = try measure { _ = try judge.run(threads: 1) }
        let one = try measure { _ = try job.run(threads: 1) }
        let all = try measure { _ = try job.run(threads: threads) }
        row("plain walk, 1 thread, 1 d of minute bars × 11 leverages × 2 sides", plain) {
            "\(fixedText($0 / trials * 1e9, decimals: 0)) ns per entry and cell"
        }
        row("first passage, 1 thread, 1 d of minute bars × 11 leverages × 2 sides", one) {
            "\(fixedText($0 / trials * 1e9, decimals: 0)) ns per entry and cell"
        }
        row("the same, \(threads) threads", all) {
            "\(fixedText($0 / trials * 1e9, decimals: 0)) ns per entry and cell"
        }
        print("| first passage over plain walk | \(fixedText(plain.median / one.median, decimals: 1))× faster | | |")
        print("| speed-up of \(threads) threads | \(fixedText(one.median / all.median, decimals: 2))× | | |")
    }

    /// `--sweep FILE [RUNS]`: processor seconds of one pass with 125 leverages over its bars, one thread.
    private static func sweep(_ arguments: [String]) throws -> Bool {
        guard arguments.count > 2, arguments[1] == "--sweep" else { return false }
        let series = try ingestSeries(BarSource(files: [arguments[2]]), options: IngestOptions()).series
        let market = MarketHistory(series: series)
        let job = HistoryJob(study: try wideStudy(), asset: "BENCH", market: market)
        var seconds: [Double] = []
        for _ in 0..<(arguments.count > 3 ? Int(arguments[3]) ?? 3 : 3) {
            let begin = clock()
            _ = try job.run(threads: 1)
            seconds.append(Double(clock() - begin) / 1e6)
        }
        print(seconds.sorted().map { fixedText($0, decimals: 3) }.joined(separator: " "))
        return true
    }

    private static func wideStudy() throws -> Study {
        let platform = try PlatformRules(
            fees: Fees(open: 0.0005, close: 0.0005, liquidation: 0), slippage: Slippage(base: 0.0005),
            tiers: MaintenanceTiers(flatRate: 0.005), liquidation: LiquidationRules())
        return Study(
            name: "bench", inputs: [StudyInput(asset: "BENCH", source: BarSource(files: []))],
            grid: StudyGrid(
                leverages: (1...125).compactMap { Leverage(Double($0)) }, horizons: [.days(1), .days(7), .days(30)]),
            platforms: [NamedPlatform(name: "p", rules: platform)])
    }

    private static func row(_ what: String, _ times: Times, _ figure: (Double) -> String) {
        print("| \(what) | \(figure(times.median)) | \(fixedText(times.spread * 100, decimals: 0)) % | |")
    }

    private struct Times {
        let median: Double
        let spread: Double
    }

    private static func measure(_ body: () throws -> Void) rethrows -> Times {
        try body()
        var seconds: [Double] = []
        for _ in 0..<5 {
            let begin = DispatchTime.now().uptimeNanoseconds
            try body()
            seconds.append(Double(DispatchTime.now().uptimeNanoseconds - begin) / 1e9)
        }
        seconds.sort()
        return Times(median: seconds[2], spread: (seconds[4] - seconds[0]) / seconds[2])
    }

    private static func market(bars: Int) -> SyntheticMarket {
        SyntheticMarket.samples(start: UTCInstant(milliseconds: 1_600_000_000_000), barLength: .minutes(1), bars: bars)[
            0]
    }

    private static func klines(_ series: BarSeries) -> [UInt8] {
        var text = ""
        for bar in 0..<series.count {
            let volume = series.volume?[bar] ?? 0
            let prices = [series.open[bar], series.high[bar], series.low[bar], series.close[bar], volume].map(
                numberText
            ).joined(separator: ",")
            text +=
                "\(series.time[bar]),\(prices),\(series.time[bar] + 59_999),\(numberText(volume * 100)),1234,\(numberText(volume / 2)),567.125,0\n"
        }
        return Array(text.utf8)
    }

    private static func bareParse(_ bytes: [UInt8]) {
        var parser = csv_parser()
        csv_init(&parser, UInt8(CSV_STRICT))
        let consumed = bytes.withUnsafeBytes {
            csv_parse(&parser, $0.baseAddress, $0.count, { _, _, _ in }, { _, _ in }, nil)
        }
        precondition(consumed == bytes.count)
        csv_fini(&parser, { _, _, _ in }, { _, _ in }, nil)
        csv_free(&parser)
    }

    private static func study() throws -> Study {
        let platform = try PlatformRules(
            fees: Fees(open: 0.0005, close: 0.0005, liquidation: 0), slippage: Slippage(base: 0.0005),
            tiers: MaintenanceTiers(flatRate: 0.005), liquidation: LiquidationRules())
        let leverages = [1, 2, 3, 5, 10, 20, 25, 50, 75, 100, 125].compactMap { Leverage($0) }
        return Study(
            name: "bench", inputs: [StudyInput(asset: "BENCH", source: BarSource(files: []))],
            grid: StudyGrid(leverages: leverages, horizons: [.days(1)]),
            platforms: [NamedPlatform(name: "p", rules: platform)])
    }
}
