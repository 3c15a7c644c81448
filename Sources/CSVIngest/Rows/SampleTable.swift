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
    /// Fields that every data row must have.
    let width: Int

    /// Splits the sample by `rule`; `noun` is what the rows should hold, for the refusal.
    init(_ sample: Sample, name: String, rule: HeaderRule, noun: String) throws(IngestError) {
        let usual = SampleTable.usualWidth(sample.rows)
        let preambleCount = SampleTable.preambleCount(sample.rows, usualWidth: usual)
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
        let names = isHeaderPresent && rule == .automatic ? HeaderBlock(rest, width: usual) : nil
        header = names?.header ?? (isHeaderPresent ? rest.first : nil)
        headerRows = names?.count ?? (isHeaderPresent ? 1 : 0)
        rest = rest.dropFirst(headerRows)
        data = Array(rest)
        traits = sample.traits + [SampleTable.trait(of: header, rule)]
        width = SampleTable.width(header: header, data: data, usual: usual)
        if data.isEmpty { throw emptyError(isHeaderOnly: header != nil, noun) }
    }

    /// How the header was found, or that there is none.
    private static func trait(of header: SampleRow?, _ rule: HeaderRule) -> RecognisedTrait {
        let found = header == nil ? "the first row has values in it" : "the row has names and no value"
        return RecognisedTrait(
            "header", header.map { "line \(spacedCount($0.line))" } ?? "none",
            rule == .automatic ? .certain : .stated, rule == .automatic ? found : "")
    }

    /// What the sample has shown about encoding, delimiter and header.
    let traits: [RecognisedTrait]

    /// Rows of names, titles and units above the data.
    private let headerRows: Int

    /// Rows that libcsv delivers before the first data row.
    var skippedRows: Int { preamble.count + headerRows }

    /// The header's names, trimmed, one for each column; without header nil.
    var names: [String]? {
        guard let header else { return nil }
        let names = header.fields.prefix(width).map { trimmed($0) }
        return names + Array(repeating: "", count: max(0, width - names.count))
    }

    /// The width that most rows have, the larger of equals.
    private static func usualWidth(_ rows: [SampleRow]) -> Int {
        var counts: [Int: Int] = [:]
        for row in rows { counts[row.fields.count, default: 0] += 1 }
        return counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 0
    }

    /// The header's width, or that of the rows when they differ only by an empty field at the end: a comma that every row,
    /// or the header alone, has too many.
    private static func width(header: SampleRow?, data: [SampleRow], usual: Int) -> Int {
        guard let header else { return data.first?.fields.count ?? 0 }
        let named = header.fields.count
        let hasEmptyEnd = data.allSatisfy { $0.fields.count != usual || $0.fields.last?.isEmpty == true }
        if usual == named + 1, hasEmptyEnd { return usual }
        if usual == named - 1, header.fields.last?.isEmpty == true { return usual }
        return named
    }

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

    /// The number a field says in this notation.
    func number(_ text: String, _ notation: NumberNotation) -> Double? {
        guard case .value(let value) = withBytes(text, notation.read) else { return nil }
        return value
    }

    /// Whether nearly all of a column's texts have a digit, as numbers in any notation have.
    func holdsNumbers(_ column: Int) -> Bool {
        let texts = values(column)
        return !texts.isEmpty && texts.count { $0.text.contains(where: \.isNumber) } * 20 >= texts.count * 19
    }

    /// The sampled texts of several columns joined by blanks, with their rows; rows without any of them are left out.
    func joinedValues(_ columns: [Int]) -> [(text: String, row: SampleRow)] {
        guard columns.count > 1 else { return values(columns.first ?? 0) }
        return data.compactMap { row in
            let parts = columns.compactMap { row.fields.indices.contains($0) ? trimmed(row.fields[$0]) : nil }
            guard parts.count == columns.count, !parts.allSatisfy(isMissing) else { return nil }
            return (parts.filter { !$0.isEmpty }.joined(separator: " "), row)
        }
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
    private static func preambleCount(_ rows: [SampleRow], usualWidth: Int) -> Int {
        let isTable = rows.contains { $0.fields.count > 1 }
        return rows.indices.prefix(20).prefix { index in
            let fields = rows[index].fields
            guard let first = fields.first, !isValue(first) else { return false }
            if isTable && fields.count == 1 { return true }
            // A sentence with a comma or two; a header lacks one field at most.
            if usualWidth > 3, abs(fields.count - usualWidth) > 1, fields.count * 2 <= usualWidth + 1,
                !fields.contains(where: isValue)
            {
                return true
            }
            let nextWidth = rows.indices.contains(index + 1) ? rows[index + 1].fields.count : fields.count
            return first.utf8.first == Ascii.hash && nextWidth != fields.count
        }.count
    }

    /// A row of names: nothing in it is a number or a time, and something has a letter.
    static func looksLikeHeader(_ row: SampleRow) -> Bool {
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
    // Almost no field has any, and characters are dear.
    guard let first = text.utf8.first, let last = text.utf8.last, isBlank(first) || isBlank(last) else { return text }
    let kept = text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed()
    return String(kept)
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

/// A header name for comparison: lower case, letters and digits only. `Open Time`, `open_time` and `<OPENTIME>` are one.
func normalizedName(_ text: String) -> String {
    String(text.lowercased().filter { $0.isLetter || $0.isNumber })
}

/// The same without what stands in brackets and without a number in front: `1a. open (USD)` is `open`.
func plainName(_ text: String) -> String {
    var name = text[...]
    if let point = name.firstIndex(of: "."), name[..<point].contains(where: \.isNumber), name[..<point].count <= 3 {
        name = name[name.index(after: point)...]
    }
    if let bracket = name.firstIndex(of: "("), bracket > name.startIndex { name = name[..<bracket] }
    return normalizedName(String(name))
}
