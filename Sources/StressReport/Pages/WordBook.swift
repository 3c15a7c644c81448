import StressBasics
import StressResults

/// The words of many cells, each kept once: cells differ in few of them. A text is known by its place in the book.
struct WordBook {
    /// The words by place; the first letter of each is its weight in a sentence (``letter(of:)``).
    private(set) var words: [String] = []
    private var places: [String: Int] = [:]

    /// The place of a piece of a sentence.
    mutating func place(_ phrase: Phrase) -> JSONValue {
        // Names may be empty, and nothing from outside may reorder what stands around it.
        let isBlank = phrase.text.allSatisfy(\.isWhitespace)
        let text = if case .name = phrase, isBlank { "(no name)" } else { visibleText(phrase.text) }
        let word = WordBook.letter(of: phrase) + text
        if let place = places[word] { return .integer(place) }
        places[word] = words.count
        words.append(word)
        return .integer(words.count - 1)
    }

    /// The places of a sentence.
    mutating func places(_ sentence: [Phrase]) -> JSONValue {
        var places: [JSONValue] = []
        for phrase in sentence { places.append(place(phrase)) }
        return .list(places)
    }

    /// The place of a plain text; −1 for none.
    mutating func place(_ text: String?) -> JSONValue { text.map { place(.plain($0)) } ?? .integer(-1) }

    private static func letter(of phrase: Phrase) -> String {
        switch phrase {
        case .plain: "p"
        case .key: "k"
        case .finding: "f"
        case .quiet: "q"
        case .name: "n"
        case .date: "d"
        }
    }
}
