import GRDB
import StressBasics
import StressStatistics
import StudyPlan

// What the tables of the history hold, as records that read and write themselves; see ``HistorySchema`` for the tables.

extension UTCInstant: DatabaseValueConvertible {
    /// Milliseconds since the epoch.
    public var databaseValue: DatabaseValue { milliseconds.databaseValue }

    /// Nil for what is no whole number.
    public static func fromDatabaseValue(_ value: DatabaseValue) -> UTCInstant? {
        Int64.fromDatabaseValue(value).map(UTCInstant.init(milliseconds:))
    }
}

extension TimeSpan: DatabaseValueConvertible {
    /// Milliseconds.
    public var databaseValue: DatabaseValue { milliseconds.databaseValue }

    /// Nil for what is no whole number.
    public static func fromDatabaseValue(_ value: DatabaseValue) -> TimeSpan? {
        Int64.fromDatabaseValue(value).map(TimeSpan.init(milliseconds:))
    }
}

extension StoredRun.Status: DatabaseValueConvertible {
    /// A word of another version of the program is a failure.
    public static func fromDatabaseValue(_ value: DatabaseValue) -> StoredRun.Status? {
        String.fromDatabaseValue(value).map { StoredRun.Status(rawValue: $0) ?? .failed }
    }
}

extension StoredRun: FetchableRecord, PersistableRecord {
    /// Where runs stand.
    public static let databaseTableName = "runs"

    /// The run of a row that has its number.
    static func numbered(_ row: Row) throws -> StoredRun {
        var run = try StoredRun(row: row)
        run.id = row["id"]
        return run
    }
}

extension StoredJob: FetchableRecord, EncodableRecord, TableRecord {
    /// Where the price histories of runs stand.
    public static let databaseTableName = "jobs"
}

extension StoredInput: FetchableRecord, EncodableRecord, TableRecord {
    /// Where input files stand, each once.
    public static let databaseTableName = "files"
}

extension StoredFinding: FetchableRecord, EncodableRecord, TableRecord {
    /// Where findings stand.
    public static let databaseTableName = "findings"
}

extension StoredHeadline: FetchableRecord, EncodableRecord, TableRecord {
    /// Where headlines stand.
    public static let databaseTableName = "headlines"

    /// A row with the columns of its cell.
    public init(row: Row) throws {
        self.init(
            cell: try CellKey(row), isStudyHeadline: row["is_study_headline"], status: row["status"],
            entries: row["entries_count"], effectiveEntries: row["entries_effective_count"],
            shares: Measure.kept.reduce(into: [:]) { $0[$1] = row[$1.name] as Double? },
            interval: Interval(low: row["ci_low_frac"], high: row["ci_high_frac"]))
    }

    /// Without its cell, which is in a table of its own.
    public func encode(to container: inout PersistenceContainer) {
        (container["is_study_headline"], container["status"]) = (isStudyHeadline, status)
        (container["entries_count"], container["entries_effective_count"]) = (entries, effectiveEntries)
        for measure in Measure.kept { container[measure.name] = shares[measure] }
        (container["ci_low_frac"], container["ci_high_frac"]) = (interval?.low, interval?.high)
    }
}

extension StoredLimit: FetchableRecord, EncodableRecord, TableRecord {
    /// Where verdicts on limits stand.
    public static let databaseTableName = "limit_values"

    /// A row with the columns of its cell, whose names begin with `cell_`; without a cell it is of a whole history.
    public init(row: Row) throws {
        let cell = (row["cell"] as Int64?) == nil ? nil : try CellKey(row, prefix: "cell_")
        self.init(
            asset: cell?.asset ?? row["asset"] ?? "", cell: cell, platform: row["platform"],
            measure: row["measure"], form: row["form"], bound: row["bound"], threshold: row["threshold"],
            value: row["value"], interval: Interval(low: row["low"], high: row["high"]), baseline: row["baseline"],
            status: row["status"], behaviour: row["behaviour"])
    }

    /// Without its cell, which is in a table of its own.
    public func encode(to container: inout PersistenceContainer) {
        (container["behaviour"], container["platform"]) = (behaviour, platform)
        container["asset"] = cell == nil ? asset : nil
        (container["measure"], container["form"], container["bound"]) = (measure, form, bound)
        (container["threshold"], container["value"], container["baseline"]) = (threshold, value, baseline)
        (container["low"], container["high"], container["status"]) = (interval?.low, interval?.high, status)
    }
}

extension AxisValue: DatabaseValueConvertible {
    /// As text or number, without its unit.
    public var databaseValue: DatabaseValue {
        switch self {
        case .text(let text): text.databaseValue
        case .number(let number): number.databaseValue
        }
    }

    /// Nil for what is neither.
    public static func fromDatabaseValue(_ value: DatabaseValue) -> AxisValue? {
        String.fromDatabaseValue(value).map(AxisValue.text) ?? Double.fromDatabaseValue(value).map(AxisValue.number)
    }
}

extension CellKey {
    /// The cell of a row; its columns may have names that begin with `prefix`.
    init(_ row: Row, prefix: String = "") throws {
        try self.init { row[prefix + $0.column] }
    }
}

/// A record at its place in a run.
struct PlacedRecord<Record: EncodableRecord & TableRecord>: PersistableRecord {
    static var databaseTableName: String { Record.databaseTableName }

    let run: Int64
    let place: Int
    let record: Record
    /// Number of its cell, for records that have a column for one.
    var cell: Int64??

    func encode(to container: inout PersistenceContainer) throws {
        (container["run"], container["place"]) = (run, place)
        if let cell { container["cell"] = cell }
        try record.encode(to: &container)
    }
}

/// A file of a run.
struct PlacedFile: Codable, PersistableRecord {
    static let databaseTableName = "inputs"

    let run: Int64
    let place: Int
    let file: Int64
}
