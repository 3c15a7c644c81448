import PriceSeries

/// A sample under one delimiter, and how much it looks like a table of values.
struct SampleShape {
    let delimiter: FieldDelimiter
    let rows: [SampleRow]
    /// Fields of most rows.
    private let width: Int
    /// Rows of that width, as a share of all.
    private let agreement: Double

    init(_ delimiter: FieldDelimiter, _ rows: [SampleRow]) {
        (self.delimiter, self.rows) = (delimiter, rows)
        var counts: [Int: Int] = [:]
        for row in rows { counts[row.fields.count, default: 0] += 1 }
        let most = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }
        width = most?.key ?? 0
        agreement = rows.isEmpty ? 0 : Double(most?.value ?? 0) / Double(rows.count)
    }

    /// Most rows have the same two or more fields.
    var isTable: Bool { width > 1 && agreement > 0.5 }

    /// The share of rows of one width times the share of their fields that are numbers, times or plain words, 0…1.
    var score: Double {
        // The first row may be a header, whose names are no values.
        let sampled = rows.dropFirst(rows.count > 1 ? 1 : 0).prefix(200).filter { $0.fields.count == width }
        let fields = sampled.flatMap(\.fields)
        guard !fields.isEmpty else { return 0 }
        return agreement * Double(fields.count(where: SampleShape.isValueLike)) / Double(fields.count)
    }

    /// A number in any notation, a time, or a word; not what is left when a row was cut at the wrong places.
    private static func isValueLike(_ text: String) -> Bool {
        if isMissing(text) || decimal(text) != nil || DayMonthText(text) != nil { return true }
        if withBytes(text, TimeDecoder.automatic.read) != nil { return true }
        if text.contains(where: { ";|\t".contains($0) }) { return false }
        let isWord = text.first?.isLetter == true || text.contains("%") || text.contains(":")
        return isWord
            || NumberStyle.allCases.contains { style in
                NumberNotation(style).map { notation in
                    var notation = notation
                    notation.hasSuffixes = true
                    guard case .value = withBytes(text, notation.read) else { return false }
                    return true
                } ?? false
            }
    }

    func trait(hasRival: Bool) -> RecognisedTrait {
        RecognisedTrait(
            "delimiter", delimiter.words, hasRival ? .likely : .certain,
            "\(percentText(agreement)) of the sampled rows have \(width) fields")
    }
}

extension FieldDelimiter {
    var byte: UInt8 { rawValue.utf8.first ?? Ascii.comma }

    /// The character's name.
    var words: String {
        switch self {
        case .comma: "comma"
        case .semicolon: "semicolon"
        case .tab: "tab"
        case .bar: "vertical bar"
        }
    }
}
