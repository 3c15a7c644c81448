import PriceSeries
import StressBasics

/// What one file gave.
struct FileRows {
    var layout: Layout
    var file: IngestedFile
    var columns: BarColumns
    /// Kept rows by the form of their time, indexed by ``TimeForm``.
    var formCounts: [Int]
    /// Summaries that belong to this file alone, then single rows in file order.
    var findings: [Finding]
    /// Bars of trades or quotes, when the rows are such; they are in ``columns`` too.
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
    do {
        let input = try ByteSource(place, bufferSize: options.chunkBytes)
        // Pieces point into the source's memory.
        defer { withExtendedLifetime(input) {} }
        let head = try TextHead(input, name: place.name)
        let sample = try Sample(head, name: place.name, delimiter: task.delimiter)
        let table = try SampleTable(sample, name: place.name, rule: task.header, noun: task.noun)
        var layout = try task.layout(table)
        layout.noun = task.noun
        return try readRows(input, head: head, layout: layout, place: place, task: task, options: options)
    } catch {
        throw error.withExcerpt(from: place)
    }
}

extension IngestOptions {
    /// The chunk size within its bounds.
    fileprivate var feedBytes: Int { min(max(1, chunkBytes), ByteSource.bufferSizes.upperBound) }
}

private func readRows(
    _ input: ByteSource, head: TextHead, layout: Layout, place: InputPlace, task: ReadingTask,
    options: IngestOptions
) throws(IngestError) -> FileRows {
    var parser = CSVParser(delimiter: layout.delimiter)
    let sink = UnsafeMutablePointer<RowSink>.allocate(capacity: 1)
    sink.initialize(
        to: RowSink(
            layout, file: place.name, utcOffset: task.utcOffset, options: options, cursor: parser.cursor))
    defer {
        sink.deinitialize(count: 1)
        sink.deallocate()
    }
    do {
        try parse(input, head: head, with: &parser, to: rowSinkCallbacks(sink), options: options, name: place.name)
    } catch {
        switch error {
        case .input(let error): throw error
        case .csv(let failure): throw failure.ingestError(name: place.name, markBytes: head.markBytes)
        }
    }
    try refuse(sink, name: place.name, noun: task.noun)
    return collect(sink, input: input, layout: layout, name: place.name)
}

/// Either side of the parsing may fail; typed throws carry one type.
private enum ParseFailure: Error {
    case input(IngestError)
    case csv(CSVParser.Failure)
}

private func parse(
    _ input: ByteSource, head: TextHead, with parser: inout CSVParser, to callbacks: RowCallbacks,
    options: IngestOptions, name: String
) throws(ParseFailure) {
    let chunk = options.feedBytes
    do {
        try head.bytes.withUnsafeBufferPointer { (text) throws(CSVParser.Failure) in
            try feed(text, to: &parser, callbacks, chunk: chunk)
        }
    } catch { throw .csv(error) }
    while !parser.cursor.pointee.isStopped {
        if options.isCancelled() { throw .input(cancelled(name)) }
        let piece: UnsafeBufferPointer<UInt8>?
        do { piece = try input.next() } catch { throw .input(error) }
        do {
            guard let piece else { return try parser.finish(callbacks) }
            try feed(piece, to: &parser, callbacks, chunk: chunk)
        } catch { throw .csv(error) }
    }
}

private func cancelled(_ name: String) -> IngestError {
    IngestError(.cancelled, "stopped reading", at: SourceLocation(file: name))
}

private func feed(
    _ text: UnsafeBufferPointer<UInt8>, to parser: inout CSVParser, _ callbacks: RowCallbacks, chunk: Int
) throws(CSVParser.Failure) {
    var start = 0
    while start < text.count {
        let stop = min(text.count, start &+ chunk)
        try parser.feed(UnsafeBufferPointer(rebasing: text[start..<stop]), to: callbacks)
        start = stop
    }
}

private func refuse(_ sink: UnsafeMutablePointer<RowSink>, name: String, noun: String) throws(IngestError) {
    if let overflow = sink.pointee.overflow {
        throw IngestError(.tooLarge, "cannot read the file", why: overflow, at: SourceLocation(file: name))
    }
    if let clash = sink.pointee.oddities.symbolClash {
        throw Layout.severalSymbols([clash.first, clash.second], at: SourceLocation(file: name, line: clash.line))
    }
    if let refusal = sink.pointee.rejects.refusal(rowCount: sink.pointee.rowCount) { throw refusal }
    guard sink.pointee.columns.count > 0 || sink.pointee.ticks?.count ?? 0 > 0 else {
        let count = counted(sink.pointee.rowCount, "data row")
        throw IngestError(
            .empty, "cannot find \(noun) rows", why: "none of \(count) has a time and a \(noun)",
            at: SourceLocation(file: name))
    }
}

private func collect(
    _ sink: UnsafeMutablePointer<RowSink>, input: ByteSource, layout: Layout, name: String
) -> FileRows {
    let file = IngestedFile(
        name: name, byteCount: input.byteCount, rowCount: sink.pointee.rowCount, sha256: input.digest)
    let rejects = sink.pointee.rejects
    let oddities = sink.pointee.oddities.findings(file: name, of: sink.pointee.rowCount)
    let summaries = layout.findings + [rejects.volumeFinding].compactMap { $0 } + oddities
    return FileRows(
        layout: layout, file: file, columns: sink.pointee.takeColumns(), formCounts: sink.pointee.formCounts,
        findings: summaries + rejects.findings + [rejects.unlistedFinding].compactMap { $0 }, ticks: sink.pointee.ticks)
}
