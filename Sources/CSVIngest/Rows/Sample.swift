import PriceSeries
import StressBasics

/// The first text of a file: enough to recognise its format.
struct TextHead {
    /// The text as read, without a byte order mark; at least ``sampledBytes`` unless the text is shorter.
    private(set) var bytes: [UInt8] = []
    /// Bytes of a byte order mark that were left out.
    private(set) var markBytes = 0
    /// Whether the text ends here.
    private(set) var isWholeText = false
    /// How the text was stored.
    private(set) var encoding: RecognisedTrait

    /// How much text a sample looks at, a constant so that the buffer size changes nothing.
    static let sampledBytes = 1 << 18

    /// Reads from the front of `source`.
    init(_ source: ByteSource, name: String) throws(IngestError) {
        encoding = RecognisedTrait("encoding", "UTF-8", .assumed, "no byte order mark, and no zero bytes")
        while bytes.count < TextHead.sampledBytes + 3 {
            guard let piece = try source.next() else {
                isWholeText = true
                break
            }
            bytes.append(contentsOf: piece)
        }
        if let words = source.transcodedFrom {
            encoding = RecognisedTrait("encoding", words, .certain, "the first bytes say so")
        }
        if encoding.confidence == .assumed, !isValidText {
            encoding = RecognisedTrait("encoding", "Windows-1252", .likely, "the text has bytes that are no UTF-8")
        }
        // Programs that append to a marked file, or mark a marked one again, leave several.
        while bytes.starts(with: [0xEF, 0xBB, 0xBF]), markBytes < 12 {
            bytes.removeFirst(3)
            markBytes += 3
            encoding = RecognisedTrait("encoding", "UTF-8", .certain, "a byte order mark")
        }
    }
}

extension TextHead {
    /// Whether the text is UTF-8, but for a character that is cut at its end.
    private var isValidText: Bool {
        bytes.withUnsafeBytes { text in
            guard text.contains(where: { $0 >= 0x80 }) else { return true }
            return (0...min(3, text.count)).contains { cut in
                String(validating: UnsafeRawBufferPointer(rebasing: text.dropLast(cut)), as: UTF8.self) != nil
            }
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
    /// How the delimiter was found.
    private var trait: RecognisedTrait
    private var encoding: RecognisedTrait

    /// How encoding and delimiter were found.
    var traits: [RecognisedTrait] { [encoding, trait] }

    /// Rows looked at.
    static let mostRows = 1000

    /// Parses the head with the delimiter that the user states, or with the one under which most fields are values.
    ///
    /// - Throws: when two delimiters make equally good tables, and for quotes that no delimiter explains.
    init(_ head: TextHead, name: String, delimiter stated: FieldDelimiter? = nil) throws(IngestError) {
        encoding = head.encoding
        if let stated {
            delimiter = stated.byte
            rows = try Sample.parse(head, delimiter: delimiter, name: name)
            trait = RecognisedTrait("delimiter", stated.words, .stated, "")
            return
        }
        let (shapes, failure) = Sample.shapes(head, name)
        let tables = shapes.filter(\.isTable).sorted { $0.score > $1.score }
        if let best = tables.first {
            if tables.count > 1, tables[1].score > 0.9, tables[1].score >= best.score {
                throw Sample.twoDelimiters(tables, name)
            }
            (delimiter, rows) = (best.delimiter.byte, best.rows)
            trait = best.trait(hasRival: tables.count > 1)
            return
        }
        if let failure { throw failure }
        rows = shapes.first { $0.delimiter == .comma }?.rows ?? []
        trait = RecognisedTrait("delimiter", FieldDelimiter.comma.words, .assumed, "no row has two fields")
    }

    /// What the head looks like under each delimiter, and why it cannot be read with commas where it cannot.
    private static func shapes(_ head: TextHead, _ name: String) -> ([SampleShape], IngestError?) {
        var (shapes, failure): ([SampleShape], IngestError?) = ([], nil)
        for candidate in FieldDelimiter.allCases {
            do throws(IngestError) {
                shapes.append(SampleShape(candidate, try parse(head, delimiter: candidate.byte, name: name)))
            } catch { if candidate == .comma { failure = error } }
        }
        return (shapes, failure)
    }

    private static func twoDelimiters(_ shapes: [SampleShape], _ name: String) -> IngestError {
        let words = shapes.prefix(2).map(\.delimiter.words).joined(separator: " or ")
        let settings = shapes.prefix(2).map { "delimiter: \"\($0.delimiter == .tab ? "\\t" : $0.delimiter.rawValue)\"" }
        return IngestError(
            .notRecognised, "cannot tell what separates the fields", why: "it may be \(words)",
            at: SourceLocation(file: name, line: shapes.first?.rows.first?.line),
            hint: "say which it is: \(settings.joined(separator: " or "))")
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
        collector.pointee.fields.append(legibleText(bytes))
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
