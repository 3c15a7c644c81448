import StressBasics
import StressResults
import StressStatistics

extension HTMLWriter {
    /// Parts of a page.
    ///
    /// - Parameter root: what leads from the page to the run's folder.
    mutating func write(_ parts: [PagePart], root: String) {
        for part in parts {
            switch part {
            case .section(let section): write(section, root: root)
            case .beside(let sections):
                element("div", .class("two")) { w in for section in sections { w.write(section, root: root) } }
            }
        }
    }

    /// A section of a page.
    mutating func write(_ found: ReportSection, root: String) {
        section(found.id, label: found.label, title: found.title, definition: found.definition) {
            $0.write(found.blocks, root: root)
        }
    }

    private mutating func write(_ blocks: [Block], root: String) {
        for block in blocks { write(block, root: root) }
    }

    private mutating func write(_ block: Block, root: String) {
        switch block {
        case .heading(let words): element("h3") { $0.write(words, root: root) }
        case .subheading(let words): element("h4", text: words)
        case .paragraph(let style, let words): write(style, words, root: root)
        case .table(let table): write(table, root: root)
        case .drawing(let drawing): element("figure") { drawing.write(to: &$0) }
        case .folded(let summary, let blocks):
            element("details", .class("data")) { $0.writeOpened(summary, blocks, root: root) }
            line()
        case .more(let summary, let blocks):
            element("details") { $0.writeOpened(summary, blocks, root: root) }
            line()
        case .columns(let columns): writeColumns(columns, root: root)
        case .tabs(let tabs): writeTabs(tabs, root: root)
        case .controls(let write): write(&self)
        case .facts(let facts): self.facts(facts)
        case .glossary(let words): glossary(words)
        case .list(let lines): writeList(lines, root: root)
        case .places(let lines):
            element("ul", .class("rows")) { w in
                for words in lines { w.element("li") { $0.write(words, root: root) } }
            }
        case .questions(let questions): writeQuestions(questions, root: root)
        case .heatLegend: heatLegend()
        case .verbatim(let name, let text): scrolling(name) { $0.element("pre", text: text) }
        case .source(let source):
            self.source(source.files, root: root, note: source.note, drawing: source.drawing)
        }
    }

    private mutating func write(_ style: ParagraphStyle, _ words: [Inline], root: String) {
        switch style {
        case .plain: element("p") { $0.write(words, root: root) }
        case .warning:
            element("p", .class("key"), Attribute("role", "note")) { w in
                w.element("strong", text: "Note. ")
                w.write(words, root: root)
            }
        case .signs:
            element("p", .class("key")) { $0.write(words, root: root) }
            line()
        default: element("p", .class(style.rawValue)) { $0.write(words, root: root) }
        }
    }

    private mutating func write(_ words: [Inline], root: String) {
        for piece in words {
            switch piece {
            case .phrase(let phrase): phrases([phrase])
            case .mark(let words): element("b", text: words)
            case .aside(let words): element("small", text: words)
            case .link(let words, let target): element("a", .href(root + target), text: words)
            }
        }
    }

    private mutating func writeOpened(_ summary: String, _ blocks: [Block], root: String) {
        element("summary", text: summary)
        write(blocks, root: root)
    }

    private mutating func writeColumns(_ columns: [[Block]], root: String) {
        element("div", .class("two")) { w in
            for blocks in columns {
                w.line()
                // A paragraph by itself is its own box.
                if case .paragraph? = blocks.first, blocks.count == 1 {
                    w.write(blocks, root: root)
                } else {
                    w.element("div") { $0.write(blocks, root: root) }
                }
            }
            w.line()
        }
        line()
    }

    /// Radio buttons choose among the measures, without scripts.
    private mutating func writeTabs(_ tabs: [(measure: Measure, blocks: [Block])], root: String) {
        element("fieldset", .class("tabs")) { w in
            w.element("legend", .class("vh"), text: "Measure")
            for (place, tab) in tabs.enumerated() { w.writeButton(tab.measure, isChosen: place == 0) }
            w.line()
            for (measure, blocks) in tabs {
                w.element("div", .class("pane p\(measure.place)")) { w in
                    w.element("h3", text: measure.shownTab.definition)
                    w.write(blocks, root: root)
                }
                w.line()
            }
        }
    }

