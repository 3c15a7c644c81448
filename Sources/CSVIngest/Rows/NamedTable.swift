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
    public init(file: String, wanted: Set<String>) throws {
        var header: [String]?
        var places: [(place: Int, name: String)] = []
        try readCSVRecords(file: file) { record, line in
            guard let names = header else {
                header = record
                places = wanted.compactMap { name in record.firstIndex(of: name).map { ($0, name) } }
                for (_, name) in places { columns[name] = [] }
                return
            }
            guard record.count == names.count, rowCount < NamedTable.mostRows else {
                let isRagged = record.count != names.count
                throw IngestError(
                    isRagged ? .malformed : .tooLarge, "cannot read the table",
                    why: isRagged
                        ? "the row has \(record.count) fields and the header \(names.count)"
                        : "it has more than \(NamedTable.mostRows) rows",
                    at: SourceLocation(file: file, line: line))
            }
            for (place, name) in places { columns[name]?.append(record[place]) }
            rowCount += 1
        }
    }

    /// A column; nil when the table has none of this name.
    public subscript(name: String) -> [String]? { columns[name] }
}
