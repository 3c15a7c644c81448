import Foundation
import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressReport

/// The cells that a page's script lets a reader choose.
@Suite("Choosing cells") struct CellChoiceTests {
    /// The cells of a page as its script reads them.
    private struct Book {
        let home: String
        let words: [String]
        let grids: [[String: Any]?]
        let document: [String: Any]

        init(_ html: String) throws {
            let start = try #require(html.firstRange(of: "<script type=\"application/json\" id=\"cells\">"))
            let end = try #require(html[start.upperBound...].firstRange(of: "</script>"))
            let json = Data(html[start.upperBound..<end.lowerBound].utf8)
            document = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
            home = try #require(document["home"] as? String)
            words = try #require(document["words"] as? [String])
            grids = try #require(document["grids"] as? [Any]).map { $0 as? [String: Any] }
        }

        /// The texts of a cell: sentences, and each figure as one text.
        func texts(_ cell: [Any]) -> [String] {
            func text(_ place: Int) -> String { place < 0 ? "" : String(words[place].dropFirst()) }
            func sentence(_ places: Any) -> String { (places as? [Int] ?? []).map(text).joined() }
            let paragraphs = (cell[2] as? [[Int]] ?? []).map(sentence)
            let figures = (cell[3] as? [[Int]] ?? []).map { $0.map(text).joined(separator: " ") }
            return [sentence(cell[0]), text(cell[1] as? Int ?? -1)] + paragraphs + figures
                + [text(cell[4] as? Int ?? -1), text(cell[5] as? Int ?? -1)]
        }

        /// Every cell by the leverage, holding time and grid that it stands at.
        func cells() -> [(grid: Int, place: Int, address: String, content: [Any])] {
            let leverages = document["leverages"] as? [String] ?? []
            let horizons = document["horizons"] as? [String] ?? []
            return grids.enumerated().flatMap { grid, own -> [(Int, Int, String, [Any])] in
                guard let own, let cells = own["cells"] as? [Any], let tail = own["tail"] as? String else { return [] }
                return cells.enumerated().compactMap { place, content in
                    let address =
                        "\(leverages[place / horizons.count])-\(horizons[place % horizons.count])-\(tail)"
                    return (content as? [Any]).map { (grid, place, address, $0) }
                }
            }
        }
    }

    private static func runs(_ place: Int) throws -> (RunReport, [ReportFile]) {
        switch place {
        case 0: return (try TableTests.smallReport(), try Rendered.small)
        case 1: return (try TableTests.boundedReport(), try Rendered.bounded)
        case 2: return (try realisticReport(assets: ["LTCUSDT"], hasBounds: true), try Rendered.singleBounds)
        case 3:
            let report = try makeLateReport()
            return (report, report.files())
        default:
            let report = try realisticReport(
                assets: ["BTCUSD"], platforms: ["typical", "strict"], contracts: [.linear, .inverse])
            return (report, report.files())
        }
    }

    /// The rows of the files that are about one cell, with the sums that pages show of them.
    private func rows(_ row: ResultRow, _ tables: [String: [[String: String]]]) -> [[String: String]] {
        let cell = row.cell
        let texts: [String: String] = [
            "asset": cell.asset, "side": cell.side.rawValue, "platform": cell.platform,
            "contract": cell.contract.rawValue,
        ]
        func isOwn(_ fields: [String: String]) -> Bool {
            guard texts.allSatisfy({ fields[$0.key] == $0.value }) else { return false }
            let (leverage, hours) = (Double(fields["leverage_x"] ?? ""), Double(fields["horizon_h"] ?? ""))
            return leverage == cell.leverage.value && hours == cell.horizon.inHours
        }
        var own: [[String: String]] = []
        for file in ["results.csv", "intervals.csv", "severity.csv", "backtest.csv"] {
            own += (tables[file] ?? []).filter(isOwn)
        }
        let result: [String: String] = own.first { $0["entries_count"] != nil && $0["cut_count"] != nil } ?? [:]
        func sum(_ names: [String]) -> String {
            var sum = 0.0
            for name in names { sum += Double(result[name] ?? "") ?? 0 }
            return numberText(sum)
        }
        let sums = [
            "watched_count": sum(["entries_count", "cut_count"]),
            "below_count": sum(["negative_count", "cut_negative_count"]),
        ]
        // The length of a bar, and what the study says for all cells.
        let general: Set<String> = ["fill_delay_s", "settling_bar_s", "confidence_frac"]
        let rules = (tables["statements.csv"] ?? []).filter { general.contains($0["figure"] ?? "") }
        own.append(sums)
        own.append(["bar_h": "1"])
        return own + rules + (tables["inputs.csv"] ?? [])
    }

