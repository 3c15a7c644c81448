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
    /// - Throws: ``HistoryError`` with the reason `missing`, `corrupt`, `foreign`, `newer`, `busy` or `inputOutput`.
    public init(path: String, create: Bool = false, isReadOnly: Bool? = nil) throws(HistoryError) {
        guard create || exists(path) else {
            throw HistoryError(.missing, "no store at \(path)", hint: "it is made by the first run")
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

    private static func readOnlyQueue(_ path: String) throws(HistoryError) -> DatabaseQueue {
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
                    throw HistoryError(
                        .inputOutput, "\(path) is of an older version and cannot be brought up to date here",
                        hint: "its next run does that")
                }
            }
            return queue
        }
    }

    /// A path as part of an address.
    private static func escaped(_ path: String) -> String {
        path.utf8.map { byte in
            let isPlain = "?#%".utf8.contains(byte) == false && byte > 0x20 && byte < 0x7F
            return isPlain
                ? String(UnicodeScalar(byte)) : "%" + String(String(Int(byte) + 0x100, radix: 16).dropFirst())
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
            throw HistoryError(
                .foreign, "\(path) is a database of another program", hint: "choose another file with --store")
        }
        let verdict = try String.fetchAll(db, sql: "PRAGMA quick_check(1)")
        guard verdict == ["ok"] else {
            throw HistoryError(.corrupt, "\(path) is damaged: \(verdict.first ?? "no answer")")
        }
        guard try !HistorySchema.migrator.hasBeenSuperseded(db) else {
            throw HistoryError(
                .newer, "\(path) was written by a newer version of belowzero",
                hint: "use that version, or another file with --store; --no-store runs without one")
        }
    }

    /// Runs `body` and says in our words what SQLite had against it.
    static func describing<T>(_ path: String, _ body: () throws -> T) throws(HistoryError) -> T {
        do {
            return try body()
        } catch let error as HistoryError {
            throw error
        } catch let error as DatabaseError {
            throw HistoryError(error, path: path)
        } catch let error as CellKey.Unreadable {
            throw HistoryError(
                .inputOutput, "\(path) names a cell whose \(error.axis.rawValue) this program does not know",
                hint: "it was changed by hand; belowzero store rebuild reads the run folders again")
        } catch {
            throw HistoryError(.inputOutput, "cannot use \(path): \(error)")
        }
    }

    func reading<T>(_ body: (Database) throws -> T) throws(HistoryError) -> T {
        try RunHistory.describing(path) { try queue.read(body) }
    }

    func writing<T>(_ body: (Database) throws -> T) throws(HistoryError) -> T {
        try RunHistory.describing(path) { try queue.write(body) }
    }
}

extension HistoryError {
    init(_ error: DatabaseError, path: String) {
        let words = error.message ?? "error \(error.extendedResultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            self.init(.corrupt, "\(path) is damaged: \(words)")
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
    public func record(_ record: RunRecord) throws(HistoryError) -> Int64 {
        try writing { try HistoryWriter(db: $0).insert(record) }
    }

    /// Forgets runs, and the files that only they named.
    public func forget(_ runs: [Int64]) throws(HistoryError) {
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
        try db.execute(
            sql: """
                INSERT INTO runs (folder, run_id, study, study_sha256, results_sha256, version, command, started_ms,
                  duration_ms, status, exit_code, message, confidence, study_file)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                run.folder, run.runID, run.study, run.studyDigest, run.resultsDigest, run.version, run.command,
                run.started.milliseconds, run.duration.milliseconds, run.status.rawValue, run.exitCode, run.message,
                run.confidence, run.studyFile,
            ])
        let id = db.lastInsertedRowID
        try insert(record.jobs, of: id)
        try insert(record.inputs, of: id)
        try insert(record.findings, of: id)
        try insert(record.headlines, of: id)
        try insert(record.limits, of: id)
        return id
    }

    func forgetUnusedFiles() throws {
        try db.execute(sql: "DELETE FROM files WHERE id NOT IN (SELECT file FROM inputs)")
    }

    private func insert(_ jobs: [StoredJob], of run: Int64) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        for (place, job) in jobs.enumerated() {
            try statement.execute(arguments: [
                run, place, job.asset, job.isFailed, job.message, job.first?.milliseconds, job.last?.milliseconds,
                job.bars, job.barLength?.milliseconds, job.notes, job.warnings, job.errors,
            ])
        }
    }

    private func insert(_ inputs: [StoredInput], of run: Int64) throws {
        let statement = try db.cachedStatement(sql: "INSERT INTO inputs VALUES (?, ?, ?)")
        for (place, input) in inputs.enumerated() {
            try statement.execute(arguments: [run, place, try number(of: input)])
        }
    }

    private func insert(_ findings: [StoredFinding], of run: Int64) throws {
        let statement = try db.cachedStatement(sql: "INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?)")
        for (place, finding) in findings.enumerated() {
            try statement.execute(arguments: [
                run, place, finding.asset, finding.check, finding.severity, finding.count,
            ])
        }
    }

    private func insert(_ headlines: [StoredHeadline], of run: Int64) throws {
        let kept = Measure.kept
        let columns =
            ["run", "place", "cell", "is_study_headline", "status", "entries_count", "entries_effective_count"]
            + ["ci_low_frac", "ci_high_frac"] + kept.map(\.name)
        let marks = columns.map { _ in "?" }.joined(separator: ", ")
        let statement = try db.cachedStatement(
            sql: "INSERT INTO headlines (\(columns.joined(separator: ", "))) VALUES (\(marks))")
        for (place, figures) in headlines.enumerated() {
            let own: StatementArguments = [
                run, place, try number(of: figures.cell), figures.isStudyHeadline, figures.status, figures.entries,
                figures.effectiveEntries, figures.interval?.low, figures.interval?.high,
            ]
            try statement.execute(arguments: own + StatementArguments(kept.map { figures.shares[$0] }))
        }
    }

    private func insert(_ limits: [StoredLimit], of run: Int64) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT INTO limit_values VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        for (place, limit) in limits.enumerated() {
            try statement.execute(arguments: [
                run, place, try limit.cell.map(number), limit.cell == nil ? limit.asset : nil, limit.measure,
                limit.form, limit.bound, limit.threshold, limit.value, limit.interval?.low, limit.interval?.high,
                limit.baseline,
                limit.status,
            ])
        }
    }

    private func number(of cell: CellKey) throws -> Int64 {
        try number(
            in: "cells", columns: CellAxis.allCases.map(\.column),
            CellAxis.allCases.map { axis in
                switch cell[axis] {
                case .text(let text): text
                case .number(let number): number
                }
            })
    }

    private func number(of input: StoredInput) throws -> Int64 {
        try number(
            in: "files", columns: ["sha256", "file", "asset", "bytes", "row_count", "format"],
            [input.digest, input.file, input.asset, input.bytes, input.rows, input.format])
    }

    /// The number of the row with exactly these values, which is made when there is none.
    private func number(
        in table: String, columns: [String], _ values: [any DatabaseValueConvertible]
    ) throws -> Int64 {
        let arguments = StatementArguments(values)
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
