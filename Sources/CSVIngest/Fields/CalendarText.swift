import StressBasics

/// Which calendar texts are accepted.
enum CalendarStyle: Sendable {
    /// ISO 8601: `2020-11-20`, `2020-11-20T07:30:00.5+01:00`, with a space for the `T`.
    case iso
    /// ISO and what vendors write without ambiguity: `2020/11/20`, `2020.11.20`, `20201120`, `20201120 07:30`,
    /// `20201120 073015`, `2020-11-20 07-AM`.
    case lenient
}

/// Reads a year-first calendar date or date and time; nil for anything else, and for dates that do not exist.
///
/// A fraction of up to nine digits is rounded down to the millisecond. Zones: `Z`, `+01:00`, `+0100`, `+01`, ` UTC`.
func readCalendar(_ bytes: UnsafeBufferPointer<UInt8>, style: CalendarStyle) -> TimeReading? {
    var cursor = ByteCursor(bytes)
    guard bytes.count >= 8, var civil = cursor.takeDate(style) else { return nil }
    if cursor.isAtEnd { return reading(civil, zone: nil) }
    // `20210105073000`: twelve, fourteen or seventeen digits, which no epoch unit has in the years 1990 to 2100.
    if style == .lenient, cursor.isAfterCompactDate, cursor.takeCompactClock(into: &civil) {
        return reading(civil, zone: nil)
    }
    guard cursor.takeDateTimeSeparator(), cursor.takeClock(into: &civil, style) else { return nil }
    if cursor.isAtEnd { return reading(civil, zone: nil) }
    guard let zone = cursor.takeZone(), cursor.isAtEnd else { return nil }
    return reading(civil, zone: zone)
}

private func reading(_ civil: CivilTime, zone: Int64?) -> TimeReading? {
    guard let instant = civil.instant else { return nil }
    return TimeReading(milliseconds: instant.milliseconds &- (zone ?? 0), form: zone == nil ? .local : .zoned)
}

/// Walks the bytes of one field from left to right; every step either succeeds or leaves the field unreadable.
struct ByteCursor {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var at = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { at >= bytes.count }

