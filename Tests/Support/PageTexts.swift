import Foundation

/// The texts of a page by section, as a reader meets them. The cards of a section are `section#1` and so on.
struct PageText {
    struct Part {
        let section: String
        let text: String
        var sources: [String] = []
    }

    var parts: [Part] = []

    init(_ html: String) {
        var (sections, open, skipped) = (["page"], [(tag: String, isSkipped: Bool, isSection: Bool)](), 0)
        var (sources, articles) = ([String: [String]](), [String: Int]())
        var rest = Substring(withTips(html))
        // Pieces of one block are one text: a number and its sign may stand in two elements.
        var words = ""
        func flush() {
            let text = normalised(words)
            if !text.isEmpty { parts.append(Part(section: sections.last!, text: text)) }
            words = ""
        }
        while let start = rest.firstIndex(of: "<") {
            if skipped == 0 { words += unescaped(rest[..<start]) }
            guard let end = rest[start...].firstIndex(of: ">") else { break }
            let tag = String(rest[rest.index(after: start)..<end])
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("/") {
                if PageText.blocks.contains(String(tag.dropFirst())) { flush() }
                guard let last = open.popLast() else { continue }
                if last.isSkipped { skipped -= 1 }
                if last.isSection { sections.removeLast() }
                continue
            }
            if tag.hasPrefix("!") { continue }
            let name = String(tag.prefix { $0 != " " && $0 != "/" })
            if PageText.blocks.contains(name) { flush() }
            if name == "small" || name == "span" { words += " " }
            if name == "section", let id = attribute("id", tag) { sections.append(id) }
            if name == "article" {
                articles[sections.last!, default: 0] += 1
                sections.append("\(sections.last!)#\(articles[sections.last!]!)")
            }
            if let address = attribute("href", tag), address.hasSuffix(".csv") {
                sources[sections.last!, default: []].append(String(address.split(separator: "/").last ?? ""))
            }
            let classes = attribute("class", tag)?.split(separator: " ").map(String.init) ?? []
            let isSkipped =
                PageText.skippedTags.contains(name) || !PageText.skippedClasses.isDisjoint(with: classes)
            if skipped == 0, !isSkipped {
                for name in ["data-tip", "aria-label"] {
                    attribute(name, tag).map { parts.append(Part(section: sections.last!, text: normalised($0))) }
                }
            }
            if tag.hasSuffix("/") || ["meta", "input"].contains(name) { continue }
            open.append((name, isSkipped, name == "section" || name == "article"))
            if isSkipped { skipped += 1 }
            // The next lines would be code, or the cells that a script shows in words.
            if name == "style" || name == "script", let close = rest.range(of: "</\(name)>") {
                if attribute("type", tag) == "application/json" {
                    for text in cellWords(of: rest[..<close.lowerBound]) {
                        parts.append(Part(section: sections.last!, text: normalised(text)))
                    }
                }
                rest = rest[close.lowerBound...]
            }
        }
        flush()
        parts = parts.map { part in
            var part = part
            part.sources = sources[part.section] ?? []
            return part
        }
    }

    private static let blocks: Set<String> = [
        "p", "h1", "h2", "h3", "h4", "td", "th", "li", "dt", "dd", "text", "div", "summary", "label", "tr",
    ]
    private static let skippedTags: Set<String> = [
        "head", "header", "footer", "pre", "code", "script", "style", "a", "ol",
    ]
    private static let skippedClasses: Set<String> = ["ti", "legend", "skip", "src"]
}

/// What a page's script shows of other cells: their words, and the alternatives and numbers of their drawings.
func cellWords(of json: Substring) -> [String] {
    let document = (try? JSONSerialization.jsonObject(with: Data(json.utf8))) as? [String: Any]
    return CellTexts(document ?? [:]).words
}

/// The texts of the cells of a page, in the order in which they were written.
public struct CellTexts {
    /// A grid that a reader can choose in.
    public struct Grid {
        /// What its cells are about.
        public let scope: [String]
        /// What each holding time's figures say; nil where there is no cell.
        public let columns: [[String]?]
        /// The texts of each cell, row by row; nil where there is none.
        public let cells: [[String]?]
        /// The same under other fills, by the tab that shows them.
        public let fills: [String: [[String]?]]
    }

    /// The grids of the page; nil for those that are not offered.
    public private(set) var grids: [Grid?] = []
    /// Every drawing, as markup, by its name.
    public private(set) var drawings: [(name: String, markup: String)] = []

