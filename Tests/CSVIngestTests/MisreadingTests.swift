import Foundation
import PriceSeries
import StressBasics
import Testing

@testable import CSVIngest

/// Files that look like prices and are something else: each is refused, or read and said to be a guess.
struct MisreadingTests {
    private func misread(_ text: String, _ change: (inout BarSource) -> Void = { _ in }) -> IngestError? {
        Outcome { () throws(IngestError) in try ingest(text, change) }.error
    }

    // MARK: The second of two columns

    private func twoColumns(_ name: String) -> String {
        "date,\(name)\n" + (0..<60).map { "\(1_614_556_800 + 86_400 * $0),\(100 + $0 % 7)\n" }.joined()
    }

    @Test(arguments: [
        "volume", "total_volume", "Volume USD", "market_cap", "marketcap", "log_price", "logprice", "log_close",
        "ln_close", "log_return", "logret", "diff", "pct", "price_change", "predicted_price", "rsi", "RSI(14)",
        "open_interest", "OpenInterest", "hash_rate", "drawdown", "interest rate", "target_yield", "std",
    ])
    func aNameOfSomethingElseIsNoPrice(_ name: String) throws {
        let error = try #require(misread(twoColumns(name)))
        #expect(error.reason == .notRecognised && error.why.contains(name))
        #expect(error.finding.hint.contains("not a price") || error.finding.hint.contains("not prices"))
        #expect(error.finding.hint.contains("columns: {time: 0, price: 1}"))
        let told = try ingest(twoColumns(name)) { source in
            source.columns = ColumnMapping(time: .index(0), prices: .single(.index(1)))
        }
        #expect(told.series.count == 60)
    }

    @Test(arguments: ["price", "Close", "price (usd)", "BTC price", "adj_close", "open", "exchange_price", "midprice"])
    func aNameOfAPriceIsOne(_ name: String) throws {
        let read = try ingest(twoColumns(name))
        #expect(read.recognition.first { $0.subject == "columns" }?.confidence == .certain)
        #expect(read.summary("price_column") == nil)
    }

    @Test(arguments: ["value", "BTC", "exchange_rate", "DEXUSEU", "equity", "rate"])
    func aNameThatSaysNothingIsAssumed(_ name: String) throws {
        let read = try ingest(twoColumns(name))
        #expect(read.recognition.first { $0.subject == "columns" }?.confidence == .assumed)
        let finding = try #require(read.summary("price_column"))
        #expect(finding.severity == .warning && finding.message.contains(name))
    }

    // MARK: One of high and low

    /// Hourly rows of ``hourlyRow(_:)`` with the fields that `columns` counts.
    private func some(_ header: String, _ columns: [Int], count: Int = 60) -> String {
        let rows = (0..<count).map { bar in
            let fields = hourlyRow(bar).split(separator: ",")
            return columns.map { String(fields[$0]) }.joined(separator: ",")
        }
        return ([header] + rows).joined(separator: "\n") + "\n"
    }

    @Test(arguments: [
        ("time,open,high,close", [0, 1, 2, 4], "\"high\" holds a high above the price"),
        ("time,open,low,close", [0, 1, 3, 4], "\"low\" holds a low below the price"),
        ("time,close,low", [0, 4, 3], "\"low\" holds a low below the price"),
        ("Datum,Schluss,Hoch", [0, 4, 2], "\"Hoch\" holds a high above the price"),
    ])
    func aHighOrALowAloneIsNotThrownAway(_ header: String, _ columns: [Int], _ words: String) throws {
        let error = try #require(misread(some(header, columns)))
        #expect(error.what == "cannot take the file for prices alone" && error.why.hasPrefix(words))
        #expect(error.finding.location?.line == 1 && error.finding.hint.contains("--kind price"))
        let told = try ingest(some(header, columns)) { $0.kind = .price }
        #expect(told.series.count == 60 && told.series.low == told.series.close)
    }

