import CSVIngest
import PriceSeries
import StressBasics
import Testing

/// What a small file of a known kind of misreading must give.
struct FaultCase: CustomTestStringConvertible, Sendable {
    var file: String
    /// Parts of the words of the columns trait, for a file that is read.
    var columns: String?
    /// The first time, for a file that is read.
    var first = ""
    /// A part of the refusal's reason and of its help, for a file that is refused.
    var because = ""
    var help = ""
    /// Bars that the settings of the help read, and a part of the columns trait then; nil where it names no setting.
    var follows: Int?
    var reading = ""

    var testDescription: String { file }

    static let all = [
        FaultCase(
            file: "01-pages-newest-first/coinbase_pages.csv", columns: "open 3, high 2, low 1, close 4",
            first: "2023-10-02 21:04"),
        FaultCase(
            file: "01-pages-newest-first/coinbase_pages_wrong_header.csv", because: "disagree",
            help: "low: 1, high: 2, open: 3, close: 4", follows: 700, reading: "open 3 \"low\", high 2 \"high\", low 1"),
        FaultCase(
            file: "02-several-coins-one-file/Currency.csv", because: "\"Currency\"", help: "symbol: aaa", follows: 120,
            reading: "close 5"),
        FaultCase(
            file: "02-several-coins-one-file/asset_id.csv", because: "\"0\", \"1\", \"2\"", help: "symbol: 0",
            follows: 120,
            reading: "close 5"),
        FaultCase(
            file: "02-several-coins-one-file/no_header.csv", because: "\"AAAUSD\", \"BBBUSD\"", help: "symbol: AAAUSD",
            follows: 120, reading: "close 5"),
        FaultCase(
            file: "03-symbol-guard-lost/metastock.csv", because: "\"AAA\", \"BBB\"", help: "symbol: AAA", follows: 120,
            reading: "close 5"),
        FaultCase(
            file: "04-zip-of-several-markets/pairs_and_intervals.zip", because: "AAAUSD_60.csv",
            help: "--table AAAUSD_1440.csv", follows: 120, reading: "close 4"),
        FaultCase(
            file: "05-header-names-ignored/time_named_day.csv", columns: "open 4 \"Open\"", first: "2021-01-01 00:00"),
        FaultCase(
            file: "05-header-names-ignored/yfinance_three_rows.csv", columns: "close 1 \"Close\"",
            first: "2021-01-01 00:00"),
        FaultCase(
            file: "06-foreign-names-lose-high-and-low/bank_de_cp1252.csv", columns: "open 1 \"Eröffnung\", high 2",
            first: "2021-01-01 00:00"),
        FaultCase(
            file: "06-foreign-names-lose-high-and-low/investing_de.csv", columns: "open 2 \"Eröffn.\", high 3",
            first: "2021-01-01 00:00"),
        FaultCase(
            file: "06-foreign-names-lose-high-and-low/investing_ja.csv", columns: "open 2 \"始値\", high 3",
            first: "2021-01-01 00:00"),
        FaultCase(
            file: "06-foreign-names-lose-high-and-low/investing_zh.csv", columns: "open 2 \"开盘\", high 3",
            first: "2021-01-01 00:00"),
        FaultCase(
            file: "06-foreign-names-lose-high-and-low/partly_known_en.csv", columns: "open 2 \"Opening\", high 3",
            first: "2021-01-01 00:00"),
        FaultCase(
            file: "07-ticker-snapshots/ccxt_ticker.csv", because: "of the past day", help: "price: 8", follows: 300,
            reading: "price 8"),
        FaultCase(file: "08-wide-tables/bands.csv", because: "\"upper_band\"", help: "price: 1} or 2, 3, 4"),
        FaultCase(
            file: "08-wide-tables/ticker_C.csv", because: "\"C\"", help: "price: 1", follows: 120,
            reading: "price 1 \"BTC\""),
        FaultCase(
            file: "09-returns-as-prices/premium_index_klines.csv", because: "120 of 120 bars are below zero",
            help: "non_positive_prices: keep", follows: 120, reading: "open 1"),
        FaultCase(file: "09-returns-as-prices/returns.csv", because: "\"return\"", help: "changes of prices"),
        FaultCase(file: "10-not-a-table/error_answer.csv", because: "JSON", help: "fetch the file again"),
        FaultCase(file: "10-not-a-table/json_lines.csv", because: "one object a line", help: "jq"),
        FaultCase(file: "10-not-a-table/klines_array.csv", because: "an array of rows", help: "jq"),
        FaultCase(file: "10-not-a-table/parquet.csv", because: "Parquet", help: "CSV"),
        FaultCase(file: "10-not-a-table/old_tiers.json", because: "leverage tiers", help: "tiers: {file"),
        FaultCase(
            file: "11-two-digit-years/month_first_business_days.csv", columns: "close 1", first: "2022-01-03 00:00"),
        FaultCase(
            file: "12-small-file-no-hint/average_and_total.csv", because: "expected", help: "bad_row: drop",
            follows: 60,
            reading: "close 4"),
        FaultCase(file: "13-year-first-dates/cjk.csv", columns: "open 1", first: "2021-01-01 00:00"),
        FaultCase(file: "13-year-first-dates/compact_iso.csv", columns: "open 1", first: "2021-01-01 00:00"),
        FaultCase(file: "13-year-first-dates/dash.csv", columns: "open 1", first: "2021-01-01 00:00"),
        FaultCase(file: "13-year-first-dates/digits14.csv", columns: "open 1", first: "2021-01-01 00:00"),
        FaultCase(file: "14-dotnet-ticks/ticks.csv", columns: "open 1", first: "2021-01-01 00:00"),
        FaultCase(file: "15-outage-excluded/outage_25_minutes.csv", columns: "open 1", first: "2020-03-12 00:00"),
        FaultCase(
            file: "16-taken-for-trades/coin_snapshots.csv", because: "\"aaa\"", help: "symbol: aaa", follows: 60,
            reading: "price 2"),
        FaultCase(file: "17-units-in-cells/euro_suffix.csv", columns: "open 1", first: "2021-01-01 00:00"),
        FaultCase(file: "17-units-in-cells/usd_suffix.csv", columns: "open 1", first: "2021-01-01 00:00"),
        FaultCase(
            file: "19-minor/double_bom_wide.csv", because: "\"date\"", help: "price: 1", follows: 60,
            reading: "price 1 \"AAA\""),
        FaultCase(file: "19-minor/filled.csv", columns: "close 4", first: "2011-11-25 10:00"),
        FaultCase(file: "19-minor/space_separated.csv", because: "date open", help: "tr -s"),
        FaultCase(file: "19-minor/whole_rows_quoted.csv", because: "date,open", help: "tr -d"),
    ]
}

