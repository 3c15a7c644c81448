import StressBasics

/// A date such as `03/04/2020` or `29-04-13 23:59`, whose parts do not say which of them is the day.
struct DayMonthText: Equatable {
    var first: Int
    var second: Int
    /// The third part: four digits or two.
    var year: Int
    var yearDigits: Int
    var separator: Character
    /// The conversions that read what follows the date, with the leading blank: ` %H:%M`, or nothing.
    var clockPattern: String

    /// Nil when the field has another shape.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let separator = bytes.first(where: { !Ascii.isDigit($0) }), [0x2F, 0x2D, 0x2E].contains(separator)
        else { return nil }
        self.separator = Character(Unicode.Scalar(separator))
        let halves = text.split(separator: " ", maxSplits: 1)
        guard let date = halves.first else { return nil }
        let parts = date.split(separator: self.separator, omittingEmptySubsequences: false)
        guard parts.count == 3, let first = Int(parts[0]), let second = Int(parts[1]), let year = Int(parts[2]),
            parts[0].count <= 2, parts[1].count <= 2, parts[2].count == 4 || parts[2].count == 2
        else { return nil }
        (self.first, self.second, self.year, yearDigits) = (first, second, year, parts[2].count)
        guard let clock = halves.count == 1 ? "" : DayMonthText.clockPattern(halves[1]) else { return nil }
        clockPattern = clock
    }

    private static func clockPattern(_ clock: Substring) -> String? {
        let candidates = [" %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", " %H:%M:%S.%f GMT%z"]
        return candidates.first { candidate in
            guard let pattern = try? TimePattern("%Y" + candidate) else { return false }
            let text = Array("2000 \(clock)".utf8)
            return text.withUnsafeBufferPointer { pattern.read($0) } != nil
        }
    }

    private func pattern(_ parts: String...) -> String {
        parts.joined(separator: String(separator)) + clockPattern
    }

    private var yearConversion: String { yearDigits == 4 ? "%Y" : "%y" }

    /// `%d/%m/%Y` and so on.
    var dayFirstPattern: String { pattern("%d", "%m", yearConversion) }

    /// `%y/%m/%d`, for two-digit years.
    var yearFirstPattern: String { pattern("%y", "%m", "%d") }

    /// `%m/%d/%Y` and so on.
    var monthFirstPattern: String { pattern("%m", "%d", yearConversion) }
}

/// What a column of such dates proves about the order of day and month.
enum DateOrder: Equatable {
    /// The pattern that reads every one, and a date that only it can read.
    case proven(pattern: String, by: String)
    /// The pattern that alone makes the rows rise in even steps.
    case ordered(pattern: String)
    /// No date rules out the other order; `example` can be read both ways.
    case ambiguous(example: DayMonthText, text: String)
    /// Some dates have the day first and some the month first.
    case contradictory(dayFirst: String, monthFirst: String)

    /// Judges the texts of a sample; nil when they are not dates of this shape. A two-digit year
    /// may stand first too (`13-04-21`), so there only the order of rows can settle it.
    static func judge(_ texts: [String]) -> DateOrder? {
        let dates = texts.compactMap { text in DayMonthText(text).map { (text, $0) } }
        // An example that both orders read as one day would show nothing.
        guard let (text, example) = dates.first(where: { $0.1.first != $0.1.second }) ?? dates.first,
            dates.count * 2 >= texts.count
        else { return nil }
        let dayFirst = dates.first { $0.1.first > 12 }
        let monthFirst = dates.first { $0.1.second > 12 }
        switch (dayFirst, monthFirst) {
        case _ where example.yearDigits == 2:
            return onlyReading(example, dates) ?? ordered(example, texts) ?? .ambiguous(example: example, text: text)
        case (let day?, let month?): return .contradictory(dayFirst: day.0, monthFirst: month.0)
        case (let day?, nil): return .proven(pattern: example.dayFirstPattern, by: day.0)
        case (nil, let month?): return .proven(pattern: example.monthFirstPattern, by: month.0)
        default: return ordered(example, texts) ?? .ambiguous(example: example, text: text)
        }
    }

    /// The one order that reads every date with a two-digit year, and a date that no other order reads.
    private static func onlyReading(_ example: DayMonthText, _ dates: [(String, DayMonthText)]) -> DateOrder? {
        let patterns = [example.dayFirstPattern, example.monthFirstPattern, example.yearFirstPattern].compactMap {
            try? TimePattern($0)
        }
        let unread = patterns.map { pattern in dates.filter { withBytes($0.0, pattern.read) == nil } }
        let whole = patterns.indices.filter { unread[$0].isEmpty }
        guard whole.count == 1, let only = whole.first,
            let proof = unread.enumerated().first(where: { $0.offset != only })?.element.first?.0
        else { return nil }
        return .proven(pattern: patterns[only].text, by: proof)
    }

    private static func ordered(_ example: DayMonthText, _ texts: [String]) -> DateOrder? {
        let yearFirst = example.yearDigits == 2 ? [example.yearFirstPattern] : []
        let patterns = ([example.dayFirstPattern, example.monthFirstPattern] + yearFirst).compactMap {
            try? TimePattern($0)
        }
        return RisingOrder.only(of: patterns, texts).map { .ordered(pattern: $0.text) }
    }
}