    /// The high of a ticker's past day stays while the price moves, and what only has a high's name is none.
    @Test func aHighOfThePastDayIsNotOfTheRow() throws {
        func text(_ high: (Int) -> Int) -> String {
            "time,close,high\n" + (0..<60).map { "\(1_614_556_800 + 60 * $0),\(100 + $0 % 7),\(high($0))\n" }.joined()
        }
        #expect(misread(text { 101 + $0 % 7 }) != nil)
        #expect(try ingest(text { _ in 110 }).series.count == 60)
        #expect(try ingest(text { 5000 + $0 }).series.count == 60)
    }

    // MARK: A second header

    /// `count` rows, of which the second half stands below another header; `order` says where its columns have what they hold.
    private func twoHeaders(_ header: String, _ order: [Int] = [0, 1, 2, 3, 4], count: Int = 400) -> String {
        func row(_ bar: Int, _ order: [Int]) -> String {
            let fields = hourlyRow(bar).split(separator: ",")
            return order.map { String(fields[$0]) }.joined(separator: ",") + "\n"
        }
        return "time,open,high,low,close\n" + (0..<count / 2).map { row($0, [0, 1, 2, 3, 4]) }.joined() + header + "\n"
            + (count / 2..<count).map { row($0, order) }.joined()
    }

    @Test func aSecondHeaderWithOtherColumnsIsRefused() throws {
        let orders: [(String, [Int], String)] = [
            ("time,close,high,low,open", [0, 4, 2, 3, 1], "\"close\""),
            ("Date,Price,Open,High,Low", [0, 4, 1, 2, 3], "\"Price\""),
            ("open,high,low,close,time", [1, 2, 3, 4, 0], "\"high\""),
        ]
        for (header, order, word) in orders {
            let error = try #require(misread(twoHeaders(header, order, count: 4000)))
            #expect(error.what == "cannot read the rows below a second header" && error.why.contains(word))
            #expect(error.finding.location?.line == 2002)
            #expect(error.finding.hint.contains("a file of their own"))
        }
        let one = "time,price\n" + (0..<200).map { "\(1_614_556_800 + 3600 * $0),5\n" }.joined()
        #expect(misread(one + "time,volume\n1615276800,7\n")?.why == "here stands \"volume\", above it \"price\"")
    }

    @Test func aRepeatedHeaderIsARowThatIsDropped() throws {
        let headers = [
            "time,open,high,low,close", "TIME,Open,High,Low,Close", "date,Open Price,High Price,low,last",
            "not,a,row,of,names", "Total,,,,",
        ]
        for header in headers {
            let read = try ingest(twoHeaders(header))
            #expect(read.series.count == 400 && read.summary("dropped_rows")?.count == 1, "\(header)")
        }
    }

    /// Rows of words are nothing that a headerless file's columns could be held against, where the user names them.
    @Test func namedColumnsOfAFileWithoutHeaderAreNotJudged() throws {
        let text = twoHeaders("time,close,high,low,open").split(separator: "\n", omittingEmptySubsequences: false)
            .dropFirst().joined(separator: "\n")
        #expect(misread(text)?.what == "cannot read the rows below a second header")
        let told = try ingest(text) { source in
            source.columns = ColumnMapping(
                time: .index(0), prices: .bars(open: .index(1), high: .index(2), low: .index(3), close: .index(4)))
        }
        #expect(told.series.count == 400)
    }

    /// Where the slices are cut cannot be seen.
    @Test(arguments: [1, 2, 7, 64]) func theLineOfASecondHeaderIsThatOfTheFile(_ slices: Int) {
        var options = IngestOptions()
        (options.windowBytes, options.sliceCount, options.threads) = (3000, slices, 2)
        let text = twoHeaders("time,close,high,low,open", [0, 4, 2, 3, 1], count: 2000)
        let error = Outcome { () throws(IngestError) in try ingest(text, options: options) }.error
        #expect(error?.finding.location?.line == 1002)
    }

    // MARK: Rows of one time

    /// `count` hourly rows, of which those that `isTwice` names have a second row of the same time at twenty times the price.
    private func doubled(_ count: Int, _ isTwice: (Int) -> Bool) -> String {
        hourlyText(count) { bar in
            guard isTwice(bar) else { return nil }
            return hourlyRow(bar) + "\n\(1_614_556_800 + 3600 * bar),2000,2040,1980,2020,1"
        }
    }

