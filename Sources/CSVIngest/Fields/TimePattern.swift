import StressBasics

/// A compiled pattern of strptime conversions: `%d/%m/%Y %H:%M`.
///
/// Written here rather than taken from the C library, whose `strptime` depends on the locale, skips what it does not
/// understand and accepts the 31st of February. Names of months and days are English; numbers may lack leading zeros
/// where a separator follows; every part is checked against the calendar.
struct TimePattern: Sendable, Hashable {
    /// The pattern as the user wrote it.
    let text: String
    private let steps: [Step]

    /// One thing to match.
    enum Step: Hashable, Sendable {
        case literal(UInt8)
        case blanks
        case field(Field)
    }

    /// The parts a pattern can name.
    enum Field: Hashable, Sendable {
        case year, shortYear, month, monthName, day, dayOfYear, hour, halfDayHour, meridiem, minute, second
        case fraction, epoch, zone, zoneName, weekdayName
    }

    /// Why a pattern cannot be used.
    enum Flaw: Error, Equatable {
        case empty
        case unknownConversion(String)
        case noYear
        /// `%I` without `%p` would read every afternoon as a morning.
        case noMeridiem
    }

    /// Compiles `text`.
    init(_ text: String) throws(Flaw) {
        self.text = text
        steps = try TimePattern.compile(Array(text.utf8))
        guard !steps.isEmpty else { throw .empty }
        let namesYear = steps.contains { $0 == .field(.year) || $0 == .field(.shortYear) || $0 == .field(.epoch) }
        guard namesYear else { throw .noYear }
        guard !steps.contains(.field(.halfDayHour)) || steps.contains(.field(.meridiem)) else { throw .noMeridiem }
    }

    /// The conversions, for messages.
    static let conversions = "%Y %y %m %b %B %d %e %j %H %I %p %M %S %f %s %z %Z %a %A %D %F %T %R %%"

    private static func compile(_ pattern: [UInt8]) throws(Flaw) -> [Step] {
        var steps: [Step] = []
        var at = 0
        while at < pattern.count {
            let byte = pattern[at]
            at += 1
            if byte == Ascii.space || byte == Ascii.tab {
                if steps.last != .blanks { steps.append(.blanks) }
            } else if byte != Ascii.percent {
                steps.append(.literal(byte))
            } else {
                guard at < pattern.count else { throw .unknownConversion("%") }
                let letter = Character(Unicode.Scalar(pattern[at]))
                guard let meaning = meanings[letter] else { throw .unknownConversion("%\(letter)") }
                steps += meaning
                at += 1
            }
        }
        return steps
    }

    private static let meanings: [Character: [Step]] = {
        var table: [Character: [Step]] = [
            "Y": [.field(.year)], "y": [.field(.shortYear)], "m": [.field(.month)], "b": [.field(.monthName)],
            "B": [.field(.monthName)], "h": [.field(.monthName)], "d": [.field(.day)], "e": [.field(.day)],
            "j": [.field(.dayOfYear)], "H": [.field(.hour)], "I": [.field(.halfDayHour)], "p": [.field(.meridiem)],
            "M": [.field(.minute)], "S": [.field(.second)], "f": [.field(.fraction)], "s": [.field(.epoch)],
            "z": [.field(.zone)], "Z": [.field(.zoneName)], "a": [.field(.weekdayName)], "A": [.field(.weekdayName)],
            "%": [.literal(Ascii.percent)],
        ]
        for (name, parts) in [("D", "m/d/y"), ("F", "Y-m-d"), ("T", "H:M:S"), ("R", "H:M")] {
            table[Character(name)] = parts.flatMap { table[$0] ?? $0.utf8.map(Step.literal) }
        }
        return table
    }()

    /// The time a field names by this pattern; nil when it does not match from end to end.
    func read(_ bytes: UnsafeBufferPointer<UInt8>) -> TimeReading? {
        var cursor = ByteCursor(bytes)
        var parts = PatternParts()
        for (index, step) in steps.enumerated() {
            switch step {
            case .literal(let byte): guard cursor.take(byte) else { return nil }
            case .blanks: guard cursor.takeBlanks() else { return nil }
            case .field(let field):
                // `%Y%m%d` has nothing between the numbers: each must then have all its digits.
                let isFollowedByNumber = index + 1 < steps.count && TimePattern.isNumber(steps[index + 1])
                guard parts.take(field, from: &cursor, exactly: isFollowedByNumber) else { return nil }
            }
        }
        return cursor.isAtEnd ? parts.reading : nil
    }

    private static func isNumber(_ step: Step) -> Bool {
        guard case .field(let field) = step else { return false }
        return ![.monthName, .meridiem, .zone, .zoneName, .weekdayName].contains(field)
    }
}

/// What a pattern has found so far in one field.
private struct PatternParts {
    private var civil = CivilTime(year: 0, month: 1, day: 1)
    private var dayOfYear: Int?
    private var halfDayHour: Int?
    private var isAfternoon: Bool?
    private var zone: Int64?
    private var epoch: TimeReading?

