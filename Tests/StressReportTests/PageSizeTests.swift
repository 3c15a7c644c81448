import StressBasics
import StressResults
import TestSupport
import Testing

@testable import StressReport

/// Pages that are too large for a browser.
@Suite struct PageSizeTests {
    private func page(_ name: String, _ bytes: Int) -> ReportFile {
        ReportFile(path: name, contents: String(repeating: "x", count: bytes))
    }

    /// Each side of both bounds; a table may be as large as it is.
    @Test func boundsAreKept() {
        let files = [
            page("small.html", 1_000_000), page("large.html", 1_000_001), page("most.html", 5_000_000),
            page("beyond.html", 5_000_001), page("results.csv", 6_000_000),
        ]
        let judged = LargePages(files, allowLarge: false) { "\($0) left out, \($1)" }
        #expect(judged.warned.map(\.path) == ["large.html", "most.html"])
        #expect(judged.refused.map(\.path) == ["beyond.html"] && judged.refused[0].bytes == 5_000_001)
        #expect(judged.files.map(\.path) == files.map(\.path), "no file is lost")
        #expect(judged.files[3].contents == "beyond.html left out, 5000001")
        #expect(judged.files[4] == files[4])
        let asked = LargePages(files, allowLarge: true) { _, _ in "" }
        #expect(asked.files == files && asked.refused.isEmpty)
        #expect(asked.warned.map(\.path) == ["large.html", "most.html", "beyond.html"])
    }

    /// The page that stands in says what was left out and where its numbers are.
    @Test func theStandInIsAPage() throws {
        let report = try makeReport { _ in makeEstimate() }
        let text = report.tooLargePage(path: "reports/x.html", bytes: 7_300_000)
        #expect(
            text.contains("7.3 MB large") || text.contains("7.3\u{A0}MB large") || text.contains("7.3\u{202F}MB large"))
        #expect(text.contains("../results.csv") && text.contains("--allow-large") && markupFault(in: text) == nil)
    }
}
