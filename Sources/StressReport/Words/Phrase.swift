import StressResults

/// A piece of a sentence with its weight on the page; the same pieces joined are the sentence for a terminal.
enum Phrase: Equatable {
    /// Ordinary words.
    case plain(String)
    /// A condition of the finding: leverage, holding time.
    case key(String)
    /// The finding itself.
    case finding(String)
    /// Its uncertainty.
    case quiet(String)
    /// A name from outside.
    case name(String)
    /// A date, which no line breaks.
    case date(String)

    /// The words alone.
    var text: String {
        switch self {
        case .plain(let text), .key(let text), .finding(let text), .quiet(let text), .name(let text),
            .date(let text):
            text
        }
    }
}

extension [Phrase] {
    /// The sentence with ordinary spaces, for terminals and JSON.
    var sentence: String { plainText(map(\.text).joined()) }
}

extension HTMLWriter {
    /// A sentence with its weights.
    mutating func phrases(_ phrases: [Phrase]) {
        for phrase in phrases {
            switch phrase {
            case .plain(let words): text(words)
            case .key(let words): element("em", text: words)
            case .finding(let words): element("strong", text: words)
            case .quiet(let words): element("span", .class("ci"), text: words)
            case .name(let words): name(words)
            case .date(let words): element("span", .class("nb"), text: words)
            }
        }
    }
}

extension CellSentences {
    /// What stands under a headline.
    var qualificationBlocks: [Block] { qualifications.map { .paragraph(.qualification, $0.inline) } }
}
