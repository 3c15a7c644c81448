import Foundation

/// JSON Schema in as much of its words as the schema of studies uses, word by word. Anything else is an error.
///
/// The words are read once into rules; a document is asked of thousands of times.
struct SchemaVerdict {
    struct UnknownWord: Error { let word: String }

    /// What a value must meet, one rule a word.
    fileprivate typealias Schema = [Rule]

    fileprivate indirect enum Rule {
        case nothing
        case reference(Int)
        case anyOf([Schema])
        case not(Schema)
        case types([String])
        case among([SampleValue])
        case ofObject(ObjectRule)
        case ofList(ListRule)
        case ofText(TextRule)
        case ofNumber(String, Double)
    }

    fileprivate enum ObjectRule {
        case properties([(key: String, schema: Schema)])
        case required([String])
        case least(Int)
        case names(Schema)
        case others(known: Set<String>, Schema)
    }

    fileprivate enum ListRule {
        case least(Int)
        case most(Int)
        case different
        case first([Schema])
        case items(after: Int, Schema)
    }

    fileprivate enum TextRule {
        case least(Int)
        case most(Int)
        case pattern(NSRegularExpression)
    }

    private let schema: Schema
    private let definitions: [Schema]

    init(_ text: String) throws {
        let reader = try SchemaReader(SampleValue(json: text))
        schema = try reader.schema(reader.whole)
        definitions = try reader.names.map { try reader.schema(reader.definitions[$0] ?? .null) }
    }

    /// Whether a document is valid.
    func takes(_ value: SampleValue) -> Bool { takes(value, schema) }

    private func takes(_ value: SampleValue, _ schema: Schema) -> Bool {
        for rule in schema where !holds(rule, value) { return false }
        return true
    }

    private func holds(_ rule: Rule, _ value: SampleValue) -> Bool {
        switch rule {
        case .nothing: false
        case .reference(let place): takes(value, definitions[place])
        case .anyOf(let schemas): schemas.contains { takes(value, $0) }
        case .not(let schema): !takes(value, schema)
        case .types(let types): types.contains { isOf($0, value) }
        case .among(let values): values.contains(value)
        case .ofObject(let rule): value.members.map { holds(rule, $0) } ?? true
        case .ofList(let rule): value.items.map { holds(rule, $0) } ?? true
        case .ofText(let rule): value.string.map { holds(rule, $0) } ?? true
        case .ofNumber(let word, let end): value.double.map { holds(word, end, $0) } ?? true
        }
    }

    private func holds(_ rule: ObjectRule, _ members: [String: SampleValue]) -> Bool {
        switch rule {
        case .properties(let known):
            known.allSatisfy { key, schema in members[key].map { takes($0, schema) } ?? true }
        case .required(let keys): keys.allSatisfy { members[$0] != nil }
        case .least(let count): members.count >= count
        case .names(let schema): members.keys.allSatisfy { takes(.text($0), schema) }
        case .others(let known, let schema): members.allSatisfy { known.contains($0.key) || takes($0.value, schema) }
        }
    }

    private func holds(_ rule: ListRule, _ items: [SampleValue]) -> Bool {
        switch rule {
        case .least(let count): items.count >= count
        case .most(let count): items.count <= count
        case .different:
            items.indices.allSatisfy { a in items.indices.allSatisfy { $0 <= a || items[a] != items[$0] } }
        case .first(let schemas): zip(items, schemas).allSatisfy { takes($0, $1) }
        case .items(let first, let schema): items.dropFirst(first).allSatisfy { takes($0, schema) }
        }
    }

    private func holds(_ rule: TextRule, _ text: String) -> Bool {
        switch rule {
        case .least(let count): text.count >= count
        case .most(let count): text.count <= count
        case .pattern(let form):
            form.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
        }
    }

    private func holds(_ word: String, _ end: Double, _ value: Double) -> Bool {
        switch word {
        case "minimum": value >= end
        case "maximum": value <= end
        case "exclusiveMinimum": value > end
        default: value < end
        }
    }

    private func isOf(_ type: String, _ value: SampleValue) -> Bool {
        switch (type, value) {
        case ("object", .map), ("array", .list), ("string", .text), ("boolean", .flag), ("integer", .whole): true
        case ("number", .whole), ("number", .number): true
        case ("integer", .number(let value)): value == value.rounded()
        default: false
        }
    }
}

/// Reads the words of a schema.
private struct SchemaReader {
    let whole: SampleValue
    let definitions: [String: SampleValue]
    /// Of the definitions, in the order in which they are numbered.
    let names: [String]

    init(_ whole: SampleValue) {
        self.whole = whole
        definitions = whole.members?["$defs"]?.members ?? [:]
        names = definitions.keys.sorted()
    }

    /// An object of words, or true or false.
    func schema(_ value: SampleValue) throws -> SchemaVerdict.Schema {
        if case .flag(true) = value { return [] }
        guard let words = value.members else { return [.nothing] }
        return try words.sorted { $0.key < $1.key }.compactMap { try rule($0.key, $0.value, words) }
    }

    private func schemas(_ value: SampleValue) throws -> [SchemaVerdict.Schema] {
        try (value.items ?? []).map(schema)
    }

    private func rule(_ word: String, _ value: SampleValue, _ words: [String: SampleValue]) throws
        -> SchemaVerdict.Rule?
    {
        switch word {
        case "$schema", "$id", "$defs", "$comment", "title", "description", "default": return nil
        case "$ref":
            let name = String((value.string ?? "").dropFirst("#/$defs/".count))
            return names.firstIndex(of: name).map { .reference($0) } ?? .nothing
        case "anyOf": return .anyOf(try schemas(value))
        case "not": return .not(try schema(value))
        case "type": return .types((value.items ?? [value]).compactMap(\.string))
        case "enum": return .among(value.items ?? [])
        case "const": return .among([value])
        case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
            return value.double.map { .ofNumber(word, $0) } ?? .nothing
        default: return try ofParts(word, value, words)
        }
    }

    private func ofParts(_ word: String, _ value: SampleValue, _ words: [String: SampleValue]) throws
        -> SchemaVerdict.Rule
    {
        let known = words["properties"]?.members ?? [:]
        let first = words["prefixItems"]?.items?.count ?? 0
        switch word {
        case "properties":
            return .ofObject(.properties(try known.sorted { $0.key < $1.key }.map { ($0.key, try schema($0.value)) }))
        case "required": return .ofObject(.required((value.items ?? []).compactMap(\.string)))
        case "minProperties": return .ofObject(.least(count(value)))
        case "propertyNames": return .ofObject(.names(try schema(value)))
        case "additionalProperties": return .ofObject(.others(known: Set(known.keys), try schema(value)))
        case "minItems": return .ofList(.least(count(value)))
        case "maxItems": return .ofList(.most(count(value)))
        case "uniqueItems": return .ofList(.different)
        case "prefixItems": return .ofList(.first(try schemas(value)))
        case "items": return .ofList(.items(after: first, try schema(value)))
        case "minLength": return .ofText(.least(count(value)))
        case "maxLength": return .ofText(.most(count(value)))
        case "pattern": return .ofText(.pattern(try NSRegularExpression(pattern: value.string ?? "")))
        default: throw SchemaVerdict.UnknownWord(word: word)
        }
    }

    private func count(_ value: SampleValue) -> Int { if case .whole(let count) = value { count } else { 0 } }
}
