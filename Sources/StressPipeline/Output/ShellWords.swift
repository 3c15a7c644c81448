/// `text` as one word of a shell command.
public func shellQuoted(_ text: String) -> String {
    let plain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-/:,=+%@".contains($0)) }
    return plain && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
}

/// The words of a command as ``shellQuoted(_:)`` joined them.
func shellWords(_ command: String) -> [String] {
    var (words, word, isQuoted, isOpen) = ([String](), "", false, false)
    var rest = command[...]
    while let character = rest.popFirst() {
        switch character {
        case "'":
            isQuoted.toggle()
            isOpen = true
        case "\\" where !isQuoted:
            if let next = rest.popFirst() { word.append(next) }
            isOpen = true
        case " " where !isQuoted:
            if isOpen { words.append(word) }
            (word, isOpen) = ("", false)
        default:
            word.append(character)
            isOpen = true
        }
    }
    return isOpen ? words + [word] : words
}
