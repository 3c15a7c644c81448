import StressBasics

/// Which margins of a day a study asks for: those that the moves of a look-back would have asked for, as supervisors publish them.
///
/// Japan's futures associations take the larger margin of two look-backs; its reciprocal is the leverage that they allow.
public struct LookBackRules: Hashable, Sendable {
    /// Lengths of the look-backs, ascending.
    public var lookBacks: [TimeSpan]
    /// Shares of the days that a move may go beyond the margin, each above 0 and at most 0.5.
    public var frequencies: [Double]
    /// Hours of the day, UTC, whose last known price stands for the day.
    public var hours: [Int]
    /// Days at whose hour each look-back ends, ascending; empty for the newest price.
    public var days: [UTCInstant]

    /// Margins that keep one day in a hundred over 26 and 130 weeks, from the prices at midnight, unless said otherwise.
    public init(
        lookBacks: [TimeSpan] = [.days(182), .days(910)], frequencies: [Double] = [0.01], hours: [Int] = [0],
        days: [UTCInstant] = []
    ) {
        (self.lookBacks, self.frequencies, self.hours, self.days) = (lookBacks, frequencies, hours, days)
    }
}

extension StudyLoader {
    /// The `look_back_margin` part of the statistics.
    static func lookBackSection(_ reader: YAMLReader) -> LookBackRules? {
        guard let map = reader.map(known: ["look_back", "frequency", "hour", "as_of"]) else { return nil }
        let usual = LookBackRules()
        // A month at least: a margin of fewer days says nothing of one day in a hundred.
        let spans = axis(map["look_back"], default: usual.lookBacks) { element in
            element.span().flatMap { $0 >= .days(30) ? $0 : element.wrong("a look-back of at least 30d") }
        }
        let shares = axis(map["frequency"], default: usual.frequencies) { $0.number(1e-6...0.5) }
        let hours = axis(map["hour"], default: usual.hours) { $0.integer(0...23) }
        let days = axis(map["as_of"], default: usual.days, read: day)
        guard let spans, let shares, let hours, let days else { return nil }
        return LookBackRules(lookBacks: spans.sorted(), frequencies: shares, hours: hours, days: days.sorted())
    }

    /// A date, as the midnight it begins with.
    private static func day(_ reader: YAMLReader) -> UTCInstant? {
        guard let text = reader.text() else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        if parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            let instant = CivilTime(year: year, month: month, day: day).instant, instant.civil.dateText == text
        {
            return instant
        }
        return reader.wrong(
            "'\(SourceLocation.presentable(text))' is no date", hint: "write year, month and day, as 2025-08-23")
    }
}

extension LookBackRules {
    /// The part of a study's text, as ``StudyLoader`` reads it.
    var text: String {
        func list(_ items: [String]) -> String { "[\(items.joined(separator: ", "))]" }
        var parts = [
            "look_back: \(list(lookBacks.map(\.text)))", "frequency: \(list(frequencies.map(numberText)))",
            "hour: \(list(hours.map(String.init)))",
        ]
        if !days.isEmpty { parts.append("as_of: \(list(days.map(\.civil.dateText)))") }
        return "{\(parts.joined(separator: ", "))}"
    }
}
