import StressBasics

/// Refuses YAML that is made to hurt before the parser, which recurses, sees it.
///
/// A study needs a nesting of five and no aliases; the limits leave room for style and none for bombs.
enum YAMLGuard {
    static let longestFile = 1 << 18
    private static let deepestFlow = 32
    private static let deepestBlock = 120

    /// The first reason not to parse `yaml`, or nil.
    static func objection(to yaml: String, file: String) -> Finding? {
        guard yaml.utf8.count <= longestFile else {
            return objection("a study file has at most \(longestFile / 1024) KiB", file: file, line: nil)
        }
        if let line = lineWithMark(yaml) {
            return objection(
                "the character U+FEFF, which does not show, stands inside the file", file: file, line: line,
                hint: "it marks the beginning of a file, and is left behind where two were put together: delete it")
        }
        var flow = FlowDepth()
        for (index, line) in yaml.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if let (what, hint) = objection(to: line, &flow) {
                return objection(what, file: file, line: index + 1, hint: hint)
            }
        }
        return nil
    }

    /// What is wrong with a line, behind those before it.
    private static func objection(to line: Substring, _ flow: inout FlowDepth) -> (what: String, hint: String)? {
        let code = withoutComment(line)
        if flow.deepest(of: line) > deepestFlow {
            return ("nested too deeply: more than \(deepestFlow) open brackets", "")
        }
        if blockDepth(code) > deepestBlock { return ("indented too deeply", "") }
        if hasAlias(code) {
            return (
                "YAML aliases (*name) are not read here",
                "write the value out; a file pattern goes in quotes: \"*.csv\""
            )
        }
        return nil
    }

    /// The first line that has a byte order mark elsewhere than at the file's beginning: the parser drops one that begins a text, and the
    /// text would be another than the file shows.
    private static func lineWithMark(_ yaml: String) -> Int? {
        let mark: Unicode.Scalar = "\u{FEFF}"
        let rest = yaml.unicodeScalars.first == mark ? yaml.unicodeScalars.dropFirst() : yaml.unicodeScalars[...]
        return rest.firstIndex(of: mark).map { place in rest[..<place].count { $0 == "\n" } + 1 }
    }

    private static func objection(_ message: String, file: String, line: Int?, hint: String = "") -> Finding {
        Finding(
            check: "bad_yaml", severity: .error, message: message, location: SourceLocation(file: file, line: line),
            hint: hint)
    }

    private static func withoutComment(_ line: Substring) -> Substring {
        if line.first == "#" { return "" }
        guard let comment = line.firstRange(of: " #") else { return line }
        return line[..<comment.lowerBound]
    }

    // Columns of indentation plus the "- - -" and "? ? ?" indicators that each open a level on one line.
    private static func blockDepth(_ line: Substring) -> Int {
        line.prefix { $0 == " " || $0 == "-" || $0 == "?" || $0 == ":" || $0 == "\t" }.count
    }

    private static func hasAlias(_ line: Substring) -> Bool {
        var previous: Character = " "
        for (character, next) in zip(line, line.dropFirst()) {
            if character == "*", " \t[{,:-".contains(previous), next.isLetter || next.isNumber || next == "_" {
                return true
            }
            previous = character
        }
        return false
    }
}

/// How many brackets are open, however many of them stand on one line. Those inside of texts do not count.
///
/// It looks at double quotes and comments alone, and may be misled by a text made for that: then the parser's own bound of 1,000
/// levels is what holds, which its stack has room for.
private struct FlowDepth {
    private var depth = 0
    private var isInText = false

    /// The most that are open at some place of the next line.
    mutating func deepest(of line: Substring) -> Int {
        var (deepest, previous, isEscaped) = (depth, UInt8(ascii: " "), false)
        for byte in line.utf8 {
            let isBlank = previous == UInt8(ascii: " ") || previous == UInt8(ascii: "\t")
            if !isInText, byte == UInt8(ascii: "#"), isBlank { break }
            if byte == UInt8(ascii: "\""), !isEscaped { isInText.toggle() }
            if !isInText { depth = max(0, depth + step(byte)) }
            deepest = max(deepest, depth)
            isEscaped = isInText && byte == UInt8(ascii: "\\") && !isEscaped
            previous = byte
        }
        return deepest
    }

    private func step(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "["), UInt8(ascii: "{"): 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"): -1
        default: 0
        }
    }
}
