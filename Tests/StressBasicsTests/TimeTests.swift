import StressBasics
import TestSupport
import Testing

@Suite struct TimeTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (1_709_164_800_000, "2024-02-29T00:00:00Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (1_653_976_800_123, "2022-05-31T06:00:00.123Z"), (-62_135_596_800_000, "0001-01-01T00:00:00Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func knownInstants(milliseconds: Int64, text: String) {
        #expect(UTCInstant(milliseconds: milliseconds).rfc3339 == text)
        #expect(UTCInstant(milliseconds: milliseconds).civil.instant?.milliseconds == milliseconds)
    }

    @Test func everyDayOfEightCenturiesRoundTrips() {
        // 292,194 days from 1600-01-01 on: two full Gregorian cycles.
        var previous = CivilTime(year: 1599, month: 12, day: 31)
        for day in Int64(-135_140)..<Int64(157_054) {
            let civil = CivilTime(UTCInstant(milliseconds: day * 86_400_000 + 12_345))
            #expect(civil.instant?.milliseconds == day * 86_400_000 + 12_345)
            let follows =
                civil.day == previous.day + 1 && civil.month == previous.month
                || civil.day == 1 && previous.day == CivilTime.daysInMonth(year: previous.year, month: previous.month)
            #expect(follows, "\(civil.dateText) after \(previous.dateText)")
            previous = civil
        }
    }

    @Test(arguments: [
        (2023, 2, 29), (1900, 2, 29), (2024, 13, 1), (2024, 0, 1), (2024, 4, 31), (0, 1, 1), (10_000, 1, 1),
    ])
    func impossibleDates(year: Int, month: Int, day: Int) {
        #expect(CivilTime(year: year, month: month, day: day).instant == nil)
    }

    @Test(
        arguments: [
            ("30s", 30_000, "30s"), ("90s", 90_000, "90s"), ("15m", 900_000, "15m"), ("4h", 14_400_000, "4h"),
            ("24h", 86_400_000, "1d"), ("7d", 604_800_000, "7d"), ("2w", 1_209_600_000, "14d"), ("250ms", 250, "250ms"),
            ("0s", 0, "0s"),
        ] as [(String, Int64, String)])
    func spans(text: String, milliseconds: Int64, written: String) {
        #expect(TimeSpan(text)?.milliseconds == milliseconds)
        #expect(TimeSpan(milliseconds: milliseconds).text == written)
    }

    @Test(arguments: ["", "7", "d", "7 d", "-7d", "7.5d", "7y", "99999999999999999999d", "36526d", "1d1h", "٣d"])
    func notSpans(text: String) {
        #expect(TimeSpan(text) == nil)
    }
}

@Suite struct ReadTimeTests {
    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func partsStandWhereTheyBelong(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let seconds = Int64.random(in: -62_167_219_200..<253_402_300_800, using: &random)
        let (text, civil) = (
            UTCInstant(milliseconds: seconds * 1000).rfc3339, UTCInstant(milliseconds: seconds * 1000).civil
        )
        let parts = [civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second]
        let numbers = text.split { !$0.isNumber }
        #expect(
            numbers.map { Int($0) } == parts && numbers.map(\.count) == [4, 2, 2, 2, 2, 2], "seed \(seed): \(text)")
        #expect(String(text.filter { !$0.isNumber }) == "--T::Z", "seed \(seed)")
    }

    @Test func whatWeWriteIsRead() {
        for milliseconds in [0, 1_700_000_000_123, 1_732_147_200_000, -62_135_596_800_000] as [Int64] {
            let instant = UTCInstant(milliseconds: milliseconds)
            #expect(UTCInstant(rfc3339: instant.rfc3339) == instant)
        }
        #expect(UTCInstant(milliseconds: -62_167_219_200_000).rfc3339 == "0000-01-01T00:00:00Z")
        #expect(UTCInstant(milliseconds: 253_402_300_800_000).rfc3339 == "10000-01-01T00:00:00Z")
        #expect(UTCInstant(rfc3339: "2026-11-20")?.rfc3339 == "2026-11-20T00:00:00Z")
        #expect(UTCInstant(rfc3339: "2026-11-20T02:30Z")?.rfc3339 == "2026-11-20T02:30:00Z")
    }

    @Test(arguments: [
        "", "2026-11-20T02:00:00", "2026-11-20T02:00:00+01:00", "2026-13-20", "2026-02-30", "2026-11-20T24:00:00Z",
        "2026-11-20 02:00:00Z", "2026-11-20T02:00:00Zx", "2026-11-2x", "9999999999",
    ])
    func nothingElseIs(text: String) { #expect(UTCInstant(rfc3339: text) == nil) }
}
