/// What the fields of a column of a table can be parsed as.
public enum ColumnType: String, Sendable {
    /// Names and sentences.
    case text
    /// Whole numbers.
    case integer
    /// Numbers that need not be whole.
    case number
    /// RFC 3339 in UTC.
    case time
}

/// Builds CSV text by RFC 4180 with LF line ends: a header, then one row at a time.
public struct CSVText: Sendable {
    private var bytes: [UInt8] = []
    private let columnCount: Int

    /// The text so far, each row closed by LF. O(size).
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Starts a table with its header row.
    public init(header: [String]) {
        columnCount = header.count
        append(header)
    }

    /// Adds one row; the number of fields must equal the header's.
    public mutating func append(_ fields: [String]) {
        precondition(fields.count == columnCount, "a row has \(columnCount) fields")
        for field in fields { append(field: field) }
        endRow()
    }

    /// A whole table, its rows as they come.
    ///
    /// A column of numbers has a point in all of its fields or in none: readers that look at the first rows only would else
    /// take hundreds of `0` for whole numbers and stop at the first `0.25`. Texts are made harmless (``inert(_:)``).
    public init(header: [String], types: [ColumnType], rows: [[String]]) {
        self.init(header: header, types: types, rows: rows, fields: header.indices.map { column in { $0[column] } })
    }

    /// The same of rows of any kind, with what gives the field of each column.
    public init<Row>(header: [String], types: [ColumnType], rows: [Row], fields: [(Row) -> String]) {
        precondition(fields.count == header.count && types.count == header.count, "a row has \(header.count) fields")
        var texts: [String] = []
        texts.reserveCapacity(rows.count * fields.count)
        for row in rows { for field in fields { texts.append(field(row)) } }
        self.init(header: header, types: types, fields: texts)
    }

    /// The same table where rows come in groups whose first fields are the same in all rows: those are made and written once.
    ///
    /// - Parameters:
    ///   - groups: each with the fields of its first columns, as many as others are left for `fields`, and with its rows.
    ///   - fields: what gives the fields of the other columns.
    public init<Row>(
        header: [String], types: [ColumnType], groups: [(names: [String], rows: [Row])], fields: [(Row) -> String]
    ) {
        self.init(header: header)
        let first = columnCount - fields.count
        var (texts, names) = ([String](), [String]())
        texts.reserveCapacity(fields.count * groups.reduce(0) { $0 + $1.rows.count })
        for group in groups where !group.rows.isEmpty {
            names += group.names
            for row in group.rows { for field in fields { texts.append(field(row)) } }
        }
        let isDecimal = CSVText.areDecimal(types[..<first], names) + CSVText.areDecimal(types[first...], texts)
        var next = 0
        for group in groups {
            let start = bytes.count
            for (column, name) in group.names.enumerated() { append(name, types[column], isDecimal: isDecimal[column]) }
            let names = Array(bytes[start...])
            bytes.removeLast(names.count)
            for _ in group.rows {
                bytes += names
                for column in first..<columnCount {
                    append(texts[next], types[column], isDecimal: isDecimal[column])
                    next += 1
                }
                endRow()
            }
        }
    }

    /// Whether columns are numbers of which one has a point, of fields one behind the other, row by row.
    private static func areDecimal(_ types: ArraySlice<ColumnType>, _ fields: [String]) -> [Bool] {
        types.enumerated().map { column, type in
            type == .number
                && stride(from: column, to: fields.count, by: types.count).contains { hasPoint(fields[$0]) }
        }
    }

    /// The same of fields one behind the other, row by row.
    private init(header: [String], types: [ColumnType], fields: [String]) {
        self.init(header: header)
        guard columnCount > 0 else { return }
        let isDecimal = CSVText.areDecimal(types[...], fields)
        var above = [(field: String, bytes: Range<Int>)?](repeating: nil, count: columnCount)
        for start in stride(from: 0, to: fields.count, by: columnCount) {
            for column in types.indices {
                append(
                    fields[start + column], types[column], isDecimal: isDecimal[column], below: &above[column])
            }
            endRow()
        }
    }

    /// Writes a field below another one: a text that repeats, as names do, is copied as it was written.
    private mutating func append(
        _ field: String, _ type: ColumnType, isDecimal: Bool, below other: inout (field: String, bytes: Range<Int>)?
    ) {
        guard type == .text else { return append(field, isDecimal: isDecimal) }
        if let other, other.field == field {
            for place in other.bytes { bytes.append(bytes[place]) }
        } else {
            let first = bytes.count
            append(field: CSVText.inert(field))
            other = (field, first..<bytes.count)
        }
    }

    private mutating func append(_ field: String, _ type: ColumnType, isDecimal: Bool) {
        type == .text ? append(field: CSVText.inert(field)) : append(field, isDecimal: isDecimal)
    }

    private mutating func append(_ field: String, isDecimal: Bool) {
        append(field: isDecimal && !field.isEmpty && !CSVText.hasPoint(field) ? field + ".0" : field)
    }

    /// Writes a field and the comma behind it.
    private mutating func append(field: String) {
        bytes.append(contentsOf: CSVText.quoted(field).utf8)
        bytes.append(UInt8(ascii: ","))
    }

    /// Ends a row: the comma behind its last field becomes the line's end.
    private mutating func endRow() {
        if columnCount > 0 { bytes.removeLast() }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Whether a number is written as one that need not be whole.
    private static func hasPoint(_ field: String) -> Bool { field.utf8.contains { $0 == 0x2E || $0 == 0x65 } }

    /// A field as written: quoted only when it must be.
    ///
    /// Nothing else is changed: a text that a spreadsheet would run is for ``inert(_:)``.
    public static func quoted(_ field: String) -> String {
        let needsQuotes = field.utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
        return needsQuotes
            ? "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
            : field
    }

    /// A text field that shows what is there and that no spreadsheet runs.
    ///
    /// Hostile characters become `·`. Where the text begins as a formula does, an apostrophe goes before it, which spreadsheets
    /// take for the mark of a text; readers that want the text as it was drop an apostrophe before one of `= + - @`.
    /// Names of assets and platforms never begin so (see ``beginsAsFormula(_:)``): they are the keys of every table.
    public static func inert(_ field: String) -> String {
        let visible = visibleText(field)
        return beginsAsFormula(field) && Double(field) == nil ? "'" + visible : visible
    }

    /// Whether a spreadsheet may take a field for a formula: `=`, `+`, `-` or `@` in any width, a tab or a line end first.
    public static func beginsAsFormula(_ field: String) -> Bool {
        guard let first = field.unicodeScalars.first else { return false }
        switch first {
        case "0"..."9", "A"..."Z", "a"..."z": return false
        default: return formulaSigns.contains(first)
        }
    }

    private static let formulaSigns: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
    ]
}
