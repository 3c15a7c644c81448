extension Unicode.Scalar {
    /// Whether it could make a terminal, a page, a log or a table show something else than what is there.
    ///
    /// The one list of the program: controls (C0, DEL, C1), line and paragraph separators, and everything that has no shape of
    /// its own: marks of direction, joiners, soft hyphens, byte order marks, fillers, tags (Unicode's general categories Cc, Cf,
    /// Zl and Zp, and what is ignorable by default). Variation selectors, which choose the shape of the sign before them, stay.
    public var isHostile: Bool {
        if value < 0x7F { return value < 0x20 }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return properties.isDefaultIgnorableCodePoint && !(0xFE00...0xFE0F).contains(value)
        }
    }

    /// `U+202E`, for messages about it.
    public var codeText: String {
        let digits = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

/// `text` with every hostile character (``Swift/Unicode/Scalar/isHostile``) shown as `·`, of its own length in characters.
///
/// - Parameter keepingLines: whether line feeds stay.
public func visibleText(_ text: String, keepingLines: Bool = false) -> String {
    // Most texts are plain, and are given back as they are.
    guard !text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }), text.unicodeScalars.contains(where: \.isHostile) else {
        return text
    }
    var result = ""
    for scalar in text.unicodeScalars {
        let isKept = scalar == "\n" && keepingLines
        result.unicodeScalars.append(isKept || !scalar.isHostile ? scalar : "·")
    }
    return result
}

/// `text` as it may stand between the tags of a page and, with an escaped line end, between quotes.
public func markupText(_ text: String, lineEnd: String = "\n") -> String {
    let visible = visibleText(text, keepingLines: true)
    guard visible.utf8.contains(where: isMarkup) else { return visible }
    var result = ""
    for scalar in visible.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        case "\n": result += lineEnd
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// Whether a byte is one of `&`, `<`, `>`, `"`, `'` and the line feed.
private func isMarkup(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x26, 0x3C, 0x3E, 0x22, 0x27, 0x0A: true
    default: false
    }
}

/// `text` with every hostile character replaced by what `escape` makes of it.
public func escapedText(_ text: String, escape: (Unicode.Scalar) -> String) -> String {
    guard text.unicodeScalars.contains(where: \.isHostile) else { return text }
    return text.unicodeScalars.map { $0.isHostile ? escape($0) : String($0) }.joined()
}

extension Unicode.Scalar {
    /// `\u202e`, and a pair of them beyond the first plane: the character inside of a JSON text.
    public var jsonEscape: String {
        String(self).utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }
}
