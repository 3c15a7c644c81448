/// A length of time in whole milliseconds; may be negative.
public struct TimeSpan: Hashable, Comparable, Codable, Sendable {
    /// The length in milliseconds.
    public let milliseconds: Int64

    /// A span of `milliseconds`.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// `count` seconds.
    public static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(milliseconds: count * 1000) }
    /// `count` minutes.
    public static func minutes(_ count: Int64) -> TimeSpan { .seconds(count * 60) }
    /// `count` hours.
    public static func hours(_ count: Int64) -> TimeSpan { .minutes(count * 60) }
    /// `count` days of 24 hours.
    public static func days(_ count: Int64) -> TimeSpan { .hours(count * 24) }

    /// Shorter comes first.
    public static func < (a: TimeSpan, b: TimeSpan) -> Bool { a.milliseconds < b.milliseconds }

    /// The span in hours, as output columns ending in `_h` want it.
    public var inHours: Double { Double(milliseconds) / 3_600_000 }

    /// The span in seconds, as output columns ending in `_s` want it.
    public var inSeconds: Double { Double(milliseconds) / 1000 }

    /// The largest span a study may name: 100 years. Bounds every sum of a time and a span.
    public static let longest = TimeSpan.days(36_525)

    /// Reads `90s`, `15m`, `4h`, `7d`, `2w` or `250ms`: a whole number and a unit, no sign, no space.
    ///
    /// Returns nil for anything else and for spans above ``longest``.
    public init?(_ text: some StringProtocol) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits),
            let unit = TimeSpan.units.first(where: { $0.name == text.dropFirst(digits.count) })
        else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
        guard !overflow, product <= TimeSpan.longest.milliseconds else { return nil }
        self.init(milliseconds: product)
    }

    /// Whether `text` is written as a span is, but of one above ``longest``.
    public static func isTooLong(_ text: some StringProtocol) -> Bool {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let isSpan = !digits.isEmpty && units.contains { $0.name == text.dropFirst(digits.count) }
        return isSpan && TimeSpan(text) == nil
    }

    /// The shortest exact text, in the form ``init(_:)`` reads: `7d`, `36h`, `90s`; `0s` for nothing.
    public var text: String {
        if milliseconds == 0 { return "0s" }
        for unit in TimeSpan.writtenUnits where milliseconds % unit.milliseconds == 0 {
            return "\(milliseconds / unit.milliseconds)\(unit.name)"
        }
        return "\(milliseconds)ms"
    }

    /// ``text`` with a no-break space before the unit, for pages: `7 d`, `4 h`.
    public var screenText: String {
        let unit = text.drop { $0.isNumber || $0 == "-" }
        return "\(text.dropLast(unit.count))\u{00A0}\(unit == "m" ? "min" : unit)"
    }

    private static let units: [(name: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000),
    ]
    // Weeks are read but written as days: `14d` beside `30d` compares by eye, `2w` does not.
    private static let writtenUnits = units.filter { $0.name != "w" && $0.name != "ms" }.reversed()
}
