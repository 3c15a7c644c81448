/// A moment on the UTC time line, in whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Leap seconds do not exist here, as in every exchange's epoch stamps. The proleptic Gregorian calendar is used
/// for text; nothing asks the operating system for a calendar, a zone or a locale.
public struct UTCInstant: Hashable, Comparable, Codable, Sendable {
    /// Milliseconds since the epoch; negative before 1970.
    public let milliseconds: Int64

    /// The moment `milliseconds` after the epoch. Every `Int64` is a valid value; the calendar is defined for the years
    /// that ``PriceSeries`` accepts, 1 to 9999, and for millions of years around them.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Earlier comes first.
    public static func < (a: UTCInstant, b: UTCInstant) -> Bool { a.milliseconds < b.milliseconds }

    /// The moment `span` later. Traps on overflow, which takes 292 million years.
    public static func + (instant: UTCInstant, span: TimeSpan) -> UTCInstant {
        UTCInstant(milliseconds: instant.milliseconds + span.milliseconds)
    }

    /// The signed span from `b` to `a`.
    public static func - (a: UTCInstant, b: UTCInstant) -> TimeSpan {
        TimeSpan(milliseconds: a.milliseconds - b.milliseconds)
    }

    /// The date and time of day in UTC.
    public var civil: CivilTime { CivilTime(self) }

    /// `2026-11-20T02:00:00Z` (RFC 3339), with `.123` only when there are milliseconds.
    public var rfc3339: String {
        let c = civil
        if c.millisecond == 0, (0...9999).contains(c.year) { return c.secondText }
        let base = "\(c.dateText)T\(padded(c.hour, 2)):\(padded(c.minute, 2)):\(padded(c.second, 2))"
        return c.millisecond == 0 ? base + "Z" : base + ".\(padded(c.millisecond, 3))Z"
    }

    /// `2026-11-20 02:00`, for pages read by people; UTC, to the minute.
    public var minuteText: String {
        let c = civil
        return "\(c.dateText) \(padded(c.hour, 2)):\(padded(c.minute, 2))"
    }

    /// `2026-11-20T020000Z`, usable as a folder name; UTC, to the second.
    public var folderText: String {
        let c = civil
        return "\(c.dateText)T\(padded(c.hour, 2))\(padded(c.minute, 2))\(padded(c.second, 2))Z"
    }
}

/// A UTC date and time of day in the proleptic Gregorian calendar.
public struct CivilTime: Hashable, Sendable {
    /// The year; 1970 for the epoch.
    public var year: Int
    /// 1…12.
    public var month: Int
    /// 1…31.
    public var day: Int
    /// 0…23.
    public var hour: Int
    /// 0…59.
    public var minute: Int
    /// 0…59.
    public var second: Int
    /// 0…999.
    public var millisecond: Int

    /// The parts as given, unchecked; see ``instant`` for the checked way back.
    public init(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, millisecond: Int = 0
    ) {
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second, self.millisecond) = (hour, minute, second, millisecond)
    }

    /// The UTC date and time of `instant`.
    public init(_ instant: UTCInstant) {
        let day = floorDivide(instant.milliseconds, 86_400_000)
        let rest = Int(instant.milliseconds - day * 86_400_000)
        let date = CivilTime.date(daysSinceEpoch: Int(day))
        self.init(
            year: date.year, month: date.month, day: date.day, hour: rest / 3_600_000,
            minute: rest / 60_000 % 60, second: rest / 1000 % 60, millisecond: rest % 1000)
    }

    /// The moment these parts name, or nil when a part is out of range (month 13, 30 February, hour 24, year
    /// outside 1…9999).
    public var instant: UTCInstant? {
        guard (1...9999).contains(year), (1...12).contains(month),
            day >= 1, day <= CivilTime.daysInMonth(year: year, month: month),
            (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second),
            (0...999).contains(millisecond)
        else { return nil }
        let days = Int64(CivilTime.daysSinceEpoch(year: year, month: month, day: day))
        let clock = Int64(((hour * 60 + minute) * 60 + second) * 1000 + millisecond)
        return UTCInstant(milliseconds: days * 86_400_000 + clock)
    }

    /// `2026-11-20`.
    public var dateText: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }

    /// Days in a month of the Gregorian calendar.
    public static func daysInMonth(year: Int, month: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// Days from 1970-01-01 to a date. Years are counted from March, so that the leap day is the last of its year;
    /// 146,097 days make the 400-year cycle (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013).
    static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The inverse of ``daysSinceEpoch(year:month:day:)``.
    static func date(daysSinceEpoch days: Int) -> (year: Int, month: Int, day: Int) {
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

/// Integer division that rounds toward minus infinity, so that days before 1970 are whole days too.
@inlinable
public func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
    let quotient = a / b
    return a % b < 0 ? quotient - 1 : quotient
}

extension CivilTime {
    /// `2026-11-20T02:00:00Z` of a year of four digits, to the second. Tables of events have hundreds of thousands of them.
    fileprivate var secondText: String {
        String(unsafeUninitializedCapacity: 20) { text in
            func put(_ value: Int, at place: Int) {
                text[place] += UInt8(value / 10)
                text[place + 1] += UInt8(value % 10)
            }
            _ = text.initialize(from: "0000-00-00T00:00:00Z".utf8)
            put(year / 100, at: 0)
            put(year % 100, at: 2)
            put(month, at: 5)
            put(day, at: 8)
            put(hour, at: 11)
            put(minute, at: 14)
            put(second, at: 17)
            return 20
        }
    }
}

private func padded(_ value: Int, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
}
