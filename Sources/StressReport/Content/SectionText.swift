import StressBasics
import StressResults

extension RunReport {
    /// The sections of the run's pages as text, each page under its name. Where the terminal is narrow tables lose columns from behind.
    public func sectionsText(_ style: TerminalStyle = .plain) -> String {
        sectionPages.map { page in
            ([style.painted(page.file, .bold)] + page.sections.map { $0.text(style) }).joined(separator: "\n\n")
        }.joined(separator: "\n\n\n") + "\n"
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
        func lines(_ texts: [String]) -> [String] {
            texts.isEmpty ? [] : [texts.map { style.wrapped(plainText($0)) }.joined(separator: "\n")]
        }
        switch self {
        case .heading(let words): return [style.painted(plainText(words.words), .bold)]
        case .subheading(let words): return lines([words])
        case .tabs(let tabs):
            return tabs.flatMap { tab in lines([tab.measure.shownTab.definition + ", %:"]) + tab.blocks.text(style) }
        case .paragraph(let kind, let words):
            // A link by itself leads to a drawing, which says nothing without a page.
            if case .link? = words.first, words.count == 1 { return [] }
            return words.words.isEmpty ? [] : lines([(kind == .warning ? "Note: " : "") + words.words])
        case .table(let table): return [table.text(style)]
        case .drawing(let drawing): return lines([drawing.sentence])
        case .folded(_, let blocks), .more(_, let blocks): return blocks.text(style)
        case .columns(let columns): return columns.flatMap { $0.text(style) }
        case .facts(let facts), .glossary(let facts): return lines(facts.map { "\($0): \($1)" })
        case .list(let items), .places(let items): return lines(items.map { "- " + $0.words })
        case .questions(let questions): return questions.map { $0.text(folder: nil, style: style) }
        case .verbatim(_, let text): return [visibleText(text, keepingLines: true)]
        case .source(let source): return lines([source.words])
        case .heatLegend, .controls: return []
        }
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
        switch self {
        case .figure(let figure), .shade(let figure, _, _), .sum(let figure): [figure.words]
        case .heat(let cell): [cell.shown.words]
        case .words(let words): [words.words]
        case .pill(_, _, let words): [words]
        case .reason(let words, let columns): [words] + [String](repeating: "", count: columns - 1)
        case .missing: ["–"]
        case .spark: [""]
        }
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
