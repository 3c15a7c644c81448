/// A column that says how long the bar of a row is, as exports of several lengths into one file have.
enum LengthColumn {
    /// Names of such a column, as ``normalizedName(_:)`` writes them.
    static let names: Set<String> = [
        "interval", "timeframe", "resolution", "granularity", "barsize", "barlength", "candlesize", "candleinterval",
        "klineinterval", "frequency", "freq", "tf",
    ]

    /// Whether a text is the length of a bar: `1h`, `15 min`, `M5`, `daily`.
    static func isLength(_ text: String) -> Bool {
        let word = text.lowercased().filter { $0.isLetter || $0.isNumber }
        if wholeWords.contains(word) { return true }
        let letters = word.filter(\.isLetter), digits = word.filter(\.isNumber)
        guard (1...4).contains(digits.count), units.contains(letters) else { return false }
        return word == digits + letters || word == letters + digits
    }

    private static let wholeWords: Set<String> = [
        "minute", "minutely", "hour", "hourly", "day", "daily", "week", "weekly", "month", "monthly",
    ]
    private static let units: Set<String> = [
        "s", "sec", "secs", "second", "seconds", "m", "min", "mins", "minute", "minutes", "h", "hr", "hrs", "hour",
        "hours", "d", "day", "days", "w", "week", "weeks", "mn", "mo", "mon", "month", "months",
    ]
}

extension Layout {
    /// A column of lengths of bars by which the rows are not chosen; nil without one.
    var lengthColumn: Int? {
        names?.firstIndex { LengthColumn.names.contains(normalizedName($0)) }.flatMap { $0 == plan.symbol ? nil : $0 }
    }
}
