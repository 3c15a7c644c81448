import StressBasics
import Yams

/// One value that a study may hold, described once: the loader reads it by this, the study's text writes it, `sweep` takes its option's
/// words and value from it, the schema of studies its place, and the template of `init` its default.
public struct Setting<Value: Sendable>: Sendable {
    /// The key in its section.
    public let key: String
    /// What is taken when a study leaves it out; nil where it must be said, or where leaving it out means that there is none.
    public let standard: Value?
    /// What `sweep` and the template of `init` say instead of leaving it out; nil where they leave it out.
    let said: Value?
    /// What it is, its unit with it; one sentence with a full stop.
    public let help: String
    /// What may stand there.
    let kind: SettingKind
    /// Reads a value; nil after reporting what does not fit.
    let read: @Sendable (YAMLReader) -> Value?
    /// A value as a study holds it.
    let text: @Sendable (Value) -> String

    init(
        _ key: String, _ kind: SettingKind, standard: Value?, said: Value? = nil, _ help: String,
        read: @escaping @Sendable (YAMLReader) -> Value?, text: @escaping @Sendable (Value) -> String
    ) {
        (self.key, self.kind, self.standard, self.said) = (key, kind, standard, said)
        (self.help, self.read, self.text) = (help, read, text)
    }

    /// `notional: 10000`.
    func entry(_ value: Value) -> String { "\(key): \(text(value))" }

    /// What a command that has no study starts from.
    public var start: Value {
        guard let value = said ?? standard else { preconditionFailure("\(key) has no value to start from") }
        return value
    }

    /// `notional: 10000`, with what a command that has no study starts from.
    public var startEntry: String { entry(start) }

    /// What is known of it without the type of its values.
    var facts: SettingFacts {
        SettingFacts(
            key: key, kind: kind, standard: standard.map(text), start: (said ?? standard).map(text), help: help)
    }
}

extension Setting where Value == Double {
    init(
        _ key: String, _ range: ClosedRange<Double>, standard: Double? = nil, said: Double? = nil, _ help: String
    ) {
        self.init(
            key, .number(range), standard: standard, said: said, help, read: { $0.number(range) }, text: Setting.text)
    }

    /// The rule that the number is for refuses one end of the range.
    init(
        _ key: String, _ range: ClosedRange<Double>, beside end: Double, said: Double? = nil, _ help: String
    ) {
        self.init(
            key, .numberBeside(end, in: range), standard: nil, said: said, help, read: { $0.number(range) },
            text: Setting.text)
    }

    /// The number as YAML.
    static func text(_ value: Double) -> String { value == .infinity ? ".inf" : numberText(value) }
}

extension Setting where Value == Int {
    init(_ key: String, _ range: ClosedRange<Int>, standard: Int? = nil, _ help: String) {
        self.init(
            key, .integer(range), standard: standard, help, read: { $0.integer(range) }, text: { String($0) })
    }

    /// 0 is a choice of its own.
    init(_ key: String, zeroOr range: ClosedRange<Int>, standard: Int? = nil, _ help: String) {
        self.init(
            key, .zeroOr(range), standard: standard, help,
            read: { $0.zeroOr(range) }, text: { String($0) })
    }

    /// Whether a value may stand there.
    public func allows(_ value: Int) -> Bool {
        switch kind {
        case .integer(let range): range.contains(value)
        case .zeroOr(let range): value == 0 || range.contains(value)
        default: false
        }
    }
}

extension Setting where Value == Double {
    /// Whether a value may stand there.
    public func allows(_ value: Double) -> Bool {
        switch kind {
        case .number(let range), .share(let range): range.contains(value)
        case .numberBeside(let end, let range), .shareBeside(let end, let range): range.contains(value) && value != end
        default: false
        }
    }
}

extension Setting {
    /// What a number or a duration has to be, for messages: `1 to 1000`, `0 or 100 to 100000`, `1 or more`, `1s to 1d`; empty for anything else.
    public var rangeWords: String {
        switch kind {
        case .number(let range), .share(let range):
            range.upperBound.isFinite
                ? "\(numberText(range.lowerBound)) to \(numberText(range.upperBound))"
                : "\(numberText(range.lowerBound)) or more"
        case .numberBeside(let end, let range), .shareBeside(let end, let range):
            "\(numberText(range.lowerBound)) to \(numberText(range.upperBound)), and not \(numberText(end))"
        case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .zeroOr(let range): "0 or \(range.lowerBound) to \(range.upperBound)"
        case .span(let range?): "\(range.lowerBound.text) to \(range.upperBound.text)"
        default: ""
        }
    }
}

extension Setting where Value == Double {
    /// What a part has to be, in the unit in which one was written: `0 to 0.99`, or `0% to 99%`.
    public func rangeWords(inPercent: Bool) -> String {
        switch kind {
        case .share(let range) where inPercent: "\(percentPlain(range.lowerBound)) to \(percentPlain(range.upperBound))"
        case .shareBeside(let end, let range) where inPercent:
            "\(percentPlain(range.lowerBound)) to \(percentPlain(range.upperBound)), and not \(percentPlain(end))"
        default: rangeWords
        }
    }
}

