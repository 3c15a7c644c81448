import StressBasics

/// Writes a table into a new Parquet file (format version 1).
///
/// Numbers are `DOUBLE`, whole numbers `INT64`, times `INT64` of milliseconds in UTC, texts `BYTE_ARRAY` of UTF-8; every column may be
/// null, and is where a field is empty, so that nothing and zero stay apart. Unit and meaning of the columns stand in the file's own
/// key-value metadata. One page a column and group of rows, `PLAIN`, compressed with zstd, with a checksum. The same table gives the
/// same bytes with equal versions of zstd. O(fields) in time, one group of rows in memory.
public func writeParquet(_ table: ExportedTable, to path: String, replacing: Bool = false) throws {
    try writeParquet(table, to: path, replacing: replacing, groupRows: 1 << 16, groupBytes: 1 << 24)
}

/// As above, with other bounds on a group of rows: it ends with the row that reaches one of them.
func writeParquet(
    _ table: ExportedTable, to path: String, replacing: Bool, groupRows: Int, groupBytes: Int
) throws {
    var writer = ParquetWriter(table, file: try ExportFile(path, replacing: replacing))
    try writer.begin()
    try table.rows { row in
        try table.check(row)
        try writer.append(row)
        if writer.rows >= groupRows || writer.bytes >= groupBytes { try writer.endGroup() }
    }
    try writer.endGroup()
    try writer.end()
}

/// A Parquet file in the making.
private struct ParquetWriter {
    private let table: ExportedTable
    private let file: ExportFile
    private var columns: [ParquetColumn]
    private var groups: [Group] = []
    private var offset = 0
    /// Rows of the group that is open.
    private(set) var rows = 0
    /// Bytes of its values.
    private(set) var bytes = 0

    private struct Group {
        var chunks: [Chunk] = []
        var rows: Int
        var plainBytes: Int { chunks.reduce(0) { $0 + $1.plainBytes } }
        var packedBytes: Int { chunks.reduce(0) { $0 + $1.packedBytes } }
    }

    private struct Chunk {
        let column: Int
        let offset, plainBytes, packedBytes, nulls: Int
    }

    private static let magic = Array("PAR1".utf8)
    /// The codec `ZSTD`, the encodings `PLAIN` and `RLE`.
    private static let (zstd, plain, runLength): (Int32, Int32, Int32) = (6, 0, 3)

    init(_ table: ExportedTable, file: ExportFile) {
        (self.table, self.file) = (table, file)
        columns = table.columns.map { ParquetColumn(ParquetType($0.kind)) }
    }

    private mutating func write(_ bytes: [UInt8]) throws(StoreError) {
        try file.append(bytes)
        offset += bytes.count
    }

    mutating func begin() throws(StoreError) { try write(ParquetWriter.magic) }

    mutating func append(_ row: [String]) throws(StoreError) {
        for place in columns.indices {
            guard columns[place].append(row[place]) else { throw table.wrong(row[place], in: table.columns[place]) }
            bytes += row[place].utf8.count + 4
        }
        rows += 1
    }

    /// Writes the rows that were added since the last group; nothing without any.
    mutating func endGroup() throws(StoreError) {
        guard rows > 0 else { return }
        var group = Group(rows: rows)
        for place in columns.indices {
            group.chunks.append(try writePage(of: place))
            columns[place] = ParquetColumn(columns[place].type)
        }
        groups.append(group)
        (rows, bytes) = (0, 0)
    }

    private mutating func writePage(of place: Int) throws(StoreError) -> Chunk {
        let (plain, start) = (columns[place].page, offset)
        guard let packed = zstdFrame(plain) else {
            throw StoreError(.inputOutput, "there is no memory to compress \(table.columns[place].name)")
        }
        let header = ParquetWriter.header(plain: plain.count, packed: packed, rows: rows)
        try write(header)
        try write(packed)
        return Chunk(
            column: place, offset: start, plainBytes: header.count + plain.count,
            packedBytes: header.count + packed.count, nulls: columns[place].nulls)
    }

