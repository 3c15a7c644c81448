import StressBasics

/// What may stand at a place of a study. ``StudySchema`` describes it to editors; a test holds the loader to the same.
indirect enum SettingKind: Hashable, Sendable {
    /// A number of a range.
    case number(ClosedRange<Double>)
    /// A number of a range without one of its ends.
    case numberBeside(Double, in: ClosedRange<Double>)
    /// A number of a range, or the same as a percentage.
    case share(ClosedRange<Double>)
    /// The same without one end, which the rule that it is for refuses.
    case shareBeside(Double, in: ClosedRange<Double>)
    /// A whole number of a range.
    case integer(ClosedRange<Int>)
    /// 0, or a whole number of a range.
    case zeroOr(ClosedRange<Int>)
    /// A duration above zero, within a range where there is one.
    case span(ClosedRange<TimeSpan>?)
    /// True or false.
    case flag
    /// One of these words.
    case choice([String])
    /// One of these words, or a duration above zero.
    case spanOr([String])
    /// Any text, or what YAML takes for a number or for true or false: it is read as it is written.
    case scalar
    /// The same, and not empty.
    case text
    /// A name that keys outputs: ``OutputName``.
    case label
    /// A name that outputs print.
    case title
    /// A text of one form: a regular expression for all of it, and the form in words.
    case form(String, words: String)
    /// The same, where what YAML takes for a number is read as it is written.
    case scalarForm(String, words: String)
    /// A column: its position from 0, or its name.
    case column
    /// One of these words, or several between commas.
    case words([String])
    /// A duration above zero, or several between commas.
    case spans
    /// A leverage, or several as on a command line.
    case leverages
    /// One of these, or a list of them; where they are different, none stands twice.
    case list(SettingKind, most: Int = Settings.mostElements, different: Bool = false)
    /// A list of so many of these, the first of a kind of its own where there is one.
    case array(SettingKind, first: SettingKind? = nil, ClosedRange<Int>)
    /// Any of these.
    case oneOf([SettingKind])
    /// A section.
    case section(Settings.Section)
    /// At least one entry under a name of the user's own.
    case named(SettingKind)

    /// What is switched off.
    static let off = SettingKind.choice(["off"])

    /// An axis: values of which none stands twice.
    static func axis(_ kind: SettingKind) -> SettingKind { .list(kind, different: true) }
}

/// A setting without the type of its values.
public struct SettingFacts: Hashable, Sendable {
    /// The key in its section.
    public let key: String
    let kind: SettingKind
    /// The default as a study would say it; nil where there is none.
    let standard: String?
    /// What the template of `init` says.
    let start: String?
    /// What it is; one sentence with a full stop.
    public let help: String
}

extension SettingFacts {
    /// What a section holds beside values of one word or number: a list, a table, a section of its own. Its loader reads it.
    init(_ key: String, _ kind: SettingKind, _ help: String) {
        self.init(
            key: key, kind: kind, standard: nil, start: nil, help: help)
    }

    /// `legs: [...]`, for the text of what it holds.
    func entry(_ text: String) -> String { "\(key): \(text)" }
}

extension Settings {
    /// The most elements of a list that names no bound of its own.
    static let mostElements = 10_000

    /// A section with its settings in the order in which messages name them.
    struct Section: Hashable, Sendable {
        /// What it is called in the schema: where it stands.
        let path: String
        let settings: [SettingFacts]
        /// Keys that have to be there.
        let required: [String]
        /// One of these holds, where there are any.
        let forms: [Form]
        /// Pairs of keys of which a study has one at most.
        let apart: [[String]]
        /// Whether a section without any key is refused.
        let isFilled: Bool
        /// How it may be written, for who gave one value in its place; empty for the names of its keys alone.
        let example: String

        /// Keys that say together what a section is, and those that then have no place.
        struct Form: Hashable, Sendable {
            let has: [String]
            let lacks: [String]

            /// One form for each of these keys, which goes without the others.
            static func one(of keys: [String]) -> [Form] {
                keys.map { key in Form(has: [key], lacks: keys.filter { $0 != key }) }
            }
        }

        init(
            _ path: String, _ settings: [SettingFacts], required: [String] = [], forms: [Form] = [],
            apart: [[String]] = [], isFilled: Bool = false, example: String = ""
        ) {
            (self.path, self.settings, self.required) = (path, settings, required)
            (self.forms, self.apart, self.isFilled) = (forms, apart, isFilled)
            self.example = example
        }

        /// The keys, as messages name them.
        var keys: [String] { settings.map(\.key) }
    }
}

extension YAMLReader {
    /// The entries of a section, after reporting every key that it does not have.
    func map(_ section: Settings.Section) -> YAMLMap? {
        let keys = "keys are \(section.keys.joined(separator: ", "))"
        return map(known: section.keys, hint: section.example.isEmpty ? keys : "write \(section.example); \(keys)")
    }
}

extension YAMLMap {
    /// What stands at a setting; nil where it is left out.
    subscript(setting: SettingFacts) -> YAMLReader? { self[setting.key] }

    /// What stands at a setting, reported where it is left out.
    func required(_ setting: SettingFacts) -> YAMLReader? { required(setting.key) }
}
