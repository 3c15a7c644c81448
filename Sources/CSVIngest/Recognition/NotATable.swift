import StressBasics

/// The refusal of bytes that are no table, told by how they begin: answers of an API, pages, workbooks, binary formats.
func notATable(_ head: [UInt8], name: String) -> IngestError? {
    guard let kind = foreignKind(head) else { return nil }
    return IngestError(
        .unsupported, "cannot read the file as a table", why: "it is \(kind.words)", notes: kind.notes,
        at: SourceLocation(file: name), hint: kind.hint)
}

/// What bytes are that are no table, and what to do with them.
private struct ForeignKind {
    let words: String
    let hint: String
    var notes: [String] = []
}

private func foreignKind(_ head: [UInt8]) -> ForeignKind? {
    for known in binaryKinds where head.starts(with: known.magic.utf8) {
        return ForeignKind(words: known.kind, hint: known.hint)
    }
    for known in byteKinds where head.starts(with: known.magic) {
        return ForeignKind(words: known.kind, hint: known.hint)
    }
    let visible = head.prefix(1 << 16).filter { $0 > Ascii.space }
    return visible.isEmpty ? nil : markupKind(visible) ?? textKind(head) ?? jsonKind(head, visible)
}

/// A page, or XML of another kind.
private func markupKind(_ visible: [UInt8]) -> ForeignKind? {
    let text = String(decoding: visible.prefix(64), as: UTF8.self).lowercased()
    guard ["<!doctype", "<html", "<?xml", "<head", "<body", "<!--"].contains(where: text.hasPrefix) else { return nil }
    return ForeignKind(
        words: text.hasPrefix("<?xml") ? "XML" : "an HTML page",
        hint: "fetch the file again: the server sent a page in its place")
}

/// What is no text at all, or a sentence.
private func textKind(_ head: [UInt8]) -> ForeignKind? {
    if isBinary(head) {
        return ForeignKind(
            words: "binary data, not text", hint: "write it as CSV in the program that made it")
    }
    return message(head).map { text in
        ForeignKind(
            words: "one line of text", hint: "read what it says: an answer in place of a table; fetch the file again",
            notes: ["it says \(SourceLocation.presentable(text))"])
    }
}

private func jsonKind(_ head: [UInt8], _ visible: [UInt8]) -> ForeignKind? {
    guard let json = JSONShape(visible) else { return nil }
    if json == .object, holdsTiers(head) {
        return ForeignKind(
            words: "JSON, leverage tiers", hint: "a study names them under tiers: {file: …, symbol: …}")
    }
    let said = SourceLocation.presentable(String(decoding: head.prefix(160), as: UTF8.self))
    return ForeignKind(words: json.words, hint: json.hint, notes: json.isTable ? [] : ["it begins \(said)"])
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
