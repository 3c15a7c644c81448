import PriceSeries
import StressBasics

/// What a column is for, as bits: one column may serve several parts of a bar.
struct ColumnRole: OptionSet {
    let rawValue: UInt16
    static let time = ColumnRole(rawValue: 1)
    static let open = ColumnRole(rawValue: 2)
    static let high = ColumnRole(rawValue: 4)
    static let low = ColumnRole(rawValue: 8)
    static let close = ColumnRole(rawValue: 16)
    static let volume = ColumnRole(rawValue: 32)
    static let prices: ColumnRole = [.open, .high, .low, .close]
    /// One of several columns that make the time together.
    static let timePart = ColumnRole(rawValue: 64)
    /// The volume in the other currency, which tells which of the two is the base currency's.
    static let quoteVolume = ColumnRole(rawValue: 128)
    /// The market that the row belongs to.
    static let symbol = ColumnRole(rawValue: 256)
}

/// Turns the fields of one file into columns, as libcsv delivers them.
///
/// This is the hot loop: it holds no class, makes no `String` for a good field, and looks at no column that is not
/// wanted. A row is added when its last field has been seen, or rejected with the first thing that is wrong with it.
struct RowSink: ~Copyable {
    /// More columns than this in a row stop the reading.
    static let mostColumns = 1024

    /// Says so.
    static let tooManyColumns = "a row has more than 1 024 fields"

    /// What is wrong with the current row.
    enum Defect: Equatable {
        case none
        /// A wanted field is empty or a word for "no value".
        case missing
        /// A wanted field cannot be read.
        case malformed
    }

    /// The rows that could be read.
    var rows = RowBuffer()
    /// Their lines.
    var lines = LineNumbers()
    var rejects: RowRejects
    /// Data rows so far, the rejected ones included.
    var rowCount = 0
    /// Kept rows by the form of their time, indexed by ``TimeForm``.
    var formCounts = [Int](repeating: 0, count: TimeForm.allCases.count)
    /// Why the reading was stopped.
    var overflow: Overflow?
    /// What single columns have shown.
    var oddities = RowOddities()
    /// Rows that come before the first data row. When the last of them has ended, the parser is stopped.
    private(set) var rowsToSkip: Int
    /// Fields that a row has when it gets here: fewer than the file has while only the columns in use are handed on.
    var width: Int
    /// 1 while every line holds one row and nobody else counts the lines, or else 0.
    var lineStep = 0

    private let cursor: UnsafeMutablePointer<RowCursor>
    private let decoder: TimeDecoder
    /// Milliseconds east of UTC of times that state no zone.
    private let localOffset: Int64
    // One more than a row may have, so that the last look-up needs no test of its own.
    private let roles: UnsafeMutablePointer<ColumnRole>

    private var column = 0
    private var defect = Defect.none
    private var defectColumn = 0
    private var defectText = ""
    /// Columns of prices of the current row in which no value stands.
    private var absentPrices = 0
    /// How many columns of prices a bar has.
    private let priceColumns: Int
    /// What stands in place of prices in the current row and is no number: all of a header's names.
    private var priceWords: [PriceWord] = []
    private var time = TimeReading(milliseconds: 0, form: .seconds)
    private var prices = RowPrices()
    private let numbers: NumberNotation
    private let volumeNumbers: NumberNotation
    private let isPlain: Bool
    private let isQuotes: Bool
    private let hasQuoteVolume: Bool
    private var quoteVolume = Double.nan
    private var joinedTime: JoinedTime?
    private var symbols: SymbolFilter?
    private var isOtherSymbol = false

    /// A sink for the rows of a file, from its first row on or from behind those that hold no data.
    init(_ task: SliceTask, skippedRows: Int, cursor: UnsafeMutablePointer<RowCursor>) {
        self.cursor = cursor
        localOffset = task.utcOffset.milliseconds
        decoder = task.layout.time
        let layout = task.layout
        (numbers, volumeNumbers, isPlain) = (layout.numbers, layout.volumeNumbers, layout.numbers.isPlain)
        if case .quotes = layout.plan.prices { isQuotes = true } else { isQuotes = false }
        priceColumns = Set(layout.plan.prices.columns).count
        hasQuoteVolume = layout.plan.quoteVolume != nil
        joinedTime = layout.plan.timeParts.count > 1 ? JoinedTime(layout.plan.timeParts) : nil
        symbols = layout.plan.symbol.map { SymbolFilter(layout, column: $0) }
        width = task.layout.width
        rowsToSkip = skippedRows
        roles = .allocate(capacity: RowSink.mostColumns + 1)
        roles.initialize(from: RowSink.roles(task.layout.plan), count: RowSink.mostColumns + 1)
        rejects = RowRejects(layout: task.layout, file: task.name, limit: task.rejectLimit)
    }

    deinit { roles.deallocate() }