@Suite(.enabled(if: VendorFiles.areHere, "vendor files not found")) struct FaultTests {
    private static func source(_ file: String) -> BarSource {
        BarSource(files: ["\(VendorFiles.shared ?? "")/faults/\(file)"])
    }

    @Test(arguments: FaultCase.all)
    func isReadAsWhatItIsOrNotAtAll(_ wanted: FaultCase) {
        let outcome = Outcome { () throws(IngestError) in try ingestSeries(FaultTests.source(wanted.file)) }
        if let columns = wanted.columns {
            #expect(outcome.error == nil, "\(outcome.rendered)")
            let reading = outcome.recognition.first { $0.subject == "columns" }?.reading ?? ""
            #expect(reading.contains(columns), "\(reading)")
            let first = outcome.columns.first?.first.map { UTCInstant(milliseconds: Int64(bitPattern: $0)).minuteText }
            #expect(first == wanted.first)
        } else {
            #expect(
                outcome.rendered.contains(wanted.because) && outcome.rendered.contains(wanted.help),
                "\(outcome.rendered)")
        }
    }

    /// Following the hint reads one market, each bar of it.
    @Test(arguments: [
        ("02-several-coins-one-file/Currency.csv", "bbb", 120), ("02-several-coins-one-file/asset_id.csv", "0", 120),
        ("02-several-coins-one-file/no_header.csv", "BBBUSD", 120), ("03-symbol-guard-lost/metastock.csv", "AAA", 120),
    ])
    func aSymbolPicksOneMarket(_ file: String, _ symbol: String, _ bars: Int) throws {
        var source = FaultTests.source(file)
        source.symbol = symbol
        let read = try ingestSeries(source)
        #expect(read.series.count == bars && read.summary("conflicting_duplicates")?.count == 0)
    }

    /// What a refusal says, done: the settings of its help read the file, each row of it, as what it is.
    @Test(arguments: FaultCase.all.filter { $0.follows != nil })
    func itsHintReadsTheFile(_ wanted: FaultCase) throws {
        let refusal = Outcome { () throws(IngestError) in try ingestSeries(FaultTests.source(wanted.file)) }
        let hint = try #require(refusal.error).finding.hint
        var source = FaultTests.source(wanted.file)
        FollowedHint(hint).apply(to: &source)
        let read = try ingestSeries(source)
        let columns = read.recognition.first { $0.subject == "columns" }?.reading ?? ""
        #expect(read.series.count == wanted.follows && columns.contains(wanted.reading), "\(columns)")
        #expect(read.summary("conflicting_duplicates")?.count == 0)
    }

    /// The commands that help lines name for files that no setting reads.
    @Test(arguments: [
        ("19-minor/space_separated.csv", "tr -s ' ' ','"), ("19-minor/whole_rows_quoted.csv", "tr -d '\"'"),
    ])
    func itsCommandMakesATable(_ file: String, _ command: String) throws {
        let refusal = Outcome { () throws(IngestError) in try ingestSeries(FaultTests.source(file)) }
        #expect(try #require(refusal.error).finding.hint.contains(command))
        let text = try #require(VendorFiles.text("../faults/" + file))
        let table = command.contains("-s") ? text.replacing(" ", with: ",") : text.replacing("\"", with: "")
        let read = try ingest(table)
        #expect(read.series.count == 120 && read.formatName == "ohlc")
    }

    @Test func everyFileOfTheFolderHasACase() {
        let listed = Dictionary(grouping: FaultCase.all.map { $0.file.split(separator: "/") }, by: { String($0[0]) })
        for (folder, files) in listed {
            let present = DirtyFiles.names(in: "\(VendorFiles.shared ?? "")/faults/\(folder)").filter {
                $0 != "expected.md"
            }
            #expect(Set(present) == Set(files.map { String($0[1]) }), "\(folder)")
        }
    }

    /// One print, carried forward for hours without a trade, is one bad tick.
    @Test func aPrintCarriedForwardIsABadTick() throws {
        let read = try ingestSeries(FaultTests.source("19-minor/filled.csv"))
        #expect(
            read.summary("bad_ticks")?.count == 68
                && read.summary("bad_ticks")?.message.contains("the furthest 15") == true)
    }

    /// Tiers as ccxt wrote them until the spring of 2022.
    @Test func oldTiersAreRead() throws {
        let path = "\(VendorFiles.shared ?? "")/faults/10-not-a-table/old_tiers.json"
        let audit = try ingestTierAudit(file: path)
        #expect(audit.symbols == 2 && audit.brackets > 0 && audit.findings.allSatisfy { $0.severity == .pass })
    }

    @Test func aTableIsPickedByName() throws {
        var source = FaultTests.source("04-zip-of-several-markets/pairs_and_intervals.zip")
        source.table = "BBBUSD_1440"
        let read = try ingestSeries(source)
        #expect(read.series.count == 120 && read.series.barLength?.milliseconds == 86_400_000)
    }
}