    @Test func manyRowsOfOneTimeAreRefused() throws {
        let half = doubled(400) { _ in true }
        let error = try #require(misread(half))
        #expect(error.why.contains("400 of 800 rows") && error.why.contains("(50 %)"))
        #expect(error.notes.joined().contains("several markets"))
        #expect(error.finding.location?.line == 2 && error.finding.hint.contains("conflicting_duplicates: keep"))
        let kept = try ingest(half) { $0.policies = ["conflicting_duplicates": .keep] }
        #expect(kept.series.count == 400 && kept.series.close.allSatisfy { $0 == 2020 })
        // A row of a twentieth, and no more, is the odd double that archives have; and a few are few of any number.
        #expect(try ingest(doubled(400) { $0 % 25 == 0 }).series.count == 400)
        #expect(misread(doubled(400) { $0 % 10 == 0 }) != nil)
        #expect(try ingest(doubled(20) { $0 % 5 == 0 }).series.count == 20)
    }

    @Test func aClockOfTwelveHoursIsNamed() throws {
        let text =
            "time,price\n"
            + (0..<240).map { hour in
                let clock = (hour + 11) % 12 + 1
                return "03/\(hour / 24 + 14)/2021 \(clock < 10 ? "0" : "")\(clock):00,\(100 + hour % 7)\n"
            }.joined()
        let error = try #require(misread(text))
        #expect(error.notes.joined().contains("12-hour clock"))
    }

    /// Of two files that overlap the later one wins, however much they overlap.
    @Test func filesThatOverlapAreReadAsBefore() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("overlap-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = ["a.csv", "b.csv"].map { folder.appendingPathComponent($0).path }
        try hourlyText(100).write(toFile: files[0], atomically: true, encoding: .utf8)
        let other = hourlyText(100) { bar in
            let price = 200 + bar % 7
            return "\(1_614_556_800 + 3600 * bar),\(price),\(price + 2),\(price - 1),\(price + 1),1"
        }
        try other.write(toFile: files[1], atomically: true, encoding: .utf8)
        let read = try ingestSeries(BarSource(files: files))
        #expect(read.series.count == 100 && read.series.open.allSatisfy { $0 >= 200 })
    }

    // MARK: Lengths of bars

    /// 120 days of hours, and below them the days; every row says its length, and perhaps its market.
    private func hoursAndDays(
        _ market: String? = nil, named name: String = "interval", _ texts: [String] = ["1h", "1d"]
    )
        -> String
    {
        func row(_ time: Int, _ text: String, _ price: Int) -> String {
            "\(time),\(market.map { $0 + "," } ?? "")\(text),\(price),\(price + 2),\(price - 1),\(price + 1)\n"
        }
        return "time,\(market == nil ? "" : "symbol,")\(name),open,high,low,close\n"
            + (0..<2880).map { row(1_614_556_800 + 3600 * $0, texts[0], 100 + $0 % 7) }.joined()
            + (0..<120).map { row(1_614_556_800 + 86_400 * $0, texts[1], 110 + $0 % 5) }.joined()
    }

    @Test func lengthsInOneFileAreAskedFor() throws {
        for (name, texts) in [
            ("interval", ["1h", "1d"]), ("timeframe", ["H1", "D1"]), ("Resolution", ["hourly", "daily"]),
        ] {
            let text = hoursAndDays(named: name, texts)
            let error = try #require(misread(text), "\(name)")
            #expect(error.what == "cannot read several lengths of bars as one series")
            #expect(error.why.contains(texts[0]) && error.why.contains(texts[1]))
            let hours = try ingest(text) { $0.symbol = texts[0] }.series
            #expect(hours.count == 2880 && hours.open[0] == 100)
            #expect(try ingest(text) { $0.symbol = texts[1] }.series.count == 120)
        }
        // A column of one length, or of other texts, says nothing.
        #expect(try ingest(hoursAndDays(named: "kind")).series.count == 2880)
        let one = hoursAndDays().split(separator: "\n").prefix(2881).joined(separator: "\n")
        #expect(try ingest(one).series.count == 2880)
    }

