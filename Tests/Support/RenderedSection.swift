/// A section as `--text --json` writes it, a line each: what pages, terminals and tables of the same section are held against.
public struct RenderedSection: Decodable {
    /// A table.
    public struct Table: Decodable {
        /// Its caption.
        public let name: String
        /// Heads, the first column's among them.
        public let columns: [String]
        /// Rows in order.
        public let rows: [Row]
    }
    /// A row of a table.
    public struct Row: Decodable {
        /// Its head.
        public let title: String
        /// The rest.
        public let cells: [Cell]
    }
    /// A figure in words, and exact where it is a number.
    public struct Cell: Decodable {
        /// As it is read.
        public let text: String
        /// The number and the ends of its interval.
        public let value, low, high: Double?
        /// Of the number.
        public let unit: String?
    }
    /// A name and its value.
    public struct Fact: Decodable {
        /// What it belongs to.
        public let of: String?
        /// As it is read.
        public let name, value: String
    }
    /// A line of a check.
    public struct Check: Decodable {
        /// Of what was checked.
        public let state: String?
        /// As it is read.
        public let text: String
    }
    /// Where it stands, and what it says first.
    public let page, section, title, definition: String
    /// Sentences, and the files behind it.
    public let notes, files: [String]
    /// Names and values.
    public let facts: [Fact]
    /// Checks.
    public let checks: [Check]
    /// Tables.
    public let tables: [Table]
}
