import StressBasics
import StressResults

extension PageSections {
    /// The sections as text, each page under its name where there are several. Where the terminal is narrow tables lose columns from
    /// behind; the study, which every page of a run has, stands under the first.
    public func text(_ style: TerminalStyle = .plain) -> String {
        var known: Set<String> = []
        return pages.map { page in
            let name = pages.count > 1 ? [style.painted(page.file, .bold)] : []
            let sections = page.sections.map { $0.withoutTexts(in: &known).text(style) }
            return (name + sections).joined(separator: "\n\n")
        }.joined(separator: "\n\n\n") + "\n"
    }
}

extension ReportSection {
    /// The section without the texts to be opened that stood in another before.
    fileprivate func withoutTexts(in known: inout Set<String>) -> ReportSection {
        let own = blocks.filter { block in
            guard case .more(_, let inner) = block, case .verbatim(_, let text)? = inner.first else { return true }
            return known.insert(text).inserted
        }
        return ReportSection(id, label: label, title: title, definition: definition, own)
    }
}

extension ReportSection {
    /// The section for a terminal: what it found, what is shown, and its numbers.
    func text(_ style: TerminalStyle) -> String {
        let head = style.painted(style.wrapped(plainText("\(label): \(title)")), .bold)
        let lead = definition.isEmpty ? [] : [style.wrapped(plainText(definition))]
        return ([([head] + lead).joined(separator: "\n")] + blocks.text(style)).joined(separator: "\n\n")
    }
}

extension [Block] {
    /// Paragraphs and tables, one after the other; what only a page can show is left out.
    fileprivate func text(_ style: TerminalStyle) -> [String] { flatMap { $0.text(style) } }
}

extension Block {
    fileprivate func text(_ style: TerminalStyle) -> [String] {
        switch self {
        case .heading(let words): [style.painted(plainText(words.words), .bold)]
        case .subheading(let words): style.lines([words])
        case .tabs(let tabs):
            tabs.flatMap { tab in style.lines([tab.measure.shownTab.definition + ", %:"]) + tab.blocks.text(style) }
        case .paragraph(let kind, let words): style.paragraph(kind, words)
        case .table(let table): [table.text(style)]
        case .gallery(let gallery): [gallery.table.text(style)]
        case .cards(let cards): cards.isEmpty ? [] : [cards.table.text(style)]
        case .drawing(let drawing): style.lines([drawing.sentence])
        case .folded(let summary, let blocks): (blocks.isNamed ? [] : style.lines([summary])) + blocks.text(style)
        case .more(let summary, let blocks): style.lines([summary + ":"]) + blocks.text(style)
        case .columns(let columns, _): columns.flatMap { $0.text(style) }
        case .facts(let facts), .glossary(let facts): style.lines(facts.map { "\($0): \($1)" })
        case .list(let items), .places(let items): style.lines(items.map { "- " + $0.words })
        case .steps(let steps): style.lines(steps.enumerated().map { "\($0 + 1). \($1)" })
        case .checks(let lines, _): lines.text(style)
        case .keyFigures(let figures): style.lines(figures.map { "\($0.title): \($0.words)" })
        case .box(_, let blocks): blocks.text(style)
        case .questions(let questions): questions.map { $0.text(folder: nil, style: style) }
        case .verbatim(_, let text): [visibleText(text, keepingLines: true)]
        case .command(let command): [plainText(command)]
        case .files(let names): style.lines([names.joined(separator: ", ")])
        case .source(let source): style.lines([source.words])
        case .heatLegend, .legend, .controls: []
        }
    }
}

extension [Block] {
    /// Whether the first of them says itself what it is.
    fileprivate var isNamed: Bool { if case .table? = first { true } else { false } }
}

extension TerminalStyle {
    /// Lines one below the other; none for none.
    fileprivate func lines(_ texts: [String]) -> [String] {
        texts.isEmpty ? [] : [texts.map { wrapped(plainText($0)) }.joined(separator: "\n")]
    }

    fileprivate func paragraph(_ kind: ParagraphStyle, _ words: [Inline]) -> [String] {
        // A link by itself leads to a drawing, which says nothing without a page.
        if case .link? = words.first, words.count == 1 { return [] }
        return words.words.isEmpty ? [] : lines([(kind == .warning ? "Note: " : "") + words.words])
    }
}

extension [CheckLine] {
    /// The lines one below the other, but for those that have more to say.
    fileprivate func text(_ style: TerminalStyle) -> [String] {
        var (texts, lines): ([String], [String]) = ([], [])
        for check in self {
            lines.append("- " + (check.pill.map { "[\($0.words)] " } ?? "") + check.words.words)
            guard !check.more.isEmpty else { continue }
            texts += style.lines(lines) + check.more.text(style)
            lines = []
        }
        return texts + style.lines(lines)
    }
}

extension QuestionBlock {
    /// The question with its answer.
    ///
    /// - Parameter folder: the run's, for the place where there is more; nil to leave that out.
    func text(folder: String?, style: TerminalStyle) -> String {
        let mark = pill.map { "[\($0.words)] " } ?? ""
        let missing = missing.map { [style.wrapped(plainText($0), indent: "   ")] } ?? []
        let place = folder.map { ["   \(plainText($0))/\(link.target)"] } ?? []
        let said = style.wrapped(mark + answer.sentence, indent: "   ")
        return ([style.painted(style.wrapped(plainText(words)), .bold), said] + missing + place)
            .joined(separator: "\n")
    }
}

extension SectionTable {
    /// The table under its name.
    func text(_ style: TerminalStyle) -> String {
        let fields = rows.map { row in [row.title.words] + row.cells.flatMap(\.fields) }
        let hasNumber = { (place: Int) in place >= numbersFrom }
        let shown = head.indices.filter { place in
            place == 0 || !rows.contains { $0.cells.indices.contains(place - 1) && $0.cells[place - 1].isSpark }
        }
        let columns = shown.map { place in
            TerminalTable.Column(
                head[place], rank: place, fields.map { $0.indices.contains(place) ? $0[place] : "" },
                isText: !hasNumber(place))
        }
        let table = TerminalTable(columns: columns, style: style)
        return ([style.wrapped(plainText(name), indent: "  ")] + table.lines(highlighting: rows.map { _ in false }))
            .joined(separator: "\n")
    }
}

extension SectionTable.Cell {
    /// One text for every column that it takes.
    fileprivate var fields: [String] {
        if case .missing = self { return ["–"] }
        return figures.map { $0?.words ?? "" }
    }

    fileprivate var isSpark: Bool { if case .spark = self { true } else { false } }
}

extension [Inline] {
    /// The text without its weights.
    var words: String { map(\.words).joined() }
}

extension Drawing {
    /// What stands for the drawing where it cannot be seen, without what a page has under it.
    var sentence: String { alternative.replacing(" Every value is in the table below.", with: "") }
}

extension Source {
    /// `Data: results.csv, bands.csv. Shown: 12 of 125 leverages`.
    fileprivate var words: String { "Data: " + files.joined(separator: ", ") + (note.isEmpty ? "" : ". " + note) }
}
