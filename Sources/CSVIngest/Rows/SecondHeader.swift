import StressBasics

/// A text in place of a price.
struct PriceWord: Hashable {
    var column: Int
    var text: String

    /// Longer texts, in bytes, are nobody's column name.
    static let longest = 64
}

/// A row of names among the data, as files have that were put together from several, whose columns are not those of the rows
/// above: what stands below it would be read wrongly.
struct SecondHeader: Hashable {
    private var line: Int
    /// A column, its name here, and what it is by the rows above.
    private let word: PriceWord
    private let above: String

    /// Nil for a row that is no header, and for one that names the same prices in the same columns.
    init?(_ words: [PriceWord], line: Int, layout: Layout) {
        let roles = SecondHeader.roles(layout.plan.prices)
        guard words.count == Set(roles.map(\.column)).count, words.contains(where: { SecondHeader.isKnown($0.text) })
        else { return nil }
        // Columns that the user names by position in a file without header are what he says.
        if layout.names == nil, layout.format == Layout.explicitFormat { return nil }
        for word in words {
            let name = layout.columnName(word.column)
            if let name, normalizedName(name) == normalizedName(word.text) { continue }
            let mine = roles.filter { $0.column == word.column }
            if mine.contains(where: { $0.names.contains(plainName(word.text)) }) { continue }
            (self.line, self.word, above) = (line, word, name ?? mine.first?.role ?? layout.noun)
            return
        }
        return nil
    }

    /// What each column of prices is for, and the names for that.
    private static func roles(_ prices: ColumnPlan.Prices) -> [(column: Int, role: String, names: [String])] {
        switch prices {
        case .single(let price): [(price, "price", ColumnNames.close)]
        case .quotes(let bid, let ask): [(bid, "bid", ColumnNames.bid), (ask, "ask", ColumnNames.ask)]
        case .bars(let open, let high, let low, let close):
            [
                (open, "open", ColumnNames.open), (high, "high", ColumnNames.high), (low, "low", ColumnNames.low),
                (close, "close", ColumnNames.close),
            ]
        }
    }

    private static func isKnown(_ text: String) -> Bool {
        let name = plainName(text)
        // Of single letters only those of bars are names of columns and no words.
        if name.utf8.count == 1 { return "ohlc".contains(name) }
        return known.contains { $0.contains(name) }
    }

    private static let known = [
        ColumnNames.time, ColumnNames.open, ColumnNames.high, ColumnNames.low, ColumnNames.close, ColumnNames.bid,
        ColumnNames.ask, ColumnNames.baseVolume, ColumnNames.quoteVolume,
    ]

    /// The same with a line that was counted from further up.
    func moved(down lines: Int) -> SecondHeader {
        var copy = self
        copy.line += lines
        return copy
    }

    func refusal(file: String) -> IngestError {
        IngestError(
            .malformed, "cannot read the rows below a second header",
            why: "here stands \(quotedList([word.text])), above it \(quotedList([above]))",
            at: SourceLocation(file: file, line: line, column: word.column + 1, text: word.text),
            hint:
                "write the rows from here on to a file of their own: several files are read as one series, each by its own "
                + "header")
    }
}
