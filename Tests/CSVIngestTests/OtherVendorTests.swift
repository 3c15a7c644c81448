import CSVIngest
import PriceSeries
import StressBasics
import Testing

/// A file of a shape that vendors publish, invented here, and what must become of it: 30 hourly bars that open at 100, 101,
/// 102 … from 2022-01-03 on.
struct ShapeCase: CustomTestStringConvertible, Sendable {
    var name: String
    /// Header and what else stands above the rows.
    var head = ""
    /// A row of the bar.
    var row: @Sendable (Bar) -> String
    var separator = "\n"
    /// A volume of bar 0.
    var volume: Double?
    var isReversed = false
    var change: @Sendable (inout BarSource) -> Void = { _ in }

    var testDescription: String { name }

    struct Bar: Sendable {
        var index: Int
        var seconds: Int { 1_641_168_000 + 3600 * index }
        var open: Double { 100 + Double(index) }
        var high: Double { open + 2.5 }
        var low: Double { open - 1.5 }
        var close: Double { open + 1 }
        /// Coins, and what they cost.
        var base: Double { 12.5 + Double(index) }
        var quote: Double { base * (open + 0.5) }
        var day: Int { 3 + index / 24 }
        var hour: Int { index % 24 }

        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        var clock: String { "\(two(hour)):00" }
        /// A number with a decimal comma.
        func comma(_ value: Double) -> String { "\(value)".replacing(".", with: ",") }
        var ohlc: String { "\(open),\(high),\(low),\(close)" }
    }

