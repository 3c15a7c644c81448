import PriceSeries
import StressBasics

/// Everything that the fast pass over a file needs to know, decided from a sample.
struct Layout {
    /// Name of the format, as in ``knownFormats``, or `explicit columns`.
    var format: String
    /// One sentence: how it was recognised.
    var reason: String
    /// What the number of a row is called in messages.
    var noun = "price"
    var delimiter: UInt8
    /// Rows before the first data row.
    var skippedRows: Int
    /// Fields that every data row must have.
    var width: Int
    /// The header's names, when there is a header.
    var names: [String]?
    var plan: ColumnPlan
    var time: TimeDecoder
    /// Whether nothing but the values speaks for the order of the price columns.
    var isOrderAssumed: Bool
    /// Whether the times are those at which bars close, and no others are there.
    var hasCloseTimes = false
    /// What a row is.
    var kind = RowKind.bars
    /// How prices are written, and volumes.
    var numbers = NumberNotation.plain
    var volumeNumbers = NumberNotation.plain
    /// The length of the bars that trades and quotes become; nil for rows that are bars.
    var tickLength: TimeSpan?
    /// The market whose rows are read; nil for all.
    var symbol: String?
    /// Whether only the names of the markets are wanted, and no row.
    var isListing = false
    /// The market of the sampled rows, when they are all of one.
    var sampledSymbol: String?
    /// What is done with rows that cannot be used.
    var policies = SourcePolicies()
    /// What recognition found out, and how sure that is.
    var traits: [RecognisedTrait] = []
    /// What recognition noticed.
    var findings: [Finding] = []

    /// The format of columns that the user names.
    static let explicitFormat = "explicit columns"

    /// The name of a column, when it has one.
    func columnName(_ column: Int) -> String? {
        guard let names, names.indices.contains(column), !names[column].isEmpty else { return nil }
        return names[column]
    }
}

extension Layout {
    /// Decides how a file is read: by explicit columns, by a named format, or by what the sample shows.
    static func resolve(_ table: SampleTable, source: BarSource) throws(IngestError) -> Layout {
        var layout: Layout
        if let columns = source.columns {
            layout = try explicit(columns, table: table, source: source)
        } else {
            layout = try recognised(table, source: source)
        }
        layout.notePreamble(table)
        try layout.checkSymbols(table)
        return layout
    }

    /// Adds the finding about rows before the table, when there are any.
    mutating func notePreamble(_ table: SampleTable) {
        guard let line = table.preamble.first else { return }
        findings.insert(Layout.preambleFinding(table, at: line), at: 0)
    }

    private static func preambleFinding(_ table: SampleTable, at line: SampleRow) -> Finding {
        let count = table.preamble.count
        let place = SourceLocation(file: table.name, line: line.line, text: line.fields.first)
        return Finding(
            check: "preamble", severity: .note, message: "\(counted(count, "row")) before the table, not data",
            count: count, location: place, action: "skipped")
    }

    private static func explicit(
        _ columns: ColumnMapping, table: SampleTable, source: BarSource
    ) throws(IngestError) -> Layout {
        let prices = try prices(columns.prices, table)
        let kind: RowKind =
            switch prices {
            case .single: source.kind == .automatic ? .price : source.kind
            case .quotes: .quotes
            case .bars: .bars
            }
        var volume: Int?
        if let reference = columns.volume { volume = try position(of: reference, table) }
        var times = [try position(of: columns.time, table)]
        for part in columns.timeParts { times.append(try position(of: part, table)) }
        let plan = ColumnPlan(time: times[0], prices: prices, volume: volume)
        let time = try TimeColumn.choose([times], table: table, notation: source.time)
        let numbers = try NumberChoice.choose(prices.columns, table: table, style: source.numbers)
        return try make(
            explicitFormat, kind: kind, plan: plan, time: time, numbers: numbers,
            columns: RecognisedTrait("columns", plan.words(table), .stated, "the study names the columns"),
            table: table, source: source, isOrderAssumed: false)
    }

    /// Where the prices stand that a study names.
    private static func prices(
        _ columns: ColumnMapping.Prices, _ table: SampleTable
    ) throws(IngestError) -> ColumnPlan.Prices {
        switch columns {
        case .single(let price): .single(try position(of: price, table))
        case .quotes(let bid, let ask):
            .quotes(bid: try position(of: bid, table), ask: try position(of: ask, table))
        case .bars(let open, let high, let low, let close):
            .bars(
                open: try position(of: open, table), high: try position(of: high, table),
                low: try position(of: low, table), close: try position(of: close, table))
        }
    }

