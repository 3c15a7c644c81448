import PriceSeries
import StressBasics

/// In which form a time was written.
enum TimeForm: Int, CaseIterable, Sendable {
    case seconds
    case milliseconds
    case microseconds
    case nanoseconds
    /// Hundreds of nanoseconds since the year 1, as .NET counts.
    case ticks
    /// Hundreds of nanoseconds since 1601, as Windows counts (FILETIME).
    case fileTime
    /// Microseconds since 1601, as Chromium counts.
    case webKit
    /// A calendar date that states its zone.
    case zoned
    /// A calendar date without a zone.
    case local

    /// The unit of an epoch stamp, in words; nil for calendar dates.
    var epochUnit: String? {
        switch self {
        case .seconds: "seconds"
        case .milliseconds: "milliseconds"
        case .microseconds: "microseconds"
        case .nanoseconds: "nanoseconds"
        case .ticks: "ticks of 100 ns since the year 1"
        case .fileTime: "ticks of 100 ns since 1601"
        case .webKit: "microseconds since 1601"
        case .zoned, .local: nil
        }
    }

    /// The form in words, for `times are …`.
    var words: String {
        switch self {
        case .zoned: "dates with a zone"
        case .local: "dates without a zone"
        default: epochUnit ?? ""
        }
    }
}

/// A time as read: whole milliseconds since the epoch, rounded down.
struct TimeReading: Equatable {
    /// Milliseconds since the epoch; for ``TimeForm/local`` before the offset is taken off.
    var milliseconds: Int64
    /// How it was written.
    var form: TimeForm
}

/// How the fields of a time column are read, decided once per file.
enum TimeDecoder: Sendable {
    /// Every value by itself: epoch stamps by magnitude, calendar dates by shape.
    case automatic
    /// Epoch stamps in one unit.
    case epoch(TimeForm)
    /// ISO 8601 only.
    case iso8601
    /// A pattern of strptime conversions.
    case pattern(TimePattern)
    /// Days since 1899-12-30, as spreadsheets count, to the nearest second: they write no more digits than that.
    case spreadsheetDays
    /// Milliseconds since a midnight, which is given since the epoch.
    case millisecondsOfDay(Int64)

    /// The time a field names; nil when it names none. O(count), no allocation.
    func read(_ bytes: UnsafeBufferPointer<UInt8>) -> TimeReading? {
        let reading: TimeReading? =
            switch self {
            case .automatic: readEpochByMagnitude(bytes) ?? readCalendar(bytes, style: .lenient)
            case .epoch(let unit): readEpoch(bytes, unit: unit)
            case .iso8601: readCalendar(bytes, style: .iso)
            case .pattern(let pattern): pattern.read(bytes)
            case .spreadsheetDays: readSpreadsheetDays(bytes)
            case .millisecondsOfDay(let start): readMillisecondsOfDay(bytes, start)
            }
        guard let reading, BarSeries.validTimes.contains(reading.milliseconds) else { return nil }
        return reading
    }

    /// What a field should have been, for a message.
    var expectation: String {
        switch self {
        case .automatic: "expected an epoch stamp of the years 1990 to 2100 or an ISO 8601 date"
        case .epoch(let unit): "expected epoch \(unit.epochUnit ?? "seconds")"
        case .iso8601: "expected an ISO 8601 date or date and time"
        case .pattern(let pattern): "expected a time like \"\(pattern.text)\""
        case .spreadsheetDays: "expected a spreadsheet's day number"
        case .millisecondsOfDay: "expected milliseconds since midnight, below 86 400 000"
        }
    }

    /// The notation in words.
    var words: String {
        switch self {
        case .automatic: "recognised value by value"
        case .epoch(let unit): "epoch \(unit.epochUnit ?? "seconds")"
        case .iso8601: "ISO 8601"
        case .pattern(let pattern): "\"\(pattern.text)\""
        case .spreadsheetDays: "a spreadsheet's day numbers"
        case .millisecondsOfDay(let start):
            "milliseconds since midnight of \(UTCInstant(milliseconds: start).civil.dateText)"
        }
    }
}

private func readSpreadsheetDays(_ bytes: UnsafeBufferPointer<UInt8>) -> TimeReading? {
    // 25 569 is 1970-01-01; before March 1900 spreadsheets count a day that never was.
    guard case .value(let days) = readDecimal(bytes), (61..<3_000_000).contains(days) else { return nil }
    return TimeReading(milliseconds: Int64(((days - 25_569) * 86_400).rounded()) * 1000, form: .local)
}

private func readMillisecondsOfDay(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int64) -> TimeReading? {
    guard let stamp = readEpoch(bytes, unit: .milliseconds), (0..<86_400_000).contains(stamp.milliseconds) else {
        return nil
    }
    return TimeReading(milliseconds: start + stamp.milliseconds, form: .local)
}
