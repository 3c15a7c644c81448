import PriceSeries
import StressBasics
import Testing

@testable import CSVIngest

@Suite struct TimeTests {
    private func read(_ text: String, _ decoder: TimeDecoder = .automatic) -> TimeReading? {
        withBytes(text, decoder.read)
    }

    private func text(_ text: String, _ decoder: TimeDecoder = .automatic) -> String? {
        read(text, decoder).map { UTCInstant(milliseconds: $0.milliseconds).rfc3339 }
    }

    @Test(arguments: [
        ("1604188800", "2020-11-01T00:00:00Z", TimeForm.seconds),
        ("1604188800.0", "2020-11-01T00:00:00Z", .seconds),
        ("1604188800.1239", "2020-11-01T00:00:00.123Z", .seconds),
        ("1604188800000", "2020-11-01T00:00:00Z", .milliseconds),
        ("1604188800000.0", "2020-11-01T00:00:00Z", .milliseconds),
        ("1604188800123456", "2020-11-01T00:00:00.123Z", .microseconds),
        ("1604188800123456789", "2020-11-01T00:00:00.123Z", .nanoseconds),
        ("1.6041888E+12", "2020-11-01T00:00:00Z", .milliseconds),
        ("631152000", "1990-01-01T00:00:00Z", .seconds),
        ("4102444800000", "2100-01-01T00:00:00Z", .milliseconds),
        ("2020-11-20", "2020-11-20T00:00:00Z", .local),
        ("2020/11/20", "2020-11-20T00:00:00Z", .local),
        ("20201120", "2020-11-20T00:00:00Z", .local),
        ("20201120 07:30", "2020-11-20T07:30:00Z", .local),
        ("2020-11-20 07:30", "2020-11-20T07:30:00Z", .local),
        ("2020-11-20T07:30:15", "2020-11-20T07:30:15Z", .local),
        ("2020-11-20t07:30:15.5", "2020-11-20T07:30:15.500Z", .local),
        ("2020-11-20 07:30:15.123456789", "2020-11-20T07:30:15.123Z", .local),
        ("2020-11-20 07:30:15,9", "2020-11-20T07:30:15.900Z", .local),
        ("2020-11-20 07-AM", "2020-11-20T07:00:00Z", .local),
        ("2020-11-20 12-AM", "2020-11-20T00:00:00Z", .local),
        ("2020-11-20 12-PM", "2020-11-20T12:00:00Z", .local),
        ("2020-11-20T07:30Z", "2020-11-20T07:30:00Z", .zoned),
        ("2020-11-20 00:00:00 UTC", "2020-11-20T00:00:00Z", .zoned),
        ("2020-11-20T07:30:00+01:00", "2020-11-20T06:30:00Z", .zoned),
        ("2020-11-20T07:30:00-0530", "2020-11-20T13:00:00Z", .zoned),
        ("2013-01-01 22:00:00.295000+00:00", "2013-01-01T22:00:00.295Z", .zoned),
        ("2020-01-01T00:30+01", "2019-12-31T23:30:00Z", .zoned),
    ])
    func automaticForms(_ text: String, _ wanted: String, _ form: TimeForm) throws {
        let reading = try #require(read(text))
        #expect(UTCInstant(milliseconds: reading.milliseconds).rfc3339 == wanted)
        #expect(reading.form == form)
    }

