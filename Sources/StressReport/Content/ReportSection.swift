import StressBasics
import StressResults
import StressStatistics

/// A section of a page as a value: what it found, and what shows it. Pages, terminals and JSON render the same values, so that they
/// cannot say different things.
struct ReportSection {
    /// Where links jump to.
    let id: String
    /// What it is about, in a word or two above the finding.
    let label: String
    /// What it found, in a sentence.
    let title: String
    /// What is shown, and in which unit; may be empty.
    let definition: String
    /// What shows it, in reading order.
    let blocks: [Block]

    init(_ id: String, label: String, title: String, definition: String = "", _ blocks: [Block]) {
        (self.id, self.label, self.title, self.definition) = (id, label, title, definition)
        self.blocks = blocks
    }
}

/// A part of a page: a section, or several beside each other.
enum PagePart {
    case section(ReportSection)
    case beside([ReportSection])

    var sections: [ReportSection] {
        switch self {
        case .section(let section): [section]
        case .beside(let sections): sections
        }
    }
}

/// A part of a section.
enum Block {
    /// A title of what follows, below the section's own.
    case heading([Inline])
    /// One below that.
    case subheading(String)
    /// Sentences.
    case paragraph(ParagraphStyle, [Inline])
    /// Numbers in rows and columns.
    case table(SectionTable)
    /// A figure.
    case drawing(any Drawing)
    /// What a reader opens by its name: numbers of a drawing, long tables.
    case folded(String, [Block])
    /// The same of words; a sheet of paper has them, too.
    case more(String, [Block])
    /// Blocks beside each other where there is room.
    case columns([[Block]], ColumnStyle = .figures)
    /// Blocks of which one measure's is seen at a time; a sheet of paper has all of them.
    case tabs([(measure: Measure, blocks: [Block])])
    /// What only a page has, for those who use it.
    case controls((inout HTMLWriter) -> Void)
    /// Names and values, one a line.
    case facts([(String, String)])
    /// Words and what they mean.
    case glossary([(String, String)])
    /// Sentences, each with a mark before it.
    case list([[Inline]])
    /// Sentences in their order, each with its number.
    case steps([String])
    /// What was found, a line each, with its state in front; named where no title stands above.
    case checks([CheckLine], name: String? = nil)
    /// The large numbers of a cell.
    case keyFigures([KeyFigure])
    /// Blocks that belong together and stand out.
    case box(BoxStyle, [Block])
    /// Places in files, with what is said of them.
    case places([[Inline]])
    /// Questions with their answers.
    case questions([QuestionBlock])
    /// Very small drawings in groups, each with its number.
    case gallery(Gallery)
    /// Values through time, a drawing each.
    case cards([Card])
    /// The colour classes of shares, and the signs of heat tables that are not colours.
    case heatLegend
    /// Other colour classes, the words of each.
    case legend([String])
    /// Text as it was written, in lines.
    case verbatim(name: String, String)
    /// A command line, ready to be copied.
    case command(String)
    /// Files of the run.
    case files([String])
    /// Where the numbers can be found.
    case source(Source)
}

/// What stands beside each other.
enum ColumnStyle: String {
    /// Figures with their words.
    case figures = "two"
    /// Words, which wrap.
    case words = "cols"
}

/// What stands out.
enum BoxStyle: String {
    /// The fills of a cell to scale.
    case fills
    /// The highest leverages.
    case glance
}

/// What the sentences of a paragraph are to the section.
enum ParagraphStyle: String {
    /// The reading of the figure.
    case key
    /// What stands small beside it.
    case note = "src"
    /// Before a smaller table.
    case mini
    /// In place of a figure that has nothing to show.
    case none
    /// Under a figure.
    case mean
    /// Ordinary words.
    case plain = ""
    /// What an answer means.
    case lede
    /// What qualifies it.
    case qualification = "lede worst"
    /// What must be known before the numbers are read.
    case warning
    /// What the signs of a figure mean.
    case signs
}

/// A question, and what is said to it.
struct QuestionBlock {
    /// The question in words.
    let words: String
    /// The state of the answer; nil where it says it all.
    let pill: Pill?
    /// The answer.
    let answer: [Phrase]
    /// Where there is more of it, in the run's folder.
    let link: (words: String, target: String)
    /// What would have to be asked to know more; nil where nothing is missing.
    let missing: String?
}

/// Where the numbers of a section can be found. Files are paths in the run's folder.
struct Source {
    let files: [String]
    /// What of the files is shown, where it is not all.
    var note = ""
    /// The file of the drawing, where there is one.
    var drawing: String?
}

extension Block {
    /// Where the numbers can be found.
    static func source(_ files: [String], note: String = "", drawing: String? = nil) -> Block {
        .source(Source(files: files, note: note, drawing: drawing))
    }

    /// Sentences without weights.
    static func paragraph(_ style: ParagraphStyle, _ words: String) -> Block { .paragraph(style, [.text(words)]) }

    /// The numbers of a drawing, folded away under it.
    static func data(_ table: SectionTable) -> Block { .folded("Show as table", [.table(table)]) }
}

/// A piece of a text.
enum Inline {
    /// A piece of a sentence.
    case phrase(Phrase)
    /// A sign that is explained, or a name at the head of what is said of it.
    case mark(String)
    /// What matters less.
    case aside(String)
    /// What stands as small as the words of a drawing.
    case label(String)
    /// Words that lead to a file of the run, or to a place in one.
    case link([Phrase], to: String)
    /// Words that lead to a section of the same page.
    case place(String, String)

    /// Ordinary words.
    static func text(_ words: String) -> Inline { .phrase(.plain(words)) }

    /// A name from outside.
    static func name(_ name: String) -> Inline { .phrase(.name(name)) }

    /// Ordinary words that lead somewhere.
    static func link(_ words: String, to target: String) -> Inline { .link([.plain(words)], to: target) }

    /// Whether it holds a name from outside.
    var isName: Bool {
        switch self {
        case .phrase(.name): true
        case .link(let phrases, _): phrases.contains { if case .name = $0 { true } else { false } }
        default: false
        }
    }

    /// The words alone.
    var words: String {
        switch self {
        case .phrase(let phrase): phrase.text
        case .mark(let words), .aside(let words), .label(let words): words
        case .link(let phrases, _): phrases.map(\.text).joined()
        case .place(let words, _): words
        }
    }
}

extension [Phrase] {
    /// The same as pieces of a text.
    var inline: [Inline] { map(Inline.phrase) }
}
