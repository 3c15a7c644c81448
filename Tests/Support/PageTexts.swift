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
        var rest = Substring(html)
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

/// The words of the cells that a page's script shows: each without the letter of its weight.
func cellWords(of json: Substring) -> [String] {
    let document = (try? JSONSerialization.jsonObject(with: Data(json.utf8))) as? [String: Any]
    return (document?["words"] as? [String] ?? []).map { String($0.dropFirst()) }
}

func attribute(_ name: String, _ tag: String) -> String? {
    guard let start = tag.range(of: " \(name)=\"")?.upperBound, let end = tag[start...].firstIndex(of: "\"") else {
        return nil
    }
    return unescaped(tag[start..<end])
}

func unescaped(_ text: Substring) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#10;", "\n"), ("&amp;", "&")]
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
// "is 1" is no part of "is 150 %".
let definitionPatterns = PageNumbers.definitions.map {
    NSRegularExpression.escapedPattern(for: $0) + "(?![0-9])"
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
