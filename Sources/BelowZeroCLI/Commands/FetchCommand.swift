import ArgumentParser
import Foundation
import PriceArchive
import StressBasics
import StressPipeline
import Synchronization

/// `belowzero fetch`: real prices from a public archive.
struct FetchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Fetch price files from a public archive, each verified by its checksum.",
        discussion: """
            The archive is laid out like Binance's: monthly files, and daily ones for the month that has not ended. A file \
            appears under its name only when its bytes have the archive's SHA-256; files that are here are not fetched \
            again, and what was interrupted goes on where it stopped. No other command opens a connection.

            EXAMPLES
              belowzero fetch BTCUSDT ETHUSDT --from 2020-01 --to 2024-12
              belowzero fetch LTCUSDT --market futures-um --kind klines,markPriceKlines,fundingRate --from 2023-01

            EXIT CODES
              0 all here, except what the archive lacks; 65 wrong checksum or answer; 66 nothing found; 74 cannot write
              75 try again later; 130, 143 stopped: the same command goes on
            """)

    @Argument(help: "Symbols as the archive writes them, such as BTCUSDT.")
    var symbols: [String]

    @Option(help: "First month, YYYY-MM.")
    var from: String

    @Option(help: "Last month, YYYY-MM. (default: this month)")
    var to: String?

    @Option(help: "Bar length: \(ArchiveSeries.intervals.joined(separator: ", ")).")
    var interval = "1m"

    @Option(help: "\(ArchiveMarket.allCases.map(\.rawValue).joined(separator: ", ")).")
    var market = ArchiveMarket.spot

    @Option(help: "Comma-separated: \(ArchiveKind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var kind = "klines"

    @Option(name: .shortAndLong, help: "Folder to put the files in.", completion: .directory)
    var out = "prices"

    @Option(help: "Base address of the archive. (default: the study's, else \(FetchCommand.publicArchive))")
    var base: String?

    @Option(
        help: "A study whose 'archive: {base: …}' names the archive.", completion: .file(extensions: ["yaml", "yml"]))
    var study: String?

    @Option(help: "Files under way at the same time, 1 to 16.")
    var parallel = 4

    @Option(help: "Tries in a row without progress before a file is given up, 1 to 20.")
    var retries = 6

    @Option(help: "Time without a byte after which a transfer is cut and tried again.")
    var stall = "30s"

    @Option(help: "Largest file to take, in MiB.")
    var maxSize = 1024

    @Flag(help: "Ask for all checksums again, and fetch files that the archive has replaced.")
    var refresh = false

    @Flag(help: "Follow redirects to another host.")
    var allowRedirects = false

    @Flag(help: "Allow plain http, for a mirror of your own.")
    var allowHttp = false

    @OptionGroup var common: CommonOptions

    static let publicArchive = "https://data.binance.vision"

    func validate() throws {
        try StandardOutput.refuse(out, for: "--out", because: "it is a folder of several files")
        guard (1...200).contains(symbols.count) else { throw ValidationError("name 1 to 200 symbols") }
        guard (1...16).contains(parallel) else { throw ValidationError("--parallel must be 1 to 16") }
        guard (1...20).contains(retries) else { throw ValidationError("--retries must be 1 to 20") }
        guard (1...100_000).contains(maxSize) else { throw ValidationError("--max-size must be 1 to 100000 MiB") }
    }

    func run() throws {
        try common.reporting {
            let now = wallClock()
            let series = try chosenSeries()
            let months = try chosenMonths(now)
            let address = try archiveAddress()
            let interruption = Interruption(
                isJSON: common.json, console: common.console,
                fate: "what was fetched is kept, and the same command goes on")
            let fetcher = ArchiveFetcher(
                base: address, output: out, policy: try policy(), agent: "belowzero/\(programVersion)", now: now,
                isCancelled: { [control = interruption.control] in control.isCancelled })
            common.console.say("Fetching from \(address.text) to \(out)")
            let console = common.console
            let outcomes = fetcher.fetch(series, months: months) { series, period, outcome in
                if let line = FetchReport.line(series, period, outcome) { console.say(line) }
            }
            let report = FetchReport(outcomes: outcomes, folder: out)
            try Console.print(common.json ? jsonText(report.json) : common.quiet ? "" : report.text)
            if interruption.control.isCancelled { throw interruption.failure }
            if let failure = report.failure { throw failure }
        }
    }

    private func chosenSeries() throws -> [ArchiveSeries] {
        let kinds = try unique(chosenKinds())
        guard ArchiveSeries.intervals.contains(interval) else {
            throw usage(
                "the archive has no bars of '\(SourceLocation.presentable(interval))'",
                "write one of \(ArchiveSeries.intervals.joined(separator: ", "))")
        }
        return try unique(symbols).flatMap { symbol in
            try kinds.map { kind in
                guard let one = ArchiveSeries(market: market, kind: kind, symbol: symbol, interval: interval) else {
                    throw usage(
                        "'\(SourceLocation.presentable(symbol))' is no symbol",
                        "symbols have 1 to 40 capital letters, digits, '_' and '-': BTCUSDT")
                }
                return one
            }
        }
    }

    private func chosenKinds() throws -> [ArchiveKind] {
        let kinds = try kind.split(separator: ",").map { name in
            guard let kind = ArchiveKind(rawValue: String(name)) else {
                let names = ArchiveKind.allCases.map(\.rawValue)
                throw usage(
                    "there is no kind '\(SourceLocation.presentable(String(name)))'",
                    didYouMean(String(name), among: names, rest: "write \(names.joined(separator: ", "))"))
            }
            guard kind.exists(in: market) else {
                throw usage("spot markets have no \(kind.rawValue)", "add --market futures-um")
            }
            return kind
        }
        guard !kinds.isEmpty else { throw usage("no kind is named", "write --kind klines") }
        return kinds
    }

    private func chosenMonths(_ now: UTCInstant) throws -> ClosedRange<ArchiveMonth> {
        func month(_ text: String, _ option: String) throws -> ArchiveMonth {
            guard let month = ArchiveMonth(text) else {
                throw usage(
                    "cannot read \(option) '\(SourceLocation.presentable(text))'", "write a month such as 2023-01")
            }
            return month
        }
        guard let current = ArchiveMonth(of: now) else { throw usage("the clock is wrong", "set the machine's date") }
        let first = try month(from, "--from")
        let last = min(try to.map { try month($0, "--to") } ?? current, current)
        guard first <= last else {
            throw usage("--from \(first.text) is after \(last.text)", "months that have not begun have no files")
        }
        return first...last
    }

    private func archiveAddress() throws -> WebAddress {
        var text = base
        if text == nil, let study {
            text = try LoadedStudy(file: study, findsFiles: false, threads: allCores).study.archive?.base.text
        }
        guard let address = WebAddress(text ?? FetchCommand.publicArchive) else {
            throw usage(
                "'\(SourceLocation.presentable(text ?? ""))' is no address of an archive",
                "write https://host/path, without user name, query or fragment")
        }
        guard address.isSecure || allowHttp else {
            throw usage("\(address.text) is not https", "add --allow-http for a mirror of your own")
        }
        return address
    }

    private func policy() throws -> FetchPolicy {
        guard let stall = TimeSpan(stall), stall >= .seconds(1), stall <= .minutes(10) else {
            throw usage("cannot read --stall '\(SourceLocation.presentable(self.stall))'", "write 1s to 10m")
        }
        var policy = FetchPolicy()
        (policy.attempts, policy.parallel, policy.stall) = (retries, parallel, stall)
        policy.largestFile = Int64(maxSize) << 20
        (policy.allowsOtherHosts, policy.allowsHTTP, policy.refreshes) = (allowRedirects, allowHttp, refresh)
        return policy
    }

    private func usage(_ message: String, _ hint: String) -> Failure { Failure(.usage, message, hint: hint) }

    private func unique<Value: Hashable>(_ values: [Value]) -> [Value] {
        var seen: Set<Value> = []
        return values.filter { seen.insert($0).inserted }
    }
}

extension ArchiveMarket: ExpressibleByArgument {}
