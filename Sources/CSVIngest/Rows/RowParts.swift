import StressBasics

/// A time whose parts stand in several columns, collected field by field and joined by blanks in reading order.
struct JoinedTime {
    /// The columns in the order in which their texts are joined.
    let columns: [Int]
    private var parts: [[UInt8]]

    /// The longest text of one part that is kept.
    private static let longestPart = 40

    init(_ columns: [Int]) {
        self.columns = columns
        parts = Array(repeating: [], count: columns.count)
    }

    mutating func take(_ field: UnsafeBufferPointer<UInt8>, column: Int) {
        guard let part = columns.firstIndex(of: column) else { return }
        parts[part].removeAll(keepingCapacity: true)
        parts[part].append(contentsOf: field.prefix(JoinedTime.longestPart))
    }

    /// The parts that say something, joined.
    func text() -> [UInt8] {
        var text: [UInt8] = []
        for part in parts where !part.isEmpty {
            if !text.isEmpty { text.append(Ascii.space) }
            text += part
        }
        return text
    }

    mutating func clear() {
        for part in parts.indices { parts[part].removeAll(keepingCapacity: true) }
    }
}

/// Tells the rows of one market from those of others by the text of a column.
struct SymbolFilter {
    enum Verdict: Equatable {
        case wanted
        /// Another market than the one that the user chose.
        case other
        /// A second market in a file whose rows all count.
        case clash
        /// A market whose name is all that is wanted.
        case named
    }

    let column: Int
    private let wanted: String?
    /// The market of the sampled rows, which all rows must have when none is wanted in particular; nil when they have none.
    private let sampled: String?
    /// Whether only the markets' names are wanted.
    private let isListing: Bool
    private var lastText: [UInt8] = []
    private var lastVerdict = Verdict.wanted

    init(_ layout: Layout, column: Int) {
        (self.column, isListing) = (column, layout.isListing)
        let (wanted, sampled) = (layout.symbol, layout.sampledSymbol)
        self.wanted = wanted.map(SymbolFilter.key)
        self.sampled = sampled.map(SymbolFilter.key)
    }

    /// O(count); rows that repeat the text of the row before are settled by a comparison of bytes.
    mutating func judge(_ field: UnsafeBufferPointer<UInt8>) -> Verdict {
        if !lastText.isEmpty, field.elementsEqual(lastText) { return lastVerdict == .named ? .other : lastVerdict }
        lastText = Array(field.prefix(64))
        let text = String(decoding: lastText, as: UTF8.self)
        let key = SymbolFilter.key(text)
        if isListing {
            lastVerdict = .named
        } else if let wanted {
            lastVerdict = key == wanted ? .wanted : .other
        } else {
            lastVerdict = key.isEmpty || key == sampled ? .wanted : .clash
        }
        return lastVerdict
    }

    /// Letters and digits only: `BTC/USDT`, `BTC-USDT` and `btcusdt` are one market.
    static func key(_ text: String) -> String {
        String(text.uppercased().filter { $0.isLetter || $0.isNumber })
    }
}

/// What single rows have shown that a summary speaks of later.
struct RowOddities {
    /// Rows whose two volumes were the wrong way round.
    private(set) var swapped = (count: 0, line: 0)
    /// Quotes whose bid is above the ask.
    private(set) var crossed = (count: 0, line: 0)
    /// Rows of other markets than the chosen one.
    var otherSymbols = 0
    /// The markets' names, where these are all that is wanted.
    var symbols = SymbolNames()
    /// The line of a second market, and its name.
    private(set) var symbolClash: (line: Int, symbol: String)?

    mutating func noteClash(line: Int, symbol: String) {
        if symbolClash == nil { symbolClash = (line, symbol) }
    }

    /// Adds what was seen in the next slice of the file, whose lines are counted from its own start.
    mutating func append(_ other: RowOddities, lineOffset: Int) {
        func joined(_ a: (count: Int, line: Int), _ b: (count: Int, line: Int)) -> (count: Int, line: Int) {
            (a.count + b.count, a.count > 0 ? a.line : b.line + lineOffset)
        }
        swapped = joined(swapped, other.swapped)
        crossed = joined(crossed, other.crossed)
        otherSymbols += other.otherSymbols
        symbols.append(other.symbols)
        if symbolClash == nil { symbolClash = other.symbolClash.map { ($0.line + lineOffset, $0.symbol) } }
    }

    mutating func noteSwapped(line: Int) {
        if swapped.count == 0 { swapped.line = line }
        swapped.count &+= 1
    }

    mutating func noteCrossed(line: Int) {
        if crossed.count == 0 { crossed.line = line }
        crossed.count &+= 1
    }

    /// The summaries of what was seen, `file` being where.
    func findings(file: String, of rowCount: Int) -> [Finding] {
        var found: [Finding] = []
        func add(
            _ check: String, _ severity: Finding.Severity, _ message: String, _ count: Int, _ line: Int?,
            _ action: String
        ) {
            guard count > 0 else { return }
            let total = max(rowCount, check == "other_symbols" ? rowCount + count : 1)
            let share = " (\(percentText(Double(count) / Double(total))))"
            found.append(
                Finding(
                    check: check, severity: severity,
                    message: "\(spacedCount(count)) of \(counted(total, "row")) \(message)\(share)", count: count,
                    location: SourceLocation(file: file, line: line), action: action))
        }
        add(
            "swapped_volumes", .warning, "have base and quote volume exchanged", swapped.count, swapped.line,
            "the one that fits the price is read as base volume")
        add("crossed_quotes", .warning, "have a bid above the ask", crossed.count, crossed.line, "kept")
        add("other_symbols", .note, "are of other markets", otherSymbols, nil, "left out")
        return found
    }
}

/// Whether `base` is in quote currency and `quote` in base currency: `quote × price` is within a quarter of `base`, and
/// the other way round is not. At prices about 1 nothing can be told.
func volumesAreSwapped(_ base: Double, _ quote: Double, price: Double) -> Bool {
    guard base > 0, quote > 0, price > 0 else { return false }
    func fits(_ coins: Double, _ money: Double) -> Bool { abs(coins * price / money - 1) < 0.25 }
    return fits(quote, base) && !fits(base, quote)
}
