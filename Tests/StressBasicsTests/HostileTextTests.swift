import StressBasics
import Testing

@Suite struct HostileTextTests {
    static let hostile: [Unicode.Scalar] = [
        "\0", "\t", "\n", "\r", "\u{1B}", "\u{7F}", "\u{85}", "\u{9B}", "\u{AD}", "\u{61C}", "\u{115F}", "\u{180E}",
        "\u{200B}", "\u{200D}", "\u{200E}", "\u{200F}", "\u{2028}", "\u{2029}", "\u{202A}", "\u{202E}", "\u{2060}",
        "\u{2066}", "\u{2069}", "\u{206F}", "\u{3164}", "\u{FEFF}", "\u{FFF9}", "\u{E0001}", "\u{E007F}",
    ]

    @Test(arguments: hostile)
    func noneOfThemShows(_ scalar: Unicode.Scalar) {
        let text = "a\(scalar)b"
        #expect(scalar.isHostile && visibleText(text) == "a·b" && SourceLocation.presentable(text) == "a·b")
        let finding = Finding(
            check: "x", severity: .note, message: text,
            location: SourceLocation(file: text, columnName: text, text: text),
            hint: text)
        #expect(finding.message == "a·b" && finding.hint == "a·b")
        #expect(finding.location?.file == "a·b" && finding.location?.columnName == "a·b")
        #expect(finding.location?.text == "a·b" && CSVText.inert(text) == "a·b")
    }

    @Test(arguments: ["é", "漢字", "💩", "❤\u{FE0F}", "ß–×≤·", "a b\u{A0}c\u{2009}d\u{202F}e", "ا", "‘’“”"])
    func whatShowsStays(_ text: String) {
        #expect(visibleText(text) == text && CSVText.inert(text) == text)
    }

    @Test func linesMayStay() {
        #expect(visibleText("a\nb\rc", keepingLines: true) == "a\nb·c")
        #expect(visibleText("a\nb", keepingLines: false) == "a·b")
    }

    @Test func escapesOfJSONArePairsBeyondTheFirstPlane() {
        #expect("\u{202E}".unicodeScalars.map(\.jsonEscape) == ["\\u202e"])
        #expect("\u{E0001}".unicodeScalars.map(\.jsonEscape) == ["\\udb40\\udc01"])
    }

    @Test(
        arguments: [
            ("=1+1", "'=1+1"), ("+cmd", "'+cmd"), ("-cmd", "'-cmd"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'·=1"),
            ("\r=1", "'·=1"), ("＝1", "'＝1"), ("＋1+1", "'＋1+1"), ("－A1", "'－A1"), ("＠A", "'＠A"), ("-3", "-3"),
            ("+0.5", "+0.5"), ("-1e-07", "-1e-07"), ("-1+1", "'-1+1"), ("a=1", "a=1"), ("", ""), ("'=1", "'=1"),
            (" =1", " =1"),
        ])
    func noTextIsRunByASpreadsheet(_ text: String, _ field: String) {
        #expect(CSVText.inert(text) == field)
    }
}