    /// Puts together what was decided. Throws when trades or quotes lack a bar length.
    static func make(
        _ format: String, kind: RowKind, plan: ColumnPlan, time: TimeColumn, numbers: NumberChoice,
        columns: RecognisedTrait, table: SampleTable, source: BarSource, isOrderAssumed: Bool
    ) throws(IngestError) -> Layout {
        let plan = try finished(plan, time, numbers, kind: kind, table: table, source: source)
        var layout = Layout(
            format: format, reason: columns.reason, delimiter: table.delimiter, skippedRows: table.skippedRows,
            width: table.width, names: table.names, plan: plan, time: time.decoder, isOrderAssumed: isOrderAssumed,
            findings: time.findings)
        layout.kind = kind
        (layout.numbers, layout.volumeNumbers) = (numbers.notation, numbers.notation)
        layout.volumeNumbers.hasSuffixes = true
        (layout.symbol, layout.isListing) = (source.symbol, source.each == .symbol)
        layout.policies = SourcePolicies(source)
        layout.traits = table.traits + [columns, time.trait, numbers.trait]
        if kind == .trades || kind == .quotes {
            try layout.checkSymbols(table)
            guard let length = source.barLength else { throw needsBarLength(kind, table) }
            layout.tickLength = length
        } else if let length = source.barLength {
            layout.findings.append(
                Finding(
                    check: "bar_length_unused", severity: .warning,
                    message: "the length \(length.text) has no effect: every row is a bar already",
                    location: place(table), action: "ignored",
                    hint: "leave the bar out; kind: trades (--kind trades) makes bars of single prices"))
        }
        return layout
    }

    /// The plan with the columns of the time and of the markets. Throws for several markets and for a ticker's snapshots.
    private static func finished(
        _ plan: ColumnPlan, _ time: TimeColumn, _ numbers: NumberChoice, kind: RowKind, table: SampleTable,
        source: BarSource
    ) throws(IngestError) -> ColumnPlan {
        var plan = plan
        plan.time = time.columns[0]
        if time.columns.count > 1 { plan.timeParts = time.columns }
        if let reference = source.symbolColumn { plan.symbol = try position(of: reference, table) }
        if let symbol = source.symbol, plan.symbol == nil {
            plan.symbol = table.symbolColumn(of: symbol, plan, time.decoder)
        }
        if plan.symbol == nil, let markets = table.marketColumn(plan, time.decoder) {
            guard source.each == .symbol else {
                throw markets.refusal(columnName: table.columnName(markets.column), at: place(table))
            }
            plan.symbol = markets.column
        }
        if source.each == .symbol {
            guard plan.symbol != nil else { throw noMarkets(table) }
        } else if kind == .bars, source.columns == nil, plan.symbol == nil || source.symbol == nil {
            try SnapshotGuard.check(table, plan, time, numbers.notation)
        }
        return plan
    }

    private static func needsBarLength(_ kind: RowKind, _ table: SampleTable) -> IngestError {
        let noun = kind == .quotes ? "quote" : "trade"
        if kind == .trades, OwnFills.areThese(table.names) {
            return IngestError(
                .setting, "cannot read an account's trades as bars", why: OwnFills.words, at: place(table),
                hint: OwnFills.hint + "; kind: trades and bar: 1m (--kind trades --bar 1m) reads the rows all the same")
        }
        return IngestError(
            .setting, "cannot read \(noun)s as bars", why: "each row is a single \(noun)", at: place(table),
            hint: "say how long bars are to be: kind: \(noun)s and bar: 1m (--kind \(noun)s --bar 1m)"
                + (kind == .trades ? ", or kind: price to read every row as a bar of its own" : ""))
    }

    /// Refuses a file with several markets, of which the study names none.
    fileprivate mutating func checkSymbols(_ table: SampleTable) throws(IngestError) {
        guard !isListing else { return }
        guard let column = plan.symbol else {
            guard symbol != nil else { return }
            throw IngestError(
                .setting, "cannot choose a symbol", why: "no column holds it, and none is named after one",
                at: Layout.place(table),
                hint: "name the column: columns: {symbol: …} (--columns symbol=…), or leave the symbol out")
        }
        var names: [String: String] = [:]
        for value in table.values(column) {
            names[SymbolFilter.key(value.text)] = names[SymbolFilter.key(value.text)] ?? value.text
        }
        if let symbol {
            guard names[SymbolFilter.key(symbol)] != nil || table.data.count >= Sample.mostRows / 2 else {
                let others = quotedList(names.values.sorted())
                throw absent(symbol, why: "the rows are of \(others)", at: Layout.place(table))
            }
            return
        }
        sampledSymbol = names.values.first
        guard names.count > 1 else { return }
        throw Layout.severalSymbols(
            names.values.sorted(), column: table.columnName(column), at: Layout.place(table))
    }

