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
struct RowSink {
    /// More columns than this in a row stop the reading.
    static let mostColumns = 1024

    /// What is wrong with the current row.
    enum Defect: Equatable {
        case none
        /// A wanted field is empty or a word for "no value".
        case missing
        /// A wanted field cannot be read.
        case malformed
    }

    private(set) var columns = BarColumns()
    private(set) var rejects: RowRejects
    /// Data rows so far, the rejected ones included.
    private(set) var rowCount = 0
    /// Kept rows by the form of their time, indexed by ``TimeForm``.
    private(set) var formCounts = [Int](repeating: 0, count: TimeForm.allCases.count)
    /// Why the reading was stopped.
    private(set) var overflow: String?
    /// Bars of trades or quotes, when the rows are such.
    private(set) var ticks: TickBars?
    /// What single columns have shown.
    private(set) var oddities = RowOddities()

    private let cursor: UnsafeMutablePointer<RowCursor>
    private let decoder: TimeDecoder
    /// Milliseconds east of UTC of times that state no zone.
    private let localOffset: Int64
    private let width: Int
    private let isPriceOnly: Bool
    private let isQuotes: Bool
    private let hasVolume: Bool
    private let hasQuoteVolume: Bool
    private let numbers: NumberNotation
    private let volumeNumbers: NumberNotation
    private let isPlain: Bool
    private var joinedTime: JoinedTime?
    private var symbols: SymbolFilter?
    private var rowsToSkip: Int
    // One more than a row may have, so that the last look-up needs no test of its own.
    private let roles: [ColumnRole]

    private var column = 0
    private var defect = Defect.none
    private var defectColumn = 0
    private var defectText = ""
    private var time = TimeReading(milliseconds: 0, form: .seconds)
    private var open = 0.0
    private var high = 0.0
    private var low = 0.0
    private var close = 0.0
    private var volume = 0.0
    private var quoteVolume = Double.nan
    private var isOtherSymbol = false

    init(
        _ layout: Layout, file: String, utcOffset: TimeSpan, options: IngestOptions,
        cursor: UnsafeMutablePointer<RowCursor>
    ) {
        self.cursor = cursor
        localOffset = utcOffset.milliseconds
        decoder = layout.time
        width = layout.width
        rowsToSkip = layout.skippedRows
        roles = RowSink.roles(layout.plan)
        rejects = RowRejects(layout: layout, file: file, limit: options.maxRowFindings)
        hasVolume = layout.plan.volume != nil
        hasQuoteVolume = layout.plan.quoteVolume != nil
        (numbers, volumeNumbers) = (layout.numbers, layout.volumeNumbers)
        isPlain = layout.numbers.isPlain
        if layout.plan.timeParts.count > 1 { joinedTime = JoinedTime(layout.plan.timeParts) }
        symbols = layout.plan.symbol.map { SymbolFilter(column: $0, wanted: layout.symbol) }
        if case .quotes = layout.plan.prices { isQuotes = true } else { isQuotes = false }
        if case .single = layout.plan.prices { isPriceOnly = true } else { isPriceOnly = false }
        ticks = layout.tickLength.map { TickBars(length: $0) }
    }

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
        guard index < RowSink.mostColumns else { return stop("a row has more than 1 024 fields") }
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
            if verdict == .clash, oddities.symbolClash == nil {
                oddities.symbolClash = (
                    cursor.pointee.line, symbols?.first ?? "", String(decoding: field.prefix(64), as: UTF8.self)
                )
                cursor.pointee.isStopped = true
            }
        }
    }

    @inline(__always)
    private mutating func takePrice(_ field: UnsafeBufferPointer<UInt8>, _ role: ColumnRole, _ index: Int) {
        switch isPlain ? readDecimal(field) : numbers.read(field) {
        case .value(let value):
            guard BarSeries.allowedPrice(value) else { return note(.malformed, field, index) }
            if role.contains(.open) { open = value }
            if role.contains(.high) { high = value }
            if role.contains(.low) { low = value }
            if role.contains(.close) { close = value }
        case .missing: note(.missing, field, index)
        case .malformed: note(.malformed, field, index)
        }
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
        switch volumeNumbers.read(field) {
        case .value(let value): volume = value
        case .missing: volume = .nan
        case .malformed:
            volume = .nan
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
        overflow = overflow ?? why
        cursor.pointee.isStopped = true
    }

    // MARK: Rows

    /// The end of the current row.
    @inline(__always)
    mutating func endRow() {
        if joinedTime != nil { takeJoinedTime() }
        if rowsToSkip > 0 {
            rowsToSkip &-= 1
        } else if isOtherSymbol {
            oddities.otherSymbols &+= 1
        } else if column == width, defect == .none {
            keepRow()
        } else {
            rejectRow()
        }
        column = 0
        defect = .none
        quoteVolume = .nan
        isOtherSymbol = false
    }

    @inline(__always)
    private mutating func keepRow() {
        rowCount &+= 1
        formCounts[time.form.rawValue] &+= 1
        if hasQuoteVolume { settleVolume() }
        if ticks != nil { return keepTick() }
        columns.time.append(time.milliseconds)
        columns.line.append(cursor.pointee.line)
        columns.close.append(close)
        if !isPriceOnly {
            columns.open.append(open)
            columns.high.append(high)
            columns.low.append(low)
        }
        if hasVolume { columns.volume.append(volume) }
        if columns.time.count >= BarColumns.mostRows { stop("it has more than \(BarColumns.mostRows) rows") }
    }

    private mutating func keepTick() {
        if isQuotes {
            if low > high { oddities.noteCrossed(line: cursor.pointee.line) }
            close = low + (high - low) / 2
        }
        ticks?.add(
            time: time.milliseconds, price: close, size: volume.isFinite ? volume : 0, line: cursor.pointee.line)
    }

    /// Two volumes, of which one times the price is about the other: the smaller side of that is the base currency's.
    private mutating func settleVolume() {
        let price = isPriceOnly ? close : (high + low) / 2
        if volumesAreSwapped(volume, quoteVolume, price: price) {
            swap(&volume, &quoteVolume)
            oddities.noteSwapped(line: cursor.pointee.line)
        }
    }

    private mutating func rejectRow() {
        rowCount &+= 1
        let line = cursor.pointee.line
        if column != width {
            rejects.noteWidth(column, line: line)
        } else if defect == .missing {
            rejects.noteMissing(column: defectColumn, text: defectText, line: line)
        } else {
            rejects.noteMalformed(column: defectColumn, text: defectText, line: line)
        }
    }

    /// Gives up the columns; those of a price-only file are completed.
    mutating func takeColumns() -> BarColumns {
        var result = BarColumns()
        swap(&result, &columns)
        if let ticks { return ticks.columns(hasVolume: hasVolume) }
        if isPriceOnly { (result.open, result.high, result.low) = (result.close, result.close, result.close) }
        return result
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
