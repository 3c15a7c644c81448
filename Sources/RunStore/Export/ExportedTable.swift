import StressBasics

/// A table of a run on its way into another format, with what its columns are.
public struct ExportedTable {
    /// What the fields of a column are, as `columns.csv` says.
    public enum Kind: String, Hashable, Sendable {
        /// Words.
        case text
        /// Whole numbers.
        case integer
        /// Decimal numbers.
        case number
        /// RFC 3339, UTC.
        case time
    }

    /// One column.
    public struct Column: Hashable, Sendable {
        /// Its header.
        public let name: String
        /// What its fields are.
        public let kind: Kind
        /// Unit; empty for names and texts.
        public let unit: String
        /// What it says.
        public let meaning: String

        /// A column of the given facts.
        public init(name: String, kind: Kind, unit: String, meaning: String) {
            (self.name, self.kind, self.unit, self.meaning) = (name, kind, unit, meaning)
        }
    }

    /// Its name: the file's without `.csv`.
    public let name: String
    /// Its columns, in file order.
    public let columns: [Column]
    /// Calls its argument with the fields of every row, in file order; may be asked for several times.
    public let rows: (([String]) throws -> Void) throws -> Void

    /// A table of the given parts.
    public init(name: String, columns: [Column], rows: @escaping (([String]) throws -> Void) throws -> Void) {
        (self.name, self.columns, self.rows) = (name, columns, rows)
    }

    /// A row that has another number of fields than the header is a damaged file.
    func check(_ row: [String]) throws(StoreError) {
        guard row.count == columns.count else {
            throw StoreError(
                .damaged, "\(name).csv has a row of \(row.count) fields, and \(columns.count) columns",
                hint: "the run folder was changed; run the study again")
        }
    }

    func wrong(_ text: String, in column: Column) -> StoreError {
        StoreError(
            .damaged,
            "\(name).csv has '\(SourceLocation.presentable(text))' in \(column.name), which is no \(column.kind.rawValue)",
            hint: "the run folder was changed; run the study again")
    }
}
