import StressBasics

/// Reads a CSV of our own kind record by record, through libcsv: RFC 4180, commas, UTF-8.
///
/// For tables that this program wrote; prices are read by ``ingestSeries(_:reference:options:)``, which recognises and checks.
///
/// - Parameter body: called with the fields of each record and the line on which it begins, in file order; the next call comes
///   when it has returned.
/// - Throws: ``IngestError`` for a file that cannot be read, is not CSV, or has too many columns; and what `body` throws.
/// - Complexity: O(bytes) in time; in memory one piece of the file and its records.
public func readCSVRecords(file: String, _ body: ([String], _ line: Int) throws -> Void) throws {
    let source = try ByteSource(.named(file, folder: ""), bufferSize: 1 << 16)
    var parser = CSVParser()
    let context = RecordContext(parser.cursor)
    try withExtendedLifetime((source, context)) {
        let callbacks = context.callbacks
        do {
            while let piece = try source.next() {
                try parser.feed(piece, to: callbacks)
                try context.deliver(file, body)
            }
            try parser.finish(callbacks)
        } catch let failure as CSVParser.Failure {
            throw IngestError(
                .malformed, "cannot read the table", why: failure.why,
                at: SourceLocation(file: file, line: failure.rowLine))
        }
        try context.deliver(file, body)
    }
}

/// What the parser's callbacks write to; alive for the whole of ``readCSVRecords(file:_:)``.
private final class RecordContext {
    let cursor: UnsafeMutablePointer<RowCursor>
    var fields: [String] = []
    var records: [(fields: [String], line: Int)] = []

    init(_ cursor: UnsafeMutablePointer<RowCursor>) { self.cursor = cursor }

    /// Adds a field. A row of nothing but commas could fill the memory, so it stops one past the bound.
    func add(_ field: String) {
        guard fields.count <= RowSink.mostColumns else { return cursor.pointee.isStopped = true }
        fields.append(field)
    }

    /// Hands over the records that are whole.
    func deliver(_ file: String, _ body: ([String], _ line: Int) throws -> Void) throws {
        for (record, line) in records { try body(record, line) }
        records.removeAll(keepingCapacity: true)
        guard fields.count > RowSink.mostColumns else { return }
        throw IngestError(
            .tooLarge, "cannot read the table", why: RowSink.tooManyColumns,
            at: SourceLocation(file: file, line: cursor.pointee.line))
    }

    /// What the parser calls; good as long as the context lives.
    var callbacks: RowCallbacks {
        RowCallbacks(
            field: { bytes, count, data in
                let field = UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count)
                RecordContext.of(data).add(String(decoding: field, as: UTF8.self))
            },
            row: { _, data in
                let context = RecordContext.of(data)
                context.records.append((context.fields, context.cursor.pointee.line))
                context.fields = []
            }, data: Unmanaged.passUnretained(self).toOpaque())
    }

    private static func of(_ data: UnsafeMutableRawPointer?) -> RecordContext {
        // The pointer is the one that ``callbacks`` made of a context that is kept alive.
        Unmanaged.fromOpaque(data!).takeUnretainedValue()
    }
}
