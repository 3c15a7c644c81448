import StressBasics
import TestSupport
import Testing

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
