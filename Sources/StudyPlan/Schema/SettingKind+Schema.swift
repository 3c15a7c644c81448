import StressBasics

extension SettingKind {
    /// The name under which all places share what describes it; nil where each place says it.
    var definition: String? {
        switch self {
        case .span: "span"
        case .spans: "spans"
        case .leverages: "leverages"
        case .scalar: "scalar"
        case .text: "text"
        case .label: "label"
        case .title: "title"
        case .column: "column"
        default: nil
        }
    }

    /// What describes a value that is no list and no section.
    var members: [(String, JSONValue)] {
        switch self {
        case .number(let range): numbers(range)
        case .numberBeside(let end, let range): numbers(range, beside: end)
        case .share(let range): parts(range)
        case .shareBeside(let end, let range): parts(range, beside: end)
        case .integer(let range): wholes(range)
        case .zeroOr(let range): either([[("const", .integer(0))], wholes(range)])
        case .flag: [("type", .text("boolean"))]
        case .choice(let words): [("enum", .list(words.flatMap(word)))]
        default: textMembers
        }
    }

    private var textMembers: [(String, JSONValue)] {
        switch self {
        case .span: SettingKind.form(duration, words: "30s, 15m, 4h, 7d; at most \(TimeSpan.longest.text)").members
        case .spans: SettingKind.form(several(duration), words: "7d, or as on the command line: 1d,7d").members
        case .words(let words): SettingKind.form(several(words.joined(separator: "|")), words: "").members
        case .leverages: leverageMembers
        case .form(let pattern, let words):
            [("type", .text("string")), ("pattern", .text("^(\(pattern))$"))] + comment(words)
        case .column: columnMembers
        default: scalarMembers
        }
    }

    /// Texts that YAML may take for something else.
    private var scalarMembers: [(String, JSONValue)] {
        switch self {
        case .scalar: scalars("a text; what looks like a number is one, too")
        case .text: scalars("a text, not empty; what looks like a number is one, too") + [("minLength", .integer(1))]
        case .label:
            scalars("a name in outputs: it begins with no sign that a spreadsheet takes for a formula")
                + length(1...OutputName.longest) + [("pattern", .text(labelForm)), ("minimum", .integer(0))]
        case .title: scalars("a name that outputs print") + length(1...64)
        case .scalarForm(let pattern, let words):
            scalars(words) + [("pattern", .text("^(\(pattern))$")), ("minimum", .integer(0))]
        default: []
        }
    }

    private var leverageMembers: [(String, JSONValue)] {
        either([
            numbers(Leverage.allowed),
            SettingKind.form(several(leverageRange), words: "as on the command line: 1:125, 1:100:5, 1,5,20").members,
        ])
    }

    private var columnMembers: [(String, JSONValue)] {
        either([
            wholes(0...1023), [("type", texts(["string", "boolean"])), ("minLength", .integer(1))],
            // What is no position is a name, 0.5 too.
            [("type", .text("number")), ("not", .object([("type", .text("integer"))]))],
        ])
    }
}

// MARK: Parts

/// A number of a range; the ends of an endless one are not said.
private func numbers(_ range: ClosedRange<Double>, beside end: Double? = nil) -> [(String, JSONValue)] {
    let low = (range.lowerBound == end ? "exclusiveMinimum" : "minimum", JSONValue.number(range.lowerBound))
    let high = (range.upperBound == end ? "exclusiveMaximum" : "maximum", JSONValue.number(range.upperBound))
    return [("type", .text("number"))]
        + [low, high].filter { _, value in
            if case .number(let number) = value { number.isFinite } else { true }
        }
}

/// A fraction of a range, or the same as a percentage.
private func parts(_ range: ClosedRange<Double>, beside end: Double? = nil) -> [(String, JSONValue)] {
    let sign = range.lowerBound < 0 ? "-?" : ""
    return either([
        numbers(range, beside: end), SettingKind.form(sign + percentage, words: "a percentage: 5%").members,
    ])
}

private func wholes(_ range: ClosedRange<Int>) -> [(String, JSONValue)] {
    if range.lowerBound == range.upperBound { return [("const", .integer(range.lowerBound))] }
    let high = range.upperBound == .max ? [] : [("maximum", JSONValue.integer(range.upperBound))]
    return [("type", .text("integer")), ("minimum", .integer(range.lowerBound))] + high
}

/// A word as JSON may have it: YAML takes some of them for something else before they come to a schema.
private func word(_ word: String) -> [JSONValue] {
    if word == "off" { return [.text("off"), .flag(false), .text("false")] }
    return [.text(word)] + (Double(word).map { [.number($0)] } ?? [])
}

private func scalars(_ words: String) -> [(String, JSONValue)] {
    [("type", texts(["string", "number", "boolean"]))] + comment(words)
}

private func comment(_ words: String) -> [(String, JSONValue)] { words.isEmpty ? [] : [("$comment", .text(words))] }

private func length(_ range: ClosedRange<Int>) -> [(String, JSONValue)] {
    [("minLength", .integer(range.lowerBound)), ("maxLength", .integer(range.upperBound))]
}

private func either(_ parts: [[(String, JSONValue)]]) -> [(String, JSONValue)] {
    [("anyOf", .list(parts.map(JSONValue.object)))]
}

private func texts(_ texts: [String]) -> JSONValue { .list(texts.map(JSONValue.text)) }

/// One form, or several between commas.
private func several(_ form: String) -> String { "(\(form))(, *(\(form)))*" }

private let duration = "0*[1-9][0-9]*(ms|s|m|h|d|w)"
private let percentage = #"[0-9]+(\.[0-9]+)? ?%"#
private let decimal = #"(1000(\.0+)?|[1-9][0-9]{0,2}(\.[0-9]+)?)"#
private let leverageRange = #"\#(decimal)(:\#(decimal)(:[0-9]+(\.[0-9]+)?)?)?"#
/// Neither white space at an end nor the beginning of a formula.
private let labelForm = #"^[^=+@\s\u002D\uFF1D\uFF0B\uFF0D\uFF20]([\s\S]*\S)?$"#
