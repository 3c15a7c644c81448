import PriceSeries
import StressBasics

/// What one file gave.
struct FileRows {
    var layout: Layout
    var file: IngestedFile
    var columns: BarColumns
    /// The rows that could be used.
    var columnCount = 0
    /// Kept rows by the form of their time, indexed by ``TimeForm``.
    var formCounts: [Int]
    /// Summaries that belong to this file alone, then single rows in file order.
    var findings: [Finding]
    /// Bars of trades or quotes, when the rows are such; ``columns`` are then empty.
    var ticks: TickBars?
}

/// What is special about one kind of file.
struct ReadingTask {
    var header: HeaderRule
    /// East of UTC, for times that state no zone.
    var utcOffset: TimeSpan
    /// What the number of a row is called in messages.
    var noun: String
    /// What separates the fields; nil when it is recognised.
    var delimiter: FieldDelimiter?
    /// Decides which columns are read, and how.
    var layout: (SampleTable) throws(IngestError) -> Layout

    /// Price rows.
    static func prices(_ source: BarSource) -> ReadingTask {
        ReadingTask(header: source.header, utcOffset: source.utcOffset, noun: "price", delimiter: source.delimiter) {
            (table) throws(IngestError) in try Layout.resolve(table, source: source)
        }
    }
}

/// Reads one file: a sample to recognise it, then everything in one pass. Memory: the columns and a few buffers.
func ingestFile(
    _ place: InputPlace, task: ReadingTask, options: IngestOptions
) throws(IngestError) -> FileRows {
    try walkFile(place, task: task, options: options) { (walk, slice) throws(IngestError) in
        var collector = walk.collector
        try refuse(collector, slice)
        return collect(&collector, walk.fileFacts, slice)
    }
}

/// The names of a file's markets, each once; no row is kept.
func symbolNames(
    of place: InputPlace, source: BarSource, options: IngestOptions
) throws(IngestError) -> SymbolNames {
    try walkFile(place, task: .prices(source), options: options) { (walk, slice) throws(IngestError) in
        let symbols = walk.collector.oddities.symbols
        guard symbols.count <= mostMarkets else { throw tooManyMarkets(place.name) }
        if let overflow = walk.collector.overflow { throw tooLarge(overflow, slice) }
        return symbols
    }
}

/// Recognises a file by a sample, walks over all rows, and lets `body` take what was found.
private func walkFile<Found>(
    _ place: InputPlace, task: ReadingTask, options: IngestOptions,
    _ body: (RowWalk, SliceTask) throws(IngestError) -> Found
) throws(IngestError) -> Found {
    do throws(IngestError) {
        let input = try ByteSource(place, bufferSize: options.chunkBytes)
        // Pieces point into the source's memory.
        defer { withExtendedLifetime(input) {} }
        let head = try TextHead(input, name: place.name)
        if let refusal = notATable(head.bytes, name: place.name) { throw refusal }
        let sample = try Sample(head, name: place.name, delimiter: task.delimiter)
        let table = try SampleTable(sample, name: place.name, rule: task.header, noun: task.noun)
        var layout = try task.layout(table)
        layout.noun = task.noun
        let slice = SliceTask(
            layout: layout, name: place.name, utcOffset: task.utcOffset, rejectLimit: options.maxRowFindings)
        return try readRows(slice, head: head, source: input, options: options, body)
    } catch {
        throw error.withExcerpt(from: place)
    }
}

private func readRows<Found>(
    _ task: SliceTask, head: TextHead, source: ByteSource, options: IngestOptions,
    _ body: (RowWalk, SliceTask) throws(IngestError) -> Found
) throws(IngestError) -> Found {
    // The walk keeps a pointer into the head.
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: head.bytes.count)
    _ = bytes.initialize(from: head.bytes)
    defer { bytes.deallocate() }
    let walk = RowWalk(task, head: UnsafeBufferPointer(bytes), source: source, options: options)
    do {
        try walk.read()
    } catch {
        switch error {
        case .input(let error): throw error
        case .csv(let failure): throw failure.ingestError(name: task.name, markBytes: head.markBytes)
        }
    }
    return try withExtendedLifetime(walk) { () throws(IngestError) in try body(walk, task) }
}

private func tooLarge(_ overflow: Overflow, _ task: SliceTask) -> IngestError {
    IngestError(
        .tooLarge, "cannot read the file", why: overflow.why,
        at: SourceLocation(file: task.name, line: overflow.line))
}

private func refuse(_ rows: RowCollector, _ task: SliceTask) throws(IngestError) {
    let place = SourceLocation(file: task.name)
    if let clash = rows.oddities.symbolClash {
        let names = [task.layout.sampledSymbol, clash.symbol].compactMap { $0 }
        throw Layout.severalSymbols(names, at: SourceLocation(file: task.name, line: clash.line))
    }
    if let overflow = rows.overflow { throw tooLarge(overflow, task) }
    if let refusal = rows.rejects.refusal(rowCount: rows.rowCount) { throw refusal }
    guard rows.columns.count > 0 || rows.ticks?.count ?? 0 > 0 else {
        if let symbol = task.layout.symbol, rows.rowCount == 0, rows.oddities.otherSymbols > 0 {
            let others = counted(rows.oddities.otherSymbols, "row")
            throw absent(symbol, why: "none of \(others) is of it", at: place)
        }
        let (count, noun) = (counted(rows.rowCount, "data row"), task.layout.noun)
        throw IngestError(
            .empty, "cannot find \(noun) rows", why: "none of \(count) has a time and a \(noun)", at: place)
    }
}

private func collect(
    _ rows: inout RowCollector, _ facts: (byteCount: Int, digest: Digest), _ task: SliceTask
) -> FileRows {
    let file = IngestedFile(
        name: task.name, byteCount: facts.byteCount, rowCount: rows.rowCount, sha256: facts.digest)
    let rejects = rows.rejects
    let oddities = rows.oddities.findings(file: task.name, of: rows.rowCount)
    let summaries = task.layout.findings + [rejects.volumeFinding].compactMap { $0 } + oddities
    return FileRows(
        layout: task.layout, file: file, columns: rows.takeColumns(), formCounts: rows.formCounts,
        findings: summaries + rejects.findings + [rejects.unlistedFinding].compactMap { $0 }, ticks: rows.ticks)
}