    private static func roles(_ plan: ColumnPlan) -> [ColumnRole] {
        var roles = [ColumnRole](repeating: [], count: mostColumns + 1)
        // Columns were checked against the width of a sampled row, which is at most one above the bound.
        func add(_ role: ColumnRole, _ column: Int) { roles[min(column, mostColumns)].insert(role) }
        if plan.timeParts.count > 1 {
            for part in plan.timeParts { add(.timePart, part) }
        } else {
            add(.time, plan.time)
        }
        switch plan.prices {
        case .single(let price): add(.close, price)
        case .quotes(let bid, let ask):
            add(.low, bid)
            add(.high, ask)
        case .bars(let openColumn, let highColumn, let lowColumn, let closeColumn):
            add(.open, openColumn)
            add(.high, highColumn)
            add(.low, lowColumn)
            add(.close, closeColumn)
        }
        if let volume = plan.volume { add(.volume, volume) }
        if let quoteVolume = plan.quoteVolume { add(.quoteVolume, quoteVolume) }
        if let symbol = plan.symbol { add(.symbol, symbol) }
        return roles
    }

    // MARK: Fields

    /// One field of the current row.
    @inline(__always)
    mutating func take(_ field: UnsafeBufferPointer<UInt8>) {
        let index = column
        column = index &+ 1
        guard index < RowSink.mostColumns else { return stop(RowSink.tooManyColumns) }
        let role = roles[index]
        if role.isEmpty { return }
        if !role.isDisjoint(with: .prices) { takePrice(field, role, index) }
        if role.contains(.time) { takeTime(field, index) }
        if role.contains(.volume) { takeVolume(field, index) }
        if role.rawValue >= ColumnRole.timePart.rawValue { takeRare(field, role, index) }
    }

    /// Columns that few files have.
    private mutating func takeRare(_ field: UnsafeBufferPointer<UInt8>, _ role: ColumnRole, _ index: Int) {
        if role.contains(.timePart) { joinedTime?.take(field, column: index) }
        if role.contains(.quoteVolume), case .value(let value) = volumeNumbers.read(field) { quoteVolume = value }
        if role.contains(.symbol), rowsToSkip == 0, let verdict = symbols?.judge(field) {
            isOtherSymbol = verdict != .wanted
            if verdict == .named { oddities.symbols.note(String(decoding: field.prefix(64), as: UTF8.self)) }
            if verdict == .clash {
                oddities.noteClash(line: cursor.pointee.line, symbol: String(decoding: field.prefix(64), as: UTF8.self))
                stop("it holds a second market")
            }
        }
    }

    @inline(__always)
    private mutating func takePrice(_ field: UnsafeBufferPointer<UInt8>, _ role: ColumnRole, _ index: Int) {
        switch isPlain ? readShortDecimal(field).map(DecimalReading.value) ?? readDecimal(field) : styled(field) {
        case .value(let value):
            guard BarSeries.allowedPrice(value) else { return note(.malformed, field, index) }
            if role.contains(.open) { prices.open = value }
            if role.contains(.high) { prices.high = value }
            if role.contains(.low) { prices.low = value }
            if role.contains(.close) { prices.close = value }
        case .missing:
            absentPrices &+= 1
            note(.missing, field, index)
        case .malformed:
            noteWord(field, index)
            note(.malformed, field, index)
        }
    }

    /// Remembers a text in place of a price that may be a column's name.
    private mutating func noteWord(_ field: UnsafeBufferPointer<UInt8>, _ index: Int) {
        guard rowsToSkip == 0, rejects.secondHeader == nil, field.count <= PriceWord.longest,
            let first = field.first, !Ascii.isDigit(first)
        else { return }
        priceWords.append(PriceWord(column: index, text: String(decoding: field, as: UTF8.self)))
    }

    /// Lets the rejects judge whether the row that ends here is a header, and forgets its words.
    private mutating func judgeWords() {
        guard !priceWords.isEmpty else { return }
        rejects.noteWords(priceWords, line: cursor.pointee.line)
        priceWords.removeAll(keepingCapacity: true)
    }

    /// A price in the file's own notation; where points are decimal, most are plain.
    private func styled(_ field: UnsafeBufferPointer<UInt8>) -> DecimalReading {
        if numbers.decimal == Ascii.point, let value = readShortDecimal(field) { return .value(value) }
        return numbers.read(field)
    }

    @inline(__always)
    private mutating func takeTime(_ field: UnsafeBufferPointer<UInt8>, _ index: Int) {
        if var reading = decoder.read(field) {
            if reading.form == .local { reading.milliseconds &-= localOffset }
            time = reading
        } else {
            note(isMissingToken(field) ? .missing : .malformed, field, index)
        }
    }

