import Foundation
import StressBasics
import StressResults
import StudyPlan
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@testable import StressReport

@Suite("Drawings") struct DrawingTests {
    private func drawings(_ files: [ReportFile]) -> [ReportFile] { files.filter { $0.path.hasPrefix("charts/") } }

    private static func runs() throws -> [[ReportFile]] {
        [
            try Rendered.anatomy, try Rendered.singleBounds, try Rendered.hostile,
            try makeReport { _ in makeEstimate(negative: 0, unprotected: 0, liquidated: 0) }.files(),
        ]
    }

    @Test("Each is XML of its own: no class without a rule, nothing from elsewhere")
    func standalone() throws {
        for file in try DrawingTests.runs().flatMap(drawings) {
            let parser = XMLParser(data: Data(file.contents.utf8))
            #expect(parser.parse(), "\(file.path): \(String(describing: parser.parserError))")
            #expect(file.contents.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\""))
            #expect(!file.contents.contains("var(") && !file.contents.contains(" style="))
            // Names of namespaces, which nothing loads.
            #expect(file.contents.matches(of: /http/).count == 2)
            #expect(file.contents.matches(of: /xmlns(:dc)?="http/).count == 2)
            let style = file.contents[file.contents.firstRange(of: "<style>")!.upperBound...].prefix { $0 != "<" }
            let classes = file.contents.matches(of: /class="([^"]*)"/).flatMap { $0.1.split(separator: " ") }
            for name in Set(classes) where name != "lg" {
                #expect(style.contains(".\(name) ") || style.contains(".\(name)."), "\(file.path): \(name)")
            }
            #expect(style.contains("@media (prefers-color-scheme: dark)"))
            #expect(style.contains(Palette.light.colours["ink"]!) || !file.contents.contains("<text"))
        }
    }

    @Test("Each says what it shows, in which units, of which run and under what terms")
    func metadata() throws {
        for file in try DrawingTests.runs().flatMap(drawings) {
            for tag in ["title", "desc", "dc:title", "dc:description", "dc:source", "dc:rights"] {
                let start = try #require(file.contents.firstRange(of: "<\(tag)>"), "\(file.path): \(tag)")
                #expect(file.contents[start.upperBound...].first != "<", "\(file.path): \(tag) is empty")
            }
            #expect(file.contents.contains("run 3f9a1c27b0de") && file.contents.contains(".csv."), "\(file.path)")
        }
    }

    @Test("Fonts are generic ones at last, and no drawing asks for one from elsewhere")
    func fonts() throws {
        for file in try DrawingTests.runs().flatMap({ drawings($0) }) {
            let families = file.contents.matches(of: /font-family: ([^;}]+)[;}]/).map { String($0.1) }
            #expect(!families.isEmpty, "\(file.path)")
            for family in families {
                #expect(
                    ["sans-serif", "monospace", "inherit"].contains { family.hasSuffix($0) }, "\(file.path): \(family)")
            }
            #expect(!file.contents.contains("@font-face") && !file.contents.contains("url(http"))
        }
    }

    @Test("A page links each drawing that it shows, and only those exist")
    func links() throws {
        for files in try DrawingTests.runs() {
            let linked = Set(
                files.flatMap { $0.contents.matches(of: /href="\.\.\/(charts\/[^"]*)"/).map { String($0.1) } })
            let written = Set(files.map(\.path).filter { $0.hasPrefix("charts/") })
            #expect(linked.isSubset(of: written))
            // Of the episodes' drawings a page links the first.
            #expect(written.subtracting(linked).allSatisfy { $0.contains("-episode-") })
        }
    }

    @Test("No path has more vertices than two a pixel, nor than four hundred, however fine the grid")
    func vertices() throws {
        let fine = try makeReport(
            leverages: (0...1200).map { 1 + Double($0) / 10 }, horizons: [.days(7)]
        ) { cell in makeEstimate(negative: Int(cell.leverage.value * 90) + 1, worst: Int(cell.leverage.value * 270) + 9)
        }
        for file in try DrawingTests.runs().flatMap(drawings) + drawings(fine.files()) {
            let frame = try #require(file.contents.firstMatch(of: /viewBox="[-0-9.]+ [-0-9.]+ ([0-9.]+)/))
            let width = try #require(Double(frame.1)) - 32
            for path in file.contents.matches(of: /\sd="([^"]*)"/) {
                let vertices = path.1.utf8.count { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }
                #expect(Double(vertices) <= 2 * width && vertices <= 400, "\(file.path): \(vertices)")
            }
        }
    }

    @Test("Steps of the safeguards add up and say what they are")
    func safeguards() throws {
        let row = try makeReport { _ in makeEstimate(worst: 3000) }.rows[0]
        let steps = try #require(SafeguardSteps(row))
        #expect(steps.steps.map(\.entries) == [20_196, 1872 - 20_196, 1872, 3000])
        #expect(steps.title == "Liquidation spares 91\u{202F}% of the entries that would have gone below zero")
        let none = try makeReport { _ in makeEstimate(negative: 0, unprotected: 0) }.rows[0]
        #expect(SafeguardSteps(none) == nil)
        let more = try makeReport { _ in makeEstimate(negative: 500, unprotected: 400) }.rows[0]
        #expect(SafeguardSteps(more)?.title == "More entries end below zero than if nobody had liquidated")
        var off = row
        off.fill = "off"
        #expect(SafeguardSteps(off)?.steps[1].name == "recovery")
        #expect(SafeguardSteps(off)?.title.hasPrefix("Nobody liquidates: 9.3") == true)
    }
}
