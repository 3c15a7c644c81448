import StressBasics

/// A currency that stands before or behind every number of a column: `100.00 USD`, `30.000,0 €`, `£5`.
struct NumberUnit: Hashable, Sendable {
    /// The unit as the file has it.
    let text: String
    private let isPrefix: Bool
    /// Its bytes in UTF-8, and in Windows-1252 where that has it.
    private let forms: [[UInt8]]

    /// The one unit that all but one in twenty of the texts have; nil when there is none.
    init?(of texts: [String]) {
        guard let sample = texts.first(where: { $0.contains(where: \.isNumber) }) else { return nil }
        let digits = "0123456789"
        let tail = String(sample.reversed().prefix { !digits.contains($0) }.reversed()).filter { !$0.isWhitespace }
        let head = String(sample.prefix { !digits.contains($0) && !"+-.".contains($0) }).filter { !$0.isWhitespace }
        if NumberUnit.isUnit(tail), NumberUnit.share(texts, { $0.hasSuffix(tail) }) {
            self.init(tail, isPrefix: false)
        } else if NumberUnit.isUnit(head), head != "$" || sample.contains("$ "),
            NumberUnit.share(texts, { $0.hasPrefix(head) })
        {
            self.init(head, isPrefix: true)
        } else {
            return nil
        }
    }

    private init(_ text: String, isPrefix: Bool) {
        (self.text, self.isPrefix) = (text, isPrefix)
        let windows: [String: [UInt8]] = ["€": [0x80], "£": [0xA3], "¥": [0xA5]]
        forms = [Array(text.utf8)] + (windows[text].map { [$0] } ?? [])
    }

    private static func share(_ texts: [String], _ test: (String) -> Bool) -> Bool {
        let said = texts.map(trimmed).filter { !isMissing($0) }
        return said.count(where: test) * 20 >= said.count * 19
    }

    /// Two to five letters, or one sign of a currency. A percent sign is none, nor is the K of thousands.
    private static func isUnit(_ text: String) -> Bool {
        if text.count == 1 { return "$€£¥₿₽₩₹₺₫฿".contains(text) }
        return (2...5).contains(text.count) && text.allSatisfy { $0.isLetter || $0 == "$" }
            && !["nan", "inf"].contains(text.lowercased())
    }

    /// The text without the unit.
    func bare(_ text: String) -> String {
        withBytes(text) { String(decoding: bare($0), as: UTF8.self) }
    }

    /// The bytes without the unit and the blanks beside it.
    func bare(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var range = bytes[...]
        for form in forms where range.count >= form.count {
            if isPrefix, range.starts(with: form) { range = range.dropFirst(form.count) }
            if !isPrefix, range.suffix(form.count).elementsEqual(form) { range = range.dropLast(form.count) }
        }
        // A blank may be a no-break space, in UTF-8 or in Windows-1252.
        func isBlank(_ byte: UInt8) -> Bool { [Ascii.space, Ascii.tab, 0xA0, 0xC2, 0xAF, 0x80, 0xE2].contains(byte) }
        while let last = range.last, isBlank(last) { range = range.dropLast() }
        while let first = range.first, isBlank(first) { range = range.dropFirst() }
        return UnsafeBufferPointer(rebasing: range)
    }
}
