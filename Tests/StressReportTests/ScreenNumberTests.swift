import StressBasics
import StressResults
import StressStatistics
import Testing

@testable import StressReport

@Suite("Numbers on pages")
struct ScreenNumberTests {
    @Test(
        "Shares in percent",
        arguments: [
            (0.0, "0"), (1e-9, "<0.01"), (0.000_099, "<0.01"), (0.0001, "0.01"), (0.0004, "0.04"), (0.000_94, "0.09"),
            (0.000_96, "0.1"), (0.001, "0.1"), (0.0061, "0.6"), (0.01, "1.0"), (0.0306, "3.1"), (0.0994, "9.9"),
            (0.0996, "10"), (0.1, "10"), (0.3299, "33"), (0.994, "99"), (0.996, "99.6"), (0.9999, ">99.9"), (1, "100"),
        ])
    func shares(fraction: Double, text: String) {
        #expect(shareNumber(fraction) == text)
        #expect(shareText(fraction) == text + "\u{202F}%")
    }

    @Test(
        "Sizes may exceed 100 %",
        arguments: [(1.41, "141"), (123.4, "12\u{202F}340"), (0.996, "100"), (0.0004, "0.04")])
    func sizes(fraction: Double, text: String) {
        #expect(percentNumber(fraction) == text)
    }

    @Test(
        "Bounds round up and stay bounds",
        arguments: [
            (0.005, "0.5"), (0.0047, "0.5"), (0.008_219, "0.9"), (0.1061, "11"), (1, "100"), (1e-7, "0.01"),
            (0.00041, "0.05"),
        ])
    func bounds(fraction: Double, text: String) {
        #expect(boundNumber(fraction) == text)
    }

    @Test("Intervals and bounds say which they are")
    func intervals() {
        let seen = FrequencyInterval(Interval(low: 0.0201, high: 0.0468), method: .wilsonDisjoint)
        let none = FrequencyInterval(Interval(low: 0, high: 0.005), method: .zeroCountDisjoint)
        #expect(intervalNumber(seen) == "2.0–4.7")
        #expect(plainText(intervalText(seen, confidence: 0.95)) == "95 % CI 2.0–4.7 %")
        #expect(plainText(intervalText(none, confidence: 0.99)) == "99 % bound ≤0.5 %")
        #expect(plainText(confidenceText(0.683)) == "68.3 %")
    }

    @Test("Counts in groups from 10 000 on", arguments: [(0, "0"), (9999, "9999"), (61_200, "61\u{202F}200")])
    func counts(count: Int, text: String) {
        #expect(grouped(count) == text)
    }

    @Test("One and many")
    func plural() {
        #expect(plainText(counted(1, "entry", "entries")) == "1 entry")
        #expect(plainText(counted(0, "entry", "entries")) == "0 entries")
        #expect(plainText(windowWords(1)) == "≈ 1 independent window")
    }

    @Test(
        "Measured times",
        arguments: [
            (TimeSpan.seconds(30), "30 s"), (.minutes(12), "12 min"), (.minutes(276), "4.6 h"), (.hours(41), "41 h"),
            (.hours(48), "2 d"), (.days(7), "7 d"), (.hours(60), "2.5 d"), (.hours(1), "1 h"),
        ])
    func times(span: TimeSpan, text: String) {
        #expect(plainText(timeText(span)) == text)
    }

    @Test(
        "Chosen times in words",
        arguments: [
            (TimeSpan.days(7), "7 days"), (.days(1), "1 day"), (.hours(1), "1 hour"), (.minutes(90), "90 minutes"),
        ])
    func words(span: TimeSpan, text: String) {
        #expect(plainText(spanWords(span)) == text)
    }

    @Test("Sizes on disk", arguments: [(812, "812 B"), (4100, "4.1 kB"), (999_999, "1.0 MB"), (12_345_678, "12 MB")])
    func diskSizes(bytes: Int, text: String) {
        #expect(plainText(sizeText(bytes)) == text)
    }

    @Test(
        "Everyday words for a share",
        arguments: [
            (1.0, "That is every entry."), (0.97, "That is nearly every entry."),
            (0.62, "That is about 6 entries in 10."),
            (0.0306, "That is about 1 entry in 33."), (0.33, "That is about 1 entry in 3."),
            (0.0041, "That is about 1 entry in 240."), (0.000_0163, "That is about 1 entry in 61 300."),
        ])
    func oneIn(fraction: Double, text: String) {
        #expect(oneInWords(fraction).map(plainText) == text)
    }
}
