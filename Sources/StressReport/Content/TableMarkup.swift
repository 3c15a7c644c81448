import StressBasics
import StressResults

extension HTMLWriter {
    /// A table in a region of its own, which scrolls where it must.
    mutating func write(_ table: SectionTable, root: String) {
        let tips = HeatTips(table)
        scrolling(table.name, isTall: table.isTall) { w in
            w.element("table", [.class(table.style.className)] + (tips?.attributes ?? [])) { w in
                let caption = table.caption ?? table.name
                if !caption.isEmpty { w.element("caption", .class("vh"), text: caption) }
                w.writeHead(of: table)
                w.element("tbody") { w in
                    w.terse(table.isTerse) { w in
                        for row in table.rows { w.write(row, hasTips: tips == nil, root: root) }
                    }
                }
            }
        }
    }

    private mutating func writeHead(of table: SectionTable) {
        guard table.style.hasCorner else { return tableHead(table.head, numbersFrom: table.numbersFrom) }
        if table.style == .grid { line() }
        heatHead(table.head)
    }

    /// The head of a table of colours: every column in the middle, and a corner.
    private mutating func heatHead(_ titles: [String]) {
        element("thead") { w in
            w.element("tr") { w in
                w.element("th", Attribute("scope", "col"), .class("corner"), text: titles.first ?? "")
                for title in titles.dropFirst() { w.element("th", Attribute("scope", "col"), text: title) }
            }
        }
        line()
    }

    private mutating func write(_ row: SectionTable.Row, hasTips: Bool, root: String) {
        if isTerse { return writeTerse(row, root: root) }
        element("tr") { w in
            w.element("th", Attribute("scope", "row")) { $0.write(row.title, root: root) }
            for cell in row.cells { w.write(cell, hasTip: hasTips, root: root) }
        }
        line()
    }

    /// The same in few bytes: the heads of rows are known by their place, and what holds of all cells stands with their row.
    private mutating func writeTerse(_ row: SectionTable.Row, root: String) {
        let isFew = row.cells.allSatisfy(\.isIndicative)
        element("tr", isFew ? [.class("fews")] : []) { w in
            w.element("th") { $0.write(row.title, root: root) }
            var darkest = 0
            for cell in row.cells {
                switch cell {
                case .heat(let cell): cell.writeBare(to: &w, after: &darkest, isFewRow: isFew)
                case .pill(let pill): w.element("td", .class(pill.style), text: pill.words)
                default: w.write(cell, hasTip: false, root: root)
                }
            }
        }
        line()
    }

    private mutating func write(_ cell: SectionTable.Cell, hasTip: Bool, root: String) {
        switch cell {
        case .figure(let figure): element("td", .class("r"), text: figure.words)
        case .noted(let figure, let notes):
            element("td", .class("r")) { w in
                w.element("b", text: figure.words)
                for note in notes { w.element("small", text: note) }
            }
        case .words(let words): element("td") { $0.write(words, root: root) }
        case .pill(let pill): element("td") { $0.write(pill) }
        case .shade(let figure, let style, let tip):
            element("td", [.class(style)] + (hasTip ? [Attribute("data-tip", tip)] : [])) { $0.text(figure.words) }
        case .heat(let cell): cell.write(to: &self, hasTip: hasTip)
        case .sum(let figure): element("td", .class("cnt"), text: figure.words)
        case .reason(let words, let columns):
            element("td", .class("why"), Attribute("colspan", String(columns)), text: words)
        case .missing: element("td", .class("nd"), text: "–")
        case .spark(let drawing): element("td", .class("spark")) { w in drawing?.write(to: &w) }
        }
    }
}
