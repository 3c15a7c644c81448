extension Unicode.Scalar {
    /// Whether it could make a terminal, a page, a log or a table show something else than what is there.
    ///
    /// The one list of the program: controls (C0, DEL, C1), line and paragraph separators, and everything that has no shape of
    /// its own: marks of direction, joiners, soft hyphens, byte order marks, fillers, tags (Unicode's general categories Cc, Cf,
    /// Zl and Zp, and what is ignorable by default). Variation selectors, which choose the shape of the sign before them, stay.
    public var isHostile: Bool {
        switch value {
        case ..<0x20, 0x7F..<0xA0, 0xAD: return true
        // Signs that pages are full of: no character of these has a hostile property.
        case ..<0x300, 0x2010...0x2027, 0x202F...0x205F, 0x2070..<0x2C00: return false
        default: break
        }
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
public func markupText(_ text: String, lineEnd: StaticString = "\n") -> String {
    guard !text.utf8.allSatisfy(isPlainMarkup) else { return text }
    var bytes: [UInt8] = []
    appendMarkup(text, lineEnd: lineEnd, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}

/// Writes ``markupText(_:lineEnd:)`` behind `bytes`.
public func appendMarkup(_ text: String, lineEnd: StaticString = "\n", to bytes: inout [UInt8]) {
    guard !text.utf8.allSatisfy(isPlainMarkup) else { return bytes.append(contentsOf: text.utf8) }
    for byte in visibleText(text, keepingLines: true).utf8 {
        switch byte {
        case UInt8(ascii: "&"): append("&amp;", to: &bytes)
        case UInt8(ascii: "<"): append("&lt;", to: &bytes)
        case UInt8(ascii: ">"): append("&gt;", to: &bytes)
        case UInt8(ascii: "\""): append("&quot;", to: &bytes)
        case UInt8(ascii: "'"): append("&#39;", to: &bytes)
        case UInt8(ascii: "\n"): append(lineEnd, to: &bytes)
        default: bytes.append(byte)
        }
    }
}

private func append(_ text: StaticString, to bytes: inout [UInt8]) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
}

/// Whether a byte is written as it is, and can be no part of a hostile character.
private func isPlainMarkup(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x26, 0x3C, 0x3E, 0x22, 0x27: false
    default: byte >= 0x20 && byte < 0x7F
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
