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
    if isBinary(head) {
        return refused("binary data, not text", "write it as CSV in the program that made it")
    }
    if let text = message(head) {
        return refused(
            "one line of text", "read what it says: an answer in place of a table; fetch the file again",
            notes: ["it says \(SourceLocation.presentable(text))"])
    }
    guard let json = JSONShape(visible) else { return nil }
    if json == .object, holdsTiers(head) {
        return refused("JSON, leverage tiers", "a study names them under tiers: {file: …, symbol: …}")
    }
    let said = SourceLocation.presentable(String(decoding: head.prefix(160), as: UTF8.self))
    return refused(json.words, json.hint, notes: json.isTable ? [] : ["it begins \(said)"])
}

/// Whether one in ten of the first bytes is a control character, which text hardly has.
private func isBinary(_ head: [UInt8]) -> Bool {
    let sample = head.prefix(4096)
    let controls = sample.count { $0 < 0x20 && ![0x09, 0x0A, 0x0C, 0x0D, 0x1A].contains($0) }
    return sample.count >= 16 && controls * 10 > sample.count
}

/// The words of a text that is one short line of them, without a number between delimiters.
private func message(_ head: [UInt8]) -> String? {
    let text = head.drop { $0 <= Ascii.space }
    guard text.count < 1000, let first = text.first, first != UInt8(ascii: "{"), first != UInt8(ascii: "[") else {
        return nil
    }
    let lines = text.split { $0 == Ascii.lineFeed || $0 == Ascii.carriageReturn }
    guard lines.count == 1, let line = lines.first, line.contains(Ascii.space) || first == Ascii.quote else {
        return nil
    }
    let words = String(decoding: line, as: UTF8.self)
    // Names of columns are parted by delimiters; a sentence has at most a comma between two words.
    let parts = words.split { ",;|\t".contains($0) }
    return parts.count <= 2 && words.contains(where: \.isLetter) && words.count { $0 == " " } >= parts.count
        ? words : nil
}

private let binaryKinds: [(magic: String, kind: String, hint: String)] = [
    ("PAR1", "a Parquet file", "write it as CSV first, for example with duckdb -c \"COPY 'x.parquet' TO 'x.csv'\""),
    ("ARROW1", "an Arrow or Feather file", "write it as CSV first"),
    ("ORC", "an ORC file", "write it as CSV first"),
    ("%PDF", "a PDF document", "save its table as CSV first"),
    ("SQLite format 3", "an SQLite database", "write its table as CSV first: sqlite3 -header -csv x.db 'SELECT …'"),
    ("{\\rtf", "a rich text document", "save it as plain text"),
    ("Obj\u{1}", "an Avro file", "write it as CSV first"),
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
    case arrayLines
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
            case quote, UInt8(ascii: "]"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                let text = String(decoding: visible, as: UTF8.self)
                self = text.contains("][") || text.contains("],[") ? .arrayLines : .list
            default: return nil
            }
        } else {
            return nil
        }
    }

    var isTable: Bool { self != .object && self != .list }

    var words: String {
        switch self {
        case .object: "JSON, an object"
        case .lines: "JSON, one object a line"
        case .arrayLines: "JSON, one array a line"
        case .rows: "JSON, an array of rows"
        case .records: "JSON, an array of objects"
        case .list: "JSON, a list"
        }
    }

    var hint: String {
        switch self {
        case .lines: "make a table of it: jq -rn '[inputs] | (.[0]|keys_unsorted), (.[]|[.[]]) | @csv' FILE > table.csv"
        case .arrayLines: "make a table of it: jq -r '@csv' FILE > table.csv"
        case .rows: "make a table of it: jq -r '.[] | @csv' FILE > table.csv"
        case .records: "make a table of it: jq -r '(.[0]|keys_unsorted), (.[]|[.[]]) | @csv' FILE > table.csv"
        case .object, .list: "read what it says: an answer of the vendor's server, not a table; fetch the file again"
        }
    }
}