    static let all: [ShapeCase] = [
        ShapeCase(
            name: "Coinbase rows", row: { "\($0.seconds),\($0.low),\($0.high),\($0.open),\($0.close),\($0.base)" },
            volume: 12.5),
        ShapeCase(
            name: "Coinbase with header", head: "time,low,high,open,close,volume\n",
            row: { "\($0.seconds),\($0.low),\($0.high),\($0.open),\($0.close),\($0.base)" }, volume: 12.5),
        ShapeCase(
            name: "Gemini", head: "Unix Timestamp,Date,Symbol,Open,High,Low,Close,Volume\n",
            row: { "\($0.seconds)000,2022-01-\($0.two($0.day)) \($0.clock):00,BTCUSD,\($0.ohlc),\($0.base)" },
            volume: 12.5, isReversed: true),
        ShapeCase(
            name: "OKX", head: "ts,o,h,l,c,vol,volCcy,volCcyQuote,confirm\n",
            row: { "\($0.seconds)000,\($0.ohlc),\($0.base),\($0.quote),\($0.quote),1" }, volume: 12.5),
        ShapeCase(
            name: "OKX without header", row: { "\($0.seconds)000,\($0.ohlc),\($0.base),\($0.quote),\($0.quote),1" },
            volume: 12.5, isReversed: true),
        ShapeCase(
            name: "Bybit", head: "startTime,openPrice,highPrice,lowPrice,closePrice,volume,turnover\n",
            row: { "\($0.seconds)000,\($0.ohlc),\($0.base),\($0.quote)" }, volume: 12.5),
        ShapeCase(
            name: "Huobi: vol is the quote currency's", head: "id,open,close,low,high,amount,vol,count\n",
            row: { "\($0.seconds),\($0.open),\($0.close),\($0.low),\($0.high),\($0.base),\($0.quote),77" }, volume: 12.5
        ),
        ShapeCase(
            name: "KuCoin rows",
            row: { "\($0.seconds),\($0.open),\($0.close),\($0.high),\($0.low),\($0.base),\($0.quote)" },
            volume: 12.5),
        ShapeCase(
            name: "Gate rows",
            row: { "\($0.seconds),\($0.quote),\($0.close),\($0.high),\($0.low),\($0.open),\($0.base)" }, volume: 12.5),
        ShapeCase(
            name: "Bitget", head: "timestamp,open,high,low,close,volume_base,volume_quote\n",
            row: { "\($0.seconds)000,\($0.ohlc),\($0.base),\($0.quote)" }, volume: 12.5),
        ShapeCase(
            name: "CoinAPI",
            head:
                "time_period_start;time_period_end;time_open;time_close;price_open;price_high;price_low;price_close;volume_traded;trades_count\n",
            row: {
                let day = "2022-01-\($0.two($0.day))T\($0.two($0.hour))"
                return "\(day):00:00.0000000Z;\(day):59:59.0000000Z;\(day):00:12.1000000Z;\(day):59:40.3000000Z;"
                    + "\($0.open);\($0.high);\($0.low);\($0.close);\($0.base);812"
            }, volume: 12.5),
        ShapeCase(
            name: "Kaiko", head: "timestamp,open,high,low,close,volume,price,count\n",
            row: { "\($0.seconds)000,\($0.ohlc),\($0.base),\($0.open + 0.25),31" }, volume: 12.5),
        ShapeCase(
            name: "CryptoCompare",
            head: "time,high,low,open,volumefrom,volumeto,close,conversionType,conversionSymbol\n",
            row: { "\($0.seconds),\($0.high),\($0.low),\($0.open),\($0.base),\($0.quote),\($0.close),direct," },
            volume: 12.5),
        ShapeCase(
            name: "MetaTrader 5", head: "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n",
            row: {
                "2022.01.\($0.two($0.day))\t\($0.clock):00\t\($0.open)\t\($0.high)\t\($0.low)\t\($0.close)\t812\t0\t15"
            }),
        ShapeCase(
            name: "MetaTrader 4 rows", row: { "2022.01.\($0.two($0.day)),\($0.clock),\($0.ohlc),812" }, volume: 812),
        ShapeCase(
            name: "TradingView", head: "time,open,high,low,close,Volume,Volume MA,Plot\n",
            row: { "\($0.seconds),\($0.ohlc),\($0.base),,NaN" }, volume: 12.5),
        ShapeCase(
            name: "TradingView in ISO", head: "time,open,high,low,close\n",
            row: { "2022-01-\($0.two($0.day))T\($0.clock):00Z,\($0.ohlc)" }),
        ShapeCase(
            name: "Stooq", head: "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n",
            row: { "BTC.V,60,202201\($0.two($0.day)),\($0.two($0.hour))0000,\($0.ohlc),\($0.base),0" }, volume: 12.5),
        ShapeCase(
            name: "Alpha Vantage", head: "timestamp,open,high,low,close,volume\r\n",
            row: { "2022-01-\($0.two($0.day)) \($0.clock):00,\($0.ohlc),\($0.base)" },
            separator: "\r\n", volume: 12.5, isReversed: true),
        ShapeCase(
            name: "Alpha Vantage's numbered names", head: "date,1. open,2. high,3. low,4. close,5. volume\n",
            row: { "2022-01-\($0.two($0.day)) \($0.clock):00,\($0.ohlc),\($0.base)" }, volume: 12.5),
        ShapeCase(
            name: "Dukascopy", head: "Gmt time,Open,High,Low,Close,Volume\n",
            row: { "\($0.two($0.day + 20)).01.2022 \($0.clock):00.000,\($0.ohlc),\($0.base)" }, volume: 12.5),
        ShapeCase(
            name: "HistData",
            row: { "202201\($0.two($0.day)) \($0.two($0.hour))0000;\($0.open);\($0.high);\($0.low);\($0.close);0" },
            volume: 0),
        ShapeCase(
            name: "a European export", head: "Datum;Eröffnung;Hoch;Tief;Schluss;Volumen\n",
            row: {
                "\($0.two($0.day + 20)).01.2022 \($0.clock);\($0.comma($0.open));\($0.comma($0.high));\($0.comma($0.low));"
                    + "\($0.comma($0.close));\($0.comma($0.base))"
            }, volume: 12.5),
        ShapeCase(
            name: "thousands in quotes", head: "\"Date\",\"Price\",\"Open\",\"High\",\"Low\",\"Vol.\",\"Change %\"\n",
            row: {
                "\"Jan \($0.two($0.day)), 2022 \($0.clock)\",\"\($0.close)\",\"\($0.open)\",\"\($0.high)\",\"\($0.low)\",\"0.0125K\",\"0.46%\""
            },
            volume: 12.5),
        ShapeCase(
            name: "a comma too many in every row", head: "time,open,high,low,close,volume\n",
            row: { "\($0.seconds),\($0.ohlc),\($0.base)," }, volume: 12.5),
        ShapeCase(
            name: "stamps with a fraction", head: "t,o,h,l,c,v\n",
            row: { "\($0.seconds).000000,\($0.ohlc),\($0.base)" }, volume: 12.5),
        ShapeCase(
            name: "microseconds", head: "open_time,open,high,low,close,volume\n",
            row: { "\($0.seconds)000000,\($0.ohlc),\($0.base)" }, volume: 12.5),
        ShapeCase(
            name: "nanoseconds", head: "timestamp|open|high|low|close\n",
            row: { "\($0.seconds)000000000|\($0.open)|\($0.high)|\($0.low)|\($0.close)" }),
        ShapeCase(
            name: "a disclaimer above",
            head:
                "Prices are indicative, for information only\nSee https://example.org/terms\ntime,open,high,low,close,volume\n",
            row: { "\($0.seconds),\($0.ohlc),\($0.base)" }, volume: 12.5),
        ShapeCase(
            name: "day and month first, in even steps", head: "time,open,high,low,close\n",
            row: { "\($0.two($0.day))/01/2022 \($0.clock),\($0.ohlc)" }),
        ShapeCase(
            name: "names that say nothing", head: "zeit,col1,col2,col3,col4\n",
            row: { "2022-01-\($0.two($0.day)) \($0.clock),\($0.ohlc)" }),
        ShapeCase(
            name: "spreadsheet days, when asked", head: "Date,Open,High,Low,Close\n",
            row: { "\(44_564 + Double($0.index) / 24),\($0.ohlc)" }, change: { $0.time = .spreadsheetDays }),
        ShapeCase(
            name: "many markets, one asked for", head: "timestamp,symbol,open,high,low,close\n",
            row: { "\($0.seconds),BTC/USD,\($0.ohlc)\n\($0.seconds),ETH/USD,1,2,0.5,1.5" },
            change: { $0.symbol = "BTC-USD" }),
    ]
}