/// A part as a study may write it in percent: `0.0001%`.
func percentPlain(_ part: Double) -> String { significantText(part * 100, digits: 10) + "%" }

extension Setting where Value == UInt64 {
    init(_ key: String, standard: UInt64, _ help: String) {
        let range = 0...Int.max
        self.init(
            key, .integer(range), standard: standard, help, read: { $0.integer(range).map(UInt64.init) },
            text: { String($0) })
    }
}

extension Setting where Value == TimeSpan {
    /// Whether a value may stand there.
    public func allows(_ value: TimeSpan) -> Bool {
        if case .span(let range?) = kind { return range.contains(value) }
        return value.milliseconds > 0
    }

    init(
        _ key: String, within range: ClosedRange<TimeSpan>? = nil, standard: TimeSpan? = nil, _ help: String
    ) {
        self.init(
            key, .span(range), standard: standard, help,
            read: { reader in range.map { reader.span(within: $0) } ?? reader.span() }, text: \.text)
    }
}

extension Setting where Value == String {
    /// A text as it is written; in quotes where YAML may take it for something else.
    init(_ key: String, _ kind: SettingKind, _ help: String, read: @escaping @Sendable (YAMLReader) -> String?) {
        self.init(key, kind, standard: nil, help, read: read, text: yamlText)
    }
}

extension Setting where Value == Bool {
    init(_ key: String, standard: Bool, _ help: String) {
        self.init(key, .flag, standard: standard, help, read: { $0.flag() }, text: { "\($0)" })
    }
}

extension Setting where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    init(_ key: String, standard: Value? = nil, also words: [String] = [], _ help: String) {
        self.init(
            key, .choice(Value.allCases.map(\.rawValue) + words), standard: standard, help,
            read: { $0.choice(Value.self) }, text: \.rawValue)
    }
}

/// A setting with the place of its value in the rules of its section: what reads and writes the section.
struct PlacedSetting<Rules>: Sendable {
    let facts: SettingFacts
    /// Reads the value, or its default; false after a problem.
    let read: @Sendable (YAMLMap, inout Rules) -> Bool
    /// `notional: 10000`; nil where there is nothing to say.
    let entry: @Sendable (Rules) -> String?

    init<Value>(_ setting: Setting<Value>, _ place: WritableKeyPath<Rules, Value> & Sendable) {
        facts = setting.facts
        read = { map, rules in
            guard let value = map.value(of: setting) else { return false }
            rules[keyPath: place] = value
            return true
        }
        entry = { setting.entry($0[keyPath: place]) }
    }

    /// A setting that has to be there.
    init<Value>(required setting: Setting<Value>, _ place: WritableKeyPath<Rules, Value> & Sendable) {
        facts = setting.facts
        read = { map, rules in
            guard let value = map.required(setting) else { return false }
            rules[keyPath: place] = value
            return true
        }
        entry = { setting.entry($0[keyPath: place]) }
    }

    /// A setting that may be left out, and then has no value.
    init<Value>(optional setting: Setting<Value>, _ place: WritableKeyPath<Rules, Value?> & Sendable) {
        facts = setting.facts
        read = { map, rules in
            guard let reader = map[setting.key] else { return true }
            guard let value = setting.read(reader) else { return false }
            rules[keyPath: place] = value
            return true
        }
        entry = { $0[keyPath: place].map(setting.entry) }
    }
}

extension Sequence {
    /// Reads all settings of a section into its rules; nil after a problem with any of them.
    func read<Rules>(_ map: YAMLMap, into rules: Rules) -> Rules? where Element == PlacedSetting<Rules> {
        var rules = rules
        var isWhole = true
        for setting in self where !setting.read(map, &rules) { isWhole = false }
        return isWhole ? rules : nil
    }

    /// The section as a study has it, `notional: 10000, stride: 1`.
    func entries<Rules>(_ rules: Rules) -> String where Element == PlacedSetting<Rules> {
        parts(rules).joined(separator: ", ")
    }

    /// The same, entry by entry.
    func parts<Rules>(_ rules: Rules) -> [String] where Element == PlacedSetting<Rules> {
        compactMap { $0.entry(rules) }
    }
}

extension Setting {
    /// Reads what was typed behind an option as a study would read it.
    ///
    /// - Parameter option: the option, as `--bar`, for the message.
    /// - Throws: what is wrong with it.
    public func value(of text: String, option: String) throws(StudyError) -> Value {
        let problems = StudyProblems(file: option)
        let scalar = Node.scalar(Node.Scalar(text, .implicit, .plain))
        guard let value = read(YAMLReader(node: scalar, path: option, problems: problems)) else {
            throw StudyError(problems.findings)
        }
        return value
    }
}

extension YAMLMap {
    /// The value of a setting, its default where it is absent; nil after a problem, and where an absent one has no default.
    func value<Value>(of setting: Setting<Value>) -> Value? {
        self[setting.key].map(setting.read) ?? setting.standard
    }

    /// The value of a setting that has to be there.
    func required<Value>(_ setting: Setting<Value>) -> Value? { required(setting.key).flatMap(setting.read) }
}
