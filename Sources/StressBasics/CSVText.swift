/// Builds CSV text by RFC 4180 with LF line ends: a header, then one row at a time.
public struct CSVText: Sendable {
    /// The text so far, each row closed by LF.
    public private(set) var text: String
    private let columnCount: Int

    /// Starts a table with its header row.
    public init(header: [String]) {
        columnCount = header.count
        text = header.map(CSVText.quoted).joined(separator: ",") + "\n"
    }

    /// Adds one row; the number of fields must equal the header's.
    public mutating func append(_ fields: [String]) {
        precondition(fields.count == columnCount, "a row has \(columnCount) fields")
        text += fields.map(CSVText.quoted).joined(separator: ",") + "\n"
    }

    /// A field as written: quoted only when it must be.
    ///
    /// Free text that a spreadsheet would run as a formula (leading `=`, `+`, `-`, `@` before a non-number) is left as
    /// it is: files must read back unchanged, and names are checked for such beginnings where they enter.
    public static func quoted(_ field: String) -> String {
        let needsQuotes = field.utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
        return needsQuotes
            ? "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
            : field
    }
}