    /// The header of a data page.
    private static func header(plain: Int, packed: [UInt8], rows: Int) -> [UInt8] {
        var thrift = ThriftCompact()
        thrift.field(1, 0 as Int32)
        thrift.field(2, Int32(plain))
        thrift.field(3, Int32(packed.count))
        thrift.field(4, parquetCheck(packed))
        thrift.structure(5) { page in
            page.field(1, Int32(rows))
            page.field(2, ParquetWriter.plain)
            page.field(3, runLength)
            page.field(4, runLength)
        }
        thrift.end()
        return thrift.bytes
    }

    // MARK: Footer

    /// Writes the footer and gives the file its name.
    mutating func end() throws(StoreError) {
        let footer = footer
        try write(footer)
        try write((0..<4).map { UInt8(truncatingIfNeeded: footer.count >> (8 * $0)) } + ParquetWriter.magic)
        try file.publish()
    }

    private var footer: [UInt8] {
        var thrift = ThriftCompact()
        thrift.field(1, 1 as Int32)
        thrift.list(2, of: [nil] + table.columns.map(Optional.some)) { element, column in
            if let column { write(column, &element) } else { writeRoot(&element) }
        }
        thrift.field(3, wide: Int64(groups.reduce(0) { $0 + $1.rows }))
        thrift.list(4, of: Array(groups.enumerated())) { write($1.element, at: $1.offset, &$0) }
        thrift.list(5, of: notes) { entry, note in
            entry.field(1, note.key)
            entry.field(2, note.value)
        }
        thrift.field(6, "belowzero")
        thrift.end()
        return thrift.bytes
    }

    /// What the file says of its columns.
    private var notes: [(key: String, value: String)] {
        [("table", table.name)]
            + table.columns.filter { !$0.unit.isEmpty }.map { ("unit:" + $0.name, $0.unit) }
            + table.columns.map { ("meaning:" + $0.name, $0.meaning) }
    }

    private func writeRoot(_ element: inout ThriftCompact) {
        element.field(4, "schema")
        element.field(5, Int32(table.columns.count))
    }

    private func write(_ column: ExportedTable.Column, _ element: inout ThriftCompact) {
        let type = ParquetType(column.kind)
        element.field(1, type.physical)
        // Optional: a field may be null.
        element.field(3, 1 as Int32)
        element.field(4, column.name)
        switch type {
        case .text:
            element.field(6, 0 as Int32)
            element.structure(10) { $0.structure(1) { _ in } }
        case .time:
            element.field(6, 9 as Int32)
            element.structure(10) { logical in
                logical.structure(8) { stamp in
                    stamp.field(1, true)
                    stamp.structure(2) { $0.structure(1) { _ in } }
                }
            }
        case .integer, .number: break
        }
    }

    private func write(_ group: Group, at place: Int, _ thrift: inout ThriftCompact) {
        thrift.list(1, of: group.chunks) { chunk, facts in
            chunk.field(2, wide: 0)
            chunk.structure(3) { write(facts, rows: group.rows, &$0) }
        }
        thrift.field(2, wide: Int64(group.plainBytes))
        thrift.field(3, wide: Int64(group.rows))
        thrift.field(5, wide: Int64(group.chunks.first?.offset ?? 0))
        thrift.field(6, wide: Int64(group.packedBytes))
    }

    private func write(_ chunk: Chunk, rows: Int, _ thrift: inout ThriftCompact) {
        let column = table.columns[chunk.column]
        thrift.field(1, ParquetType(column.kind).physical)
        thrift.list(2, of: [ParquetWriter.plain, ParquetWriter.runLength])
        thrift.list(3, of: [column.name])
        thrift.field(4, ParquetWriter.zstd)
        thrift.field(5, wide: Int64(rows))
        thrift.field(6, wide: Int64(chunk.plainBytes))
        thrift.field(7, wide: Int64(chunk.packedBytes))
        thrift.field(9, wide: Int64(chunk.offset))
        thrift.structure(12) { $0.field(3, wide: Int64(chunk.nulls)) }
    }
}
