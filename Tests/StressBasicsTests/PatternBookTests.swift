import TestSupport
import Testing

@testable import StressBasics

/// Texts in few bytes: whatever goes in comes out again.
@Suite struct PatternBookTests {
    private static let words = [
        "", "a", " of ", " entries", "95 % CI ", "≤", "<", "–", " % ", "#", "##", ";", ":", ",", "|", "-", "\n",
        "\u{1F}", "\u{202F}",
        ".", "..", "é", "💩", "At ", "×", "<0.01", "<<1", "< 1", "/", "</", "\\", "\"", "1.2.3", "0", "00",
        "7\u{202F}000", "7\u{202F}", ".5", "5.", "3,4",
        "12:",
    ]

    private static func text(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0...8, using: &random)).map { _ in
            Bool.random(using: &random)
                ? words.randomElement(using: &random)! : String(Int.random(in: 0...120, using: &random))
        }.joined()
    }

    @Test("Random blocks come out as they went in, and codes hold nothing that stands around them", arguments: 1...60)
    func lossless(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        // Few texts, so that patterns, followers and numbers repeat.
        let texts = (0..<6).map { _ in PatternBookTests.text(&random) }
        let blocks = (0..<20).map { _ in
            (0..<Int.random(in: 1...5, using: &random)).map { _ -> String in
                let text = texts.randomElement(using: &random)!
                return Bool.random(using: &random)
                    ? text : text.replacing("1", with: "\(Int.random(in: 0...99, using: &random))")
            }
        }
        var book = PatternBook()
        let codes = blocks.map { book.code($0) }
        var reader = PatternTexts(book.patterns)
        for (block, code) in zip(blocks, codes) {
            #expect(reader.texts(code) == block, "seed \(seed): \(block) as \(code)")
            #expect(
                code.unicodeScalars.allSatisfy { "0123456789.,;:/#\u{202F}".unicodeScalars.contains($0) }, "\(code)")
        }
        #expect(book.patternBytes == book.patterns.reduce(0) { $0 + $1.utf8.count })
        #expect(Set(book.patterns).count == book.patterns.count)
    }

    @Test("What repeats takes no bytes")
    func small() {
        var book = PatternBook()
        #expect(book.code(["3 of 17\u{202F}512 entries", "0.5 %"]) == "0:3,17\u{202F}512;1:0.5")
        #expect(book.code(["4 of 17\u{202F}512 entries", "0.5 %"]) == "4;")
        #expect(book.code(["4 of 17\u{202F}520 entries", "0.6 %"]) == ",17\u{202F}520;0.6")
        #expect(book.code(["0.6 %"]) == "1:")
        #expect(book.patterns == ["# of # entries", "# %"])
    }

    @Test("Markup comes out byte for byte")
    func markup() {
        var book = PatternBook()
        let drawings = [
            "<svg a=\"1\"><path d=\"M1 2L3 4\"/>x 5</svg>\n", "<svg a=\"1\"><path d=\"M1 2L3 9\"/>x 5</svg>\n",
        ]
        let codes = drawings.map { book.code(markup: $0) }
        var reader = PatternTexts(book.patterns)
        #expect(codes.map { reader.markup($0) } == drawings)
        #expect(codes[1].utf8.count < 12, "\(codes[1])")
    }
}

/// Texts cut and shortened byte by byte, against the same character by character.
@Suite struct PlainPatternTests {
    private static let words = [
        "", "a", " of ", "<", "#", "|", "\n", "\u{202F}", "\u{2030}", "\u{80}", ".", "é", "💩", "@", "$", "~", "</",
        "1.2.3",
        "00", "7\u{202F}000", "7\u{202F}", ".5", "5.", "<0.01", "<<1", "٣", "½", "aa",
    ]

    private static func text(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0...9, using: &random)).map { _ in words[Int(random.next() % UInt64(words.count))] }
            .joined()
    }

    /// A number at the start of scalars: how many they are.
    private static func length(of scalars: ArraySlice<Unicode.Scalar>) -> Int {
        func isDigit(_ place: Int) -> Bool { place < scalars.endIndex && ("0"..."9").contains(scalars[place]) }
        if scalars.first == "#" { return 1 }
        var end = scalars.startIndex + (scalars.first == "<" ? 1 : 0)
        guard isDigit(end) else { return 0 }
        while isDigit(end) {
            end += 1
            let isJoint = end < scalars.endIndex && (scalars[end] == "." || scalars[end] == "\u{202F}")
            if isJoint, isDigit(end + 1) { end += 1 }
        }
        return end - scalars.startIndex
    }

    private static func parts(of text: String) -> (pattern: String, numbers: [String]) {
        func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
            var text = ""
            text.unicodeScalars.append(contentsOf: scalars)
            return text
        }
        var (rest, pattern, numbers) = (Array(text.unicodeScalars)[...], "", [String]())
        while let first = rest.first {
            let length = length(of: rest)
            if length > 0 { numbers.append(string(rest.prefix(length))) }
            pattern.unicodeScalars.append(length > 0 ? "#" : first)
            rest = rest.dropFirst(max(1, length))
        }
        return (pattern, numbers)
    }

    @Test(arguments: 1...400 as ClosedRange<UInt64>)
    func textsAreCutAtTheirNumbers(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let text = PlainPatternTests.text(&random)
        let (found, plain) = (NumberPattern.parts(of: text), PlainPatternTests.parts(of: text))
        #expect(Array(found.pattern.utf8) == Array(plain.pattern.utf8), "seed \(seed): \(text)")
        #expect(found.numbers.map { Array($0.utf8) } == plain.numbers.map { Array($0.utf8) }, "seed \(seed): \(text)")
    }

    /// By positions of scalars.
    private static func shortened(_ text: String, _ parts: [(part: String, sign: Unicode.Scalar)]) -> String? {
        guard !text.unicodeScalars.contains(where: { mark in mark == "|" || parts.contains { $0.sign == mark } }) else {
            return nil
        }
        var scalars = Array(text.unicodeScalars)
        for (part, sign) in parts where !part.isEmpty {
            let wanted = Array(part.unicodeScalars)
            guard let start = scalars.indices.first(where: { scalars[$0...].starts(with: wanted) }) else { continue }
            scalars.replaceSubrange(start..<start + wanted.count, with: [sign])
        }
        var result = ""
        result.unicodeScalars.append(contentsOf: scalars)
        return result
    }

    @Test(arguments: 1...400 as ClosedRange<UInt64>)
    func signsStandInPlaceOfParts(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let text = PlainPatternTests.text(&random)
        let parts = (["@", "$", "~"] as [Unicode.Scalar]).map { sign in
            (part: PlainPatternTests.words[Int(random.next() % UInt64(PlainPatternTests.words.count))], sign: sign)
        }
        let (found, plain) = (StressBasics.shortened(text, parts), PlainPatternTests.shortened(text, parts))
        #expect(found.map { Array($0.utf8) } == plain.map { Array($0.utf8) }, "seed \(seed): \(text) \(parts)")
    }
}
