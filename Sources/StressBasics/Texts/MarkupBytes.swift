/// Markup as it is written: a page is half a million bytes, most of which come through here.
public struct MarkupBytes: Sendable {
    private var bytes: [UInt8] = []

    /// Nothing.
    public init() {}

    /// The markup so far. O(size).
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Words of this program, as they are.
    public mutating func append(_ text: StaticString) { text.withUTF8Buffer { bytes.append(contentsOf: $0) } }

    /// Text as it is: what is markup already, or can hold none.
    public mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// What a script reads, between its tags: no markup is in it.
    public mutating func append(data: String) {
        precondition(!data.utf8.contains(UInt8(ascii: "<")), "data of a page must not hold markup")
        append(data)
    }

    /// Markup that was written before.
    public mutating func append(_ other: MarkupBytes) { bytes.append(contentsOf: other.bytes) }

    /// Text by ``markupText(_:lineEnd:)``.
    public mutating func append(escaping text: String) { appendMarkup(text, to: &bytes) }

    /// A line end.
    public mutating func line() { bytes.append(UInt8(ascii: "\n")) }

    /// The start of a tag, which its attributes follow, and ``append(_:)`` of `>`.
    public mutating func open(_ tag: StaticString) {
        bytes.append(UInt8(ascii: "<"))
        append(tag)
    }

    /// An attribute; without a value it is a flag.
    ///
    /// - Parameter isBare: whether a value that may stand without quotes does.
    public mutating func attribute(_ name: StaticString, _ value: String?, isBare: Bool) {
        bytes.append(UInt8(ascii: " "))
        append(name)
        guard let value else { return }
        bytes.append(UInt8(ascii: "="))
        if isBare, MarkupBytes.isBare(value) { return append(value) }
        bytes.append(UInt8(ascii: "\""))
        appendMarkup(value, lineEnd: "&#10;", to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// The end of an element.
    public mutating func close(_ tag: StaticString) {
        append("</")
        append(tag)
        bytes.append(UInt8(ascii: ">"))
    }

    /// Whether a value may stand without quotes: letters, digits, points, hyphens, and strokes between them.
    public static func isBare(_ value: String) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
            default: false
            }
        }
        return value.utf8.last.map(isLetter) == true && value.utf8.allSatisfy { isLetter($0) || $0 == 0x2F }
    }
}

/// The names in the `class` attributes of markup, whose values stand between quotes. O(size).
public func classNames(of markup: String) -> Set<Substring> {
    var (names, rest) = (Set<Substring>(), markup[...])
    let start = "class=\""
    while let quote = rest.utf8.firstIndex(of: UInt8(ascii: "\"")) {
        let behind = markup.utf8.index(after: quote)
        let isClass = rest[..<behind].utf8.suffix(start.utf8.count).elementsEqual(start.utf8)
        rest = rest[behind...]
        guard let end = rest.utf8.firstIndex(of: UInt8(ascii: "\"")) else { break }
        if isClass { names.formUnion(rest[..<end].split(separator: " ")) }
        rest = rest[markup.utf8.index(after: end)...]
    }
    return names
}
