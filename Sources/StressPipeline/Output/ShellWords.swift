import StressBasics

/// `text` as one word of a shell command.
public func shellQuoted(_ text: String) -> String {
    let plain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-/:,=+%@".contains($0)) }
    return plain && !text.isEmpty ? text : "'" + escapingMarks(text, ["'": "'\\''"]) + "'"
}

/// The words of a command as ``shellQuoted(_:)`` joined them.
func shellWords(_ command: String) -> [String] {
    var (words, word, isQuoted, isOpen) = ([String](), String.UnicodeScalarView(), false, false)
    var rest = command.unicodeScalars[...]
    while let scalar = rest.popFirst() {
        switch scalar {
        case "'":
            isQuoted.toggle()
            isOpen = true
        case "\\" where !isQuoted:
            if let next = rest.popFirst() { word.append(next) }
            isOpen = true
        case " " where !isQuoted:
            if isOpen { words.append(String(word)) }
            (word, isOpen) = (String.UnicodeScalarView(), false)
        default:
            word.append(scalar)
            isOpen = true
        }
    }
    return isOpen ? words + [String(word)] : words
}
