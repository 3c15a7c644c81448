import CSVIngest
import Foundation
import RunStore
import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressReport

/// Sections are values that pages, terminals and JSON render: the same words, and exact numbers beside them.
@Suite("Sections") struct SectionTests {
    /// Reports with every section: those of the questions, and what became of an earlier run.
    static let kinds = AnswerTests.kinds + ["changed", "crowded", "futures"]

    static func report(_ kind: String) throws -> RunReport {
        switch kind {
        case "changed": try ChangesTests.changed()
        case "crowded": try ChangesTests.crowded()
        case "futures": try makeFuturesReport()
        default: try AnswerTests.report(kind)
        }
    }

    /// A report as everything renders it.
    private struct Rendering {
        let report: RunReport
        let sections: [RenderedSection]
        let files: [(path: String, contents: String)]

        init(_ report: RunReport) throws {
            self.report = report
            sections = try report.pageSections.json.split(separator: "\n").map {
                try JSONDecoder().decode(RenderedSection.self, from: Data($0.utf8))
            }
            files = report.files().map { ($0.path, $0.contents) }
        }
    }

    private static let renderings = MadeOnce<Rendering>()

    /// Made once for all tests.
    private static func rendering(_ kind: String) throws -> Rendering {
        try renderings.value(kind) { try Rendering(report(kind)) }
    }

    private static func collapsed(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// What a page says, without its tags and without spaces.
    private static func words(_ html: String) -> String {
        packed(plainText(html.replacing(/<[^>]*>/, with: ""))).replacing("(noname)", with: "")
    }

    @Test("A section says the same on its page, on the terminal and in JSON", arguments: kinds)
    func sameWords(kind: String) throws {
        let rendering = try SectionTests.rendering(kind)
        let (report, sections) = (rendering.report, rendering.sections)
        let pages = Dictionary(rendering.files.map { ($0.path, $0.contents) }, uniquingKeysWith: { first, _ in first })
            .filter { $0.key.hasSuffix(".html") }.mapValues { SearchedText(SectionTests.words($0)) }
        let text = SearchedText(packed(report.pageSections.text()))
        #expect(sections.count == report.sectionPages.reduce(0) { $0 + $1.sections.count } && !sections.isEmpty)
        for section in sections {
            let page = try #require(pages[section.page])
            // Small multiples are a table in words alone, whose columns need names.
            let columns = section.section == "curves" ? [] : section.tables.flatMap(\.columns)
            let words =
                [section.title, section.definition] + columns
                // Key figures have what is said of them in lines of their own.
                + section.facts.flatMap { [$0.name] + $0.value.components(separatedBy: " · ") }.filter {
                    $0 != "Command"
                }
                + section.checks.flatMap { [$0.state, $0.text].compactMap { $0 } }
            for words in words where !words.isEmpty {
                #expect(page.contains(packed(markupText(words))), "\(section.page): \(words)")
                #expect(text.contains(packed(words)), "\(section.page): \(words)")
            }
            for cell in section.tables.flatMap(\.rows).flatMap(\.cells) where !cell.text.isEmpty {
                // These have intervals under their numbers, or in the tooltip.
                let hasInterval = ["grid", "assets"].contains(section.section)
                let shown = hasInterval ? String(cell.text.prefix { $0 != "(" }) : cell.text
                #expect(
                    page.contains(packed(markupText(shown))), "\(section.section): \(cell.text)")
                #expect(text.contains(packed(cell.text)), "\(section.section): \(cell.text)")
            }
        }
    }

    /// What stands on a page without being a value is in no other form of it.
    @Test("Every section of every page is a value", arguments: kinds)
    func everySection(kind: String) throws {
        let rendering = try SectionTests.rendering(kind)
        let values = rendering.report.sectionPages
        let pages = rendering.files.filter { $0.path.hasSuffix(".html") }
        #expect(Set(pages.map(\.path)) == Set(values.map(\.file)))
        for page in pages {
            let own = try #require(values.first { $0.file == page.path }).sections.map(\.id)
            #expect(SectionTests.sectionNames(in: page.contents) == own, "\(page.path)")
        }
    }

