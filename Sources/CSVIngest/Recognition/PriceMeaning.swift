/// What the name of a column says about its being the price of a row.
enum PriceMeaning: Hashable, Sendable {
    /// It says so.
    case price
    /// It says that the column is something else: `a volume`.
    case other(String)
    /// It says nothing, as the name of a coin or `value`.
    case unknown

    init(_ name: String) {
        let plain = plainName(name)
        if PriceMeaning.isPriceName(plain) {
            self = .price
        } else if let found = PriceMeaning.otherMeaning(name) {
            self = .other(found)
        } else {
            self = PriceMeaning.words(name).isDisjoint(with: PriceMeaning.priceWords) ? .unknown : .price
        }
    }

    private static func isPriceName(_ plain: String) -> Bool {
        !vague.contains(plain) && (ColumnNames.close.contains(plain) || ColumnNames.open.contains(plain))
    }

    /// Names that people give to prices and to anything else.
    private static let vague: Set<String> = ["value", "rate", "c", "o"]
    private static let priceWords: Set<String> = [
        "price", "prices", "close", "closing", "last", "settle", "settlement", "quote", "spot", "mid", "fixing",
    ]

    private static func words(_ name: String) -> Set<String> {
        Set(name.lowercased().split { !$0.isLetter }.map(String.init))
    }

    /// What a name says that is no price; nil where it says nothing of the kind.
    private static func otherMeaning(_ name: String) -> String? {
        // Exchange rates and averages weighted by volume are prices.
        let joined = ["exchange", "volumeweighted"].reduce(normalizedName(name)) { text, part in
            text.split(separator: part, omittingEmptySubsequences: false).joined(separator: " ")
        }
        if let found = parts.first(where: { entry in entry.parts.contains { joined.contains($0) } }) {
            return found.meaning
        }
        let words = words(name)
        if let found = wholeWords.first(where: { !$0.words.isDisjoint(with: words) }) { return found.meaning }
        let isLogarithm = ["log", "ln"].contains { start in
            joined.hasPrefix(start) && logarithms.contains(String(joined.dropFirst(start.count)))
        }
        return isLogarithm ? "a logarithm" : nil
    }

    /// What is joined to `log` and `ln` without a mark between.
    private static let logarithms: Set<String> = ["price", "prices", "close", "open", "last", "value", "ret", "rets"]

    /// Parts of names, long enough to stand in no word of another meaning.
    private static let parts: [(meaning: String, parts: [String])] = [
        ("a change of prices", ["return", "pct", "percent", "change", "premium", "delta", "pnl"]),
        ("a funding rate", ["fundingrate"]),
        ("a volume", ["volume", "turnover"]),
        ("a market capitalisation", ["marketcap", "mcap", "capitali"]),
        ("an interest or a yield", ["interest", "yield"]),
        ("a drawdown", ["drawdown"]),
        ("a forecast", ["predict", "forecast"]),
        ("a measure of the chain", ["hashrate", "difficulty", "supply", "transactions"]),
        ("a measure of the market", ["volatility", "dominance", "sentiment", "feargreed", "fearandgreed"]),
    ]

    /// Words that count only when they stand alone.
    private static let wholeWords: [(meaning: String, words: Set<String>)] = [
        ("a logarithm", ["log", "ln"]),
        ("a change of prices", ["ret", "rets", "diff", "chg"]),
        ("a volume", ["vol"]),
        ("a market capitalisation", ["cap"]),
        ("a measure of the chain", ["hash"]),
        ("an indicator", ["rsi", "macd", "sma", "ema", "wma", "std", "stdev", "zscore", "signal", "bollinger"]),
    ]
}