    @Test("The numbers of every cell are those of its own rows in the files", arguments: 0..<5)
    func numbers(place: Int) throws {
        let (report, files) = try CellChoiceTests.runs(place)
        let tables = Dictionary(
            files.filter { $0.path.hasSuffix(".csv") }.map { ($0.path, PageNumbers.table($0.contents)) },
            uniquingKeysWith: { first, _ in first })
        for page in report.assetSides {
            let html = try #require(files.first { $0.path == "reports/" + page.fileName }).contents
            let book = try Book(html)
            let width = page.shownHorizons.count
            for (grid, place, address, content) in book.cells() {
                let (leverage, horizon) = (page.shownLeverages[place / width], page.shownHorizons[place % width])
                let row = try #require(page.grids[grid].row(leverage, horizon))
                let faults = PageNumbers.faults(in: book.texts(content), rows: rows(row, tables))
                #expect(faults.isEmpty, "\(address): \(faults.prefix(5))")
            }
        }
    }

    /// The check above must be able to fail: the words of another cell are not those of this one.
    @Test("Another cell's rows do not hold a cell's numbers")
    func mutation() throws {
        let (report, files) = try CellChoiceTests.runs(2)
        let tables = Dictionary(
            files.filter { $0.path.hasSuffix(".csv") }.map { ($0.path, PageNumbers.table($0.contents)) },
            uniquingKeysWith: { first, _ in first })
        let page = report.assetSides[0]
        let book = try Book(files[1].contents)
        let cell = try #require(book.cells().first { $0.address == "20x-7d-long-typical" })
        let other = try #require(page.rows.first { $0.cell.leverage == Leverage(50) && $0.cell.horizon == .days(3) })
        #expect(PageNumbers.faults(in: book.texts(cell.content), rows: rows(other, tables)).count > 5)
    }

    @Test(
        "Every cell of the shown grids can be chosen by its own address, and the headline is one of them",
        arguments: 0..<5)
    func addresses(place: Int) throws {
        let (report, files) = try CellChoiceTests.runs(place)
        for page in report.assetSides {
            let html = try #require(files.first { $0.path == "reports/" + page.fileName }).contents
            let book = try Book(html)
            let cells = book.cells()
            #expect(cells.count == page.rows.count)
            #expect(Set(cells.map(\.address)).count == cells.count)
            #expect(cells.contains { $0.address == book.home })
            // What a link holds must need no escape.
            for address in cells.map(\.address) {
                #expect(address.firstMatch(of: /^[0-9.]+x-[0-9a-z.-]+$/) != nil, "\(address)")
            }
            let home = try #require(cells.first { $0.address == book.home })
            let headline = try #require(page.headline)
            var sentences = page.sentences(headline)
            sentences.fit = nil
            #expect(plainText(book.texts(home.content)[0]) == sentences.headline.sentence)
        }
    }

    @Test("The words of hostile names end no script, and are made visible")
    func hostile() throws {
        for file in try Rendered.hostile where file.path.hasPrefix("reports/") {
            let book = try Book(file.contents)
            #expect(!book.words.contains { $0.contains("\u{202E}") || $0.contains("\u{0}") })
            #expect(book.words.contains { $0.contains("<script>") } == file.contents.contains("&lt;script&gt;"))
        }
    }

    @Test("A page of many grids offers the headline's alone, and drawings keep to their budget")
    func bounds() throws {
        let leverages = (1...30).map(Double.init)
        let report = try makeReport(
            leverages: leverages, horizons: (1...14).map { .days($0) }, platforms: ["a", "b", "c", "d", "e"]
        ) { _ in makeEstimate(worst: 3000) }
        let page = try #require(report.files().first { $0.path == "reports/ltcusdt-long.html" }).contents
        let book = try Book(page)
        #expect(book.grids.count == 5 && book.grids.count { $0 != nil } == 1)
        let drawn = page.matches(of: /<template[\s\S]*?<\/template>/).map { $0.0.utf8.count }
        #expect(!drawn.isEmpty && drawn.reduce(0, +) <= AssetSide.mostFigureBytes + 200 * drawn.count)
    }

    @Test("A page of one cell has nothing to choose")
    func nothing() throws {
        let single = try makeReport(leverages: [20], horizons: [.days(7)]) { _ in makeEstimate() }.files()
        let pages = single.filter { $0.path.hasPrefix("reports/") }
        #expect(pages.count == 2)
        for page in pages { #expect(!page.contents.contains("id=\"cells\"") && !page.contents.contains("id=\"pick\"")) }
    }

    @Test("The drawing of another holding time is that of a page with this headline")
    func drawings() throws {
        let (report, files) = try CellChoiceTests.runs(2)
        let page = report.assetSides[0]
        for (column, horizon) in page.shownHorizons.enumerated() where horizon != page.headline?.cell.horizon {
            let marker = "<template id=\"figures-0-\(column)\">"
            let html = files[1].contents
            guard let start = html.firstRange(of: marker) else { continue }
            let own = html[start.upperBound...].prefix(
                upTo: html[start.upperBound...].firstRange(of: "</template>")!.lowerBound)
            let view = try #require(page.column(page.grids[0], horizon))
            var severity = HTMLWriter()
            SeverityChart(view)?.write(to: &severity)
            #expect(own.contains(severity.html))
            #expect(own.contains("aria-label=\"\(view.leverageTitle)"))
        }
    }
}
