import CSVIngest
import PriceSeries
import StressBasics
import Testing

@Suite struct RecognitionTests {
    private let named: ColumnMapping = ColumnMapping(
        time: .name(" TIME "),
        prices: .bars(open: .name("open"), high: .name("High"), low: .name("low"), close: .name("close")),
        volume: .name("volume"))

    private func refusal(
        _ text: String, _ change: (inout BarSource) -> Void = { _ in }
    ) -> IngestError? {
        Outcome { () throws(IngestError) in try ingest(text, change) }.error
    }

    @Test func namesAndPositionsReadTheSame() throws {
        let text = hourlyText(30)
        let byName = try ingest(text) { $0.columns = named }
        let byPosition = try ingest(text) { $0.columns = bars(0, 1, 2, 3, 4, volume: 5) }
        let recognised = try ingest(text)
        #expect(byName.formatName == "explicit columns" && recognised.formatName == "ohlc")
        #expect(byName.series.close == byPosition.series.close && byName.series.close == recognised.series.close)
        #expect(byName.series.volume == [Double](repeating: 1.5, count: 30))
    }

    @Test func namesMayStandInAnyOrder() throws {
        let text = "C,Name,Volume,L,Date,H,O\n3,x,9,1,2020-01-01,4,2\n4,x,9,2,2020-01-02,5,3\n"
        let read = try ingest(text)
        #expect(read.series.open == [2, 3] && read.series.high == [4, 5])
        #expect(read.series.low == [1, 2] && read.series.close == [3, 4] && read.series.volume == [9, 9])
    }

