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

    /// A section of a page: its title is what it found, over one line that says what is shown and in which unit.
    mutating func write(_ found: ReportSection, root: String) {
        let title = "h-" + found.id
        line()
        element("section", .id(found.id), Attribute("aria-labelledby", title)) { w in
            w.line()
            w.element("div", .class("head")) { w in
                w.element("p", .class("eye"), text: found.label)
                w.element("h2", .id(title), text: found.title)
                if !found.definition.isEmpty { w.element("p", .class("def"), text: found.definition) }
            }
            w.line()
            w.write(found.blocks, root: root)
        }
        line()
    }

    /// Parts of a section, or of what stands before the sections.
    mutating func write(_ blocks: [Block], root: String) {
        for block in blocks { write(block, root: root) }
    }

    private mutating func write(_ block: Block, root: String) {
        switch block {
        case .heading(let words): element("h3") { $0.write(words, root: root) }
        case .subheading(let words): element("h4", text: words)
        case .paragraph(let style, let words): write(style, words, root: root)
        case .table(let table): write(table, root: root)
        case .drawing(let drawing): element("figure") { drawing.write(to: &$0) }
        case .gallery(let gallery): write(gallery, root: root)
        case .cards(let cards): writeCards(cards)
        case .folded(let summary, let blocks): writeFolded(summary, blocks, root: root)
        case .more(let summary, let blocks): writeMore(summary, blocks, root: root)
        case .columns(let columns, let style): writeColumns(columns, style, root: root)
        case .tabs(let tabs): writeTabs(tabs, root: root)
        case .controls(let write): write(&self)
        case .facts(let facts): self.facts(facts)
        case .glossary(let words): glossary(words)
        case .list(let lines): writeList(lines, root: root)
        case .steps(let steps): writeSteps(steps)
        case .checks(let lines, let name): writeChecks(lines, name, root: root)
        case .keyFigures(let figures): writeKeyFigures(figures)
        case .box(let style, let blocks): writeBox(style, blocks, root: root)
        case .places(let lines): writePlaces(lines, root: root)
        case .questions(let questions): writeQuestions(questions, root: root)
        case .heatLegend: heatLegend()
        case .legend(let labels): colourLegend(labels)
        case .verbatim(let name, let text): scrolling(name) { $0.element("pre", text: text) }
        case .command(let command): writeCommand(command)
        case .files(let names): writeFiles(names, root: root)
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

    /// A piece of a text.
    mutating func write(_ words: [Inline], root: String) {
        for piece in words {
            switch piece {
            case .phrase(let phrase): phrases([phrase])
            case .mark(let words): element("b", text: words)
            case .aside(let words): element("small", text: words)
            case .label(let words): element("span", .class("ti"), text: words)
            case .link(let words, let target): element("a", .href(root + target)) { $0.phrases(words) }
            case .place(let words, let address): element("a", .href(address), text: words)
            }
        }
    }

    private mutating func writeFolded(_ summary: String, _ blocks: [Block], root: String) {
        element("details", .class("data")) { $0.writeOpened(summary, blocks, root: root) }
        line()
    }

    private mutating func writeMore(_ summary: String, _ blocks: [Block], root: String) {
        element("details") { $0.writeOpened(summary, blocks, root: root) }
        line()
    }

    private mutating func writeBox(_ style: BoxStyle, _ blocks: [Block], root: String) {
        element("div", .class(style.rawValue)) { $0.write(blocks, root: root) }
        line()
    }

    private mutating func writeOpened(_ summary: String, _ blocks: [Block], root: String) {
        element("summary", text: summary)
        write(blocks, root: root)
    }

    private mutating func writeColumns(_ columns: [[Block]], _ style: ColumnStyle, root: String) {
        element("div", .class(style.rawValue)) { w in
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
}
