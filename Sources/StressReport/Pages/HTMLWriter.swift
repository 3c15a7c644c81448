import StressBasics
import StressResults

/// Writes markup so that nothing can slip in unescaped: tag and attribute names are literals of this program
/// (`StaticString`), everything else is text and is escaped, and an element closes where its closure ends.
struct HTMLWriter {
    /// The markup so far.
    private(set) var html = ""

    /// Starts a document.
    mutating func doctype() {
        html += "<!doctype html>\n"
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
        open(tag, attributes)
        html.removeLast()
        html += "/>"
    }

    /// Text, escaped.
    mutating func text(_ text: String) {
        html += markupText(text)
    }

    /// A line end, so that pages can be compared line by line.
    mutating func line() {
        html += "\n"
    }

    /// A name from outside: isolated, so that right-to-left letters in it cannot reorder the words around it.
    mutating func name(_ name: String) {
        let isBlank = name.allSatisfy(\.isWhitespace)
        element("bdi", text: isBlank ? "(no name)" : name)
    }

    /// One of this program's own style sheets or scripts; see ``PageCode``.
    mutating func code(_ tag: StaticString, _ code: PageCode) {
        open(tag, [])
        html += code.text
        close(tag)
        line()
    }

    /// Data for the page's script, which no browser runs. `json` must hold no `<`, which could end it early.
    mutating func data(_ id: String, _ json: String) {
        precondition(!json.utf8.contains(UInt8(ascii: "<")), "data of a page must not hold markup")
        open("script", [Attribute("type", "application/json"), .id(id)])
        html += json
        close("script")
        line()
    }

    /// Markup that was written before, by another writer.
    mutating func append(_ other: HTMLWriter) {
        html += other.html
    }

    private mutating func open(_ tag: StaticString, _ attributes: [Attribute]) {
        html += "<" + tag.description
        for attribute in attributes {
            html += " " + attribute.name.description
            guard let value = attribute.value else { continue }
            html += "=\"" + markupText(value, lineEnd: "&#10;") + "\""
        }
        html += ">"
    }

    private mutating func close(_ tag: StaticString) {
        html += "</" + tag.description + ">"
    }
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
