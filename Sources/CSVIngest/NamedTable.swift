import StressBasics

/// A CSV table with a header, as text by column: what this program wrote and reads again.
public struct NamedTable: Sendable {
    /// Data rows.
    public private(set) var rowCount = 0
    private var columns: [String: [String]] = [:]

    /// The most rows that are read: more than a study may have cells.
    public static let mostRows = 4_000_000

    /// Reads the columns named in `wanted`; others are passed over. Names that the header lacks have no column.
    ///
    /// - Throws: ``IngestError`` for a file that is missing, damaged, has rows of different widths, or passes the bounds.
    /// - Complexity: O(bytes) in time, O(wanted fields) in memory.
    public init(file: String, wanted: Set<String>) throws(IngestError) {
        let place = try InputPlace.named(file, folder: "").single()
        let source = try ByteSource(place, bufferSize: 1 << 20)
        defer { withExtendedLifetime(source) {} }
        var parser = CSVParser()
        let collector = UnsafeMutablePointer<TableCollector>.allocate(capacity: 1)
        collector.initialize(to: TableCollector(cursor: parser.cursor, wanted: wanted))
        defer {
            collector.deinitialize(count: 1)
            collector.deallocate()
        }
        let callbacks = RowCallbacks(field: collectTableField, row: collectTableRow, data: collector)
        do {
            while let piece = try source.next() { try parser.feed(piece, to: callbacks) }
            try parser.finish(callbacks)
        } catch let error as CSVParser.Failure {
            throw error.ingestError(name: file, markBytes: 0)
        } catch let error as IngestError {
            throw error
        } catch {
            preconditionFailure("the parser and the source have errors of their own: \(error)")
        }
        if let refusal = collector.pointee.refusal {
            throw IngestError(
                refusal.isTooLarge ? .tooLarge : .malformed, "cannot read the table", why: refusal.why,
                at: SourceLocation(file: file, line: refusal.line))
        }
        (rowCount, columns) = (collector.pointee.rowCount, collector.pointee.namedColumns)
    }

    /// A column; nil when the table has none of this name.
    public subscript(name: String) -> [String]? { columns[name] }
}

/// Collects the wanted columns.
private struct TableCollector {
    let cursor: UnsafeMutablePointer<RowCursor>
    let wanted: Set<String>
    /// The header; nil until it has ended.
    var names: [String]?
    var header: [String] = []
    /// By column, the place among ``kept``; nil for columns that nobody wants.
    var places: [Int?] = []
    var kept: [[String]] = []
    var column = 0
    var rowCount = 0
    var refusal: (why: String, line: Int, isTooLarge: Bool)?

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        defer { column += 1 }
        if names == nil {
            if header.count >= RowSink.mostColumns { return refuse(RowSink.tooManyColumns, isTooLarge: true) }
            header.append(String(decoding: bytes, as: UTF8.self))
        } else if column < places.count, let place = places[column] {
            kept[place].append(String(decoding: bytes, as: UTF8.self))
        }
    }

    mutating func endRow() {
        defer { column = 0 }
        guard let names else { return endHeader() }
        if column != names.count {
            return refuse("the row has \(column) fields and the header \(names.count)", isTooLarge: false)
        }
        rowCount += 1
        if rowCount > NamedTable.mostRows { refuse("it has more than \(NamedTable.mostRows) rows", isTooLarge: true) }
    }

    private mutating func endHeader() {
        var seen: Set<String> = []
        places = header.map { name in
            guard wanted.contains(name), seen.insert(name).inserted else { return nil }
            kept.append([])
            return kept.count - 1
        }
        names = header
    }

    private mutating func refuse(_ why: String, isTooLarge: Bool) {
        refusal = refusal ?? (why, cursor.pointee.line, isTooLarge)
        cursor.pointee.isStopped = true
    }

    var namedColumns: [String: [String]] {
        var columns: [String: [String]] = [:]
        for (name, place) in zip(header, places) { if let place { columns[name] = kept[place] } }
        return columns
    }
}

private func collectTableField(_ text: UnsafeMutableRawPointer?, _ count: Int, _ data: UnsafeMutableRawPointer?) {
    let bytes = UnsafeRawBufferPointer(start: text, count: text == nil ? 0 : count)
    data?.assumingMemoryBound(to: TableCollector.self).pointee.add(bytes)
}

private func collectTableRow(_ end: Int32, _ data: UnsafeMutableRawPointer?) {
    data?.assumingMemoryBound(to: TableCollector.self).pointee.endRow()
}
