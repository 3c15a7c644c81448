import Foundation
import StressBasics
import StressResults
import TestSupport
import Testing

@testable import StressReport

/// Sections are values that pages, terminals and JSON render: the same words, and exact numbers beside them.
@Suite("Sections") struct SectionTests {
    private struct Rendered: Decodable {
        struct Table: Decodable {
            let name: String
            let columns: [String]
            let rows: [Row]
        }
        struct Row: Decodable {
            let title: String
            let cells: [Cell]
        }
        struct Cell: Decodable {
            let text: String
            let value, low, high: Double?
        }
        let page, section, title, definition: String
        let notes, files: [String]
        let tables: [Table]
    }

    private static func rendered(_ report: RunReport) throws -> [Rendered] {
        try report.sectionsJSON.split(separator: "\n").map {
            try JSONDecoder().decode(Rendered.self, from: Data($0.utf8))
        }
    }

    private static func collapsed(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    @Test("A section says the same on its page, on the terminal and in JSON", arguments: AnswerTests.kinds)
    func sameWords(kind: String) throws {
        let report = try AnswerTests.report(kind)
        let files = Dictionary(report.files().map { ($0.path, $0.contents) }, uniquingKeysWith: { first, _ in first })
        let text = SectionTests.collapsed(report.sectionsText())
        let sections = try SectionTests.rendered(report)
        #expect(sections.count == report.sectionPages.reduce(0) { $0 + $1.sections.count } && !sections.isEmpty)
        for section in sections {
            let page = plainText(try #require(files[section.page])).replacing("&#39;", with: "'")
            #expect(page.contains("<section id=\"\(section.section)\""), "\(section.section)")
            let words = [section.title, section.definition] + section.tables.flatMap { $0.columns + [$0.name] }
            for words in words where !words.isEmpty {
                #expect(page.contains(markupText(words)), "\(section.page): \(words)")
                #expect(text.contains(SectionTests.collapsed(words)), "\(section.page): \(words)")
            }
            for cell in section.tables.flatMap(\.rows).flatMap(\.cells) where !cell.text.isEmpty {
                // The grid has intervals under its numbers.
                let shown = section.section == "grid" ? String(cell.text.prefix { $0 != " " }) : cell.text
                #expect(page.contains(">" + markupText(shown)), "\(section.section): \(cell.text)")
                #expect(text.contains(SectionTests.collapsed(cell.text)), "\(section.section): \(cell.text)")
            }
        }
    }

    /// A number with another figure's value beside it would mislead every program that reads it.
    @Test("Words of a number are its exact value, rounded", arguments: AnswerTests.kinds)
    func exactValues(kind: String) throws {
        var compared = 0
        for section in try SectionTests.rendered(AnswerTests.report(kind)) {
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
        let lines = report.sectionsText(TerminalStyle(width: 100)).split(separator: "\n")
        let wide = lines.filter { $0.count > 102 }
        #expect(lines.count > 100 && wide.count < lines.count / 20, "\(wide)")
    }
}