@Suite struct OtherVendorTests {
    @Test(arguments: ShapeCase.all)
    func isReadAsItIsMeant(_ wanted: ShapeCase) throws {
        let bars = (0..<30).map { ShapeCase.Bar(index: $0) }
        let rows = (wanted.isReversed ? bars.reversed() : bars).map(wanted.row)
        let text = wanted.head + rows.joined(separator: wanted.separator) + wanted.separator
        let read = try ingest(text, wanted.change)
        #expect(read.series.count == 30 && read.summary("dropped_rows")?.count == 0)
        #expect(read.series.open == bars.map(\.open) && read.series.high == bars.map(\.high), "\(read.formatReason)")
        #expect(read.series.low == bars.map(\.low) && read.series.close == bars.map(\.close), "\(read.formatReason)")
        // Some shapes show later days so that the day cannot be a month.
        let shift = read.series.time[0] - Int64(bars[0].seconds) * 1000
        #expect(shift == 0 || shift == 20 * 86_400_000)
        #expect(read.series.time == bars.map { Int64($0.seconds) * 1000 + shift })
        if let volume = wanted.volume { #expect(read.series.volume?.first == volume) }
        #expect(read.recognition.allSatisfy { !$0.reading.isEmpty && ($0.confidence == .stated || !$0.reason.isEmpty) })
    }

    /// What can be read in two ways is asked for, with both readings and their settings.
    @Test(arguments: [
        ("date;open;high;low;close\n01/02/2022;1;2;0.5;1\n02/02/2022;1;2;0.5;1\n", "2022-02-01", "%d/%m/%Y"),
        ("time;price\n1641168000;1,234\n1641171600;2,345\n", "1234 (\"1,234.5\") or 1.234 (\"1234,5\")", "numbers: "),
        ("time,last,price\n1641168000,5,6\n1641171600,5,7\n", "it may be 1 \"last\" or 2 \"price\"", "price: 1"),
        (
            "time,close (USD),close (EUR),open,high,low\n1641168000,5,4,5,6,3\n", "it may be 1 \"close (USD)\" or 2",
            "close: 1"
        ),
        (
            "date,open,high,low,close\n44564,1,2,0.5,1\n44565,1,2,0.5,1\n", "a spreadsheet's day number, 2022-01-03",
            "time: excel"
        ),
        ("0,1,2,0.5,1\n60000,1,2,0.5,1\n120000,1,2,0.5,1\n", "milliseconds since midnight", "ms of 2017-12-17"),
        ("time,symbol,price\n1641168000,BTC,5\n1641168000,ETH,4\n", "the rows are of \"BTC\", \"ETH\"", "symbol: BTC"),
        ("t,id,price,qty,side\n1641168000,1,5,1,buy\n", "each row is a single trade", "bar: 1m"),
        ("a;b\n1;2\n", "cannot recognise", "columns: {time: …"),
    ])
    func twoReadingsAreAskedFor(_ text: String, _ says: String, _ hint: String) throws {
        let error = try #require(Outcome { () throws(IngestError) in try ingest(text) }.error)
        #expect(error.finding.message.contains(says), "\(error.rendered())")
        #expect(error.finding.hint.contains(hint), "\(error.rendered())")
        #expect([.notRecognised, .setting].contains(error.reason))
    }

    /// The first of every month, day first, is the first days of every January, month first: nothing tells them apart.
    @Test func monthsMayBeDays() throws {
        var text = "date,open,high,low,close\n"
        for month in 0..<36 {
            let number = month % 12 + 1
            text += "01/\(number < 10 ? "0" : "")\(number)/\(2018 + month / 12),1,2,0.5,1\n"
        }
        let error = try #require(Outcome { () throws(IngestError) in try ingest(text) }.error)
        #expect(error.what == "cannot read time")
    }

    /// Names that are not known may mean something else: the values alone do not decide.
    @Test func unknownNamesAreAskedFor() throws {
        let rows = (0..<30).map { ShapeCase.Bar(index: $0) }.map { "\($0.seconds),\($0.ohlc)" }
        let text = "zeit,erster,spitze,boden,letzter\n" + rows.joined(separator: "\n") + "\n"
        let error = try #require(Outcome { () throws(IngestError) in try ingest(text) }.error)
        #expect(error.finding.hint.contains("columns: {time: 0, open: 1, high: 2, low: 3, close: 4}"))
        #expect(try ingest(text) { $0.columns = bars(0, 1, 2, 3, 4) }.series.count == 30)
    }

    /// A second market deep in a file, beyond the sample, is not mixed in silently.
    @Test func aLateSecondMarketIsRefused() throws {
        var text = "time,symbol,price\n"
        for row in 0..<3000 {
            text += "\(1_641_168_000 + 60 * row),\(row == 2500 ? "ETHUSD" : row > 2000 ? "BTC/USD" : "BTCUSD"),5\n"
        }
        let error = try #require(Outcome { () throws(IngestError) in try ingest(text) }.error)
        #expect(error.finding.location?.line == 2502 && error.finding.message.contains("\"ETHUSD\""))
    }

    /// High and low whose header has exchanged them.
    @Test func aHeaderThatTheValuesContradictIsRefused() throws {
        var text = "time,open,low,high,close\n"
        for row in 0..<60 { text += "\(1_641_168_000 + 60 * row),5,6,4,\(row % 2 == 0 ? 5 : 4.5)\n" }
        let error = try #require(Outcome { () throws(IngestError) in try ingest(text) }.error)
        #expect(
            error.finding.message.contains("disagree") && error.finding.hint.contains("low: 3, high: 2"),
            "\(error.rendered())")
    }

    @Test func statedSettingsWin() throws {
        let text = "date;open;high;low;close\n01/02/2022;1,000;2;0;1\n02/02/2022;1;2;0;1\n"
        let read = try ingest(text) { source in
            source.time = .pattern("%m/%d/%Y")
            source.numbers = .comma
        }
        #expect(read.series.instant(0).rfc3339 == "2022-01-02T00:00:00Z" && read.series.open[0] == 1)
        #expect(read.recognition.first { $0.subject == "numbers" }?.confidence == .stated)
        let thousand = try ingest(text) { source in
            source.time = .pattern("%d/%m/%Y")
            source.numbers = .commaGroups
        }
        #expect(thousand.series.open[0] == 1000 && thousand.series.instant(0).rfc3339 == "2022-02-01T00:00:00Z")
        let parts = try ingest("2022-01-03,x,07:00,5\n2022-01-03,x,08:00,6\n") { source in
            source.columns = ColumnMapping(time: .index(0), prices: .single(.index(3)))
            source.columns?.timeParts = [.index(2)]
        }
        #expect(parts.series.instant(1).rfc3339 == "2022-01-03T08:00:00Z")
    }
}