    @Test func lengthsBesideAMarketAreAskedFor() throws {
        let error = try #require(misread(hoursAndDays("BTCUSD")))
        #expect(error.why.contains("\"1d\", \"1h\"") && error.why.contains("\"interval\""))
    }

    @Test func aLengthIsOne() {
        for text in ["1h", "15 min", "M5", "1Day", "daily", "60s", "1w", "MN1"] { #expect(LengthColumn.isLength(text)) }
        for text in ["", "BTC", "h", "3600", "1inch", "12345m", "USD1", "1h2"] { #expect(!LengthColumn.isLength(text)) }
    }

    /// Rows that repeat a time now and then do so in the nights in which clocks change, too.
    @Test func doublesOfEveryDayAreNoClock() throws {
        let start = 1_614_556_800  // 2021-03-01
        let text =
            "time,price\n"
            + (0..<2880).map { hour in
                let time = UTCInstant(milliseconds: Int64(start + 3600 * hour) * 1000).minuteText
                let price = "\(time),\(100 + hour % 7)\n"
                return hour % 24 == 0 ? price + "\(time),300\n" : price
            }.joined()
        let read = try ingest(text)
        #expect(read.summary("conflicting_duplicates")?.count == 120 && read.summary("clock_changes") == nil)
    }

    // MARK: Steps of two lengths

    /// Rows in steps of so many seconds; a step is moved by `jitter`.
    private func stepped(_ steps: [Int], _ jitter: (Int) -> Int = { _ in 0 }) -> String {
        var (text, time) = ("time,price\n", 1_514_764_800)
        for (index, step) in steps.enumerated() {
            text += "\(time + jitter(index)),\(100 + index % 7)\n"
            time += step
        }
        return text
    }

    @Test func hoursAndThenMinutesAreRefused() throws {
        let mixed = stepped(Array(repeating: 3600, count: 500) + Array(repeating: 60, count: 700))
        let error = try #require(misread(mixed))
        #expect(error.what == "cannot read bars of several lengths as one series")
        #expect(error.why.contains("after 1h") && error.why.contains("after 1m"))
        #expect(error.finding.location?.line == 502 && error.finding.hint.contains("split the file here"))
        let kept = try ingest(mixed) { $0.policies = ["missing_bars": .keep] }
        #expect(kept.series.count == 1200 && kept.series.barLength == .minutes(1))
        let backward = stepped(Array(repeating: 60, count: 700) + Array(repeating: 3600, count: 500))
        #expect(misread(backward)?.finding.location?.line == 702)
        // Days of a week from Monday to Friday, and then hours.
        let days = (0..<400).map { $0 % 5 == 4 ? 3 * 86_400 : 86_400 }
        #expect(misread(stepped(days + Array(repeating: 3600, count: 500)))?.why.contains("after 1d") == true)
    }

    @Test func seriesOfOneLengthAreRead() throws {
        let weekdays = (0..<800).map { $0 % 5 == 4 ? 3 * 86_400 : 86_400 }
        let months = (0..<240).map { [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][$0 % 12] * 86_400 }
        let sessions = (0..<700).map { $0 % 7 == 6 ? 18 * 3600 : 3600 }
        let outage =
            Array(repeating: 60, count: 600) + Array(repeating: 3600, count: 40) + Array(repeating: 60, count: 600)
        for steps in [weekdays, months, sessions, outage] {
            #expect(try ingest(stepped(steps)).series.count == steps.count)
        }
        #expect(try ingest(stepped(Array(repeating: 3600, count: 500)) { $0 * 7919 % 200 }).series.count == 500)
    }

    /// Bars that are there only where something was traded, more often in some months than in others.
    @Test(arguments: 0..<40) func sparseBarsAreRead(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let steps = (0..<1500).map { index in
            let chance = [0.9, 0.3, 0.05, 0.5, 0.15][index / 300]
            var step = 60
            while Double.random(in: 0..<1, using: &random) > chance { step += 60 }
            return step
        }
        #expect(try ingest(stepped(steps)).series.count == 1500, "seed \(seed)")
    }

    @Test func theFirstRowOfTheOtherLengthIsFoundAnywhere() {
        for count in 60..<130 {
            let time = (0..<count).map { Int64($0) * 3_600_000 }
            let rest = (0..<90).map { Int64(count) * 3_600_000 + Int64($0) * 60_000 }
            let change = StepGuard(time + rest).change
            #expect(change?.bar == count && change?.before == .hours(1) && change?.after == .minutes(1))
        }
        #expect(StepGuard([]).change == nil && StepGuard([5]).change == nil)
    }

    // MARK: Points between thousands

    /// Daily closes around a thousand, each written by `style`.
    private func around(_ prices: [Int], _ style: (Int) -> String) -> String {
        "time;price\n" + prices.enumerated().map { "\(1_514_764_800 + 86_400 * $0);\(style($1))\n" }.joined()
    }

    private func inGroups(_ price: Int) -> String {
        price < 1000 ? "\(price)" : "\(price / 1000).\(String(price % 1000 + 1000).dropFirst())"
    }

    private let aroundThousand = (0..<300).map { 960 + ($0 * 37) % 90 }

    @Test func pointsBetweenThousandsAreAskedFor() throws {
        let text = around(aroundThousand, inGroups)
        let error = try #require(misread(text))
        #expect(error.what == "cannot read numbers" && error.finding.hint.contains("numbers: \"1.234,5\""))
        #expect(try ingest(text) { $0.numbers = .pointGroups }.series.close == aroundThousand.map(Double.init))
        #expect(try ingest(text) { $0.numbers = .point }.series.count == 300)
    }

    @Test func theyAreAskedForLateInTheFileToo() throws {
        let late = (0..<1500).map { 900 + $0 % 20 } + (0..<300).map { 990 + $0 % 30 }
        let error = try #require(misread(around(late, inGroups)))
        #expect(error.what == "cannot read numbers" && (error.finding.location?.line ?? 0) > 1500)
        // Two decimals at first, and thousands then.
        let changed = around((0..<1800).map { 34_000 + $0 % 90 }) { price in
            price % 90 == 17 || price < 0 ? "\(price).50" : "\(price).25"
        }
        let lines = changed.split(separator: "\n")
        let mixed =
            (lines.prefix(1501)
            + lines.dropFirst(1501).map { line in
                line.split(separator: ";")[0] + ";34.\(String(1000 + line.utf8.count % 1000).dropFirst())"
            }).joined(separator: "\n")
        #expect(misread(mixed)?.finding.location?.line == 1502)
    }

    @Test func ordinaryDecimalsAreRead() throws {
        let three = around(aroundThousand) { "1.\($0 < 1000 ? "0\($0 % 100)" : "\($0 % 1000 + 100)")" }
        #expect(misread(three) == nil)
        let cents = around(aroundThousand) { "\($0).25" }
        let whole = around(aroundThousand) { "\($0)" }
        let pegged = around(aroundThousand) { $0 % 5 == 0 ? "1" : "1.00\($0 % 5)" }
        let below = around(aroundThousand) { $0 < 1000 ? "0.\($0)" : "1.\(String($0).dropFirst())" }
        // Another unit for good, written with all its digits before and behind the point.
        let unit = around((0..<400).map { $0 }) { $0 < 200 ? "34\(200 + $0 % 9).125" : "34.\(200 + $0 % 9)" }
        for text in [cents, whole, pegged, below, unit] { #expect(misread(text) == nil, "\(text.prefix(60))") }
        let yen = around(aroundThousand) { "110.\(String($0 + 1000).suffix(3))" }
        let trait = try ingest(yen).recognition.first { $0.subject == "numbers" }
        #expect(trait?.confidence == .likely && trait?.reason.contains("1.234,5") == true)
    }

    // MARK: Bars that cannot be

    private func bars(_ count: Int, _ isWrong: (Int) -> Bool, _ wrong: (Int) -> String) -> String {
        hourlyText(count) { bar in isWrong(bar) ? wrong(bar) : nil }
    }

    private func exchanged(_ bar: Int) -> String { "\(1_614_556_800 + 3600 * bar),100,99,102,101,1" }

    @Test func manyBarsThatCannotBeAreRefused() throws {
        let text = bars(2000, { $0 > 1000 && $0 % 3 == 0 }, exchanged)
        let error = try #require(misread(text))
        #expect(error.why.contains("333 of 2 000 bars") && error.why.contains("(17 %)"))
        #expect(error.finding.location?.line == 1004 && error.finding.hint.contains("ohlc_consistency: keep"))
        #expect(try ingest(text) { $0.policies = ["ohlc_consistency": .keep] }.series.count == 2000)
        #expect(try ingest(text) { $0.policies = ["ohlc_consistency": .drop] }.series.count == 1667)
        // The columns that somebody names are held against the bars, too.
        let named = misread(hourlyText(400)) { source in
            source.columns = ColumnMapping(
                time: .index(0), prices: .bars(open: .index(1), high: .index(3), low: .index(2), close: .index(4)))
        }
        #expect(named?.why.contains("400 of 400 bars") == true)
        let outside = bars(2000, { $0 > 1000 && $0 % 3 == 0 }) { "\(1_614_556_800 + 3600 * $0),100,102,99,103,1" }
        #expect(misread(outside)?.what == "cannot use the bars")
    }

    @Test func aFewBarsOrALittleAreKept() throws {
        #expect(try ingest(bars(2000, { $0 % 110 == 0 }, exchanged)).series.count == 2000)
        #expect(try ingest(bars(30, { $0 % 4 == 0 }, exchanged)).series.count == 30)
        let rounded = bars(2000, { $0 % 3 == 0 }) { "\(1_614_556_800 + 3600 * $0),100,102,99,102.1,1" }
        #expect(try ingest(rounded).summary("ohlc_consistency")?.count == 667)
    }

    // MARK: Rows with a part of a bar

    @Test func manyRowsWithAPartOfABarAreRefused() throws {
        let text = bars(1000, { $0 % 2 == 0 }) { "\(1_614_556_800 + 3600 * $0),100,102,99,,1" }
        let error = try #require(misread(text))
        #expect(error.why.contains("500 of 1 000 rows") && error.finding.location?.line == 2)
        #expect(error.finding.location?.column == 5 && error.finding.hint.contains("missing_value: drop"))
        #expect(try ingest(text) { $0.policies = ["missing_value": .drop] }.series.count == 500)
        let timeless = bars(1000, { $0 % 20 == 0 }) { _ in ",100,102,99,101,1" }
        #expect(misread(timeless)?.why.contains("50 of 1 000 rows") == true)
        var options = IngestOptions()
        (options.windowBytes, options.sliceCount, options.threads) = (700, 7, 2)
        #expect(Outcome { () throws(IngestError) in try ingest(text, options: options) }.error == error)
    }

    /// Hours without a trade have no price at all, and the odd hole is one.
    @Test func rowsWithoutAnyPriceAreDropped() throws {
        let empty = bars(1000, { $0 % 2 == 0 }) { "\(1_614_556_800 + 3600 * $0),,NaN,null,-,0" }
        #expect(try ingest(empty).series.count == 500)
        let few = bars(1000, { $0 % 110 == 0 }) { "\(1_614_556_800 + 3600 * $0),100,102,99,,1" }
        #expect(try ingest(few).series.count == 990)
    }

    // MARK: Times at which bars close

    private func closing(_ name: String, _ stamp: (Int) -> String, open: Bool = false) -> String {
        "\(name),open,high,low,close\(open ? ",open_time" : "")\n"
            + (0..<200).map { bar in
                let fields = hourlyRow(bar).split(separator: ",")
                return "\(stamp(1_614_556_800 + 3600 * bar)),\(fields[1...4].joined(separator: ","))"
                    + (open ? ",\(fields[0])" : "") + "\n"
            }.joined()
    }

    @Test func barsThatSayOnlyWhenTheyCloseAreMoved() throws {
        let stamps: [(Int) -> String] = [
            { "\($0 + 3600)" }, { "\($0 + 3599)" }, { "\($0 + 3599)999" }, { "\($0 + 3600)000" },
        ]
        for stamp in stamps {
            let read = try ingest(closing("close_time", stamp))
            #expect(read.series.instant(0).rfc3339 == "2021-03-01T00:00:00Z" && read.series.count == 200)
            #expect(read.series.instant(199).rfc3339 == "2021-03-09T07:00:00Z")
            #expect(read.summary("close_times")?.severity == .note)
        }
        let told = try ingest(closing("close_time", stamps[0])) { source in
            source.columns = ColumnMapping(
                time: .index(0), prices: .bars(open: .index(1), high: .index(2), low: .index(3), close: .index(4)))
        }
        #expect(told.series.instant(0).rfc3339 == "2021-03-01T01:00:00Z" && told.summary("close_times") == nil)
        // A time of opening goes before.
        let both = try ingest(closing("close_time", stamps[0], open: true))
        #expect(both.series.instant(0).rfc3339 == "2021-03-01T00:00:00Z" && both.summary("close_times") == nil)
        let price = "close_time,price\n1614556800,5\n1614560400,6\n"
        #expect(try ingest(price).series.instant(0).rfc3339 == "2021-03-01T00:00:00Z")
    }

    // MARK: What is said

    @Test func anExampleOfTwoOrdersIsOneOnWhichTheyDiffer() throws {
        let rows = (1...12).map { "0\($0)".suffix(2) }.map { "01/\($0)/2016,100\n" }.joined()
        let error = try #require(misread("time,price\n" + rows))
        #expect(error.why.contains("2016-02-01") && error.why.contains("2016-01-02"))
        #expect(error.finding.location?.line == 3)
    }

    @Test func aWrongDelimiterIsNamed() throws {
        let error = try #require(misread(hourlyText(50)) { $0.delimiter = .semicolon })
        #expect(error.finding.hint.contains("commas") && error.finding.hint.contains("delimiter: \",\""))
        #expect(!error.finding.hint.contains("quote"))
    }

    @Test func textThatIsNoUTF8IsNamed() throws {
        let header: [UInt8] = Array("Zeit;Er".utf8) + [0xF6] + Array("ffnung;Hoch;Tief;Schlu".utf8) + [0xDF, 0x0A]
        let rows = (0..<50).map { hourlyRow($0).split(separator: ",").prefix(5).joined(separator: ";") + "\n" }.joined()
        let read = try ingestSeries(bytes: header + Array(rows.utf8), name: "x.csv", source: BarSource(files: []))
        #expect(read.recognition.first { $0.subject == "columns" }?.reading.contains("close 4 \"Schluß\"") == true)
        let encoding = read.recognition.first { $0.subject == "encoding" }
        #expect(encoding?.reading == "Windows-1252" && encoding?.confidence == .likely)
        let marked = try ingest("Zeit;Eröffnung;Hoch;Tief;Schluß\n" + rows)
        #expect(marked.recognition.first { $0.subject == "encoding" }?.reading == "UTF-8")
    }

    /// A character that the end of the sample cuts is no fault of the text.
    @Test func theSampleMayEndWithinACharacter() throws {
        for shift in 0..<4 {
            let text = String(repeating: "x", count: shift) + String(repeating: "€", count: 20)
            let body = hourlyText(9000).replacing("1.5", with: "1.5 \(text)")
            let encoding = try ingest(body) { $0.columns = ColumnMapping(time: .index(0), prices: .single(.index(4))) }
                .recognition.first { $0.subject == "encoding" }
            #expect(encoding?.reading == "UTF-8", "\(shift)")
        }
    }

    @Test func aLengthThatChangesNothingIsSaidToBeUnused() throws {
        let read = try ingest(hourlyText(50)) { $0.barLength = .minutes(1) }
        #expect(read.summary("bar_length_unused")?.severity == .warning && read.series.barLength == .hours(1))
        #expect(try ingest(hourlyText(50)).summary("bar_length_unused") == nil)
    }
}
