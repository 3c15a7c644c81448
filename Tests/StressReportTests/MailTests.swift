import MarginModel
import StressBasics
import StressResults
import StudyPlan
import TestSupport
import Testing

@testable import StressReport

/// What goes into a mail: small, plain and safe, whatever the run.
@Suite struct MailTests {
    private func report(
        assets: [String] = ["LTCUSDT"], max: Double = 0.5, findings: [Finding] = []
    ) throws -> RunReport {
        let limit = StudyLimit(
            cells: CellSelector(leverage: Leverage(20)), measure: .negativeEquity, form: .max(max))
        return try makeReport(assets: assets, limits: [limit], findings: findings) { cell in
            makeEstimate(negative: cell.leverage.value > 5 ? 1872 : 0)
        }
    }

    /// Tags and attributes that every mail program shows.
    private func expectTablesOnly(_ html: String) {
        let known: Set<String> = ["table", "tr", "td", "th", "b"]
        let attributes: Set<String> = ["bgcolor", "width", "cellpadding", "border", "align", "colspan"]
        for part in html.split(separator: "<").dropFirst(html.hasPrefix("<") ? 0 : 1) {
            let tag = part.prefix { $0 != ">" }
            let words = tag.split(separator: " ", maxSplits: 1)
            #expect(known.contains(String(words[0].filter { $0 != "/" })), "\(tag)")
            guard words.count > 1 else { continue }
            let names = words[1].split(separator: "\"").enumerated().filter { $0.offset % 2 == 0 }.map {
                String($0.element).replacing("=", with: "").replacing(" ", with: "")
            }
            for name in names where !name.isEmpty { #expect(attributes.contains(name), "\(tag)") }
        }
        #expect(html.contains("bgcolor") && markupFault(in: "<!doctype html>" + html) == nil)
    }

    @Test func fiveHundredHostileNamesStayBelowSixtyKilobytes() throws {
        let names = (0..<500).map { String(repeating: "<&\"'👩‍👩‍👧‍👦", count: 8) + "\($0)" }
        let warning = Finding(
            check: "missing_bars", severity: .warning, message: String(repeating: "<b>&", count: 200), action: "kept")
        let body = try report(assets: names, max: 0.001, findings: [warning]).mailBody
        #expect(body.utf8.count <= 60_000 && body.utf8.count > 5000, "\(body.utf8.count)")
        #expect(!body.contains("<&") && !body.contains("<b>&"))
        expectTablesOnly(body)
    }

    @Test func theSameReportGivesTheSameMailAtAnyHour() throws {
        var (a, b) = (try report(), try report())
        a.circumstances.started = UTCInstant(milliseconds: 0)
        b.circumstances.started = UTCInstant(milliseconds: 1_900_000_000_000)
        #expect(a.mailBody == b.mailBody && a.subject == b.subject && a.summaryText == b.summaryText)
    }

    @Test func theSubjectSaysWhatIsWrong() throws {
        #expect(
            try report(max: 0.02).subject
                == "[breach] LTCUSDT long 20× 1 d on typical: below zero 3.059 % of entries > 2 % and 3 more "
                + "— nightly, data to 2025-12-31")
        #expect(try report().subject.hasPrefix("[ok] LTCUSDT "))
        let name = "A\nSubject: forged\u{202E}" + String(repeating: "x", count: 300)
        let subject = try report(assets: [name]).subject
        #expect(subject.count <= 180 && !subject.contains("\n") && !subject.contains("\u{202E}"))
        #expect(subject.hasSuffix("… — nightly, data to 2025-12-31"), "whose mail it is stays")
        #expect(
            try report(assets: [name]).summaryText.contents.split(separator: "\n").count { $0.hasPrefix("Subject:") }
                == 1)
    }

    @Test("What is strange of a platform stands where its figures are read")
    func platforms() throws {
        var report = try report()
        func read() -> [String] {
            [report.mailBody, report.summaryText.contents]
                + report.files().filter { $0.path == "index.html" || $0.path.hasSuffix("-long.html") }.map(\.contents)
        }
        let words = "asks for no maintenance margin"
        #expect(read().allSatisfy { !$0.contains(words) })
        let rules = report.study.platforms[0].rules.replacing(tiers: try MaintenanceTiers(flatRate: 0))
        report.study.platforms[0].rules = rules
        #expect(read().count == 4 && read().allSatisfy { $0.contains(words) })
    }

    @Test func theMailHasTheHeadlineAndTheBreaches() throws {
        let report = try report(max: 0.02)
        #expect(report.mailBody.contains(report.headlineText.replacing("'", with: "&#39;")))
        #expect(report.mailBody.contains("Limits: 4 of 4 breached"))
        #expect(report.mailBody.contains("3.059 % of entries &gt; 2 %"))
        let breach = "BREACH  LTCUSDT long 20× 1 d on typical: below zero 3.059 % of entries > 2 %"
        #expect(report.summaryText.contents.contains(breach))
        expectTablesOnly(report.mailBody)
    }

    /// A column of numbers has a point in all of its fields or in none, so that no first hundred rows mislead a reader.
    @Test func columnsOfNumbersAreOfOneForm() throws {
        let rows: [Double?] = [0, nil, 20, 0.25, 1e-7]
        let columns = [
            Column<Double?>("a_frac", "fraction", .number, "Mixed") { field($0) },
            Column<Double?>("b_x", "x", .number, "Whole") { field($0.map { $0.rounded() }) },
            Column<Double?>("c_count", "entries", .integer, "Counts") { $0.map { String(Int($0)) } ?? "" },
        ]
        #expect(
            CSVTable(file: "t.csv", columns: columns, rows: rows).contents
                == "a_frac,b_x,c_count\n0.0,0,0\n,,\n20.0,20,20\n0.25,0,0\n1e-07,0,0\n")
        for table in try [report(assets: ["A", "B"])].flatMap({ $0.tables(pages: $0.assetSides, answers: $0.answers) })
        {
            let lines = table.contents.split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false)
            }
            for (index, column) in table.dictionary.enumerated() where column[2] == "number" {
                let fields = lines.dropFirst().compactMap { $0.count == table.dictionary.count ? $0[index] : nil }
                let points = fields.filter { !$0.isEmpty }.map { $0.contains(".") || $0.contains("e") }
                #expect(Set(points).count <= 1, "\(table.file) \(column[0])")
            }
        }
    }

    @Test func namesOfRunsAreNoNumbers() {
        for number in 0..<5000 {
            let digest = Digest(of: "run \(number)")
            #expect(Double(digest.name) == nil && digest.hex.contains(digest.name) && digest.name.count == 12)
        }
    }
}
