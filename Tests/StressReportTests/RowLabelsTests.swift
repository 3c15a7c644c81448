import Testing

@testable import StressReport

/// Words left of a drawing's rows. That they fit in truth is looked at in a browser, at the width of a phone.
@Suite struct RowLabelsTests {
    @Test func aColumnGrowsWithItsLongestWords() {
        let short = RowLabels(["as it is", "fill next"], atLeast: 166)
        let long = RowLabels(["as it is", "largest episode left out"], atLeast: 166)
        #expect(short.end == 166 && long.end > 190 && long.end <= 240)
        #expect(long.texts == ["as it is", "largest episode left out"])
        let numbers = ["0.001 %", "100 %"]
        #expect(RowLabels(numbers, atLeast: 0, isPlain: true).end < RowLabels(numbers, atLeast: 0).end)
        #expect(RowLabels([], atLeast: 100).end == 100)
    }

    /// Names of behaviours and platforms come from strangers.
    @Test(arguments: ["W", "i", "m w ", "永", "🇨🇭", "\u{202E}"]) func whatIsTooLongIsShortened(letter: String) throws {
        let labels = RowLabels([String(repeating: letter, count: 300)], atLeast: 100)
        let text = try #require(labels.texts.first)
        #expect(labels.end <= 240 && text.hasSuffix("…") && text.count > 12 && text.count < 60)
        #expect(!text.contains("\u{202E}"))
        // As much as fits, and no letter more.
        let whole = RowLabels([String(text.dropLast())], atLeast: 100)
        #expect(whole.texts == [String(text.dropLast())] && whole.end <= 240)
    }
}