    @Test func unknownNamesListTheHeader() throws {
        let error = try #require(
            refusal(hourlyText(3)) { source in
                source.columns = ColumnMapping(time: .name("time"), prices: .single(.name("clsoe")))
            })
        #expect(error.reason == .setting && error.finding.hint.contains("\"close\""))
        #expect(error.notes.joined().contains("\"volume\"") && error.finding.location?.line == 1)
    }

    @Test func columnsThatCannotBeAreRefused() {
        let setting = IngestError.Reason.setting
        #expect(refusal(hourlyText(3)) { $0.columns = bars(0, 1, 2, 3, 6) }?.reason == setting)
        #expect(refusal(hourlyText(3)) { $0.columns = bars(-1, 1, 2, 3, 4) }?.reason == setting)
        let double = "time,price,price\n2020-01-01,1,2\n"
        let byName = ColumnMapping(time: .name("time"), prices: .single(.name("price")))
        #expect(refusal(double) { $0.columns = byName }?.reason == setting)
        let headerless = "2020-01-01,1\n2020-01-02,2\n"
        #expect(refusal(headerless) { $0.columns = byName }?.why.contains("no header") == true)
    }

    @Test func headerRuleIsObeyed() throws {
        let text = "1614556800,1\n1614560400,2\n1614564000,3\n"
        #expect(try ingest(text).rowCount == 3)
        #expect(
            try ingest(text) { $0.columns = ColumnMapping(time: .index(0), prices: .single(.index(1))) }.rowCount == 3)
        let skipped = try ingest(text) { source in
            source.columns = ColumnMapping(time: .index(0), prices: .single(.index(1)))
            source.header = .present
        }
        #expect(skipped.rowCount == 2)
        let kept = refusal("time,price\n1614556800,1\n") { source in
            source.columns = ColumnMapping(time: .index(0), prices: .single(.index(1)))
            source.header = .absent
        }
        #expect(kept?.finding.location?.line == 1)
    }

    @Test func formatsAreCheckedByName() throws {
        let near = try #require(refusal(hourlyText(3)) { $0.format = "binance-kline" })
        #expect(near.reason == .setting && near.finding.hint.contains("binance-klines"))
        let other = try #require(refusal(hourlyText(3)) { $0.format = "yahoo" })
        #expect(other.reason == .notRecognised && other.what.contains("yahoo"))
        #expect(try ingest(hourlyText(3)) { $0.format = "ohlc" }.formatName == "ohlc")
        #expect(Set(knownFormats.map(\.name)).count == knownFormats.count)
    }

    @Test func headerlessOrdersAreProvenByTheValues() throws {
        func text(_ row: (Int, Int, Int, Int) -> String) -> String {
            (0..<50).map { "\(1_614_556_800 + 3600 * $0),\(row(100 + $0, 103 + $0, 98 + $0, 101 + $0))" }
                .joined(separator: "\n")
        }
        #expect(try ingest(text { "\($0),\($1),\($2),\($3)" }).formatName == "ohlc")
        let usual = try ingest(text { "\($0),\($1),\($2),\($3)" }).series
        let swapped = try ingest(text { "\($0),\($3),\($1),\($2),5" })
        let highFirst = try ingest(text { "\($1),\($2),\($0),\($3)" })
        for read in [swapped, highFirst] {
            #expect(read.series.open == usual.open && read.series.high == usual.high)
            #expect(read.series.low == usual.low && read.series.close == usual.close)
            #expect(read.recognition.first { $0.subject == "columns" }?.confidence == .likely)
        }
        #expect(swapped.series.volume?.first == 5)
        #expect(swapped.formatReason.contains("open, close, high, low"))
    }

    /// Too few bars prove no unusual order, and an order that nothing tells from its mirror image is asked for.
    @Test func unprovenOrdersAreAskedFor() throws {
        let few = (0..<10).map { "\(1_614_556_800 + 3600 * $0),\(100 + $0),\(101 + $0),\(103 + $0),\(98 + $0)" }
        let error = try #require(refusal(few.joined(separator: "\n")))
        #expect(error.finding.hint.contains("columns: {time: 0, open: 1, close: 2, high: 3, low: 4}"))
    }

    /// A sample of flat bars says nothing about the order; what comes later does.
    @Test func orderIsCheckedBeyondTheSample() throws {
        var text = ""
        for bar in 0..<1000 { text += "\(1_614_556_800 + 60 * bar),5,5,5,5\n" }
        for bar in 1000..<1300 { text += "\(1_614_556_800 + 60 * bar),5,6,7,4\n" }
        let error = try #require(refusal(text))
        #expect(error.reason == .notRecognised && error.why.contains("300 of 300 bars"))
    }

    @Test func krakenWithAndWithoutAverage() throws {
        let seven = (0..<9).map { "\(1_614_556_800 + 3600 * $0),10,12,9,11,3.5,7" }.joined(separator: "\n")
        let eight = (0..<9).map { "\(1_614_556_800 + 3600 * $0),10,12,9,11,10.4,3.5,7" }.joined(separator: "\n")
        for text in [seven, eight] {
            let read = try ingest(text)
            #expect(read.formatName == "kraken-ohlcvt" && read.series.volume?.first == 3.5)
        }
    }

    @Test func roundedStampsGiveWayToTheDate() throws {
        let text =
            "Unix Timestamp,Date,Symbol,Open,High,Low,Close,Volume\n"
            + (0..<9).map { "1.61888E+12,4/20/2021 0:0\(8 - $0),BTCUSD,10,12,9,11,3.5" }.joined(separator: "\n")
        let read = try ingest(text)
        #expect(read.series.instant(0).rfc3339 == "2021-04-20T00:00:00Z" && read.series.count == 9)
        #expect(read.summary("time_column")?.severity == .warning)
        #expect(read.summary("date_order")?.message.contains("%m/%d/%Y %H:%M") == true)
    }

    @Test func offsetsApplyToTimesWithoutZone() throws {
        func first(_ time: String, _ hours: Int64) throws -> IngestedSeries {
            try ingest("time,price\n\(time),1\n") { $0.utcOffset = .hours(hours) }
        }
        #expect(try first("2020-01-01 03:00", 3).series.instant(0).rfc3339 == "2020-01-01T00:00:00Z")
        #expect(try first("2020-01-01T03:00Z", 3).series.instant(0).rfc3339 == "2020-01-01T03:00:00Z")
        #expect(try first("2020-01-01T03:00Z", 3).summary("utc_offset_unused")?.severity == .warning)
        #expect(try first("2020-01-01 03:00", 3).summary("utc_offset_unused") == nil)
        #expect(throws: IngestError.self) { try first("0001-01-01", 3) }
    }

    @Test func patternsWithFlawsAreSettings() {
        let error = refusal("time,price\n2020-01-01,1\n") { $0.time = .pattern("%Y-%Q") }
        #expect(error?.reason == .setting && error?.why == "%Q is no conversion")
    }

    /// Hourly closes whose times are counted in another unit, or from another year, from 2021-01-01 on.
    private func counted(_ count: Int = 60, _ stamp: (Int64) -> Int64) -> String {
        "time,price\n" + (0..<count).map { "\(stamp(1_609_459_200 + 3600 * Int64($0))),\(100 + $0 % 7)\n" }.joined()
    }

    @Test func stampsSince1601AreReadInWholeColumns() throws {
        let units: [(Int64) -> Int64] = [
            { ($0 + 11_644_473_600) * 10_000_000 }, { ($0 + 11_644_473_600) * 1_000_000 },
            { $0 * 10_000_000 + 621_355_968_000_000_000 },
        ]
        for unit in units {
            let read = try ingest(counted(60, unit))
            #expect(read.series.count == 60 && read.series.instant(0).rfc3339 == "2021-01-01T00:00:00Z")
            #expect(read.series.instant(59).rfc3339 == "2021-01-03T11:00:00Z")
        }
        // Numbers of trades are as long and on no grid.
        let ids = "time,price\n" + (0..<60).map { "\(132_000_000_000_000_000 + $0 * 7_654_321),5\n" }.joined()
        #expect(refusal(ids)?.what == "cannot read time")
    }

    @Test func tenDigitsMayBeAnHour() throws {
        let text =
            "time,price\n" + (0..<48).map { "20210\($0 / 24 + 1)01\($0 % 24 < 10 ? "0" : "")\($0 % 24),5\n" }.joined()
        let read = try ingest(text)
        #expect(read.series.instant(0).rfc3339 == "2021-01-01T00:00:00Z")
        #expect(read.series.instant(47).rfc3339 == "2021-02-01T23:00:00Z")
    }

    /// Seconds since 2001 (Apple) look like 1990, seconds since 1900 (NTP) like 2091; the unit may be stated.
    @Test func stampsOfNoLikelyYearAreAskedFor() throws {
        let apple = counted { $0 - 978_307_200 }, network = counted { $0 + 2_208_988_800 }
        for text in [apple, network] {
            let error = try #require(refusal(text))
            #expect(error.what == "cannot tell what the times count" && error.finding.hint.contains("time: s"))
            #expect(try ingest(text) { $0.time = .seconds }.series.count == 60)
        }
    }
}
