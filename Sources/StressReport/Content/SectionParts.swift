import StressBasics
import StressResults

/// What blocks hold, by what it is.
struct SectionParts {
    /// A name with its value, and what both are of.
    struct Fact {
        let subject: String?
        let name, value: String
    }

    private(set) var notes: [String] = []
    private(set) var facts: [Fact] = []
    private(set) var checks: [CheckLine] = []
    private(set) var tables: [SectionTable] = []
    private(set) var files: [String] = []
    private(set) var drawings: [String] = []

    init(_ blocks: [Block]) { add(blocks) }

    /// - Parameter subject: what the blocks are of, where that is not the section.
    private mutating func add(_ blocks: [Block], of subject: String? = nil) {
        for block in blocks { add(block, of: subject) }
    }

    private mutating func add(_ block: Block, of subject: String?) {
        switch block {
        case .paragraph(_, let words): addParagraph(words)
        case .table(let table): tables.append(table)
        case .gallery(let gallery): tables.append(gallery.table)
        case .cards(let cards): tables.append(cards.table)
        case .drawing(let drawing): notes.append(drawing.sentence)
        case .folded(let summary, let blocks), .more(let summary, let blocks): add(blocks, of: summary)
        case .columns(let columns, _): for blocks in columns { add(blocks, of: subject) }
        case .tabs(let tabs): for tab in tabs { add(tab.blocks) }
        case .facts(let facts), .glossary(let facts): add(facts, of: subject)
        case .questions(let questions): add(questions.map { ($0.words, $0.answer.sentence) }, of: subject)
        case .command(let command): add([("Command", command)], of: subject)
        case .list(let items), .places(let items): notes += items.map(\.words)
        case .steps(let steps): notes += steps
        case .checks(let lines, _): for line in lines { add(line) }
        case .keyFigures(let figures): add(figures.map { ($0.title, $0.words) }, of: subject)
        case .box(_, let blocks): add(blocks, of: subject)
        case .verbatim(_, let text): notes.append(text)
        case .source(let source): add(source)
        case .files(let names): files += names
        case .heading, .subheading, .heatLegend, .legend, .controls: break
        }
    }

    private mutating func addParagraph(_ words: [Inline]) {
        if case .link(_, let target)? = words.first, words.count == 1 { return drawings.append(target) }
        notes += words.words.isEmpty ? [] : [words.words]
    }

    private mutating func add(_ facts: [(String, String)], of subject: String?) {
        self.facts += facts.map { Fact(subject: subject, name: $0, value: $1) }
    }

    private mutating func add(_ line: CheckLine) {
        checks.append(line)
        add(line.more)
    }

    private mutating func add(_ source: Source) {
        for file in source.files where !files.contains(file) { files.append(file) }
        drawings += source.drawing.map { [$0] } ?? []
    }
}
