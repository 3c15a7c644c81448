/// What is wrong with the tags of a page; nil when every element is closed in order, attributes are quoted, no
/// attribute is repeated, and no stray `<`, `>` or `&` stands in text. Stricter than HTML, as our own pages can be.
public func markupFault(in html: String) -> String? {
    var checker = MarkupChecker(rest: html[...])
    return checker.fault()
}

private struct MarkupChecker {
    var rest: Substring
    var open: [Substring] = []

    static let void: Set<Substring> = ["meta", "input"]
    /// Elements of long lists, whose plain values may stand without quotes.
    static let bare: Set<Substring> = ["td", "th", "tr", "div", "ul", "span", "a", "path", "circle"]
    /// Elements that may end without saying so, and what the next one must be that ends them.
    static let endedBy: [Substring: Set<Substring>] = [
        "td": ["td", "th", "tr"], "th": ["td", "th", "tr"], "tr": ["tr"], "li": ["li"],
    ]

    mutating func fault() -> String? {
        guard rest.hasPrefix("<!doctype html>") else { return "no doctype" }
        rest = rest.dropFirst("<!doctype html>".count)
        while let start = rest.firstIndex(of: "<") {
            if let fault = textFault(rest[..<start]) { return fault }
            rest = rest[rest.index(after: start)...]
            if let fault = tagFault() { return fault }
        }
        return open.isEmpty ? textFault(rest) : "\(open) never closed"
    }

    private func textFault(_ text: Substring) -> String? {
        if text.contains(">") { return "stray > in \(text.prefix(60))" }
        return entityFault(text)
    }

    private func entityFault(_ text: Substring) -> String? {
        for part in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
            guard ["amp;", "lt;", "gt;", "quot;", "#39;", "#10;"].contains(where: part.hasPrefix) else {
                return "stray & before \(part.prefix(20))"
            }
        }
        return nil
    }

    private mutating func tagFault() -> String? {
        guard let end = rest.firstIndex(of: ">") else { return "unfinished tag" }
        let tag = rest[..<end]
        rest = rest[rest.index(after: end)...]
        if tag.hasPrefix("/") {
            // What may end without saying so ends with what it stands in.
            while let last = open.last, last != tag.dropFirst(), MarkupChecker.endedBy[last] != nil {
                open.removeLast()
            }
            guard let last = open.popLast() else { return "\(tag) closes nothing" }
            return last == tag.dropFirst() ? nil : "\(tag) closes \(last)"
        }
        let name = tag.prefix { $0 != " " && $0 != "/" }
        guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else {
            return "bad tag \(tag)"
        }
        while let last = open.last, MarkupChecker.endedBy[last]?.contains(name) == true { open.removeLast() }
        let isClosed = tag.hasSuffix("/")
        let attributes = tag.dropFirst(name.count).dropLast(isClosed ? 1 : 0)
        if let fault = attributeFault(attributes, mayBeBare: MarkupChecker.bare.contains(name)) { return fault }
        if isClosed || MarkupChecker.void.contains(name) { return nil }
        open.append(name)
        return name == "style" || name == "script" ? skipCode(name) : nil
    }

    private mutating func skipCode(_ name: Substring) -> String? {
        guard let end = rest.firstRange(of: "</\(name)>") else { return "\(name) never closed" }
        rest = rest[end.lowerBound...]
        return nil
    }

    private func attributeFault(_ text: Substring, mayBeBare: Bool) -> String? {
        var text = text
        var names: Set<Substring> = []
        while let first = text.first {
            guard first == " " else { return "no space before \(text.prefix(30))" }
            text = text.dropFirst()
            let name = text.prefix { $0 != "=" && $0 != " " }
            guard names.insert(name).inserted else { return "\(name) twice" }
            text = text.dropFirst(name.count)
            guard text.first == "=" else { continue }
            if mayBeBare, let rest = afterPlainValue(text) {
                text = rest
                continue
            }
            guard text.hasPrefix("=\"") else { return "\(name) is not quoted" }
            let value = text.dropFirst(2).prefix { $0 != "\"" }
            if value.contains("<") { return "< in \(name)" }
            if let fault = entityFault(value) { return fault }
            text = text.dropFirst(2 + value.count + 1)
        }
        return nil
    }

    /// What stands behind `=` and a value of letters, digits, points, slashes and dashes up to a space or the end; nil for other values.
    private func afterPlainValue(_ text: Substring) -> Substring? {
        let isPlain = { (character: Character) in
            character.isASCII && (character.isLetter || character.isNumber || "._/-".contains(character))
        }
        let value = text.dropFirst().prefix(while: isPlain)
        let rest = text[value.endIndex...]
        return value.isEmpty || !(rest.isEmpty || rest.first == " ") ? nil : rest
    }
}