    @Test(arguments: [
        "", "0", "60000", "12345", "631151999", "4102444801", "-1604188800", "1604188800x", "1604188800.5.5", "0x5F",
        "2020-13-01", "2020-00-10", "2021-02-29", "2020-11-31", "2020-11-20T24:00", "2020-11-20T23:60",
        "2020-11-20T23:59:60", "2020-11-20 7:30", "2020-11-20T", "2020-11-20T07", "2020-11-20T07:30+24:00",
        "2020-11-20T07:30+01:60", "2020-11-20T07:30:15.", "2020-11-20T07:30:15.1234567890", "2020-11-20 13-PM",
        "2020-11-20 00-AM", "03/04/2020", "20/11/2020", "2020-11/20", "2020-11-20 07:30 CET", "null", "Nov 03, 2022",
        "2020-11-20T07:30Zulu", "99999999999999999999", "1e400", "1e99",
    ])
    func automaticRefuses(_ text: String) { #expect(read(text) == nil) }

    @Test(arguments: [
        ("20/11/2020", "%d/%m/%Y", "2020-11-20T00:00:00Z"),
        ("4/20/2021 0:02", "%m/%d/%Y %H:%M", "2021-04-20T00:02:00Z"),
        ("Nov 03, 2022", "%b %d, %Y", "2022-11-03T00:00:00Z"),
        ("november 3, 2022", "%B %d, %Y", "2022-11-03T00:00:00Z"),
        ("Thu, 03 Nov 2022", "%a, %d %b %Y", "2022-11-03T00:00:00Z"),
        ("29-04-13 23:59", "%d-%m-%y %H:%M", "2013-04-29T23:59:00Z"),
        ("01-01-68", "%d-%m-%y", "2068-01-01T00:00:00Z"),
        ("01-01-69", "%d-%m-%y", "1969-01-01T00:00:00Z"),
        ("20201120073015", "%Y%m%d%H%M%S", "2020-11-20T07:30:15Z"),
        ("2020-11-20 07-AM", "%F %I-%p", "2020-11-20T07:00:00Z"),
        ("2020-11-20 12:05 pm", "%F %I:%M %p", "2020-11-20T12:05:00Z"),
        ("2020 366", "%Y %j", "2020-12-31T00:00:00Z"),
        ("11/20/20 07:30:15", "%D %T", "2020-11-20T07:30:15Z"),
        ("2020-11-20 07:30", "%F %R", "2020-11-20T07:30:00Z"),
        (" 3.1.2020", " %e.%m.%Y", "2020-01-03T00:00:00Z"),
        ("2020-11- 3", "%Y-%m-%e", "2020-11-03T00:00:00Z"),
        ("1604188800", "%s", "2020-11-01T00:00:00Z"),
        ("2020-11-20 07:30:15.1234 +0100", "%F %T.%f %z", "2020-11-20T06:30:15.123Z"),
        ("2020-11-20 GMT", "%F %Z", "2020-11-20T00:00:00Z"),
        ("100% 2020", "100%% %Y", "2020-01-01T00:00:00Z"),
    ])
    func patterns(_ value: String, _ pattern: String, _ wanted: String) throws {
        #expect(text(value, .pattern(try TimePattern(pattern))) == wanted)
    }

    @Test(arguments: [
        ("31/04/2020", "%d/%m/%Y"), ("2020-11-20", "%d/%m/%Y"), ("20/11/2020 x", "%d/%m/%Y"), ("20/11/20", "%d/%m/%Y"),
        ("20/11/2020", "%d/%m/%y"), ("2021 366", "%Y %j"), ("2021 0", "%Y %j"), ("13:00 AM 2020", "%I:%M %p %Y"),
        ("2020-11-20 EST", "%F %Z"), ("2020-1-2024", "%Y%m%d"), ("2020", "%Y %m"), ("Foo 2020", "%b %Y"),
    ])
    func patternsRefuse(_ value: String, _ pattern: String) throws {
        #expect(text(value, .pattern(try TimePattern(pattern))) == nil)
    }

    @Test func flawedPatternsAreNamed() {
        #expect(throws: TimePattern.Flaw.unknownConversion("%Q")) { try TimePattern("%Y %Q") }
        #expect(throws: TimePattern.Flaw.unknownConversion("%")) { try TimePattern("%Y%") }
        #expect(throws: TimePattern.Flaw.noYear) { try TimePattern("%d/%m") }
        #expect(throws: TimePattern.Flaw.noMeridiem) { try TimePattern("%F %I:%M") }
        #expect(throws: TimePattern.Flaw.empty) { try TimePattern("") }
    }

    @Test func fixedUnitsRoundTowardThePast() {
        #expect(read("-1.5", .epoch(.seconds))?.milliseconds == -1500)
        #expect(read("-1.0001", .epoch(.seconds))?.milliseconds == -1001)
        #expect(read("-1", .epoch(.microseconds))?.milliseconds == -1)
        #expect(read("1999", .epoch(.microseconds))?.milliseconds == 1)
        #expect(read("0", .epoch(.milliseconds))?.milliseconds == 0)
        #expect(read("1604188800000", .epoch(.seconds)) == nil, "year 52 000 is no year")
        #expect(read("9223372036854775807", .epoch(.milliseconds)) == nil)
        #expect(read("2020-11-20", .epoch(.milliseconds)) == nil)
        #expect(read("20201120", .iso8601) == nil, "ISO only with separators")
    }

    /// Any moment written as ISO, by a pattern and as a stamp comes back.
    @Test(arguments: 0..<4)
    func momentsRoundTrip(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pattern = try TimePattern("%d.%m.%Y %H:%M:%S.%f")
        for _ in 0..<5_000 {
            let moment = UTCInstant(milliseconds: Int64.random(in: BarSeries.validTimes, using: &random))
            let c = moment.civil
            func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
            let year = String(repeating: "0", count: 4 - String(c.year).count) + String(c.year)
            let thousandths = String(String(1000 + c.millisecond).dropFirst())
            let local =
                "\(two(c.day)).\(two(c.month)).\(year) \(two(c.hour)):\(two(c.minute)):\(two(c.second)).\(thousandths)"
            #expect(read(moment.rfc3339, .iso8601)?.milliseconds == moment.milliseconds, "seed \(seed)")
            #expect(read(local, .pattern(pattern))?.milliseconds == moment.milliseconds, "seed \(seed): \(local)")
            #expect(read(String(moment.milliseconds), .epoch(.milliseconds))?.milliseconds == moment.milliseconds)
        }
    }
}
