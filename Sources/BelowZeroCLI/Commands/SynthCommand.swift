import ArgumentParser
import PriceSeries
import StressBasics
import StressPipeline
import StressReport

/// `belowzero synth`: invented price histories.
struct SynthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synth",
        abstract: "Make invented price histories from a seed, for samples, tests and benchmarks.",
        discussion: """
            Volatility clusters, tails are heavy, prices jump between bars; one history has a short squeeze and one \
            collapses to near zero. The folder gets a metadata.json that says that nothing in it was measured.

            EXAMPLES
              belowzero synth --out Data/Samples --seed 16 --bars 17520 --interval 1h
              belowzero synth --out october --pattern october-2025
            """)

    /// What happens in the histories, and what they are when nothing else is said.
    enum Pattern: String, CaseIterable, ExpressibleByArgument {
        case samples
        case october2025 = "october-2025"

        var bars: Int { self == .samples ? 17_520 : 20_160 }
        var interval: String { self == .samples ? "1h" : "1m" }
        var start: String { self == .samples ? "2023-01-01" : "2025-10-01" }

        func markets(start: UTCInstant, barLength: TimeSpan, bars: Int) -> [SyntheticMarket] {
            switch self {
            case .samples: SyntheticMarket.samples(start: start, barLength: barLength, bars: bars)
            case .october2025: SyntheticMarket.october2025(start: start, barLength: barLength, bars: bars)
            }
        }
    }

    @Option(name: .shortAndLong, help: "The folder to make.")
    var out: String
    @Option(help: "Seed; the same seed gives the same bytes.")
    var seed: UInt64 = 16
    @Option(
        help: """
            What happens: samples has a bad day, a squeeze and a collapse in two years of hours; october-2025 falls of 13, \
            26 and 50 % in twelve minutes, and the way back, in a fortnight of minutes.
            """)
    var pattern = Pattern.samples
    @Option(help: "Bars of each history, before outages. (default: 17520; 20160 of october-2025)")
    var bars: Int?
    @Option(help: "Bar length. (default: 1h; 1m of october-2025)")
    var interval: String?
    @Option(help: "UTC date of the first bar, YYYY-MM-DD. (default: 2023-01-01; 2025-10-01 of october-2025)")
    var start: String?
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            let markets = pattern.markets(
                start: try startInstant(), barLength: try barLength(), bars: bars ?? pattern.bars)
            let files = markets.map { market in (market, "\(market.name).csv", csvText(market.series(seed: seed))) }
            let interruption = Interruption(isJSON: common.json, console: common.console)
            try NewFolder(path: out, interruption: interruption).write(
                files.map { ReportFile(path: $1, contents: $2) }
                    + [ReportFile(path: "metadata.json", contents: metadata(files))])
            if common.json {
                let names = files.map(\.1) + ["metadata.json"]
                try Console.print(jsonText(WrittenJSON(written: names.map { "\(out)/\($0)" })))
            }
            common.console.say("Wrote \(files.count) invented histories to \(out)")
        }
    }

    func validate() throws {
        try StandardOutput.refuse(out, for: "--out", because: "it is a folder of several files")
        guard (2...50_000_000).contains(bars ?? pattern.bars) else {
            throw ValidationError("--bars must be 2 to 50000000")
        }
    }

    private func barLength() throws -> TimeSpan {
        let interval = interval ?? pattern.interval
        guard let span = TimeSpan(interval), span >= .seconds(1), span <= .days(31) else {
            throw Failure(.usage, "cannot read --interval '\(interval)'", hint: "write 1m, 1h or 1d")
        }
        return span
    }

    private func startInstant() throws -> UTCInstant {
        let start = start ?? pattern.start
        let parts = start.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, let instant = CivilTime(year: parts[0], month: parts[1], day: parts[2]).instant else {
            throw Failure(.usage, "cannot read --start '\(start)'", hint: "write a date such as 2023-01-01")
        }
        return instant
    }

    /// The command that makes the same files, everything said.
    private var command: String {
        let kind = pattern == .samples ? "" : " --pattern \(pattern.rawValue)"
        let size = "--bars \(bars ?? pattern.bars) --interval \(interval ?? pattern.interval)"
        return "belowzero synth --out \(shellQuoted(out)) --seed \(seed)\(kind) \(size) "
            + "--start \(start ?? pattern.start)"
    }

    private func metadata(_ files: [(SyntheticMarket, String, String)]) -> String {
        let list = files.map { market, name, text in SyntheticFileJSON(market, file: name, text: text) }
        return jsonText(SyntheticFilesJSON(command: command, files: list), pretty: true) + "\n"
    }
}

/// What the files of `synth` are.
private struct SyntheticFilesJSON: Encodable {
    let synthetic = true
    let note =
        "Invented by 'belowzero synth'. No price here was ever quoted or traded anywhere; asset names are made up."
    let licence = "Apache-2.0, as the program"
    let command: String
    let files: [SyntheticFileJSON]
}

/// What one of them holds.
private struct SyntheticFileJSON: Encodable {
    let file: String
    let rows: Int
    let sha256: String
    let dailyVolatilityFrac: Double
    let jumpsPerYear: Double
    let events: [String]

    init(_ market: SyntheticMarket, file: String, text: String) {
        (self.file, rows, sha256) = (file, text.utf8.count { $0 == 0x0A } - 1, Digest(of: text).hex)
        (dailyVolatilityFrac, jumpsPerYear) = (market.dailyVolatility, market.jumpsPerYear)
        events = market.events.map {
            "\($0.kind.rawValue) after \(numberText($0.position)) of the bars for \($0.length.text), factor \(numberText($0.factor)), turbulence \(numberText($0.turbulence))"
        }
    }
}

/// A series as CSV: `time,open,high,low,close,volume`, times in RFC 3339 to the minute where that is exact.
func csvText(_ series: BarSeries) -> String {
    var csv = CSVText(header: ["time", "open", "high", "low", "close", "volume"])
    for bar in 0..<series.count {
        let instant = series.instant(bar)
        let isWholeMinute = series.time[bar] % 60_000 == 0
        let time = isWholeMinute ? instant.minuteText.replacing(" ", with: "T") + "Z" : instant.rfc3339
        let prices = [series.open[bar], series.high[bar], series.low[bar], series.close[bar]].map(numberText)
        csv.append([time] + prices + [series.volume.map { numberText($0[bar]) } ?? ""])
    }
    return csv.text
}
