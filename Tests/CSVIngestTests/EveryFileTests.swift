import CSVIngest
import PriceSeries
import StressBasics
import Testing

/// A file of single trades or quotes: refused as it is, read with a bar length.
struct TickCase: CustomTestStringConvertible, Sendable {
    var file: String
    var kind: RowKind
    var bar: String
    /// Trades or quotes, and the bars they become.
    var count: Int
    var bars: Int
    var first: String
    var last: String
    /// A setting that the refusal names.
    var hint: String
    /// Parts of the summary `ticks`.
    var says: String

    var testDescription: String { file }

    static let all = [
        TickCase(
            file: "kraken/BCHEUR_trades.csv", kind: .trades, bar: "1h", count: 148, bars: 21, first: "2023-01-01 00:00",
            last: "2023-01-01 23:00", hint: "--kind trades --bar 1m", says: "148 trades became 21 bars of 1h"),
        TickCase(
            file: "bitmex/price_data_trades.csv", kind: .trades, bar: "8h", count: 2_652, bars: 2_652,
            first: "2018-06-04 00:00", last: "2020-11-03 16:00", hint: "kind: trades and bar: 1m",
            says: "2 652 of them of a single trade"),
        TickCase(
            file: "bitmex/tardis_bitmex_trades_XBTUSD.csv", kind: .trades, bar: "1s", count: 10, bars: 1,
            first: "2020-03-01 00:00", last: "2020-03-01 00:00", hint: "kind: trades and bar: 1m",
            says: "10 trades became 1 bar of 1s"),
        TickCase(
            file: "truefx/usdjpy-ticks.csv", kind: .quotes, bar: "1m", count: 1_000, bars: 34,
            first: "2013-01-01 22:00",
            last: "2013-01-01 22:35", hint: "--kind quotes --bar 1m", says: "1 000 quotes became 34 bars of 1m"),
    ]
}

/// A file that no setting but an explicit word about its damage reads.
struct RefusedCase: CustomTestStringConvertible, Sendable {
    var file: String
    var line: Int
    var says: String
    var hint: String

    var testDescription: String { file }

    static let all = [
        RefusedCase(
            file: "kaggle-coinmarketcap/coin_Bitcoin.csv.gz", line: 2, says: "2 868 of 2 991 rows cannot be read",
            hint: "a spreadsheet has lost the decimal point; fetch the file again"),
        RefusedCase(
            file: "kaggle-coinmarketcap/coin_Cardano.csv", line: 95, says: "142 of 1 374 rows cannot be read",
            hint: "bad_row: drop"),
    ]
}

/// A file beside the prices.
struct BesideCase: CustomTestStringConvertible, Sendable {
    enum Kind: Sendable { case funding, tiers, margins }
    var file: String
    var kind: Kind
    /// Stamps, brackets or margins.
    var count: Int
    var first: String
    var last: String
    /// Parts of the message of one summary.
    var check: String
    var says: String

    var testDescription: String { file }

    static let all = [
        BesideCase(
            file: "bitmex/funding_data.csv", kind: .funding, count: 4_866, first: "2016-05-14 12:00",
            last: "2020-11-05 04:00", check: "funding_rates",
            says: "between -0.006821 and 0.01125; 1 561 of 4 866 rates are negative"),
        BesideCase(
            file: "funding-multi/BTC-USDT_binance_2020-01-01_2024-01-01_funding_history.csv", kind: .funding,
            count: 4_383, first: "2020-01-01 03:00", last: "2023-12-31 19:00", check: "funding_rates",
            says: "between -0.003 and 0.003; 590 of 4 383 rates are negative"),
        BesideCase(
            file: "funding-multi/BTC-USDT_dydx_2022-01-01_2024-01-01_funding_history.csv.gz", kind: .funding,
            count: 17_520, first: "2022-01-01 00:00", last: "2023-12-31 23:00", check: "funding_rates",
            says: "6 234 of 17 520 rates are negative"),
        BesideCase(
            file: "funding-multi/ETH-USDT_bybit_2021-01-01_2024-01-01_funding_history.csv", kind: .funding,
            count: 3_285, first: "2021-01-01 03:00", last: "2023-12-31 19:00", check: "funding_rates",
            says: "499 of 3 285 rates are negative"),
        BesideCase(
            file: "leverage-tiers/binance_leverage_tiers_2022-05-21.json.gz", kind: .tiers, count: 1_037, first: "",
            last: "", check: "tier_tables", says: "158 symbols with 1 037 brackets"),
        BesideCase(
            file: "leverage-tiers/binance_leverage_tiers_2024-10-24.json.gz", kind: .tiers, count: 2_805, first: "",
            last: "", check: "tier_tables", says: "349 symbols with 2 805 brackets"),
        BesideCase(
            file: "leverage-tiers/cme_btc_futures_margin.csv", kind: .margins, count: 163, first: "2017-12-18 00:00",
            last: "2022-02-11 00:00", check: "margin_order", says: "ascending"),
    ]
}