    private static func noMarkets(_ table: SampleTable) -> IngestError {
        IngestError(
            .setting, "cannot tell the markets apart",
            why: "no column keeps the rows of one time apart, and none is named after markets", at: place(table),
            hint: "name the column: columns: {symbol: …} (--columns symbol=…), or leave each out")
    }

    /// The refusal of a file with rows of several markets.
    static func severalSymbols(
        _ names: [String], column: String? = nil, at location: SourceLocation
    ) -> IngestError {
        let areLengths = names.allSatisfy(LengthColumn.isLength)
        return IngestError(
            .notRecognised, "cannot read several \(areLengths ? "lengths of bars" : "markets") as one series",
            why: "the rows are of \(quotedList(names))",
            notes: column.map { ["the column is \"\(SourceLocation.presentable($0))\""] } ?? [], at: location,
            hint: severalMarketsHint(names))
    }

    /// The position of a column that the study names.
    static func position(of reference: ColumnReference, _ table: SampleTable) throws(IngestError) -> Int {
        switch reference {
        case .index(let index):
            guard index >= 0, index < table.width else { throw noSuchPosition(index, table) }
            return index
        case .name(let name):
            guard let names = table.names else { throw noHeader(name, table) }
            let wanted = trimmed(name).lowercased()
            let found = names.indices.filter { names[$0].lowercased() == wanted }
            guard let first = found.first else { throw noSuchName(name, names, table) }
            if found.count > 1 { throw repeatedName(name, found, table) }
            return first
        }
    }

    fileprivate static func place(_ table: SampleTable) -> SourceLocation {
        SourceLocation(file: table.name, line: (table.header ?? table.data.first)?.line)
    }

    private static func noSuchPosition(_ index: Int, _ table: SampleTable) -> IngestError {
        IngestError(
            .setting, "cannot find column \(index)",
            why: "rows have \(table.width) columns, counted from 0 to \(table.width - 1)", at: place(table))
    }

    private static func noHeader(_ name: String, _ table: SampleTable) -> IngestError {
        IngestError(
            .setting, "cannot find column \"\(SourceLocation.presentable(name))\"",
            why: "the file has no header row", at: place(table),
            hint: "name columns by position, counted from 0, or set header: true")
    }

    private static func noSuchName(_ name: String, _ names: [String], _ table: SampleTable) -> IngestError {
        // Names longer than any that people type would only cost time.
        let near = didYouMean(name, among: names.filter { $0.utf8.count <= 64 }, quote: "\"")
        return IngestError(
            .setting, "cannot find column \"\(SourceLocation.presentable(name))\"", why: "the header has no such name",
            notes: ["the header has \(quotedList(names))"], at: place(table), hint: near ?? "use one of these names")
    }

    private static func repeatedName(_ name: String, _ found: [Int], _ table: SampleTable) -> IngestError {
        IngestError(
            .setting, "cannot choose column \"\(SourceLocation.presentable(name))\"",
            why: "the header has it \(found.count) times", at: place(table),
            hint: "name it by position, counted from 0: \(found.prefix(8).map(String.init).joined(separator: " or "))")
    }
}

/// The file has no row of the market that was picked.
func absent(_ symbol: String, why: String, at location: SourceLocation) -> IngestError {
    var error = IngestError(
        .setting, "cannot find the symbol \"\(SourceLocation.presentable(symbol))\"", why: why, at: location)
    error.isOfOtherMarkets = true
    return error
}

/// The two ways out of several markets.
func severalMarketsHint(_ names: [String]) -> String {
    let first = names.first.map(SourceLocation.presentable) ?? ""
    return "say which to read, for example symbol: \(first) (--symbol \(first)), or make each an asset: "
        + "each: symbol (--each symbol)"
}

/// Names in quotes, at most 20 of them.
func quotedList(_ names: [String]) -> String {
    let shown = names.prefix(20).map { "\"\(SourceLocation.presentable($0))\"" }.joined(separator: ", ")
    return names.count > 20 ? shown + ", …" : shown
}
