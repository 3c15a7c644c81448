import StressBasics
import StressResults

extension RunReport {
    /// The sections of the run's pages as JSON, one object a line: words as pages have them, and beside every number its exact value.
    public var sectionsJSON: String {
        sectionPages.flatMap { page in page.sections.map { $0.json(page: page.file).line } }.joined(separator: "\n")
    }
}

extension ReportSection {
    /// The section as an object.
    ///
    /// - Parameter page: the file of the page that it is on.
    func json(page: String) -> JSONValue {
        var parts = SectionParts()
        parts.add(blocks)
        return .object([
            ("page", .text(page)), ("section", .text(id)), ("label", .text(plainText(label))),
            ("title", .text(plainText(title))), ("definition", .text(plainText(definition))),
            ("notes", .list(parts.notes.map { .text(plainText($0)) })),
            ("facts", .object(parts.facts.map { (plainText($0), .text(plainText($1))) })),
            ("tables", .list(parts.tables.map(\.json))), ("files", .list(parts.files.map(JSONValue.text))),
            ("drawings", .list(parts.drawings.map(JSONValue.text))),
        ])
    }
}

/// What blocks hold, by what it is.
private struct SectionParts {
    var notes: [String] = []
    var facts: [(String, String)] = []
    var tables: [SectionTable] = []
    var files: [String] = []
    var drawings: [String] = []

    mutating func add(_ blocks: [Block]) { for block in blocks { add(block) } }

    private mutating func add(_ block: Block) {
        switch block {
        case .paragraph(_, let words):
            if case .link(_, let target)? = words.first, words.count == 1 { return drawings.append(target) }
            notes += words.words.isEmpty ? [] : [words.words]
        case .table(let table): tables.append(table)
        case .drawing(let drawing): notes.append(drawing.sentence)
        case .folded(_, let blocks), .more(_, let blocks): add(blocks)
        case .columns(let columns): for blocks in columns { add(blocks) }
        case .tabs(let tabs): for tab in tabs { add(tab.blocks) }
        case .facts(let facts), .glossary(let facts): self.facts += facts
        case .list(let items), .places(let items): notes += items.map(\.words)
        case .questions(let questions): facts += questions.map { ($0.words, $0.answer.sentence) }
        case .verbatim(_, let text): notes.append(text)
        case .source(let source):
            for file in source.files where !files.contains(file) { files.append(file) }
            drawings += source.drawing.map { [$0] } ?? []
        case .heading, .subheading, .heatLegend, .controls: break
        }
    }
}

extension SectionTable {
    fileprivate var json: JSONValue {
        .object([
            ("name", .text(plainText(name))), ("columns", .list(head.map { .text(plainText($0)) })),
            ("rows", .list(rows.map(\.json))),
        ])
    }
}

extension SectionTable.Row {
    fileprivate var json: JSONValue {
        .object([("title", .text(plainText(title.words))), ("cells", .list(cells.compactMap(\.json)))])
    }
}

extension SectionTable.Cell {
    /// Nil for what only a page can show.
    fileprivate var json: JSONValue? {
        switch self {
        case .figure(let figure), .shade(let figure, _, _), .sum(let figure): figure.json
        case .heat(let cell): cell.shown.json
        case .words(let words): ShownFigure(words.words).json
        case .pill(_, _, let words), .reason(let words, _): ShownFigure(words).json
        case .missing: ShownFigure("").json
        case .spark: nil
        }
    }
}

extension ShownFigure {
    /// `{"text": "3.1 (2.0–4.7)", "value": 0.031, "low": 0.02, "high": 0.047}`; what is not known is left out.
    fileprivate var json: JSONValue {
        let ends = interval.map { [("low", JSONValue.number($0.low)), ("high", .number($0.high))] } ?? []
        return .object([("text", .text(plainText(words)))] + (value.map { [("value", .number($0))] } ?? []) + ends)
    }
}
