/// Texts that differ in few numbers, in few bytes: each is the place of its words in a book, and the numbers that differ from those
/// which stood there before.
///
/// A text is cut at its numbers. What is left, with `#` for each number, is its pattern, and is kept once. Texts come in blocks: the
/// parts of a cell, or of a drawing. A block is written as its texts' codes with `;` between, a code as `pattern:number,number`:
///
/// - the pattern is left out where it is the one that followed the text before the last time, too;
/// - a number is left out where it is the one that stood there when the pattern was last used as often in a block, or, where it never
///   was, at its last use in this block; numbers left out at the end leave no comma behind.
///
/// Codes hold no letter, quotation mark, `<` or `|`, so that blocks can be put together with it: the `<` that a number begins with is
/// written as `/`. `report.js` reads them.
public struct PatternBook {
    /// The words by place, `#` for each number.
    public private(set) var patterns: [String] = []
    private var places: [String: Int] = [:]
    /// The pattern that came after each; that at the start of a block stands first.
    private var followers: [Int?] = [nil]
    /// The numbers of each pattern in the last block that had it, use by use.
    private var before: [[[Substring]]] = []

    /// Bytes of all patterns.
    public private(set) var patternBytes = 0

    /// An empty book.
    public init() {}

    /// The code of markup, a block of one text a tag: each begins behind its `<`, and ends before the next.
    public mutating func code(markup: String) -> String {
        code(markup.split(separator: "<").map(String.init))
    }

    /// The code of a block's texts.
    public mutating func code(_ texts: [String]) -> String {
        var (now, last, codes) = ([Int: [[Substring]]](), 0, [String]())
        codes.reserveCapacity(texts.count)
        for text in texts {
            let (pattern, numbers) = NumberPattern.parts(of: text)
            let place = self.place(of: pattern)
            let used = now[place, default: []]
            let old = used.count < before[place].count ? before[place][used.count] : used.last ?? []
            let name = followers[last] == place ? "" : "\(place):"
            codes.append(name + PatternBook.fields(numbers, old))
            followers[last] = place
            last = place + 1
            now[place, default: []].append(numbers)
        }
        for (place, numbers) in now { before[place] = numbers }
        return codes.joined(separator: ";")
    }

    private mutating func place(of pattern: String) -> Int {
        if let place = places[pattern] { return place }
        places[pattern] = patterns.count
        patterns.append(pattern)
        patternBytes += pattern.utf8.count
        followers.append(nil)
        before.append([])
        return patterns.count - 1
    }

    private static func fields(_ numbers: [Substring], _ old: [Substring]) -> String {
        var (text, commas) = ("", 0)
        for (place, number) in numbers.enumerated() {
            if place >= old.count || number != old[place] {
                for _ in 0..<commas { text += "," }
                commas = 0
                text += number.first == "<" ? "/" + number.dropFirst() : number
            }
            commas += 1
        }
        return text
    }
}

/// `text` with a sign in place of each part, at the first place where it stands, in their order; an empty part stands nowhere.
///
/// - Returns: nil where the text has one of the signs itself, or `|`: nobody could tell what it stood for.
public func shortened(_ text: String, _ parts: [(part: String, sign: Unicode.Scalar)]) -> String? {
    let taken = parts.map { UInt8(ascii: $0.sign) } + [UInt8(ascii: "|")]
    guard !text.utf8.contains(where: taken.contains) else { return nil }
    return parts.reduce(text) { text, part in
        guard !part.part.isEmpty, let range = firstRange(of: part.part.utf8, in: text.utf8) else { return text }
        return String(text[..<range.lowerBound]) + String(part.sign) + text[range.upperBound...]
    }
}

private func firstRange(of part: String.UTF8View, in text: String.UTF8View) -> Range<String.Index>? {
    var place = text.startIndex
    while place < text.endIndex {
        let rest = text[place...]
        if rest.starts(with: part) { return place..<text.index(place, offsetBy: part.count) }
        text.formIndex(after: &place)
    }
    return nil
}

/// A text cut at its numbers.
enum NumberPattern {
    /// The text with `#` for each number, and the numbers. A number is a run of digits with points and narrow spaces between them, and
    /// with a `<` right before it; a `#` of the text counts as one, too, so that none is left.
    static func parts(of text: String) -> (pattern: String, numbers: [Substring]) {
        let bytes = text.utf8
        var (pattern, numbers) = ([UInt8](), [Substring]())
        pattern.reserveCapacity(bytes.count)
        var place = bytes.startIndex
        while place < bytes.endIndex {
            let end = self.end(of: bytes, from: place)
            if end > place {
                numbers.append(text[place..<end])
                pattern.append(UInt8(ascii: "#"))
                place = end
            } else {
                pattern.append(bytes[place])
                bytes.formIndex(after: &place)
            }
        }
        return (String(decoding: pattern, as: UTF8.self), numbers)
    }

    /// Behind the number that begins at a place; the place itself where none does.
    private static func end(of bytes: String.UTF8View, from start: String.UTF8View.Index) -> String.UTF8View.Index {
        if bytes[start] == UInt8(ascii: "#") { return bytes.index(after: start) }
        var end = bytes[start] == UInt8(ascii: "<") ? bytes.index(after: start) : start
        guard end < bytes.endIndex, isDigit(bytes[end]) else { return start }
        while end < bytes.endIndex, isDigit(bytes[end]) {
            bytes.formIndex(after: &end)
            let behind = self.behindJoint(bytes, end)
            if behind < bytes.endIndex, isDigit(bytes[behind]) { end = behind }
        }
        return end
    }

    /// Behind a point or a narrow space (U+202F) at a place; the place itself where there is none.
    private static func behindJoint(
        _ bytes: String.UTF8View, _ place: String.UTF8View.Index
    ) -> String.UTF8View.Index {
        let next = bytes[place...].prefix(3)
        if next.first == UInt8(ascii: ".") { return bytes.index(after: place) }
        return next.elementsEqual([0xE2, 0x80, 0xAF]) ? next.endIndex : place
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
