import StressBasics

extension TimeNotation {
    /// The notation that a setting names: `auto`, `s`, `ms`, `us`, `ns`, `ISO 8601`, `excel`, `ms of 2017-12-17`, or a
    /// pattern with `%`; nil for anything else.
    public init?(setting text: String) {
        switch text {
        case "auto": self = .automatic
        case "s": self = .seconds
        case "ms": self = .milliseconds
        case "us": self = .microseconds
        case "ns": self = .nanoseconds
        case "excel": self = .spreadsheetDays
        case "ISO 8601", "ISO", "iso": self = .iso8601
        default:
            if text.hasPrefix(TimeNotation.dayPrefix) {
                guard let start = TimeNotation.midnight(text.dropFirst(TimeNotation.dayPrefix.count)) else {
                    return nil
                }
                self = .millisecondsOfDay(start)
            } else {
                guard text.contains("%") else { return nil }
                self = .pattern(text)
            }
        }
    }

    /// The setting that names this notation.
    public var setting: String {
        switch self {
        case .automatic: "auto"
        case .seconds: "s"
        case .milliseconds: "ms"
        case .microseconds: "us"
        case .nanoseconds: "ns"
        case .spreadsheetDays: "excel"
        case .iso8601: "ISO 8601"
        case .millisecondsOfDay(let start):
            TimeNotation.dayPrefix + UTCInstant(milliseconds: start).civil.dateText
        case .pattern(let pattern): pattern
        }
    }

    /// What ``init(setting:)`` takes, for messages.
    public static let settings =
        "auto, s, ms, us, ns, ISO 8601, excel, \"ms of 2017-12-17\" or a pattern such as \"%d/%m/%Y\""

    private static let dayPrefix = "ms of "

    private static func midnight(_ text: Substring) -> Int64? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]) else {
            return nil
        }
        return CivilTime(year: year, month: month, day: day).instant?.milliseconds
    }
}
