import CSVIngest
import PriceSeries
import StressBasics
import Testing

@Suite struct ErrorTextTests {
    private func rendered(_ text: String) -> String {
        Outcome { () throws(IngestError) in try ingest(text, name: "btc.csv") }.rendered
    }

    @Test func aBadPrice() {
        let text = hourlyText(3) { $0 == 1 ? "2019-07-20T11:00:00Z,10512.5,10530.0,10498.2,10x501.3,812.4" : nil }
        #expect(
            rendered(text) == """
                error: cannot read price in btc.csv, line 3, column 5 "close"
                  |
                3 | 2019-07-20T11:00:00Z,10512.5,10530.0,10498.2,10x501.3,812.4
                  |                                              ^^^^^^^^ expected a decimal number
                  = note: 1 of 3 rows cannot be read (33 %); more than 1 % is refused
                  = help: policy: {bad_row: drop} reads the other 2 rows (--policy bad_row=drop)
                """)
    }

    @Test func theLineNumberWidensTheMargin() {
        let text = hourlyText(4812) { $0 >= 4700 ? "1614556800,x,1,1,1,1" : nil }
        let lines = rendered(text).split(separator: "\n")
        #expect(lines[0] == "error: cannot read price in btc.csv, line 4 702, column 2 \"open\"")
        #expect(lines[1] == "     |" && lines[2].hasPrefix("4702 | 16145"))
        #expect(lines[3].hasPrefix("     |            ^ expected"))
    }

    @Test func aWholeFile() {
        let text = Outcome { () throws(IngestError) in try ingest("BZh91AY&SY", name: "a\u{1B}[31m.bz2") }
        #expect(
            text.rendered == """
                error: cannot read the file: a·[31m.bz2
                   = because: it is bzip2 compressed
                   = note: plain text, gzip, zstd and zip are read
                   = help: unpack it first, for example with bunzip2
                """)
    }

    @Test func longLinesAreCutAroundTheCaret() throws {
        let note = String(repeating: "é", count: 400)
        let text = "note,time,price,more\n\(note),2020-01-01,1x,\(note)\n"
        let error = try #require(Outcome { () throws(IngestError) in try ingest(text) }.error)
        let excerpt = try #require(error.excerpt)
        #expect(excerpt.text.count <= SourceExcerpt.longestText + 2 && excerpt.text.first == "…")
        #expect(Array(excerpt.text)[excerpt.caret] == ["1", "x"])
        #expect(error.context?.count == 2)
    }

    @Test func controlCharactersAreShownAsDots() throws {
        let text = "time,price\n2020-01-01,1\u{1B}[2J\u{202E}\t2\n"
        let error = try #require(Outcome { () throws(IngestError) in try ingest(text) }.error)
        #expect(error.rendered().unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && $0.value != 0x202E) })
        #expect(error.finding.location?.text == "1·[2J··2")
    }
}