    mutating func take(_ field: TimePattern.Field, from cursor: inout ByteCursor, exactly: Bool) -> Bool {
        switch field {
        case .year: return store(cursor.takeNumber(4), 1...9999, \.year)
        case .shortYear: return takeShortYear(&cursor)
        case .month: return store(cursor.takeNumber(exactly ? 2 : 1, 2), 1...12, \.month)
        case .day:
            // `%e` pads with a blank where `%d` pads with a zero; reading takes either.
            _ = cursor.takeBlanks()
            return store(cursor.takeNumber(exactly ? 2 : 1, 2), 1...31, \.day)
        case .hour: return store(cursor.takeNumber(exactly ? 2 : 1, 2), 0...23, \.hour)
        case .minute: return store(cursor.takeNumber(exactly ? 2 : 1, 2), 0...59, \.minute)
        case .second: return store(cursor.takeNumber(exactly ? 2 : 1, 2), 0...59, \.second)
        case .fraction: return store(cursor.takeFractionAsMilliseconds(), 0...999, \.millisecond)
        case .monthName: return store(cursor.takeName(monthNames), 1...12, \.month)
        default: return takeRare(field, from: &cursor, exactly: exactly)
        }
    }

    private mutating func takeRare(
        _ field: TimePattern.Field, from cursor: inout ByteCursor, exactly: Bool
    ) -> Bool {
        switch field {
        case .dayOfYear:
            dayOfYear = cursor.takeNumber(exactly ? 3 : 1, 3)
            return dayOfYear.map((1...366).contains) ?? false
        case .halfDayHour:
            halfDayHour = cursor.takeNumber(exactly ? 2 : 1, 2)
            return halfDayHour.map((1...12).contains) ?? false
        case .meridiem:
            isAfternoon = cursor.takeMeridiem()
            return isAfternoon != nil
        case .zone:
            zone = cursor.takeWord("z") ? 0 : cursor.takeNumericZone()
            return zone != nil
        case .zoneName:
            // Names other than these three mean different offsets in different places.
            zone = cursor.takeWord("utc") || cursor.takeWord("gmt") || cursor.takeWord("z") ? 0 : nil
            return zone != nil
        case .weekdayName: return cursor.takeName(weekdayNames) != nil
        default: return takeEpoch(&cursor)
        }
    }

    private mutating func takeEpoch(_ cursor: inout ByteCursor) -> Bool {
        guard let seconds = cursor.takeNumber(1, 12) else { return false }
        epoch = TimeReading(milliseconds: Int64(seconds) &* 1000, form: .seconds)
        return true
    }

    /// 69…99 are 1969…1999, 00…68 are 2000…2068, as POSIX has it.
    private mutating func takeShortYear(_ cursor: inout ByteCursor) -> Bool {
        guard let year = cursor.takeNumber(2) else { return false }
        civil.year = year >= 69 ? 1900 + year : 2000 + year
        return true
    }

    private mutating func store(
        _ value: Int?, _ range: ClosedRange<Int>, _ part: WritableKeyPath<CivilTime, Int>
    ) -> Bool {
        guard let value, range.contains(value) else { return false }
        civil[keyPath: part] = value
        return true
    }

    /// The time that all parts name together; nil when they do not exist in the calendar.
    var reading: TimeReading? {
        if var epoch {
            epoch.milliseconds &+= Int64(civil.millisecond)
            return epoch
        }
        var complete = civil
        if let halfDayHour { complete.hour = halfDayHour % 12 + (isAfternoon == true ? 12 : 0) }
        guard let instant = complete.instant else { return nil }
        var milliseconds = instant.milliseconds
        if let dayOfYear {
            guard civil.month == 1, civil.day == 1 else { return nil }
            milliseconds &+= Int64(dayOfYear - 1) &* 86_400_000
            guard UTCInstant(milliseconds: milliseconds).civil.year == civil.year else { return nil }
        }
        return TimeReading(milliseconds: milliseconds &- (zone ?? 0), form: zone == nil ? .local : .zoned)
    }
}

extension ByteCursor {
    /// Takes one of the names, in full or by its first three letters: its 1-based position.
    fileprivate mutating func takeName(_ names: [(full: StaticString, short: StaticString)]) -> Int? {
        for (index, name) in names.enumerated() where takeWord(name.full) || takeWord(name.short) { return index + 1 }
        return nil
    }
}

private let monthNames: [(full: StaticString, short: StaticString)] = [
    ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may", "may"), ("june", "jun"),
    ("july", "jul"), ("august", "aug"), ("september", "sep"), ("october", "oct"), ("november", "nov"),
    ("december", "dec"),
]

private let weekdayNames: [(full: StaticString, short: StaticString)] = [
    ("monday", "mon"), ("tuesday", "tue"), ("wednesday", "wed"), ("thursday", "thu"), ("friday", "fri"),
    ("saturday", "sat"), ("sunday", "sun"),
]
