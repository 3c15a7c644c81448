import DurableFiles
import GRDB
import StressBasics
import StressStatistics
import StudyPlan

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The history of runs: one SQLite file in write-ahead mode.
///
/// The run folders are the truth, the store is their index: everything about a run that wrote a folder can be read from
/// that folder again. Several processes may read while one writes; a writer waits up to ``busyWait`` for another one.
public final class RunHistory: Sendable {
    /// The file.
    public let path: String
    let queue: DatabaseQueue

    /// How long a statement waits for another process before the store counts as busy.
    public static let busyWait = TimeSpan.seconds(10)

    /// The folder that the paths of runs are relative to.
    public var folder: String { splitPath(path).parent }

    /// Opens the store at `path`, and brings one of an older version up to date.
    ///
    /// - Parameters:
    ///   - create: whether an absent file is made.
    ///   - isReadOnly: whether nothing is written, not even beside the file. Unless said otherwise that is so where we may
    ///     not write: people read the history of a service that runs as somebody else.
    /// - Throws: ``StoreError`` with the reason `missing`, `damaged`, `foreign`, `newer`, `busy` or `inputOutput`.
    public init(path: String, create: Bool = false, isReadOnly: Bool? = nil) throws(StoreError) {
        guard create || exists(path) else {
            throw StoreError(.missing, "no store at \(path)", hint: "it is made by the first run")
        }
        try RunHistory.expectHistory(path)
        self.path = path
        if isReadOnly ?? (!create && (access(path, W_OK) != 0 || access(splitPath(path).parent, W_OK) != 0)) {
            queue = try RunHistory.readOnlyQueue(path)
            return
        }
        queue = try RunHistory.describing(path) {
            let queue = try DatabaseQueue(path: path, configuration: RunHistory.configuration)
            try queue.read { try RunHistory.judge($0, path: path) }
            // Readers go on while a run is recorded; a run that was recorded is on disk.
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA journal_mode = WAL")
                try db.execute(sql: "PRAGMA synchronous = FULL")
            }
            if try queue.read({ try !HistorySchema.migrator.hasCompletedMigrations($0) }) {
                try HistorySchema.migrator.migrate(queue)
            }
            return queue
        }
    }

    private static func readOnlyQueue(_ path: String) throws(StoreError) -> DatabaseQueue {
        try describing(path) {
            var configuration = configuration
            configuration.readonly = true
            // Without a log beside it the file is whole, and is read without the files that SQLite would make for its locks.
            let isAtRest = !exists(path + "-wal")
            let name = isAtRest ? "file:\(escaped(path))?immutable=1" : path
            let queue = try DatabaseQueue(path: name, configuration: configuration)
            try queue.read { db in
                try judge(db, path: path)
                guard try HistorySchema.migrator.hasCompletedMigrations(db) else {
                    throw StoreError(
                        .inputOutput, "\(path) is of an older version and cannot be brought up to date here",
                        hint: "its next run does that")
                }
            }
            return queue
        }
    }

    /// A path as part of an address.
    private static func escaped(_ path: String) -> String {
        path.utf8.map { (byte: UInt8) -> String in
            let isPlain = !"?#%".utf8.contains(byte) && byte > 0x20 && byte < 0x7F
            guard !isPlain else { return String(UnicodeScalar(byte)) }
            return "%" + String(Int(byte) + 0x100, radix: 16).dropFirst()
        }.joined()
    }

    /// Ends all use of the file, and folds what was written into it.
    public func close() {
        // A failed close loses nothing: what was committed is in the log beside the file.
        try? queue.close()
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(busyWait.inSeconds)
        configuration.foreignKeysEnabled = true
        return configuration
    }

    /// Refuses what is not ours, is damaged, or comes from a newer program, before anything is written.
    private static func judge(_ db: Database, path: String) throws {
        let id = try Int.fetchOne(db, sql: "PRAGMA application_id")
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        if tables == 0 { return }
        guard id == HistorySchema.applicationID else {
            throw StoreError(
                .foreign, "\(path) is a database of another program", hint: "choose another file with --store")
        }
        let verdict = try String.fetchAll(db, sql: "PRAGMA quick_check(1)")
        guard verdict == ["ok"] else {
            throw StoreError(.damaged, "\(path) is damaged: \(verdict.first ?? "no answer")")
        }
        guard try !HistorySchema.migrator.hasBeenSuperseded(db) else {
            throw StoreError(
                .newer, "\(path) was written by a newer version of belowzero",
                hint: "use that version, or another file with --store; --no-store runs without one")
        }
    }

    /// Runs `body` and says in our words what SQLite had against it.
    static func describing<T>(_ path: String, _ body: () throws -> T) throws(StoreError) -> T {
        do {
            return try body()
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        } catch let error as CellKey.Unreadable {
            throw StoreError(
                .inputOutput, "\(path) names a cell whose \(error.axis.rawValue) this program does not know",
                hint: "it was changed by hand; belowzero store rebuild reads the run folders again")
        } catch {
            throw StoreError(.inputOutput, "cannot use \(path): \(error)")
        }
    }

    func reading<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
        try RunHistory.describing(path) { try queue.read(body) }
    }

    func writing<T>(_ body: (Database) throws -> T) throws(StoreError) -> T {
        try RunHistory.describing(path) { try queue.write(body) }
    }
}

