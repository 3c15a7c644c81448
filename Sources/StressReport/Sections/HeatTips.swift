import StressBasics

/// The explanations of a table's cells in few bytes, as attributes of the table: `report.js` gives each cell its own again. Only scripts
/// show explanations, so that nothing is missing without them.
///
/// What a cell can see of its table is left out of its text: the title of its row is `@`, that of its column `$`, and what stands small
/// in it `~`. The rest are codes of a ``PatternBook``, down the columns, with `|` between; `-` stands for a cell without explanation.
struct HeatTips {
    /// The patterns of the book, with `|` between.
    let words: String
    /// The codes of the cells.
    let codes: String

    /// Nil where there is little to leave out, and where a text has one of the signs that stand for something else.
    init?(_ table: SectionTable) {
        let width = table.head.count - 1
        guard table.rows.count > 1, table.rows.allSatisfy({ $0.cells.count == width }) else { return nil }
        var (book, codes) = (PatternBook(), [String]())
        for column in 0..<width {
            for row in table.rows {
                guard let tip = row.cells[column].tip else {
                    codes.append("-")
                    continue
                }
                let title = row.title.map(\.words).joined()
                let parts: [(String, Unicode.Scalar)] = [
                    (title, "@"), (table.head[column + 1], "$"), (tip.small ?? "", "~"),
                ]
                guard let text = shortened(tip.text, parts) else { return nil }
                codes.append(book.code([text]))
            }
        }
        guard !book.patterns.isEmpty else { return nil }
        words = book.patterns.joined(separator: "|")
        self.codes = codes.joined(separator: "|")
    }

    /// The attributes of the table.
    var attributes: [Attribute] { [Attribute("data-words", words), Attribute("data-tips", codes)] }
}

/// What a pointer on a cell is told.
struct CellTip {
    /// Its lines.
    let text: String
    /// What stands small in the cell; nil without it.
    var small: String?
}

extension SectionTable.Cell {
    /// What a pointer on it is told; nil where there is nothing to tell.
    var tip: CellTip? {
        switch self {
        case .heat(let cell): cell.tip
        case .shade(_, _, let tip): CellTip(text: tip)
        default: nil
        }
    }
}
