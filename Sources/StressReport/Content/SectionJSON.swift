import StressBasics
import StressResults

extension PageSections {
    /// The sections as JSON, one object a line: words as pages have them, and beside every number its exact value.
    public var json: String {
        pages.flatMap { page in page.sections.map { $0.json(page: page.file).line } }.joined(separator: "\n")
    }
}

extension ReportSection {
    /// The section as an object.
    ///
    /// - Parameter page: the file of the page that it is on.
    func json(page: String) -> JSONValue {
        let parts = SectionParts(blocks)
        return .object([
            ("page", .text(page)), ("section", .text(id)), ("label", .text(plainText(label))),
            ("title", .text(plainText(title))), ("definition", .text(plainText(definition))),
            ("notes", .list(parts.notes.map { .text(plainText($0)) })),
            ("facts", .list(parts.facts.map(\.json))), ("checks", .list(parts.checks.map(\.json))),
            ("tables", .list(parts.tables.map(\.json))), ("files", .list(parts.files.map(JSONValue.text))),
            ("drawings", .list(parts.drawings.map(JSONValue.text))),
        ])
    }
}

extension SectionParts.Fact {
    /// `{"of": …, "name": …, "value": …}`; names may come more than once.
    fileprivate var json: JSONValue {
        let about = subject.map { [("of", JSONValue.text(plainText($0)))] } ?? []
        return .object(about + [("name", .text(plainText(name))), ("value", .text(plainText(value)))])
    }
}

extension CheckLine {
    /// `{"state": "breach", "text": …}`; a line that speaks of the others has no state.
    fileprivate var json: JSONValue {
        .object([("state", .optional(pill.map { plainText($0.words) })), ("text", .text(plainText(words.words)))])
    }
}

extension SectionTable {
    fileprivate var json: JSONValue {
        .object([
            ("name", .text(plainText(name))), ("columns", .list(head.map { .text(plainText($0)) })),
            ("rows", .list(rows.map(\.json))),
        ])
    }
}

extension SectionTable.Row {
    /// A cell for each column behind the title; a drawing has no words.
    fileprivate var json: JSONValue {
        let figures = cells.flatMap(\.figures).map { $0 ?? ShownFigure("") }
        return .object([("title", .text(plainText(title.words))), ("cells", .list(figures.map(\.json)))])
    }
}

extension ShownFigure {
    /// `{"text": "3.1 (2.0–4.7)", "value": 0.031, "low": 0.02, "high": 0.047, "unit": "frac"}`; what is not known is left out.
    fileprivate var json: JSONValue {
        let ends = interval.map { [("low", JSONValue.number($0.low)), ("high", .number($0.high))] } ?? []
        return .object(
            [("text", .text(plainText(words)))] + (value.map { [("value", .number($0))] } ?? []) + ends
                + (unit.map { [("unit", .text($0.rawValue))] } ?? []))
    }
}
