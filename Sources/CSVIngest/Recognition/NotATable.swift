import StressBasics

/// The refusal of bytes that are no table, told by how they begin: answers of an API, pages, workbooks, binary formats.
func notATable(_ head: [UInt8], name: String) -> IngestError? {
    func refused(_ kind: String, _ hint: String, notes: [String] = []) -> IngestError {
        IngestError(
            .unsupported, "cannot read the file as a table", why: "it is \(kind)", notes: notes,
            at: SourceLocation(file: name), hint: hint)
    }
    for known in binaryKinds where head.starts(with: known.magic.utf8) { return refused(known.kind, known.hint) }
    for known in byteKinds where head.starts(with: known.magic) { return refused(known.kind, known.hint) }
    let visible = head.prefix(1 << 16).filter { $0 > Ascii.space }
    guard let first = visible.first else { return nil }
    let text = String(decoding: visible.prefix(64), as: UTF8.self).lowercased()
    if first == UInt8(ascii: "<"),
        ["<!doctype", "<html", "<?xml", "<head", "<body", "<!--"].contains(where: text.hasPrefix)
    {
        let kind = text.hasPrefix("<?xml") ? "XML" : "an HTML page"
        return refused(kind, "fetch the file again: the server sent a page in its place")
    }
    guard let json = JSONShape(visible) else { return nil }
    let said = SourceLocation.presentable(String(decoding: head.prefix(160), as: UTF8.self))
    return refused(json.words, json.hint, notes: json.isTable ? [] : ["it begins \(said)"])
}

private let binaryKinds: [(magic: String, kind: String, hint: String)] = [
    ("PAR1", "a Parquet file", "write it as CSV first, for example with duckdb -c \"COPY 'x.parquet' TO 'x.csv'\""),
    ("ARROW1", "an Arrow or Feather file", "write it as CSV first"),
    ("ORC", "an ORC file", "write it as CSV first"),
    ("%PDF", "a PDF document", "save its table as CSV first"),
    ("SQLite format 3", "an SQLite database", "write its table as CSV first: sqlite3 -header -csv x.db 'SELECT …'"),
    ("{\\rtf", "a rich text document", "save it as plain text"),
]

private let byteKinds: [(magic: [UInt8], kind: String, hint: String)] = [
    ([0xD0, 0xCF, 0x11, 0xE0], "an Excel workbook", "save it as CSV in the spreadsheet"),
    ([0x89, 0x48, 0x44, 0x46], "an HDF5 file", "write it as CSV first"),
    ([0x89, 0x50, 0x4E, 0x47], "a picture", "fetch the table itself"),
    ([0x80, 0x04, 0x95], "a Python pickle", "write it as CSV first"),
]

/// What JSON text holds, as far as its first bytes tell.
private enum JSONShape {
    case object
    case lines
    case rows
    case records
    case list

    /// Nil for what is no JSON. `visible` is the text without blanks.
    init?(_ visible: [UInt8]) {
        guard visible.count > 1 else { return nil }
        let (first, second) = (visible[0], visible[1])
        let (quote, open, list) = (UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["))
        if first == open, second == quote || second == UInt8(ascii: "}") {
            let text = String(decoding: visible, as: UTF8.self)
            // One object a line, none in another: the next begins where the last one ended.
            self = text.contains("}{\"") && !text.contains("[") ? .lines : .object
        } else if first == list {
            switch second {
            case list: self = .rows
            case open: self = .records
            case quote, UInt8(ascii: "]"), UInt8(ascii: "0")...UInt8(ascii: "9"): self = .list
            default: return nil
            }
        } else {
            return nil
        }
    }

    var isTable: Bool { self == .lines || self == .rows || self == .records }

    var words: String {
        switch self {
        case .object: "JSON, an object"
        case .lines: "JSON, one object a line"
        case .rows: "JSON, an array of rows"
        case .records: "JSON, an array of objects"
        case .list: "JSON, a list"
        }
    }

    var hint: String {
        switch self {
        case .lines: "make a table of it: jq -rn '[inputs] | (.[0]|keys_unsorted), (.[]|[.[]]) | @csv' FILE > table.csv"
        case .rows: "make a table of it: jq -r '.[] | @csv' FILE > table.csv"
        case .records: "make a table of it: jq -r '(.[0]|keys_unsorted), (.[]|[.[]]) | @csv' FILE > table.csv"
        case .object, .list: "read what it says: an answer of the vendor's server, not a table; fetch the file again"
        }
    }
}
