import StressBasics

/// Reads a CSV of our own kind record by record, through libcsv: RFC 4180, commas, UTF-8.
///
/// For tables that this program wrote; prices are read by ``ingestSeries(_:reference:options:)``, which recognises and checks.
///
/// - Parameter body: called with the fields of each record in file order; the next call comes when it has returned.
/// - Throws: ``IngestError`` for a file that cannot be read or is not CSV; and what `body` throws.
/// - Complexity: O(bytes) in time; in memory one piece of the file and its records.
public func readCSVRecords(file: String, _ body: ([String]) throws -> Void) throws {
    let source = try ByteSource(.named(file, folder: ""), bufferSize: 1 << 16)
    var parser = CSVParser()
    let context = RecordContext()
    try withExtendedLifetime((source, context)) {
        let callbacks = RowCallbacks(
            field: { bytes, count, data in
                let field = UnsafeRawBufferPointer(start: bytes, count: count)
                RecordContext.of(data).fields.append(String(decoding: field, as: UTF8.self))
            },
            row: { _, data in
                let context = RecordContext.of(data)
                context.records.append(context.fields)
                context.fields = []
            }, data: Unmanaged.passUnretained(context).toOpaque())
        func deliver() throws {
            for record in context.records { try body(record) }
            context.records.removeAll(keepingCapacity: true)
        }
        do {
            while let piece = try source.next() {
                try parser.feed(piece, to: callbacks)
                try deliver()
            }
            try parser.finish(callbacks)
        } catch let failure as CSVParser.Failure {
            throw IngestError(
                .malformed, "cannot read the table", why: failure.why,
                at: SourceLocation(file: file, line: failure.rowLine))
        }
        try deliver()
    }
}

/// What the parser's callbacks write to; alive for the whole of ``readCSVRecords(file:_:)``.
private final class RecordContext {
    var fields: [String] = []
    var records: [[String]] = []

    static func of(_ data: UnsafeMutableRawPointer?) -> RecordContext {
        // The pointer is the one that was made of a living context a few lines above.
        Unmanaged.fromOpaque(data!).takeUnretainedValue()
    }
}
