import StressResults

/// Rows with every field but the last flush right in its column.
package func aligned(_ rows: [[String]]) -> [String] {
    let plain = rows.map { $0.map(plainText) }
    let widths = (plain.first ?? []).indices.map { column in plain.map { $0[column].count }.max() ?? 0 }
    return plain.map { row in
        let fields = row.enumerated().map { column, text in
            column == row.count - 1 ? text : String(repeating: " ", count: widths[column] - text.count) + text
        }
        return "  " + fields.joined(separator: "   ")
    }
}

/// A table that leaves out columns until it fits.
struct TerminalTable {
    /// One column.
    struct Column {
        let title: String
        /// 0 for a column that always stays; the highest goes first.
        let rank: Int
        let fields: [String]
        /// Flush left, as the last one.
        let isText: Bool

        init(_ title: String, rank: Int, _ fields: [String], isText: Bool = false) {
            self.title = plainText(title)
            self.rank = rank
            self.fields = fields.map(plainText)
            self.isText = isText
        }

        var width: Int { max(title.count, fields.map(\.count).max() ?? 0) }
    }

    let columns: [Column]
    private let style: TerminalStyle

    init(columns: [Column], style: TerminalStyle) {
        var kept = columns
        func width() -> Int { kept.reduce(2) { $0 + $1.width } + 3 * (kept.count - 1) }
        while let most = style.width, width() > most, let last = kept.map(\.rank).max(), last > 0 {
            kept.removeAll { $0.rank == last }
        }
        (self.columns, self.style) = (kept, style)
    }

    /// The header and a line a row.
    func lines(highlighting isHeadline: [Bool]) -> [String] {
        let header = line { $0.title }
        let rows = isHeadline.indices.map { row -> String in
            let text = line { $0.fields[row] }
            // Escape sequences have no width, so they come last.
            if text.contains("BREACH") { return style.painted(text, .red) }
            return style.painted(text, isHeadline[row] ? .bold : nil)
        }
        return [header] + rows
    }

    private func line(_ field: (Column) -> String) -> String {
        let fields = columns.enumerated().map { place, column in
            let text = field(column)
            let padding = String(repeating: " ", count: column.width - text.count)
            return column.isText ? (place == columns.count - 1 ? text : text + padding) : padding + text
        }
        var text = "  " + fields.joined(separator: "   ")
        while text.last == " " { text.removeLast() }
        return text
    }
}
