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
    private var before: [[[String]]] = []

    /// Bytes of all patterns.
    public private(set) var patternBytes = 0

    /// An empty book.
    public init() {}

    /// The code of markup, a block of one text a tag: each begins behind its `<`, and ends before the next.
    public mutating func code(markup: String) -> String {
        code(markup.utf8.split(separator: UInt8(ascii: "<")).map { String(Substring($0)) })
    }

    /// The code of a block's texts.
    public mutating func code(_ texts: [String]) -> String {
        var (now, last, codes) = ([Int: [[String]]](), 0, [String]())
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

    private static func fields(_ numbers: [String], _ old: [String]) -> String {
        var (text, commas) = ("", 0)
        for (place, number) in numbers.enumerated() {
            if place >= old.count || number != old[place] {
                for _ in 0..<commas { text += "," }
                commas = 0
                text += number.utf8.first == UInt8(ascii: "<") ? "/" + number.dropFirst() : number
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
    var bytes = Array(text.utf8)
    guard !bytes.contains(where: taken.contains) else { return nil }
    for (part, sign) in parts {
        guard let range = firstRange(of: Array(part.utf8), in: bytes) else { continue }
        bytes.replaceSubrange(range, with: CollectionOfOne(UInt8(ascii: sign)))
    }
    return String(decoding: bytes, as: UTF8.self)
}

private func firstRange(of part: [UInt8], in text: [UInt8]) -> Range<Int>? {
    guard let first = part.first, part.count <= text.count else { return nil }
    let start = (0...text.count - part.count).first { start in
        text[start] == first && text[start..<start + part.count].elementsEqual(part)
    }
    return start.map { $0..<$0 + part.count }
}

/// A text cut at its numbers.
enum NumberPattern {
    /// The text with `#` for each number, and the numbers. A number is a run of digits with points and narrow spaces between them, and
    /// with a `<` right before it; a `#` of the text counts as one, too, so that none is left.
    static func parts(of text: String) -> (pattern: String, numbers: [String]) {
        var (text, numbers) = (text, [String]())
        let pattern = text.withUTF8 { bytes in
            // A number is never shorter than its sign.
            String(unsafeUninitializedCapacity: bytes.count) { cut(bytes, into: $0, &numbers) }
        }
        return (pattern, numbers)
    }

    /// Writes the pattern; gives its length.
    private static func cut(
        _ bytes: UnsafeBufferPointer<UInt8>, into pattern: UnsafeMutableBufferPointer<UInt8>, _ numbers: inout [String]
    ) -> Int {
        var (place, length) = (0, 0)
        while place < bytes.count {
            let end = end(of: bytes, from: place)
            if end > place {
                numbers.append(String(decoding: bytes[place..<end], as: UTF8.self))
                pattern[length] = UInt8(ascii: "#")
                place = end
            } else {
                pattern[length] = bytes[place]
                place += 1
            }
            length += 1
        }
        return length
    }

    /// Behind the number that begins at a place; the place itself where none does.
    @inline(__always)
    private static func end(of bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        if bytes[start] == UInt8(ascii: "#") { return start + 1 }
        var end = bytes[start] == UInt8(ascii: "<") ? start + 1 : start
        guard isDigit(bytes, end) else { return start }
        while isDigit(bytes, end) {
            end += 1
            let behind = behindJoint(bytes, end)
            if isDigit(bytes, behind) { end = behind }
        }
        return end
    }

    /// Behind a point or a narrow space (U+202F) at a place; the place itself where there is none.
    private static func behindJoint(_ bytes: UnsafeBufferPointer<UInt8>, _ place: Int) -> Int {
        guard place < bytes.count else { return place }
        if bytes[place] == UInt8(ascii: ".") { return place + 1 }
        let isNarrowSpace =
            place + 2 < bytes.count && bytes[place] == 0xE2 && bytes[place + 1] == 0x80 && bytes[place + 2] == 0xAF
        return isNarrowSpace ? place + 3 : place
    }

    private static func isDigit(_ bytes: UnsafeBufferPointer<UInt8>, _ place: Int) -> Bool {
        place < bytes.count && bytes[place] >= UInt8(ascii: "0") && bytes[place] <= UInt8(ascii: "9")
    }
}
