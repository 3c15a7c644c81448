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
        var flowDepth = 0
        for (index, line) in yaml.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let code = withoutComment(line)
            flowDepth += code.count { $0 == "[" || $0 == "{" }
            if flowDepth > deepestFlow || blockDepth(code) > deepestBlock {
                return objection("nested too deeply", file: file, line: index + 1)
            }
            flowDepth = max(0, flowDepth - code.count { $0 == "]" || $0 == "}" })
            if hasAlias(code) {
                return objection(
                    "YAML aliases (*name) are not read here: write the value out", file: file, line: index + 1)
            }
        }
        return nil
    }

    private static func objection(_ message: String, file: String, line: Int?) -> Finding {
        Finding(check: "bad_yaml", severity: .error, message: message, location: SourceLocation(file: file, line: line))
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