    private mutating func writeButton(_ measure: Measure, isChosen: Bool) {
        let (id, radio) = ("m\(measure.place)", Attribute("type", "radio"))
        if isChosen {
            void("input", radio, Attribute("name", "measure"), .id(id), Attribute("checked"))
        } else {
            void("input", radio, Attribute("name", "measure"), .id(id))
        }
        element("label", Attribute("for", id), text: measure.shownTab.label)
    }

    /// Words and what they mean, in two columns.
    private mutating func glossary(_ words: [(String, String)]) {
        element("dl", .class("gl")) { w in
            for (word, meaning) in words {
                w.element("div") { w in
                    w.element("dt", text: word)
                    w.element("dd", text: meaning)
                }
            }
        }
    }

    private mutating func writeList(_ lines: [[Inline]], root: String) {
        element("ul") { w in
            for words in lines {
                w.element("li") { $0.write(words, root: root) }
                w.line()
            }
        }
    }

    private mutating func writeQuestions(_ questions: [QuestionBlock], root: String) {
        element("dl", .class("qa")) { w in for question in questions { w.write(question, root: root) } }
    }

    private mutating func write(_ question: QuestionBlock, root: String) {
        element("dt", text: question.words)
        element("dd") { w in
            w.element("p") { w in
                if let (style, sign, words) = question.pill { w.pill(style, sign, words) }
                w.phrases(question.answer)
                if let target = question.target(root: root) {
                    w.text(" ")
                    w.element("a", .href(target), text: question.link.words)
                }
            }
            if let words = question.missing { w.element("p", .class("src"), text: words) }
        }
        line()
    }

    // MARK: Tables

    private mutating func write(_ table: SectionTable, root: String) {
        scrolling(table.name) { w in
            w.element("table", .class(table.style.className)) { w in
                let caption = table.caption ?? table.name
                if !caption.isEmpty { w.element("caption", .class("vh"), text: caption) }
                switch table.style {
                case .dense: w.heatHead(table.head)
                case .grid:
                    w.line()
                    w.heatHead(table.head)
                default: w.tableHead(table.head, numbersFrom: table.numbersFrom)
                }
                w.element("tbody") { w in for row in table.rows { w.write(row, root: root) } }
            }
        }
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

    private mutating func write(_ row: SectionTable.Row, root: String) {
        element("tr") { w in
            w.element("th", Attribute("scope", "row")) { $0.write(row.title, root: root) }
            for cell in row.cells { w.write(cell, root: root) }
        }
        line()
    }

    private mutating func write(_ cell: SectionTable.Cell, root: String) {
        switch cell {
        case .figure(let figure): element("td", .class("r"), text: figure.words)
        case .words(let words): element("td") { $0.write(words, root: root) }
        case .pill(let style, let sign, let words): element("td") { $0.pill(style, sign, words) }
        case .shade(let figure, let style, let tip):
            element("td", .class(style), Attribute("data-tip", tip), text: figure.words)
        case .heat(let cell): cell.write(to: &self)
        case .sum(let figure): element("td", .class("cnt"), text: figure.words)
        case .reason(let words, let columns):
            element("td", .class("why"), Attribute("colspan", String(columns)), text: words)
        case .missing: element("td", .class("nd"), text: "–")
        case .spark(let drawing): element("td", .class("spark")) { w in drawing?.write(to: &w) }
        }
    }
}

extension QuestionBlock {
    /// The link as a page has it, by what leads from the page to the run's folder; nil where it leads to the questions themselves.
    fileprivate func target(root: String) -> String? {
        let own = "index.html"
        guard root.isEmpty, link.target.hasPrefix(own + "#") else { return root + link.target }
        let place = String(link.target.dropFirst(own.count))
        return place == "#" + QuestionsSection.section.id ? nil : place
    }
}
