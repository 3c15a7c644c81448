import StressBasics
import Yams

/// The root node of a file that is one mapping and not made to hurt. What else a file may be is told apart, with what to do.
func documentRoot(_ yaml: String, file: String) throws(StudyError) -> Node {
    guard let root = try parsedYAML(yaml, file: file), !(root.scalar?.string.isEmpty ?? false) else {
        throw StudyError([emptyFile(yaml, file: file)])
    }
    guard root.mapping == nil else { return root }
    let (what, hint) =
        root.sequence == nil
        ? ("a single text", "key: value entries are wanted, such as version: 1")
        : ("a list", "begin its keys at the left edge, without a dash: version: 1")
    throw StudyError([
        Finding(
            check: "bad_yaml", severity: .error, message: "the file is \(what), and not key: value entries",
            location: SourceLocation(
                file: file, line: root.mark?.line, column: root.mark?.column, text: root.scalar?.string), hint: hint)
    ])
}

/// The root node of a file that is not made to hurt; nil when it is empty.
func parsedYAML(_ yaml: String, file: String) throws(StudyError) -> Node? {
    if let objection = YAMLGuard.objection(to: yaml, file: file) { throw StudyError([objection]) }
    do {
        // Some editors begin a file with a byte order mark, which is no part of its text.
        let isMarked = yaml.unicodeScalars.first == "\u{FEFF}"
        return try Yams.compose(yaml: isMarked ? String(yaml.unicodeScalars.dropFirst()) : yaml)
    } catch {
        throw StudyError([yamlFinding(error, of: yaml, file: file)])
    }
}

private func emptyFile(_ yaml: String, file: String) -> Finding {
    let lines = yaml.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
    let hasComments = lines.contains { $0.hasPrefix("#") }
    return Finding(
        check: "bad_yaml", severity: .error,
        message: hasComments ? "the file holds comments alone" : "the file is empty",
        location: SourceLocation(file: file),
        hint: hasComments
            ? "take the # away from the lines that are meant" : "a commented study is written by: belowzero init")
}

private func yamlFinding(_ error: any Error, of yaml: String, file: String) -> Finding {
    let problem = (error as? YamlError).map { yamlProblem($0, of: yaml) }
    let mark = problem?.mark
    let text = mark.flatMap { line($0.line, of: yaml) }
    let quoted = text.map { ": \(SourceLocation.presentable($0))" } ?? ""
    return Finding(
        check: "bad_yaml", severity: .error, message: (problem?.message ?? "not readable as YAML") + quoted,
        location: SourceLocation(file: file, line: mark?.line, column: mark?.column, text: text),
        hint: problem?.hint ?? "")
}

/// What the parser means, and where.
private func yamlProblem(_ error: YamlError, of yaml: String) -> (message: String, mark: Mark?, hint: String) {
    switch error {
    case .scanner(let context, let problem, let place, _), .parser(let context, let problem, let place, _):
        let isStarred = problem.contains("alphabetic or numeric")
        let hint = indentationHint(yaml, near: [place.line, context?.mark.line].compactMap { $0 })
        return (isStarred ? "a text that begins with * or & needs quotes" : problem, place, hint ?? punctuationHint)
    case .composer(_, let problem, let place, _):
        guard problem.contains("another document") else { return (problem, place, "") }
        return (
            "the file holds a second document", place,
            "a study is one document: remove the line '---' and what follows, or give it a file of its own"
        )
    case .duplicatedKeysInMapping(let duplicates, let context):
        let key = SourceLocation.presentable(duplicates.sorted().first ?? "")
        return ("the key '\(key)' stands twice", context.mark, "keep one of the two")
    case .reader(let problem, _, _, _): return (problem, nil, "")
    default: return ("not readable as YAML", nil, "")
    }
}

private let punctuationHint =
    "look at quotes, brackets, colons and indentation of this line and the one before; a text with : or # needs quotes"

/// A tab among the blanks that a line begins with, in one of the lines or right before it; nil when there is none.
private func indentationHint(_ yaml: String, near lines: [Int]) -> String? {
    for number in lines.flatMap({ [$0, $0 - 1] }) {
        guard let text = line(number, of: yaml), text.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") else {
            continue
        }
        return "line \(number) is indented with a tab; YAML is indented with spaces alone"
    }
    return nil
}

/// A line by its number from 1; nil where there is none, or nothing on it.
private func line(_ number: Int, of yaml: String) -> String? {
    let lines = yaml.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard lines.indices.contains(number - 1), !lines[number - 1].isEmpty else { return nil }
    return String(lines[number - 1])
}
