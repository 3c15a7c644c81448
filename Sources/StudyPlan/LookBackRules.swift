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
        typealias Known = Settings.LookBackMargin
        guard let map = reader.map(Known.section) else { return nil }
        let (spans, shares) = (map.value(of: Known.lookBack), map.value(of: Known.frequency))
        guard let days = map.value(of: Known.asOf), let hours = map.value(of: Known.hour), let spans, let shares
        else { return nil }
        return LookBackRules(lookBacks: spans.sorted(), frequencies: shares, hours: hours, days: days.sorted())
    }

    /// A date, as the midnight it begins with.
    static func day(_ reader: YAMLReader) -> UTCInstant? {
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
        typealias Known = Settings.LookBackMargin
        var parts = [Known.lookBack.entry(lookBacks), Known.frequency.entry(frequencies), Known.hour.entry(hours)]
        if !days.isEmpty { parts.append(Known.asOf.entry(days)) }
        return "{\(parts.joined(separator: ", "))}"
    }
}
