import GRDB
import StressBasics
import StressStatistics
import StudyPlan

extension RunHistory {
    /// Runs, newest first.
    ///
    /// - Parameters:
    ///   - study: only of that name.
    ///   - since: only those that started then or later.
    ///   - limit: at most so many.
    public func runs(study: String? = nil, since: UTCInstant? = nil, limit: Int? = nil) throws(StoreError)
        -> [StoredRun]
    {
        try reading { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM runs WHERE (?1 IS NULL OR study = ?1) AND (?2 IS NULL OR started_ms >= ?2)
                    ORDER BY started_ms DESC, id DESC LIMIT ?3
                    """,
                arguments: [study, since?.milliseconds, limit ?? -1])
            return try rows.map(StoredRun.numbered)
        }
    }

    /// The price histories of a run, in study order.
    public func jobs(of run: Int64) throws(StoreError) -> [StoredJob] {
        try rows("SELECT * FROM jobs WHERE run = ? ORDER BY place", run)
    }

    /// The input files of a run, in study order.
    public func inputs(of run: Int64) throws(StoreError) -> [StoredInput] {
        try rows(
            "SELECT files.* FROM inputs JOIN files ON files.id = inputs.file WHERE run = ? ORDER BY place", run)
    }

    /// What the checks of a run's data found.
    public func findings(of run: Int64) throws(StoreError) -> [StoredFinding] {
        try rows("SELECT * FROM findings WHERE run = ? ORDER BY place", run)
    }

    /// The headline figures of a run, in page order.
    public func headlines(of run: Int64) throws(StoreError) -> [StoredHeadline] {
        try rows(
            "SELECT headlines.*, cells.* FROM headlines JOIN cells ON cells.id = cell WHERE run = ? ORDER BY place",
            run)
    }

    /// The limits of a run, in the order of its `limits.csv`.
    public func limits(of run: Int64) throws(StoreError) -> [StoredLimit] {
        // A limit on a whole history has an asset of its own.
        let axes = CellAxis.allCases.map { "cells.\($0.column) AS cell_\($0.column)" }.joined(separator: ", ")
        return try rows(
            """
            SELECT limit_values.*, \(axes)
            FROM limit_values LEFT JOIN cells ON cells.id = cell WHERE run = ? ORDER BY place
            """, run)
    }

    /// A run with everything that belongs to it.
    public func record(of run: StoredRun) throws(StoreError) -> RunRecord {
        RunRecord(
            run: run, jobs: try jobs(of: run.id), inputs: try inputs(of: run.id), findings: try findings(of: run.id),
            headlines: try headlines(of: run.id), limits: try limits(of: run.id))
    }

    /// The last run of each price history of a study that had a value in its headline cell: what a page shows beside
    /// "no data".
    ///
    /// - Returns: by asset and direction, the newest headline with a value and the run it is of.
    public func lastGoodHeadlines(study: String) throws(StoreError) -> [(run: StoredRun, headline: StoredHeadline)] {
        try reading { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT headlines.*, cells.*, runs.id AS run_number, max(runs.started_ms)
                    FROM headlines JOIN runs ON runs.id = headlines.run JOIN cells ON cells.id = headlines.cell
                    WHERE runs.study = ? AND \(Measure.negativeEquity.name) IS NOT NULL
                    GROUP BY cells.asset, cells.side ORDER BY cells.asset, cells.side
                    """, arguments: [study])
            return try rows.compactMap { row in
                let number: Int64 = row["run_number"]
                let run = try Row.fetchOne(db, sql: "SELECT * FROM runs WHERE id = ?", arguments: [number])
                return try run.map { (try StoredRun.numbered($0), try StoredHeadline(row: row)) }
            }
        }
    }

    /// What a measure was in the last `runs` runs of a study that wrote results, by cell, newest first.
    ///
    /// Only cells that a limit on that measure named are known. A run that says the same of a cell twice counts once.
    public func values(of measure: String, study: String, runs: Int) throws(StoreError) -> [CellKey: [Double]] {
        try reading { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT DISTINCT recent.started_ms, recent.id AS run_number, cells.*, value
                    FROM (SELECT id, started_ms FROM runs WHERE study = ?1 AND status <> 'failed'
                          ORDER BY started_ms DESC, id DESC LIMIT ?2) AS recent
                    JOIN limit_values ON limit_values.run = recent.id JOIN cells ON cells.id = limit_values.cell
                    WHERE measure = ?3 AND value IS NOT NULL AND behaviour IS NULL
                    ORDER BY recent.started_ms DESC, recent.id DESC
                    """, arguments: [study, runs, measure])
            var values: [CellKey: [Double]] = [:]
            while let row = try rows.next() { values[try CellKey(row), default: []].append(row["value"]) }
            return values
        }
    }

    private func rows<Record: FetchableRecord>(_ sql: String, _ run: Int64) throws(StoreError) -> [Record] {
        try reading { try Record.fetchAll($0, sql: sql, arguments: [run]) }
    }
}
