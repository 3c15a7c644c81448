import StressBasics
import Yams

/// Why a study file cannot be used: one finding a problem, all of them at once.
public struct StudyError: Error, Hashable, Sendable {
    /// The problems, in the order of the file; never empty.
    public let findings: [Finding]

    /// The check of a problem that looking the platform up among the venues may solve.
    static let unknownPlatform = "no_such_platform"

    /// Whether the study names a platform that it does not describe.
    public var namesUnknownPlatform: Bool { findings.contains { $0.check == StudyError.unknownPlatform } }

    /// An error of the given problems.
    public init(_ findings: [Finding]) {
        self.findings = findings
    }
}

/// Collects problems while a file is read, so that a user sees all of them at once.
final class StudyProblems {
    let file: String
    private(set) var findings: [Finding] = []

    init(file: String) {
        self.file = file
    }

    func add(_ check: String, _ message: String, at node: Node?, hint: String = "", severity: Finding.Severity = .error)
    {
        let text = node?.scalar?.string
        findings.append(
            Finding(
                check: check, severity: severity, message: message,
                location: SourceLocation(file: file, line: node?.mark?.line, column: node?.mark?.column, text: text),
                hint: hint))
    }
}

/// One node of a study file under its path (`grid.leverage`), with readers that report what does not fit.
struct YAMLReader {
    let node: Node
    let path: String
    let problems: StudyProblems

    /// Reports a problem at this node and gives nil, so that readers can return it.
    func wrong<T>(_ message: String, hint: String = "") -> T? {
        problems.add("bad_value", "\(path.isEmpty ? "the file" : path): \(message)", at: node, hint: hint)
        return nil
    }

    /// Reports that something else was expected than what stands here, which is quoted.
    func expected<T>(_ what: String, hint: String = "") -> T? { wrong("expected \(what), not \(standing)", hint: hint) }

    /// What stands here, for messages.
    private var standing: String {
        if let list = node.sequence { return list.isEmpty ? "an empty list" : "a list" }
        guard let scalar = node.scalar else { return node.mapping?.isEmpty == true ? "'{}'" : "key: value entries" }
        let isBare = scalar.string.isEmpty && scalar.style != .doubleQuoted && scalar.style != .singleQuoted
        return isBare ? "nothing" : "'\(SourceLocation.presentable(scalar.string))'"
    }

    /// Where the node of a path such as `limits[2]` or `headline` stands; nil when there is none.
    func place(of path: String) -> (line: Int, column: Int)? {
        let parts = path.split { $0 == "." || $0 == "[" || $0 == "]" }
        let found = parts.reduce(node) { node, part in
            if let list = node.sequence, let place = Int(part), list.indices.contains(place) { return list[place] }
            return node.mapping?.first { $0.key.scalar?.string == String(part) }?.value ?? node
        }
        return found.mark.map { ($0.line, $0.column) }
    }

    /// The text of a scalar that is not null.
    func text() -> String? {
        guard let scalar = node.scalar, node.null == nil else { return expected("a text") }
        return scalar.string
    }

    /// The same, and not empty.
    func filledText(_ what: String) -> String? {
        text().flatMap { $0.isEmpty ? expected(what) : $0 }
    }

    func number(_ range: ClosedRange<Double>) -> Double? {
        guard let value = node.float, !value.isNaN else { return expected("a number") }
        guard range.contains(value) else {
            return expected("a number \(YAMLReader.words(range))")
        }
        return value
    }

    /// `from 1 to 1000`, and of a range without one of its ends what the other one asks for.
    private static func words(_ range: ClosedRange<Double>) -> String {
        let (low, high) = (numberText(range.lowerBound), numberText(range.upperBound))
        if !range.upperBound.isFinite { return "of \(low) or more" }
        return range.lowerBound.isFinite ? "from \(low) to \(high)" : "of \(high) or less"
    }