    /// - Parameter document: the object that the page holds.
    public init(_ document: [String: Any]) {
        var book = PatternTexts(document["patterns"] as? [String] ?? [])
        let height = (document["leverages"] as? [String] ?? []).count
        func cells(_ codes: String) -> [[String]?] {
            let down = codes.components(separatedBy: "|").map { $0 == "-" ? nil : book.texts($0) }
            let width = down.count / max(1, height)
            return (0..<down.count).map { down[$0 % width * height + $0 / width] }
        }
        for own in document["grids"] as? [Any] ?? [] {
            guard let own = own as? [String: Any] else {
                grids.append(nil)
                continue
            }
            let scope = book.texts(own["scope"] as? String ?? "")
            let columns = (own["columns"] as? [Any] ?? []).map { ($0 as? String).map { book.texts($0) } }
            let first = cells(own["cells"] as? String ?? "")
            let fills = (own["fills"] as? [[String]] ?? []).map { ($0[0], cells($0[1])) }
            grids.append(
                Grid(scope: scope, columns: columns, cells: first, fills: Dictionary(uniqueKeysWithValues: fills)))
        }
        for speed in document["speeds"] as? [[String]] ?? [] {
            drawings.append(("speed-" + speed[0], book.markup(speed[1])))
        }
        for column in document["columns"] as? [[String]] ?? [] {
            for (name, code) in zip(["leverage", "severity"], column.dropFirst()) where code != "-" {
                drawings.append((name + "-" + column[0], book.markup(code)))
            }
        }
    }

    /// All texts without the letters that say what they are.
    public var words: [String] {
        let all = grids.compactMap { $0 }.flatMap { grid in
            let own: [[String]] = (grid.cells + grid.fills.sorted { $0.key < $1.key }.flatMap(\.value)).compactMap {
                $0
            }
            return grid.columns.compactMap { $0 }.flatMap { $0 } + own.flatMap { $0.map(CellTexts.plain) }
        }
        return all + drawings.flatMap { PageText("<main>" + $0.markup + "</main>").parts.map(\.text) }
    }

    /// A text of a cell as a reader meets it.
    public static func plain(_ text: String) -> String {
        let (kind, words) = (text.prefix(1), text.dropFirst())
        let parts = words.components(separatedBy: "\n")
        if kind == "h" || kind == "p" { return parts.map { String($0.dropFirst()) }.joined() }
        return parts.joined(separator: " ")
    }
}

func attribute(_ name: String, _ tag: String) -> String? {
    guard let start = tag.range(of: " \(name)=\"")?.upperBound, let end = tag[start...].firstIndex(of: "\"") else {
        return nil
    }
    return unescaped(tag[start..<end])
}

func unescaped(_ text: Substring) -> String {
    guard text.utf8.contains(UInt8(ascii: "&")) else { return String(text) }
    return [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#10;", "\n"), ("&amp;", "&")]
        .reduce(String(text)) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
}

/// Ordinary spaces, digit groups joined, definitions taken out.
func normalised(_ text: String) -> String {
    var plain = text
    if !plain.utf8.allSatisfy({ $0 < 0x80 }) {
        plain = digitGroup.replaced(in: plain, with: "")
        for space in ["\u{202F}", "\u{00A0}", "\u{2009}"] { plain = plain.replacingOccurrences(of: space, with: " ") }
    }
    if anyDefinition.isFound(in: plain) {
        for definition in definitions { plain = definition.replaced(in: plain, with: " ") }
    }
    return plain.trimmingCharacters(in: .whitespacesAndNewlines)
}

// Compiled once: pages hold thousands of texts.
let digitGroup = expression("(?<=\\d)\u{202F}(?=\\d{3}(?!\\d))")
// "is 1" is no part of "is 150 %", and "90 %" none of "160.90 %".
let definitionPatterns = PageNumbers.definitions.map {
    ($0.first?.isNumber == true ? "(?<![0-9.])" : "") + NSRegularExpression.escapedPattern(for: $0) + "(?![0-9])"
}
let definitions = definitionPatterns.map(expression)
let anyDefinition = expression(definitionPatterns.joined(separator: "|"))
let dateExpression = expression("\\d{4}-\\d{2}-\\d{2}([ T]\\d{2}:\\d{2}(:\\d{2}Z)?)?")

func expression(_ pattern: String) -> NSRegularExpression { try! NSRegularExpression(pattern: pattern) }

extension NSRegularExpression {
    func first(in text: String) -> Range<String.Index>? {
        firstMatch(in: text, range: NSRange(text.startIndex..., in: text)).flatMap { Range($0.range, in: text) }
    }

    func isFound(in text: String) -> Bool { first(in: text) != nil }

    func replaced(in text: String, with template: String) -> String {
        stringByReplacingMatches(in: text, range: NSRange(text.startIndex..., in: text), withTemplate: template)
    }
}