    /// The time of a row whose parts stand in several columns, once all are there.
    private mutating func takeJoinedTime() {
        guard let text = joinedTime?.text(), let first = joinedTime?.columns.first else { return }
        joinedTime?.clear()
        text.withUnsafeBufferPointer { takeTime($0, first) }
    }

    /// A volume that is missing or unreadable is NaN: it is not worth a bar.
    @inline(__always)
    private mutating func takeVolume(_ field: UnsafeBufferPointer<UInt8>, _ index: Int) {
        let isPoint = volumeNumbers.decimal == Ascii.point
        switch (isPoint ? readShortDecimal(field) : nil).map(DecimalReading.value) ?? volumeNumbers.read(field) {
        case .value(let value): prices.volume = value
        case .missing: prices.volume = .nan
        case .malformed:
            prices.volume = .nan
            if rowsToSkip == 0 { rejects.noteVolume(field, column: index, line: cursor.pointee.line) }
        }
    }

    /// Remembers the first malformed field of the row, or else the first missing one.
    private mutating func note(_ kind: Defect, _ field: UnsafeBufferPointer<UInt8>, _ index: Int) {
        guard defect == .none || (defect == .missing && kind == .malformed) else { return }
        (defect, defectColumn) = (kind, index)
        defectText = rejects.wantsText ? String(decoding: field.prefix(512), as: UTF8.self) : ""
    }

    private mutating func stop(_ why: String) {
        overflow = overflow ?? Overflow(why: why, line: cursor.pointee.line)
        cursor.pointee.isStopped = true
    }

    // MARK: Rows

    /// The end of the current row.
    @inline(__always)
    mutating func endRow() {
        if joinedTime != nil { takeJoinedTime() }
        if rowsToSkip > 0 {
            rowsToSkip &-= 1
            // Whoever feeds the parser goes on from here in another way.
            if rowsToSkip == 0 { cursor.pointee.isStopped = true }
        } else if isOtherSymbol {
            oddities.otherSymbols &+= 1
            judgeWords()
        } else if column == width, defect == .none {
            keepRow()
        } else {
            rejectRow()
        }
        column = 0
        defect = .none
        quoteVolume = .nan
        isOtherSymbol = false
        absentPrices = 0
        // Not in place: the compiler (6.3.1) fails on that under the thread sanitizer.
        let next = cursor.pointee.line &+ lineStep
        cursor.pointee.line = next
    }

    @inline(__always)
    private mutating func keepRow() {
        rowCount &+= 1
        formCounts[time.form.rawValue] &+= 1
        if hasQuoteVolume { settleVolume() }
        if isQuotes { settleQuote() }
        rows.append(time.milliseconds, prices)
        lines.append(cursor.pointee.line)
    }

    /// The middle of bid and ask.
    private mutating func settleQuote() {
        if prices.low > prices.high { oddities.noteCrossed(line: cursor.pointee.line) }
        prices.close = prices.low + (prices.high - prices.low) / 2
    }

    /// Two volumes, of which one times the price is about the other: the smaller side of that is the base currency's.
    private mutating func settleVolume() {
        if volumesAreSwapped(prices.volume, quoteVolume, price: prices.close) {
            swap(&prices.volume, &quoteVolume)
            oddities.noteSwapped(line: cursor.pointee.line)
        }
    }

    private mutating func rejectRow() {
        rowCount &+= 1
        judgeWords()
        let line = cursor.pointee.line
        if column != width {
            rejects.noteWidth(column, line: line)
        } else if defect == .missing {
            // Bars of which a part stands there: rows without any price are those of hours without a trade.
            let isPartial = !isQuotes && priceColumns > 1 && absentPrices < priceColumns
            rejects.noteMissing(column: defectColumn, text: defectText, line: line, isPartial: isPartial)
        } else {
            rejects.noteMalformed(column: defectColumn, text: defectText, line: line)
        }
    }

    /// Forgets everything and keeps the memory, for the next slice.
    mutating func removeAll() {
        rows.removeAll()
        lines.removeAll()
        rejects.removeAll()
        oddities = RowOddities()
        rowCount = 0
        for form in formCounts.indices { formCounts[form] = 0 }
    }
}

/// The callbacks that libcsv calls; `data` is a pointer to a ``RowSink``.
///
/// A plain struct behind a pointer, because a class context costs half as much again as the whole parse.
func rowSinkCallbacks(_ sink: UnsafeMutablePointer<RowSink>) -> RowCallbacks {
    RowCallbacks(
        field: { text, count, data in
            guard let sink = data?.assumingMemoryBound(to: RowSink.self) else { return }
            // libcsv lends its buffer for the call; an empty first field comes with a null pointer.
            let bytes = UnsafePointer(text?.assumingMemoryBound(to: UInt8.self))
            sink.pointee.take(UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
        },
        row: { _, data in data?.assumingMemoryBound(to: RowSink.self).pointee.endRow() },
        data: sink)
}
