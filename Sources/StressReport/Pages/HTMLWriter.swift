import StressBasics
import StressResults

/// Writes markup so that nothing can slip in unescaped: tag and attribute names are literals of this program
/// (`StaticString`), everything else is text and is escaped, and an element closes where its closure ends.
struct HTMLWriter {
    private var bytes = MarkupBytes()
    /// Whether rows, cells and items end where the next begins, and values stand without quotes where they may: HTML's own short
    /// forms, for lists so long that a page would be megabytes. Set by ``terse(_:)``.
    private(set) var isTerse = false

    /// The markup so far.
    var html: String { bytes.text }

    /// Starts a document.
    mutating func doctype() {
        bytes.append("<!doctype html>\n")
    }

    /// Markup in HTML's short forms. In it a cell must be followed by a cell or the end of its row, a row by a row or the end of its table,
    /// and an item by an item or the end of its list.
    mutating func terse(_ isTerse: Bool = true, _ content: (inout HTMLWriter) -> Void) {
        let before = self.isTerse
        self.isTerse = isTerse
        content(&self)
        self.isTerse = before
    }

    /// An element with further markup inside.
    mutating func element(
        _ tag: StaticString, _ attributes: Attribute..., content: (inout HTMLWriter) -> Void
    ) {
        open(tag, attributes)
        content(&self)
        close(tag)
    }

    /// The same with attributes that were put together before.
    mutating func element(_ tag: StaticString, _ attributes: [Attribute], content: (inout HTMLWriter) -> Void) {
        open(tag, attributes)
        content(&self)
        close(tag)
    }

    /// An element that holds nothing but text.
    mutating func element(_ tag: StaticString, _ attributes: Attribute..., text: String) {
        open(tag, attributes)
        self.text(text)
        close(tag)
    }

    /// An HTML element that never has content: `meta`, `input`.
    mutating func void(_ tag: StaticString, _ attributes: Attribute...) {
        open(tag, attributes)
    }

    /// An SVG element without content: `path`, `circle`.
    mutating func shape(_ tag: StaticString, _ attributes: Attribute...) {
        // A stroke behind a value without quotes would be part of it.
        let hasBareEnd = attributes.last?.value.map(MarkupBytes.isBare) ?? false
        open(tag, attributes, end: isTerse && hasBareEnd ? " />" : "/>")
    }

    /// Text, escaped.
    mutating func text(_ text: String) {
        bytes.append(escaping: text)
    }

    /// A line end, so that pages can be compared line by line.
    mutating func line() {
        bytes.line()
    }

    /// A name from outside: isolated, so that right-to-left letters in it cannot reorder the words around it.
    mutating func name(_ name: String) {
        let isBlank = name.allSatisfy(\.isWhitespace)
        let words = isBlank ? "(no name)" : name
        // Letters of ASCII reorder nothing.
        if isTerse, words.utf8.allSatisfy({ $0 < 0x80 }) { return text(words) }
        element("bdi", text: words)
    }

    /// One of this program's own style sheets or scripts; see ``PageCode``.
    mutating func code(_ tag: StaticString, _ code: PageCode) {
        open(tag, [])
        bytes.append(code.text)
        close(tag)
        line()
    }

    /// Data for the page's script, which no browser runs. `json` must hold no `<`, which could end it early.
    mutating func data(_ id: String, _ json: String) {
        open("script", [Attribute("type", "application/json"), .id(id)])
        bytes.append(data: json)
        close("script")
        line()
    }

    /// Markup that was written before, by another writer.
    mutating func append(_ other: HTMLWriter) {
        bytes.append(other.bytes)
    }

    private mutating func open(_ tag: StaticString, _ attributes: [Attribute], end: StaticString = ">") {
        bytes.open(tag)
        for attribute in attributes { bytes.attribute(attribute.name, attribute.value, isBare: isTerse) }
        bytes.append(end)
    }

    private mutating func close(_ tag: StaticString) {
        if isTerse, HTMLWriter.endsItself(tag) { return }
        bytes.close(tag)
    }

    /// Elements whose end HTML sees where the next begins, or where what they stand in ends.
    private static func endsItself(_ tag: StaticString) -> Bool { ["td", "th", "tr", "li"].contains(tag.description) }
}

/// One attribute of an element; without a value it is a flag such as `checked`.
struct Attribute {
    let name: StaticString
    let value: String?

    init(_ name: StaticString, _ value: String? = nil) {
        self.name = name
        self.value = value
    }

    static func `class`(_ value: String) -> Attribute { Attribute("class", value) }
    static func id(_ value: String) -> Attribute { Attribute("id", value) }
    static func href(_ value: String) -> Attribute { Attribute("href", value) }
}