/// The settings that a help line names.
private struct FollowedHint {
    private let hint: String

    init(_ hint: String) { self.hint = hint }

    private func text(after key: String) -> String? {
        hint.firstRange(of: key).map { range in
            String(hint[range.upperBound...].prefix { !" ,;)".contains($0) })
        }
    }

    func apply(to source: inout BarSource) {
        source.columns = columns
        source.symbol = text(after: "(--symbol ")
        source.table = text(after: "(--table ")
        if let policy = text(after: "(--policy ")?.split(separator: "="), policy.count == 2 {
            source.policies[String(policy[0])] = PolicyAction(rawValue: String(policy[1]))
        }
    }

    /// `columns: {time: 0, open: 1, …}`; nil when a position is left open.
    private var columns: ColumnMapping? {
        guard let start = hint.firstRange(of: "columns: {"),
            !hint[start.upperBound...].prefix(while: { $0 != "}" }).contains("…")
        else { return nil }
        var roles: [String: ColumnReference] = [:]
        for part in hint[start.upperBound...].prefix(while: { $0 != "}" }).split(separator: ",") {
            let words = part.split(separator: ":").map { $0.filter { $0 != " " } }
            if words.count == 2, let position = Int(words[1]) { roles[words[0]] = .index(position) }
        }
        guard let time = roles["time"] else { return nil }
        if let price = roles["price"] { return ColumnMapping(time: time, prices: .single(price)) }
        guard let open = roles["open"], let high = roles["high"], let low = roles["low"], let close = roles["close"]
        else {
            return nil
        }
        return ColumnMapping(time: time, prices: .bars(open: open, high: high, low: low, close: close))
    }
}
