import GRDB
import StressStatistics
import StudyPlan

/// The tables of the store and how older ones become them. A migration that was shipped is never changed; a new one is
/// added behind it, and every migration must leave rows that the run folders alone would give again.
enum HistorySchema {
    /// Tells our databases from anybody else's: "BZrn".
    static let applicationID = 0x425A_726E

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 runs") { db in
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            try db.execute(sql: tables)
        }
        migrator.registerMigration("2 study files") { try add("study_file TEXT NOT NULL DEFAULT ''", to: "runs", $0) }
        migrator.registerMigration("3 fills at once") { try add("gap_negative_equity_frac REAL", to: "headlines", $0) }
        for measure in Measure.kept where !firstKept.contains(measure.name) {
            migrator.registerMigration("share \(measure.name)") { try add("\(measure.name) REAL", to: "headlines", $0) }
        }
        migrator.registerMigration("4 behaviours of limits") { try add("behaviour TEXT", to: "limit_values", $0) }
        migrator.registerMigration("5 limits on platforms") { try add("platform TEXT", to: "limit_values", $0) }
        migrator.registerMigration("6 fingerprints of bars") { try add("bars_fingerprint TEXT", to: "jobs", $0) }
        migrator.registerMigration("7 figures of studies") { try add("figures_sha256 TEXT", to: "runs", $0) }
        for axis in CellAxis.allCases where !firstAxes.contains(axis) {
            migrator.registerMigration("axis \(axis.column)") { try add(axis, to: $0) }
        }
        return migrator
    }

    private static func add(_ column: String, to table: String, _ db: Database) throws {
        try db.execute(sql: "ALTER TABLE \(table) ADD COLUMN \(column)")
    }

    /// Gives cells another axis, on which all that are known have its standard value. SQLite cannot change what a table holds for unique,
    /// so the table is made anew; what points to its rows goes by their numbers, which stay.
    static func add(_ axis: CellAxis, to db: Database) throws {
        let known = try db.columns(in: "cells").map(\.name).filter { $0 != "id" }
        let columns = (known + [axis.column]).map { name in
            let isNumber = CellAxis.allCases.contains { $0.column == name && !$0.unit.isEmpty }
            return "\(name) \(isNumber ? "REAL" : "TEXT") NOT NULL"
        }
        let names = (known + [axis.column]).joined(separator: ", ")
        try db.execute(
            sql: """
                CREATE TABLE wider (
                  id INTEGER PRIMARY KEY, \(columns.joined(separator: ", ")), UNIQUE (\(names))
                ) STRICT
                """)
        try db.execute(
            sql: "INSERT INTO wider (id, \(names)) SELECT id, \(known.joined(separator: ", ")), ? FROM cells",
            arguments: [axis.standard])
        try db.execute(sql: "DROP TABLE cells")
        try db.execute(sql: "ALTER TABLE wider RENAME TO cells")
    }

    /// The axes that cells had before an axis brought its own column.
    private static let firstAxes: Set<CellAxis> = [.asset, .contract, .side, .leverage, .horizon, .platform]

    /// The shares that the tables had before a share that is kept brought its own column.
    private static let firstKept: Set = [
        "negative_equity_frac", "liquidated_frac", "unprotected_frac", "worst_negative_equity_frac",
        "gap_negative_equity_frac",
    ]

    // Cells and files are named once and pointed to: a grid of a thousand cells under a limit, or a hundred histories of
    // a hundred monthly files each, would else repeat their names every night.
    private static let tables = """
        CREATE TABLE runs (
          id INTEGER PRIMARY KEY,
          folder TEXT UNIQUE,
          run_id TEXT NOT NULL,
          study TEXT NOT NULL,
          study_sha256 TEXT NOT NULL,
          results_sha256 TEXT NOT NULL,
          version TEXT NOT NULL,
          command TEXT NOT NULL,
          started_ms INTEGER NOT NULL,
          duration_ms INTEGER NOT NULL,
          status TEXT NOT NULL,
          exit_code INTEGER NOT NULL,
          message TEXT NOT NULL,
          confidence REAL
        ) STRICT;
        CREATE INDEX runs_by_time ON runs (started_ms);
        CREATE INDEX runs_of_study ON runs (study, started_ms);

        CREATE TABLE cells (
          id INTEGER PRIMARY KEY,
          asset TEXT NOT NULL, contract TEXT NOT NULL, side TEXT NOT NULL,
          leverage_x REAL NOT NULL, horizon_h REAL NOT NULL, platform TEXT NOT NULL,
          UNIQUE (asset, contract, side, leverage_x, horizon_h, platform)
        ) STRICT;

        CREATE TABLE files (
          id INTEGER PRIMARY KEY,
          asset TEXT NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL,
          bytes INTEGER NOT NULL, row_count INTEGER NOT NULL, format TEXT NOT NULL,
          UNIQUE (sha256, file, asset, bytes, row_count, format)
        ) STRICT;

        CREATE TABLE jobs (
          run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
          place INTEGER NOT NULL,
          asset TEXT NOT NULL,
          is_failed INTEGER NOT NULL,
          message TEXT NOT NULL,
          first_ms INTEGER, last_ms INTEGER, bars INTEGER, bar_ms INTEGER,
          notes INTEGER NOT NULL, warnings INTEGER NOT NULL, errors INTEGER NOT NULL,
          PRIMARY KEY (run, place)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE inputs (
          run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
          place INTEGER NOT NULL,
          file INTEGER NOT NULL REFERENCES files (id),
          PRIMARY KEY (run, place)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX inputs_of_file ON inputs (file);

        CREATE TABLE findings (
          run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
          place INTEGER NOT NULL,
          asset TEXT NOT NULL, check_name TEXT NOT NULL, severity TEXT NOT NULL, affected_count INTEGER NOT NULL,
          PRIMARY KEY (run, place)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE headlines (
          run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
          place INTEGER NOT NULL,
          cell INTEGER NOT NULL REFERENCES cells (id),
          is_study_headline INTEGER NOT NULL,
          status TEXT NOT NULL,
          entries_count INTEGER NOT NULL, entries_effective_count INTEGER NOT NULL,
          negative_equity_frac REAL, ci_low_frac REAL, ci_high_frac REAL,
          liquidated_frac REAL, unprotected_frac REAL, worst_negative_equity_frac REAL,
          PRIMARY KEY (run, place)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE limit_values (
          run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
          place INTEGER NOT NULL,
          cell INTEGER REFERENCES cells (id),
          asset TEXT,
          measure TEXT NOT NULL, form TEXT NOT NULL, bound TEXT NOT NULL,
          threshold REAL, value REAL, low REAL, high REAL, baseline REAL,
          status TEXT NOT NULL,
          PRIMARY KEY (run, place)
        ) STRICT, WITHOUT ROWID;
        """
}
