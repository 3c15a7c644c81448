import StressBasics

/// The first text of a file: enough to recognise its format.
struct TextHead {
    /// The text as read, without a byte order mark; at least ``sampledBytes`` unless the text is shorter.
    private(set) var bytes: [UInt8] = []
    /// Bytes of a byte order mark that were left out.
    private(set) var markBytes = 0
    /// Whether the text ends here.
    private(set) var isWholeText = false

    /// How much text a sample looks at, a constant so that the buffer size changes nothing.
    static let sampledBytes = 1 << 18

    /// Reads from the front of `source`. UTF-16 is refused.
    init(_ source: inout ByteSource, name: String) throws(IngestError) {
        while bytes.count < TextHead.sampledBytes + 3 {
            guard let piece = try source.next() else {
                isWholeText = true
                break
            }
            bytes.append(contentsOf: piece)
        }
        if let refusal = refusedEncoding(bytes[...], name: name) { throw refusal }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            bytes.removeFirst(3)
            markBytes = 3
        }
    }
}

/// One row of a sample, as text.
struct SampleRow {
    /// 1-based physical line on which it begins.
    var line: Int
    var fields: [String]
}

/// The first rows of a file and the delimiter that makes them rows.
struct Sample {
    var delimiter: UInt8 = Ascii.comma
    var rows: [SampleRow] = []

    /// Rows looked at.
    static let mostRows = 1000

    /// Parses the head with a comma, and with other delimiters when a comma leaves every row in one piece or breaks on
    /// quotes that another delimiter explains.
    init(_ head: TextHead, name: String) throws(IngestError) {
        var failure: IngestError?
        do { rows = try Sample.parse(head, delimiter: delimiter, name: name) } catch { failure = error }
        if failure == nil, !rows.allSatisfy({ $0.fields.count == 1 }) || rows.isEmpty { return }
        for candidate in [Ascii.semicolon, Ascii.tab, 0x7C] {
            guard let parsed = try? Sample.parse(head, delimiter: candidate, name: name) else { continue }
            let width = parsed.last?.fields.count ?? 1
            let agreeing = parsed.count { $0.fields.count == width }
            if width > 1, agreeing * 2 > parsed.count {
                (delimiter, rows) = (candidate, parsed)
                return
            }
        }
        if let failure { throw failure }
    }

    private static func parse(_ head: TextHead, delimiter: UInt8, name: String) throws(IngestError) -> [SampleRow] {
        var parser = CSVParser(delimiter: delimiter)
        let collector = UnsafeMutablePointer<SampleCollector>.allocate(capacity: 1)
        collector.initialize(to: SampleCollector(cursor: parser.cursor))
        defer {
            collector.deinitialize(count: 1)
            collector.deallocate()
        }
        let callbacks = RowCallbacks(field: collectField, row: collectRow, data: collector)
        do {
            try head.bytes.prefix(TextHead.sampledBytes).withUnsafeBufferPointer {
                (text) throws(CSVParser.Failure) in try parser.feed(text, to: callbacks)
            }
            let isWhole = head.isWholeText && head.bytes.count <= TextHead.sampledBytes
            if isWhole { try parser.finish(callbacks) }
        } catch {
            throw error.ingestError(name: name, markBytes: head.markBytes)
        }
        // A row that does not end here is not among the rows.
        guard collector.pointee.fields.count <= RowSink.mostColumns else {
            let place = SourceLocation(file: name, line: collector.pointee.cursor.pointee.line)
            throw IngestError(.tooLarge, "cannot read the file", why: RowSink.tooManyColumns, at: place)
        }
        return collector.pointee.rows
    }
}

/// Collects rows as text until there are enough.
private struct SampleCollector {
    let cursor: UnsafeMutablePointer<RowCursor>
    var rows: [SampleRow] = []
    var fields: [String] = []

    mutating func endRow() {
        rows.append(SampleRow(line: cursor.pointee.line, fields: fields))
        fields.removeAll(keepingCapacity: true)
        if rows.count >= Sample.mostRows { cursor.pointee.isStopped = true }
    }
}

private func collectField(_ text: UnsafeMutableRawPointer?, _ count: Int, _ data: UnsafeMutableRawPointer?) {
    guard let collector = data?.assumingMemoryBound(to: SampleCollector.self) else { return }
    let bytes = UnsafeRawBufferPointer(start: text, count: text == nil ? 0 : count)
    // The head bounds the text, this bounds what a row of nothing but commas can make of it.
    if collector.pointee.fields.count <= RowSink.mostColumns {
        collector.pointee.fields.append(String(decoding: bytes, as: UTF8.self))
    }
}

private func collectRow(_ end: Int32, _ data: UnsafeMutableRawPointer?) {
    data?.assumingMemoryBound(to: SampleCollector.self).pointee.endRow()
}

extension CSVParser.Failure {
    /// The failure as an error of the file.
    func ingestError(name: String, markBytes: Int) -> IngestError {
        // The quote that is to blame is nearly always in the row's first lines, wherever the parser noticed.
        let stop = rowLine < line ? ["parsing stopped on line \(spacedCount(line))"] : []
        return IngestError(
            .malformed, "cannot split the row into fields", why: why, notes: stop,
            at: SourceLocation(file: name, line: rowLine, byte: byte + markBytes),
            hint: "quotes inside a quoted field are written twice")
    }
}