    private static func sectionNames(in html: String) -> [String] {
        html.matches(of: /<section id="([^"]*)"/).map { String($0.1) }
    }

    @Test("Every section of the page of all nights is a value, in words, in numbers and as JSON")
    func nights() throws {
        let page = FrontPageTests().studies()
        #expect(
            SectionTests.sectionNames(in: page.html) == ["answer"] + page.sections.map(\.id) && page.sections.count == 3
        )
        let html = SectionTests.words(page.html)
        for section in page.sections {
            let text = SectionTests.collapsed(section.text(.plain))
            let found = try JSONDecoder().decode(
                RenderedSection.self, from: Data(section.json(page: "index.html").line.utf8))
            for cell in found.tables.flatMap(\.rows).flatMap(\.cells) where !cell.text.isEmpty {
                #expect(text.contains(SectionTests.collapsed(cell.text)), "\(cell.text)")
            }
            for card in found.tables[0].rows {
                // Between the name and the state stands the state's sign.
                let head = card.cells[1].text + card.cells[2].text
                #expect(html.contains(packed(markupText(head))), "\(head)")
                #expect(html.contains(packed(markupText(card.title))), "\(card.title)")
            }
            #expect(
                found.tables.count == 2
                    && found.tables[0].rows.count == page.studies.first { $0.study == section.label }?.cards.count)
        }
    }

    @Test("Every section of the page of scenarios is a value, in words and as JSON")
    func scenarios() throws {
        let leverages = try [2.0, 10, 50].map { try #require(Leverage($0)) }
        let rows = [
            ScenarioPage.Row(
                event: "Fall <1>", side: .long, move: "−37 %", drawn: "line, 10m", assumed: "ten minutes",
                owed: [.open(0.31), .closed(0.012), .owed(0.8125)], jump: [.open(0.31), .owed(0.5), .owed(17)]),
            ScenarioPage.Row(
                event: "Rise", side: .short, move: "+90 %", drawn: "jump", assumed: nil,
                owed: [.rejected, .owed(.infinity), .owed(3.5)], jump: nil),
        ]
        let event = ScenarioPage.Event(
            name: "Fall <1>", title: "A & B", market: "BTC", window: "2020", move: "−37 %", drawn: "line, 10m",
            assumed: "ten minutes", balances: ["one", "two"],
            conflicts: [], sources: ["paper"], confidence: "high")
        let page = ScenarioPage(
            tables: ["typical", "other"].map {
                ScenarioPage.Table(contract: .linear, platform: $0, leverages: leverages, rows: rows)
            }, events: [event, event])
        let html = page.html(version: "1")
        #expect(markupFault(in: html) == nil)
        #expect(SectionTests.sectionNames(in: html) == ["answer"] + page.sections.map(\.id) && page.sections.count == 2)
        let matrix = page.sections[0].json(page: "scenarios.html").line
        let found = try JSONDecoder().decode(RenderedSection.self, from: Data(matrix.utf8))
        let values = found.tables.map { $0.rows.map { $0.cells.map(\.value) } }
        let shown: [[Double?]] = [[0, 0, 0.8125], [0, 0.5, 17], [nil, nil, 3.5]]
        #expect(values == [shown, shown])
        let words = page.sections[0].text(.plain)
        #expect(words.contains("−37 % line, 10m*") && words.contains("at once") && words.contains("+90 % jump"))
        // The headline counts events, each once: at 10 times one of two owes as it is drawn.
        #expect(plainText(html).contains("1 of 2 events"))
        let known = try JSONDecoder().decode(
            RenderedSection.self, from: Data(page.sections[1].json(page: "scenarios.html").line.utf8))
        #expect(known.facts.map(\.of) == [String?](repeating: "Fall <1>: A & B", count: 8))
        let facts = ["line, 10m", "ten minutes", "one two", "paper"]
        #expect(known.facts.map(\.value) == facts + facts)
        let text = page.sections[1].text(.plain)
        #expect(text.contains("Fall <1>: A & B") && text.contains("balances: one two"))
    }

    // MARK: CSV

    private struct Exact: Hashable {
        let value, low, high: Double?
    }

    /// Numbers of a CSV's columns by the place of the column on the page, read through libcsv.
    private static func table(_ file: String) throws -> (header: [String], rows: [[String: String]]) {
        var (header, rows): ([String], [[String: String]]) = ([], [])
        try readCSVRecords(file: file) { fields, _ in
            guard !header.isEmpty else { return header = fields }
            #expect(fields.count == header.count)
            rows.append(Dictionary(uniqueKeysWithValues: zip(header, fields)))
        }
        return (header, rows)
    }

    @Test("Each exact number of the sections' JSON is in their CSV, and no other", arguments: kinds)
    func csv(kind: String) throws {
        let rendering = try SectionTests.rendering(kind)
        let folder = TemporaryFolder()
        for file in rendering.report.pageSections.files {
            let path = folder.path + "/" + file.path
            try FileManager.default.createDirectory(
                atPath: path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 },
                withIntermediateDirectories: true)
            try file.contents.write(toFile: path, atomically: false, encoding: .utf8)
        }
        let known = try SectionTests.table(folder.path + "/tables.csv").rows
        let tables = rendering.sections.flatMap { section in
            section.tables.map { (section: section, table: $0) }
        }
        #expect(known.map { $0["section"] } == tables.map(\.section.section))
        #expect(known.map { $0["page"] } == tables.map(\.section.page))
        #expect(Set(known.map { $0["file"] ?? "" }).count == known.count && !known.isEmpty)
        for (entry, wanted) in zip(known, tables) {
            let (header, rows) = try SectionTests.table(folder.path + "/" + (entry["file"] ?? ""))
            #expect(header.first == "run_id" && Set(header).count == header.count, "\(header)")
            #expect(rows.count == wanted.table.rows.count && entry["rows_count"] == String(rows.count))
            for (row, own) in zip(rows, wanted.table.rows) {
                let exact = own.cells.flatMap { [$0.value, $0.low, $0.high] }.compactMap { $0 }
                let found = header.dropFirst(2).compactMap { name in
                    ["_words", "_unit"].contains(where: name.hasSuffix) ? nil : row[name].flatMap(Double.init)
                }
                // Texts that look like numbers are no exact ones.
                let texts = own.cells.filter { $0.value == nil && $0.low == nil }.compactMap { Double($0.text) }
                #expect(SectionTests.counted(found) == SectionTests.counted(exact + texts), "\(entry) \(own.title)")
            }
        }
    }

    /// How often each number stands there.
    private static func counted(_ numbers: [Double]) -> [Double: Int] {
        Dictionary(numbers.map { ($0, 1) }, uniquingKeysWith: +)
    }

    @Test("Columns of a CSV of a section are named with their unit, and say what they hold")
    func csvColumns() throws {
        let low = Interval(low: 0.02, high: 0.047)
        let table = SectionTable(
            name: "Shares",
            head: ["Leverage", "Below zero, %", "Owed, % of margin", "Missing", "Entries", "Entries", "«»"],
            rows: [
                SectionTable.Row(
                    "20×",
                    [
                        .share(0.031, low), .share(nil), .money(1234.5), .count(7), .count(8.5), ShownFigure("−5 %"),
                    ]),
                SectionTable.Row(
                    "50×",
                    [.share(0), .percent(0.25), .money(0), .count(0), .money(3), ShownFigure("=1+1")]),
            ])
        let columns = table.csvColumns
        #expect(
            columns.map(\.name) == [
                "leverage", "below_zero_frac", "below_zero_low_frac", "below_zero_high_frac", "owed_of_margin_frac",
                "owed_of_margin_words", "missing_quote", "entries_count", "entries", "entries_unit", "column",
            ])
        #expect(
            [0, 1].map { row in columns.map { $0.text(row) } } == [
                ["20x", "0.031", "0.02", "0.047", "", "n/a", "1234.5", "7", "8.5", "count", "-5 %"],
                ["50x", "0", "", "", "0.25", "", "0", "0", "3", "quote", "=1+1"],
            ])
        let text = CSVTable(file: "x.csv", columns: columns, rows: [0, 1]).contents
        #expect(text.contains("'=1+1"), "what a spreadsheet would run is marked")
    }

    /// A number with another figure's value beside it would mislead every program that reads it.
    @Test("Words of a number are its exact value, rounded", arguments: kinds)
    func exactValues(kind: String) throws {
        var compared = 0
        for section in try SectionTests.rendering(kind).sections {
            for cell in section.tables.flatMap(\.rows).flatMap(\.cells) {
                guard let value = cell.value, let shown = SectionTests.number(cell.text) else { continue }
                compared += 1
                let (size, digit) = shown
                // As it is, in percent, or in 10 000.
                let room: Double = digit / 2 + 1e-9 * size
                let distances: [Double] = [1, 100, 10_000].map { (unit: Double) in abs(unit * abs(value) - size) }
                let isNear = distances.contains { $0 <= room }
                #expect(isNear, "\(section.section): \(cell.text) for \(value)")
                if let low = cell.low, let high = cell.high { #expect(low <= high) }
            }
        }
        #expect(compared > 0 || !["anatomy", "ledger", "behaviours", "baskets"].contains(kind))
    }

    /// The size of the first number of a text, and one in its last digit; nil where it begins with none, or with a bound.
    private static func number(_ text: String) -> (size: Double, digit: Double)? {
        let head = text.prefix { $0 != "(" }.filter { $0 != " " && $0 != "+" && $0 != "−" && $0 != "×" }
        guard let size = Double(head) else { return nil }
        let decimals = head.split(separator: ".").dropFirst().first?.count ?? 0
        // Three digits of a large amount of money are all that is shown.
        let digit: Double = pow(10, -Double(decimals))
        guard size >= 1000 else { return (size, digit) }
        return (size, max(digit, pow(10, log10(size).rounded(.down) - 2)))
    }

    @Test("Text keeps to the width of the terminal, but for words and columns that cannot be narrower")
    func width() throws {
        let report = try AnswerTests.report("anatomy")
        let lines = report.pageSections.text(TerminalStyle(width: 100)).split(separator: "\n")
        let wide = lines.filter { $0.count > 102 }
        #expect(lines.count > 100 && wide.count < lines.count / 20, "\(wide)")
    }
}
