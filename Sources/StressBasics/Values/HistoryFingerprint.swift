/// What the bars of a price history were, period by period, in one or two thousand characters: a later history of the same name can be told
/// from it wherever both hold a period whole.
///
/// Periods are UTC days of the newest ``newestDays`` and of months that are not held from their first day, and whole months in between. A
/// restated bar changes its day's digits, and with them its month's.
public struct HistoryFingerprint: Hashable, Sendable {
    /// So many days before the newest bar no month stands in for its days: vendors restate what is new.
    public static let newestDays = 40
    /// Characters of a fingerprint that is still read: three centuries of months.
    public static let mostCharacters = 100_000
    /// Digits kept of a period's SHA-256: one restatement in 10¹² passes for none.
    static let digits = 10

    /// The first day, and the one behind the last, that are held from midnight to midnight.
    private let whole: Range<String>
    /// Digits by day, `2024-03-05`, in time order; days without bars have none.
    private let days: [String: String]
    /// Digits by month, `2024-03`.
    private let months: [String: String]

    /// The fingerprint of days that have bars.
    ///
    /// - Parameters:
    ///   - days: each with the digest of its bars, in time order.
    ///   - whole: the days that are held whole, without the day behind them; dates as `2024-03-05`.
    ///   - newest: the first of the newest days.
    public init(days: [(date: String, digest: Digest)], whole: Range<String>, newest: String) {
        var (own, ofMonths) = ([String: String](), [String: [(String, String)]]())
        for day in days {
            let (month, digits) = (String(day.date.prefix(7)), String(day.digest.hex.prefix(Self.digits)))
            let isWhole = month + "-01" >= whole.lowerBound && month < newest.prefix(7)
            if isWhole { ofMonths[month, default: []].append((day.date, digits)) } else { own[day.date] = digits }
        }
        self.whole = whole
        self.days = own
        months = ofMonths.mapValues(Self.digits(of:))
    }

    /// The digits of a month that has these days.
    private static func digits(of days: [(date: String, digits: String)]) -> String {
        let text = days.map { "\($0.date):\($0.digits)" }.joined(separator: " ")
        return String(Digest(of: text).hex.prefix(digits))
    }
}

extension HistoryFingerprint {
    /// The periods, days or months, whose bars are not those that `was` had, in time order: of what both hold whole, and of the first
    /// and the last day where the histories begin or end alike. A period that only one of them has bars in is among them. O(periods).
    public func restated(since was: Self, sameFirst: Bool, sameLast: Bool) -> [String] {
        let (low, high) = (max(whole.lowerBound, was.whole.lowerBound), min(whole.upperBound, was.whole.upperBound))
        let shared = Set(months.keys).union(was.months.keys)
        let changedMonths = shared.filter { month in
            month + "-01" >= low && month < high.prefix(7) && digits(month: month) != was.digits(month: month)
        }
        let changedDays = Set(days.keys).union(was.days.keys).filter { day in
            let isBefore = sameFirst && day < whole.lowerBound && day < was.whole.lowerBound
            let isBehind = sameLast && day >= whole.upperBound && day >= was.whole.upperBound
            return !shared.contains(String(day.prefix(7))) && (day >= low && day < high || isBefore || isBehind)
                && days[day] != was.days[day]
        }
        return changedMonths.union(changedDays).sorted()
    }

    private func digits(month: String) -> String? {
        if let known = months[month] { return known }
        let own = days.filter { $0.key.hasPrefix(month + "-") }.sorted { $0.key < $1.key }
        return own.isEmpty ? nil : Self.digits(of: own.map { ($0.key, $0.value) })
    }
}

extension HistoryFingerprint: Codable {
    /// `2024-01-05 2026-11-20 2024-02:0f3a9c11d2 … 2026-11-19:77ab01e93c`: the days held whole, then every period with its digits.
    public var text: String {
        let periods = (months.map { "\($0):\($1)" } + days.map { "\($0):\($1)" }).sorted()
        return ([whole.lowerBound, whole.upperBound] + periods).joined(separator: " ")
    }

    /// Reads what ``text`` writes; nil for anything else.
    public init?(text: String) {
        guard text.utf8.count <= Self.mostCharacters else { return nil }
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count >= 2, Self.isDate(parts[0], 10), Self.isDate(parts[1], 10), parts[0] <= parts[1] else {
            return nil
        }
        whole = String(parts[0])..<String(parts[1])
        var (days, months) = ([String: String](), [String: String]())
        for part in parts.dropFirst(2) {
            let halves = part.split(separator: ":", omittingEmptySubsequences: false)
            guard halves.count == 2, halves[1].utf8.count == Self.digits, halves[1].utf8.allSatisfy(Self.isHexDigit)
            else { return nil }
            if Self.isDate(halves[0], 7) {
                months[String(halves[0])] = String(halves[1])
            } else if Self.isDate(halves[0], 10) {
                days[String(halves[0])] = String(halves[1])
            } else {
                return nil
            }
        }
        (self.days, self.months) = (days, months)
    }

    /// Digits with hyphens at the places of a date.
    private static func isDate(_ text: Substring, _ length: Int) -> Bool {
        text.utf8.count == length
            && text.utf8.enumerated().allSatisfy { place, byte in
                place == 4 || place == 7 ? byte == UInt8(ascii: "-") : (0x30...0x39).contains(byte)
            }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    /// Its text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// Reads what ``encode(to:)`` writes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let own = Self(text: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no fingerprint of a price history")
        }
        self = own
    }
}