    func integer(_ range: ClosedRange<Int>) -> Int? {
        guard let value = node.int else { return expected("a whole number") }
        guard range.contains(value) else {
            return expected("a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// 0, or a whole number of a range.
    func zeroOr(_ range: ClosedRange<Int>) -> Int? {
        guard let value = node.int else { return expected("a whole number") }
        guard value == 0 || range.contains(value) else {
            return expected("0, or a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// Whether something is switched off: a bare `off` may reach us as YAML's false.
    var isOff: Bool { node.scalar.map { $0.string == "off" || $0.string == "false" } ?? false }

    func flag() -> Bool? {
        node.bool ?? expected("true or false")
    }

    func span() -> TimeSpan? {
        let text = node.scalar?.string ?? ""
        guard let span = TimeSpan(text), span.milliseconds > 0 else {
            return TimeSpan.isTooLong(text) || isTooLongByExponent(text)
                ? expected("a duration of at most \(TimeSpan.longest.text)", hint: "that is 100 years")
                : expected("a duration above zero", hint: "write it like 30s, 15m, 4h or 7d")
        }
        return span
    }

    func span(within range: ClosedRange<TimeSpan>) -> TimeSpan? {
        guard let span = span() else { return nil }
        guard range.contains(span) else {
            return wrong("expected a duration from \(range.lowerBound.text) to \(range.upperBound.text)")
        }
        return span
    }

    /// One of an enumeration's raw values, with the nearest on a slip.
    func choice<T: RawRepresentable & CaseIterable>(_ type: T.Type = T.self) -> T? where T.RawValue == String {
        let names = T.allCases.map(\.rawValue)
        // YAML reads a bare `off` as false; the scalar's text is what was written.
        guard let text = node.scalar?.string else { return expected("one of \(names.joined(separator: ", "))") }
        if let value = T(rawValue: text) { return value }
        let near = didYouMean(text, among: names) ?? ""
        return wrong("'\(SourceLocation.presentable(text))' is not one of \(names.joined(separator: ", "))", hint: near)
    }

    /// The elements of a sequence; a lone scalar or mapping counts as a sequence of one.
    func list(most: Int = 10_000) -> [YAMLReader]? {
        if node.scalar != nil || node.mapping != nil { return [self] }
        guard let sequence = node.sequence else { return expected("a list") }
        guard !sequence.isEmpty else { return wrong("the list is empty") }
        guard sequence.count <= most else { return wrong("at most \(most) elements") }
        return sequence.enumerated().map { index, element in
            YAMLReader(node: element, path: "\(path)[\(index)]", problems: problems)
        }
    }

    /// The entries of a mapping, after reporting every key that is not in `known`.
    ///
    /// - Parameter hint: what helps where something else stands.
    func map(known: [String], hint: String = "") -> YAMLMap? {
        guard let entries = anyMap(hint: hint) else { return nil }
        for key in entries.keys where !known.contains(key) {
            let near = didYouMean(key, among: known) ?? "known: \(known.joined(separator: ", "))"
            problems.add(
                "unknown_key",
                "unknown key '\(SourceLocation.presentable(key))' in \(path.isEmpty ? "the study" : path)",
                at: entries.keyNode(key), hint: near)
        }
        return entries
    }

    /// The entries of a mapping whose keys are the user's own names.
    func anyMap(hint: String = "") -> YAMLMap? {
        guard let mapping = node.mapping else { return expected("key: value entries", hint: hint) }
        var readers: [(String, Node, YAMLReader)] = []
        for (keyNode, value) in mapping {
            guard let key = keyNode.scalar?.string else { return wrong("a key is not a plain text") }
            let valuePath = path.isEmpty ? key : "\(path).\(key)"
            readers.append((key, keyNode, YAMLReader(node: value, path: valuePath, problems: problems)))
        }
        return YAMLMap(entries: readers, owner: self)
    }
}

/// Whether a text such as `1e9d` means more than the longest span: spans have no exponents, but that is not what is wrong with it.
private func isTooLongByExponent(_ text: String) -> Bool {
    guard let unit = text.last(where: \.isNumber).flatMap({ text.lastIndex(of: $0) }).map({ text.index(after: $0) }),
        let one = TimeSpan("1" + text[unit...]), let count = Double(text[..<unit])
    else { return false }
    return count * Double(one.milliseconds) > Double(TimeSpan.longest.milliseconds)
}

/// A mapping of a study file.
struct YAMLMap {
    let entries: [(key: String, keyNode: Node, value: YAMLReader)]
    let owner: YAMLReader

    var keys: [String] { entries.map(\.key) }

    func keyNode(_ key: String) -> Node? { entries.first { $0.key == key }?.keyNode }

    /// The value of `key`, nil when it is absent.
    subscript(key: String) -> YAMLReader? { entries.first { $0.key == key }?.value }

    /// The value of `key`, reported when it is absent.
    func required(_ key: String) -> YAMLReader? {
        if let value = self[key] { return value }
        owner.problems.add(
            "missing_key", owner.path.isEmpty ? "the study has no '\(key)'" : "\(owner.path) has no '\(key)'",
            at: owner.node)
        return nil
    }
}