    /// The next byte, without taking it.
    var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        at &+= 1
        return true
    }

    /// Takes a word of ASCII letters, whatever its case.
    mutating func takeWord(_ lowerCase: StaticString) -> Bool {
        let count = lowerCase.utf8CodeUnitCount
        guard bytes.count &- at >= count else { return false }
        for offset in 0..<count where Ascii.lower(bytes[at &+ offset]) != lowerCase.utf8Start[offset] { return false }
        at &+= count
        return true
    }

    /// Takes between `least` and `most` digits, as many as there are.
    mutating func takeNumber(_ least: Int, _ most: Int) -> Int? {
        var value = 0
        let start = at
        while at < bytes.count, at &- start < most, Ascii.isDigit(bytes[at]) {
            value = value &* 10 &+ Int(bytes[at] &- Ascii.zero)
            at &+= 1
        }
        return at &- start >= least ? value : nil
    }

    mutating func takeNumber(_ digits: Int) -> Int? { takeNumber(digits, digits) }

    /// Takes one or more blanks.
    mutating func takeBlanks() -> Bool {
        let start = at
        while next == Ascii.space || next == Ascii.tab { at &+= 1 }
        return at > start
    }

    /// Takes one to nine fraction digits and gives milliseconds, rounded down.
    mutating func takeFractionAsMilliseconds() -> Int? {
        let start = at
        guard let value = takeNumber(1, 9) else { return nil }
        let digits = at &- start
        if next.map(Ascii.isDigit) == true { return nil }
        var result = value
        for _ in 0..<max(0, 3 &- digits) { result &*= 10 }
        for _ in 0..<max(0, digits &- 3) { result /= 10 }
        return result
    }

    /// `2020-11-20`, or in lenient style also `2020/11/20`, `2020.11.20` and `20201120`.
    mutating func takeDate(_ style: CalendarStyle) -> CivilTime? {
        guard let year = takeNumber(4) else { return nil }
        let separator = next
        let isSeparated =
            separator == Ascii.minus || (style == .lenient && (separator == Ascii.slash || separator == Ascii.point))
        guard isSeparated || style == .lenient else { return nil }
        if isSeparated { at &+= 1 }
        // With the year in front and separators between, `2021/1/5` has one reading.
        let least = isSeparated && style == .lenient ? 1 : 2
        guard let month = takeNumber(least, 2) else { return nil }
        if isSeparated, let separator, !take(separator) { return nil }
        guard let day = takeNumber(least, 2) else { return nil }
        return CivilTime(year: year, month: month, day: day)
    }

    mutating func takeDateTimeSeparator() -> Bool {
        guard let byte = next, byte == Ascii.space || Ascii.lower(byte) == 0x74 else { return false }
        at &+= 1
        return true
    }

    /// `07:30`, `07:30:15`, `07:30:15.123`, or in lenient style `07-AM`.
    mutating func takeClock(into civil: inout CivilTime, _ style: CalendarStyle) -> Bool {
        if style == .lenient, takeCompactClock(into: &civil) { return true }
        guard let hour = takeNumber(2) else { return false }
        if style == .lenient, take(Ascii.minus) { return takeHalfDay(hour: hour, into: &civil) }
        guard take(Ascii.colon), let minute = takeNumber(2) else { return false }
        (civil.hour, civil.minute) = (hour, minute)
        guard take(Ascii.colon) else { return true }
        guard let second = takeNumber(2) else { return false }
        civil.second = second
        guard take(Ascii.point) || take(Ascii.comma) else { return true }
        guard let fraction = takeFractionAsMilliseconds() else { return false }
        civil.millisecond = fraction
        return true
    }

    /// Whether eight digits of a date have been taken and digits follow.
    var isAfterCompactDate: Bool { at == 8 && Ascii.isDigit(bytes[4]) && next.map(Ascii.isDigit) == true }

    /// `0730`, `073015` or `073015123`, with nothing but a `Z` or an offset behind.
    mutating func takeCompactClock(into civil: inout CivilTime) -> Bool {
        var end = at
        while end < bytes.count, Ascii.isDigit(bytes[end]) { end &+= 1 }
        let rest = end &- at
        let isZone = end == bytes.count || [0x5A, 0x7A, Ascii.plus, Ascii.minus].contains(bytes[end])
        guard rest == 4 || rest == 6 || rest == 9, isZone,
            let hour = takeNumber(2), let minute = takeNumber(2)
        else { return false }
        (civil.hour, civil.minute) = (hour, minute)
        if rest > 4 { civil.second = takeNumber(2) ?? 0 }
        if rest == 9 { civil.millisecond = takeNumber(3) ?? 0 }
        return true
    }

    private mutating func takeHalfDay(hour: Int, into civil: inout CivilTime) -> Bool {
        guard (1...12).contains(hour), let isAfternoon = takeMeridiem() else { return false }
        civil.hour = hour % 12 + (isAfternoon ? 12 : 0)
        return true
    }

    /// `AM` or `PM`: whether it is after noon.
    mutating func takeMeridiem() -> Bool? {
        if takeWord("am") { return false }
        return takeWord("pm") ? true : nil
    }

    /// A zone, as milliseconds east of UTC.
    mutating func takeZone() -> Int64? {
        _ = takeBlanks()
        if takeWord("utc") || takeWord("gmt") || takeWord("z") { return 0 }
        return takeNumericZone()
    }

    /// `+01:00`, `+0100` or `+01`, as milliseconds east of UTC.
    mutating func takeNumericZone() -> Int64? {
        let isWest = next == Ascii.minus
        guard take(Ascii.minus) || take(Ascii.plus), let hours = takeNumber(2), hours < 24 else { return nil }
        var minutes = 0
        if take(Ascii.colon) || next.map(Ascii.isDigit) == true {
            guard let stated = takeNumber(2), stated < 60 else { return nil }
            minutes = stated
        }
        let offset = Int64((hours * 60 + minutes) * 60_000)
        return isWest ? -offset : offset
    }
}
