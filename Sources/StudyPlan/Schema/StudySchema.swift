import StressBasics
import Yams

/// The JSON Schema (draft 2020-12) of study files, made of the settings that the loader reads: for editors and other programs.
///
/// It takes what the loader takes, value by value. What values say together (ranges that rise, names that exist, files) only the
/// loader knows.
public enum StudySchema {
    /// The schema as a file, the same bytes every time.
    public static var text: String {
        var definitions = Definitions()
        let whole = definitions.members(of: Settings.Whole.section)
        return JSONValue.object(
            [
                ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
                ("$id", .text("https://belowzero.invalid/schemas/study.schema.json")),
                ("title", .text("BelowZero study, version \(Study.version)")),
                ("description", .text(words)),
            ] + whole + [("anyOf", namesPlatforms), ("$defs", .object(definitions.all))]
        ).document
    }

    private static let words =
        "What a study may hold, value by value, as 'belowzero init' explains it. What values say together (ranges that rise, names "
        + "that exist, files) only the program checks."

    /// A study describes platforms, or its grid names venues.
    private static var namesPlatforms: JSONValue {
        typealias Known = Settings.Whole
        let grid = JSONValue.object([
            (Known.grid.key, .object([("required", .list([.text(Settings.Grid.platform.key)]))]))
        ])
        return .list([
            .object([("required", .list([.text(Known.platforms.key)]))]), .object([("properties", grid)]),
        ])
    }

    /// Parts of the schema that others refer to, in the order in which they are first met.
    private struct Definitions {
        private(set) var all: [(String, JSONValue)] = []

        /// What describes a kind.
        mutating func members(of kind: SettingKind) -> [(String, JSONValue)] {
            switch kind {
            case .list(let kind, let most, let different): anyOf(list(kind, most, different))
            case .array(let kind, let first, let range): array(kind, first, range)
            case .oneOf(let kinds): anyOf(kinds.map { .object(members(of: $0)) })
            case .section(let section): reference(section.path) { $0.members(of: section) }
            case .named(let kind): named(kind)
            case .spanOr(let words): members(of: .oneOf([.span(nil), .choice(words)]))
            default: kind.definition.map { name in reference(name) { _ in kind.members } } ?? kind.members
            }
        }

        /// A section with all of its settings.
        mutating func members(of section: Settings.Section) -> [(String, JSONValue)] {
            let properties = section.settings.map { setting in
                (setting.key, JSONValue.object(words(of: setting) + members(of: setting.kind)))
            }
            var found: [(String, JSONValue)] = [("type", .text("object")), ("properties", .object(properties))]
            if !section.required.isEmpty { found.append(("required", texts(section.required))) }
            if section.isFilled { found.append(("minProperties", .integer(1))) }
            found.append(("additionalProperties", .flag(false)))
            if !section.forms.isEmpty { found.append(("anyOf", .list(section.forms.map(form)))) }
            let rules = section.apart.map { pair in JSONValue.object([("required", texts(pair))]) }
            return found + (rules.isEmpty ? [] : [("not", .object([("anyOf", .list(rules))]))])
        }

        private func form(_ form: Settings.Section.Form) -> JSONValue {
            let others = form.lacks.map { JSONValue.object([("required", texts([$0]))]) }
            return .object(
                [("required", texts(form.has))]
                    + (others.isEmpty ? [] : [("not", .object([("anyOf", .list(others))]))]))
        }

        /// What a setting is, and its default.
        private func words(of setting: SettingFacts) -> [(String, JSONValue)] {
            [("description", .text(setting.help))] + (setting.standardValue.map { [("default", $0)] } ?? [])
        }

        private mutating func reference(
            _ name: String, _ make: (inout Definitions) -> [(String, JSONValue)]
        ) -> [(String, JSONValue)] {
            if !all.contains(where: { $0.0 == name }) {
                // Its place is taken before what it refers to.
                let place = all.count
                all.append((name, .null))
                all[place].1 = .object(make(&self))
            }
            return [("$ref", .text("#/$defs/\(name)"))]
        }

        private mutating func list(_ kind: SettingKind, _ most: Int, _ different: Bool) -> [JSONValue] {
            let element = JSONValue.object(members(of: kind))
            var rules: [(String, JSONValue)] = [
                ("type", .text("array")), ("items", element), ("minItems", .integer(1)), ("maxItems", .integer(most)),
            ]
            if different { rules.append(("uniqueItems", .flag(true))) }
            return [element, .object(rules)]
        }

        private mutating func array(
            _ kind: SettingKind, _ first: SettingKind?, _ range: ClosedRange<Int>
        ) -> [(String, JSONValue)] {
            let head = first.map { [("prefixItems", JSONValue.list([.object(members(of: $0))]))] } ?? []
            return [("type", .text("array"))] + head + [
                ("items", .object(members(of: kind))), ("minItems", .integer(range.lowerBound)),
                ("maxItems", .integer(range.upperBound)),
            ]
        }

        private mutating func named(_ kind: SettingKind) -> [(String, JSONValue)] {
            [
                ("type", .text("object")), ("propertyNames", .object(members(of: .label))),
                ("minProperties", .integer(1)), ("additionalProperties", .object(members(of: kind))),
            ]
        }
    }
}

private func anyOf(_ kinds: [JSONValue]) -> [(String, JSONValue)] { [("anyOf", .list(kinds))] }

private func texts(_ texts: [String]) -> JSONValue { .list(texts.map(JSONValue.text)) }

extension SettingFacts {
    /// The default as JSON; nil where there is none, and for lists.
    fileprivate var standardValue: JSONValue? {
        guard let standard, let text = (try? Yams.compose(yaml: standard))?.scalar?.string else { return nil }
        return switch kind {
        case .number, .numberBeside, .share, .integer, .zeroOr: Double(text).map(JSONValue.number)
        case .flag: .flag(text == "true")
        default: .text(text)
        }
    }
}