extension StoreError {
    init(_ error: DatabaseError, path: String) {
        let words = error.message ?? "error \(error.extendedResultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            self.init(.damaged, "\(path) is damaged: \(words)")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(.busy, "\(path) is in use: \(words)", hint: "try again when the other program is done")
        case .SQLITE_FULL:
            self.init(.inputOutput, "cannot write \(path): \(words)", hint: "free some space")
        default:
            self.init(
                .inputOutput, "cannot use \(path): \(words)", hint: "check the folder's permissions and free space")
        }
    }
}

// MARK: Writing

extension RunHistory {
    /// Records a run with everything that belongs to it, in one transaction. A run whose folder is known already is
    /// replaced.
    ///
    /// - Returns: the number of the run.
    @discardableResult
    public func record(_ record: RunRecord) throws(StoreError) -> Int64 {
        try writing { try HistoryWriter(db: $0).insert(record) }
    }

    /// Forgets runs, and the files that only they named.
    public func forget(_ runs: [Int64]) throws(StoreError) {
        try writing { db in
            for run in runs { try db.execute(sql: "DELETE FROM runs WHERE id = ?", arguments: [run]) }
            try HistoryWriter(db: db).forgetUnusedFiles()
        }
    }
}

/// Inserts records within a transaction.
struct HistoryWriter {
    let db: Database

    func insert(_ record: RunRecord) throws -> Int64 {
        let run = record.run
        if let folder = run.folder {
            try db.execute(sql: "DELETE FROM runs WHERE folder = ?", arguments: [folder])
        }
        try run.insert(db)
        let id = db.lastInsertedRowID
        for (place, job) in record.jobs.enumerated() {
            try PlacedRecord(run: id, place: place, record: job).insert(db)
        }
        for (place, input) in record.inputs.enumerated() {
            try PlacedFile(run: id, place: place, file: try number(of: input)).insert(db)
        }
        for (place, finding) in record.findings.enumerated() {
            try PlacedRecord(run: id, place: place, record: finding).insert(db)
        }
        for (place, headline) in record.headlines.enumerated() {
            try PlacedRecord(run: id, place: place, record: headline, cell: try number(of: headline.cell)).insert(db)
        }
        for (place, limit) in record.limits.enumerated() {
            try PlacedRecord(run: id, place: place, record: limit, cell: .some(try limit.cell.map(number))).insert(db)
        }
        return id
    }

    func forgetUnusedFiles() throws {
        try db.execute(sql: "DELETE FROM files WHERE id NOT IN (SELECT file FROM inputs)")
    }

    private func number(of cell: CellKey) throws -> Int64 {
        let values = CellAxis.allCases.map { ($0.column, cell[$0].databaseValue) }
        return try number(in: "cells", Dictionary(uniqueKeysWithValues: values))
    }

    private func number(of input: StoredInput) throws -> Int64 {
        try number(in: StoredInput.databaseTableName, try input.databaseDictionary)
    }

    /// The number of the row with exactly these values, which is made when there is none.
    private func number(in table: String, _ values: [String: DatabaseValue]) throws -> Int64 {
        let columns = values.keys.sorted()
        let arguments = StatementArguments(columns.map { values[$0] })
        let tests = columns.map { "\($0) = ?" }.joined(separator: " AND ")
        let find = try db.cachedStatement(sql: "SELECT id FROM \(table) WHERE \(tests)")
        if let known = try Int64.fetchOne(find, arguments: arguments) { return known }
        let marks = columns.map { _ in "?" }.joined(separator: ", ")
        try db.cachedStatement(
            sql: "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(marks))"
        ).execute(arguments: arguments)
        return db.lastInsertedRowID
    }
}
