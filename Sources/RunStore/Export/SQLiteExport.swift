import GRDB
import StressBasics

/// Writes tables into a new SQLite database at `path`: strict tables with a type for each column, NULL where a field is empty, and
/// the dictionary as the table `columns`. Whole or not at all.
///
/// The same tables give the same bytes with the same version of SQLite. O(fields) in time, one row in memory.
public func writeSQLite(_ tables: [ExportedTable], to path: String, replacing: Bool = false) throws {
    let file = try ExportFile(path, replacing: replacing)
    do {
        var settings = Configuration()
        settings.prepareDatabase { database in
            // The file is thrown away when anything goes wrong: a journal would only be a second file.
            try database.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 4096")
        }
        let queue = try DatabaseQueue(path: file.temporaryPath, configuration: settings)
        try queue.inTransaction { database in
            for table in tables { try table.insert(into: database) }
            return .commit
        }
        try queue.close()
    } catch let error as DatabaseError {
        throw StoreError(.inputOutput, "cannot write \(path): \(error.message ?? "SQLite \(error.resultCode)")")
    }
    try file.publish()
}

extension ExportedTable {
    fileprivate func insert(into database: Database) throws {
        let types: [Kind: String] = [.text: "TEXT", .integer: "INTEGER", .number: "REAL", .time: "TEXT"]
        let definitions = columns.map { "\(quoted($0.name)) \(types[$0.kind]!)" }.joined(separator: ", ")
        try database.execute(sql: "CREATE TABLE \(quoted(name)) (\(definitions)) STRICT")
        let marks = Array(repeating: "?", count: columns.count).joined(separator: ", ")
        let statement = try database.makeStatement(sql: "INSERT INTO \(quoted(name)) VALUES (\(marks))")
        try rows { row in
            try check(row)
            let values = try zip(columns, row).map { column, text in try value(text, of: column) }
            try statement.execute(arguments: StatementArguments(values))
        }
    }

    private func value(_ text: String, of column: Column) throws(StoreError) -> (any DatabaseValueConvertible)? {
        if text.isEmpty { return nil }
        switch column.kind {
        case .text, .time: return text
        case .integer:
            guard let value = Int64(text) else { throw wrong(text, in: column) }
            return value
        case .number:
            guard let value = Double(text) else { throw wrong(text, in: column) }
            return value
        }
    }

    private func quoted(_ name: String) -> String { "\"" + escapingMarks(name, ["\"": "\"\""]) + "\"" }
}
