import PriceSeries
import StressBasics

/// A sample cut into what comes before the table, the header and the data.
struct SampleTable {
    /// The file's name, for messages.
    let name: String
    let delimiter: UInt8
    /// Rows before the header: a link, a comment.
    let preamble: [SampleRow]
    /// The row with the names, when there is one.
    let header: SampleRow?
    /// The sampled data rows.
    let data: [SampleRow]

    /// Splits the sample by `rule`; `noun` is what the rows should hold, for the refusal.
    init(_ sample: Sample, name: String, rule: HeaderRule, noun: String) throws(IngestError) {
        let preambleCount = SampleTable.preambleCount(sample.rows)
        var rest = sample.rows[preambleCount...]
        self.name = name
        delimiter = sample.delimiter
        preamble = Array(sample.rows[..<preambleCount])
        let isHeaderPresent: Bool =
            switch rule {
            case .present: true
            case .absent: false
            case .automatic: rest.first.map(SampleTable.looksLikeHeader) ?? false
            }
        header = isHeaderPresent ? rest.popFirst() : nil
        data = Array(rest)
        if data.isEmpty { throw emptyError(isHeaderOnly: header != nil, noun) }
    }

    /// Rows that libcsv delivers before the first data row.
    var skippedRows: Int { preamble.count + (header == nil ? 0 : 1) }

    /// Fields that every data row must have.
    var width: Int { header?.fields.count ?? data.first?.fields.count ?? 0 }

    /// The header's names, trimmed; without header nil.
    var names: [String]? { header?.fields.map { trimmed($0) } }

    /// The name of a column, when it has one.
    func columnName(_ column: Int) -> String? {
        guard let names, names.indices.contains(column), !names[column].isEmpty else { return nil }
        return names[column]
    }

    /// Where a field of a sampled row is.
    func location(_ row: SampleRow, column: Int? = nil) -> SourceLocation {
        let text = column.flatMap { row.fields.indices.contains($0) ? row.fields[$0] : nil }
        return SourceLocation(
            file: name, line: row.line, column: column.map { $0 + 1 }, columnName: column.flatMap(columnName),
            text: text)
    }

    /// The sampled texts of one column that say something, with their rows.
    func values(_ column: Int) -> [(text: String, row: SampleRow)] {
        data.compactMap { row in
            guard row.fields.indices.contains(column), !isMissing(row.fields[column]) else { return nil }
            return (row.fields[column], row)
        }
    }

    private func emptyError(isHeaderOnly: Bool, _ noun: String) -> IngestError {
        let why = isHeaderOnly ? "it has a header and no data rows" : "it holds no rows"
        return IngestError(.empty, "cannot find \(noun) rows", why: why, at: SourceLocation(file: name))
    }

    // Vendors put a link or a comment above the header: one field where the table has several, or a leading # in a row
    // of another width than the next (some headers begin with # too).
    private static func preambleCount(_ rows: [SampleRow]) -> Int {
        let isTable = rows.contains { $0.fields.count > 1 }
        return rows.indices.prefix(20).prefix { index in
            let fields = rows[index].fields
            guard let first = fields.first, !isValue(first) else { return false }
            if isTable && fields.count == 1 { return true }
            let nextWidth = rows.indices.contains(index + 1) ? rows[index + 1].fields.count : fields.count
            return first.utf8.first == Ascii.hash && nextWidth != fields.count
        }.count
    }

    /// A row of names: nothing in it is a number or a time, and something has a letter.
    private static func looksLikeHeader(_ row: SampleRow) -> Bool {
        let hasLetter = row.fields.contains { !isMissing($0) && $0.contains(where: \.isLetter) }
        return hasLetter && !row.fields.contains(where: isValue)
    }

    private static func isValue(_ text: String) -> Bool {
        if DayMonthText(text) != nil { return true }
        return withBytes(text) { bytes in
            if case .value = readDecimal(bytes) { return true }
            return TimeDecoder.automatic.read(bytes) != nil
        }
    }
}

/// The number a text says, when it says one.
func decimal(_ text: String) -> Double? {
    guard case .value(let value) = withBytes(text, readDecimal) else { return nil }
    return value
}

/// Whether a text stands for "no value".
func isMissing(_ text: String) -> Bool {
    withBytes(text, isMissingToken)
}

/// Lends the UTF-8 bytes of a text.
func withBytes<Result>(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    var copy = text
    return copy.withUTF8(body)
}

/// A text without blanks at its ends.
func trimmed(_ text: String) -> String {
    let kept = text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed()
    return String(kept)
}

/// A header name for comparison: trimmed, lower case, `_` for blanks, `-` and points, without a leading `#`.
func normalizedName(_ text: String) -> String {
    let name = trimmed(text).lowercased().drop { $0 == "#" }
    return String(name.map { $0 == " " || $0 == "-" || $0 == "." ? "_" : $0 })
}