@Suite(.enabled(if: VendorFiles.areHere, "vendor files not found")) struct EveryFileTests {
    /// A file of the folder that no table lists, or a listed one that is not there, fails here.
    @Test func everyFileIsListedOnce() throws {
        let listed =
            VendorCase.all.map(\.file) + TickCase.all.map(\.file) + RefusedCase.all.map(\.file)
            + BesideCase.all.map(\.file)
        #expect(Set(listed).count == listed.count, "a file is listed twice")
        let summed = try #require(VendorFiles.text("SHA256SUMS")).split(separator: "\n").map { line in
            String(line.drop { $0 != " " }.drop { " *".contains($0) })
        }
        #expect(summed.count == 55 && Set(summed) == Set(listed))
        let present = Set(VendorFiles.names).subtracting(["README.md", "SHA256SUMS"])
        #expect(present == Set(listed))
    }

    @Test(arguments: TickCase.all)
    func ticksBecomeBars(_ wanted: TickCase) throws {
        let plain = Outcome { () throws(IngestError) in try readVendor(wanted.file) }
        #expect(plain.error?.reason == .setting && plain.error?.finding.hint.contains(wanted.hint) == true)
        var source = BarSource(files: [VendorFiles.path(wanted.file)])
        source.barLength = TimeSpan(wanted.bar)
        for kind in [RowKind.automatic, wanted.kind] {
            source.kind = kind
            let read = try ingestSeries(source)
            #expect(read.rowCount == wanted.count && read.series.count == wanted.bars)
            #expect(read.series.instant(0).minuteText == wanted.first)
            #expect(read.series.instant(read.series.count - 1).minuteText == wanted.last)
            let summary = try #require(read.summary("ticks"))
            #expect(summary.count == wanted.count && summary.message.contains(wanted.says), "\(summary.message)")
        }
    }

    @Test(arguments: RefusedCase.all)
    func damageIsRefused(_ wanted: RefusedCase) throws {
        let error = try #require(Outcome { () throws(IngestError) in try readVendor(wanted.file) }.error)
        #expect(error.reason == .malformed && error.finding.location?.line == wanted.line)
        #expect(
            error.finding.message.contains(wanted.says) && error.finding.hint.contains(wanted.hint),
            "\(error.rendered())")
    }

    @Test(arguments: BesideCase.all)
    func whatStandsBesideThePrices(_ wanted: BesideCase) throws {
        let path = VendorFiles.path(wanted.file)
        var (times, count, findings): ([Int64], Int, [Finding]) = ([], 0, [])
        switch wanted.kind {
        case .funding:
            let read = try ingestFunding(FundingSource(file: path))
            (times, count, findings) = (read.schedule.time, read.schedule.time.count, read.findings)
        case .tiers:
            let read = try ingestTierAudit(file: path)
            (count, findings) = (read.brackets, read.findings)
        case .margins:
            let entries = try ingestMarginHistory(file: path, contractSize: 5)
            times = entries.schedule.entries.map(\.from.milliseconds)
            (count, findings) = (times.count, entries.findings)
        }
        #expect(count == wanted.count)
        #expect((times.first.map { UTCInstant(milliseconds: $0).minuteText } ?? "") == wanted.first)
        #expect((times.last.map { UTCInstant(milliseconds: $0).minuteText } ?? "") == wanted.last)
        let message = try #require(findings.first { $0.check == wanted.check }).message
        #expect(message.contains(wanted.says), "\(message)")
    }

    /// As prices these files are refused with the place where a study names them; `check` tells them by itself.
    @Test func otherKindsAreTold() throws {
        for wanted in BesideCase.all {
            let kind = try ingestKind(file: VendorFiles.path(wanted.file))
            switch (kind, wanted.kind) {
            case (.funding, .funding), (.tiers, .tiers), (.margins, .margins): break
            default: Issue.record("\(wanted.file) is taken for \(kind)")
            }
            let error = Outcome { () throws(IngestError) in try readVendor(wanted.file) }.error
            #expect(error != nil, "\(wanted.file)")
            if wanted.kind != .tiers { #expect(error?.finding.hint.contains("a study names them") == true) }
        }
        for wanted in VendorCase.all where try ingestKind(file: VendorFiles.path(wanted.file)) != .prices {
            Issue.record("\(wanted.file) is not taken for prices")
        }
    }

    /// The zip holds the bytes of the gzip beside it, so everything but names and digests must be equal.
    @Test func theZipIsTheSameSeries() throws {
        let zip = try readVendor("binance-vision/LUNAUSDT-1m-2022-05.zip")
        let gzip = try readVendor("binance-vision/LUNAUSDT-1m-2022-05.csv.gz")
        #expect(zip.series.time == gzip.series.time && zip.series.open == gzip.series.open)
        #expect(zip.series.low == gzip.series.low && zip.series.volume == gzip.series.volume)
        #expect(zip.files.first?.name.hasSuffix(".zip/LUNAUSDT-1m-2022-05.csv") == true)
    }

    /// Rows whose volumes are exchanged are told by the price, row by row: the README counts 20 143 of them.
    @Test func exchangedVolumesAreFound() throws {
        let read = try readVendor("cryptodatadownload/Bitstamp_BTCUSD_1h.csv.gz")
        let finding = try #require(read.summary("swapped_volumes"))
        #expect(finding.count == 20_143)
        let volume = try #require(read.series.volume)
        // No hour of this market has seen 100 000 coins, and most saw more than 100 000 dollars.
        #expect(volume.allSatisfy { $0 < 100_000 })
    }
}
