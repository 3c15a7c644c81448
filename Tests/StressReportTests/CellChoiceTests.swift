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
        let document: [String: Any]
        let texts: CellTexts
        let figures: CellTexts

        init(_ html: String) throws {
            document = try Book.document("cells", of: html)
            home = try #require(document["home"] as? String)
            texts = CellTexts(document)
            figures = CellTexts(try Book.document("figures", of: html))
        }

        private static func document(_ id: String, of html: String) throws -> [String: Any] {
            let start = try #require(html.firstRange(of: "<script type=\"application/json\" id=\"\(id)\">"))
            let end = try #require(html[start.upperBound...].firstRange(of: "</script>"))
            let json = Data(html[start.upperBound..<end.lowerBound].utf8)
            return try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        }

        /// Every cell by the leverage, holding time and grid that it stands at.
        func cells() -> [(grid: Int, place: Int, address: String, content: [String])] {
            let leverages = document["leverages"] as? [String] ?? []
            let horizons = document["horizons"] as? [String] ?? []
            let own = document["grids"] as? [Any] ?? []
            return texts.grids.enumerated().flatMap { grid, found -> [(Int, Int, String, [String])] in
                guard let found, let tail = (own[grid] as? [String: Any])?["tail"] as? String else { return [] }
                return found.cells.enumerated().compactMap { place, content in
                    let address =
                        "\(leverages[place / horizons.count])-\(horizons[place % horizons.count])-\(tail)"
                    return content.map { (grid, place, address, $0) }
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

    /// A grid that lacks an axis holds two cells at one place and shows the first of them.
    @Test("Every cell of a page stands at a place of its own, in one grid", arguments: 0..<5)
    func places(place: Int) throws {
        let (report, _) = try CellChoiceTests.runs(place)
        for page in report.assetSides {
            #expect(page.grids.flatMap(\.rows).count == page.rows.count)
            for grid in page.grids {
                for row in grid.rows {
                    #expect(grid.row(row.cell.leverage, row.cell.horizon)?.cell == row.cell)
                    #expect(page.grids.count { $0.holds(row) } == 1 && grid.holds(row))
                }
            }
            let addresses = page.rows.map { page.address(of: $0.cell) }
            #expect(Set(addresses).count == addresses.count)
        }
    }

    /// The rows of a run's files by the cell that they are about, found once for all cells.
    private struct CellRows {
        /// What names a cell in a row: texts, times margin, hours.
        private struct Key: Hashable {
            let texts: [String?]
            let leverage, hours: Double?

            init(_ cell: StudyCell) {
                texts = [cell.asset, cell.side.rawValue, cell.platform, cell.contract.rawValue]
                (leverage, hours) = (cell.leverage.value, cell.horizon.inHours)
            }

            init(_ fields: [String: String]) {
                texts = ["asset", "side", "platform", "contract"].map { fields[$0] }
                (leverage, hours) = (Double(fields["leverage_x"] ?? ""), Double(fields["horizon_h"] ?? ""))
            }
        }

        private var cells: [Key: [[String: String]]] = [:]
        let tables: [String: [[String: String]]]

        init(_ files: [ReportFile]) {
            tables = Dictionary(
                files.filter { $0.path.hasSuffix(".csv") }.map { ($0.path, PageNumbers.table($0.contents)) },
                uniquingKeysWith: { first, _ in first })
            for file in ["results.csv", "intervals.csv", "severity.csv", "backtest.csv"] {
                for fields in tables[file] ?? [] { cells[Key(fields), default: []].append(fields) }
            }
        }

        func of(_ cell: StudyCell) -> [[String: String]] { cells[Key(cell)] ?? [] }
    }

    /// The rows of the files that are about one cell, with the sums that pages show of them.
    private func rows(_ row: ResultRow, _ files: CellRows) -> [[String: String]] {
        var own = files.of(row.cell)
        let tables = files.tables
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
        let known = CellRows(files)
        for page in report.assetSides {
            let html = try #require(files.first { $0.path == "reports/" + page.fileName }).contents
            let book = try Book(html)
            let width = page.shownHorizons.count
            for (grid, place, address, content) in book.cells() {
                let (leverage, horizon) = (page.shownLeverages[place / width], page.shownHorizons[place % width])
                let row = try #require(page.grids[grid].row(leverage, horizon))
                let filled = book.texts.grids[grid]?.fills.values.compactMap { $0[place] }.flatMap { $0 } ?? []
                let texts = (content + filled).map(CellTexts.plain)
                let faults = PageNumbers.faults(in: texts, rows: rows(row, known))
                #expect(faults.isEmpty, "\(address): \(faults.prefix(5))")
            }
        }
    }

    /// The check above must be able to fail: the words of another cell are not those of this one.
    @Test("Another cell's rows do not hold a cell's numbers")
    func mutation() throws {
        let (report, files) = try CellChoiceTests.runs(2)
        let page = report.assetSides[0]
        let book = try Book(files[1].contents)
        let cell = try #require(book.cells().first { $0.address == "20x-7d-long-typical" })
        let other = try #require(page.rows.first { $0.cell.leverage == Leverage(50) && $0.cell.horizon == .days(3) })
        let texts = cell.content.map(CellTexts.plain)
        #expect(PageNumbers.faults(in: texts, rows: rows(other, CellRows(files))).count > 5)
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
            #expect(plainText(CellTexts.plain(home.content[0])) == sentences.headline.sentence)
        }
    }

    @Test("The words of hostile names end no script, and are made visible")
    func hostile() throws {
        for file in try Rendered.hostile where file.path.hasPrefix("reports/") {
            let book = try Book(file.contents)
            let words = book.texts.words + book.texts.grids.flatMap { $0?.scope ?? [] }
            #expect(!words.contains { $0.contains("\u{202E}") || $0.contains("\u{0}") })
            #expect(words.contains { $0.contains("<script>") } == file.contents.contains("&lt;script&gt;"))
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
        #expect(book.texts.grids.count == 5 && book.texts.grids.count { $0 != nil } == 1)
        let start = try #require(page.firstRange(of: "id=\"figures\">")).upperBound
        let drawn = page[start...].prefix { $0 != "<" }.utf8.count
        #expect(!book.figures.drawings.isEmpty && drawn <= AssetSide.mostFigureBytes + 10_000)
    }

    @Test("A page of one cell has nothing to choose")
    func nothing() throws {
        let single = try makeReport(leverages: [20], horizons: [.days(7)]) { _ in makeEstimate() }.files()
        let pages = single.filter { $0.path.hasPrefix("reports/") }
        #expect(pages.count == 2)
        for page in pages { #expect(!page.contents.contains("id=\"cells\"") && !page.contents.contains("id=\"pick\"")) }
    }

    @Test("The drawings of other holding times are those of pages with this headline, byte for byte")
    func drawings() throws {
        let (report, files) = try CellChoiceTests.runs(2)
        let page = report.assetSides[0]
        let drawn = Dictionary(
            uniqueKeysWithValues: try Book(files[1].contents).figures.drawings.map { ($0.name, $0.markup) })
        let others = page.shownHorizons.enumerated().filter { $0.element != page.headline?.cell.horizon }
        #expect(!others.isEmpty)
        for (column, horizon) in others {
            let view = try #require(page.column(page.grids[0], horizon))
            var severity = HTMLWriter()
            SeverityChart(view)?.write(to: &severity)
            #expect(drawn["severity-0-\(column)"] == (severity.html.isEmpty ? nil : severity.html))
            #expect(drawn["leverage-0-\(column)"]?.contains("aria-label=\"\(view.leverageTitle)") == true)
        }
    }

    @Test("Under another fill, headline and key figures say what the grid's tab of it says", arguments: [1, 2])
    func fills(place: Int) throws {
        let (report, files) = try CellChoiceTests.runs(place)
        for page in report.assetSides {
            let html = try #require(files.first { $0.path == "reports/" + page.fileName }).contents
            let book = try Book(html)
            let others = page.offeredFills.filter { $0.role != .chosen }
            #expect(!others.isEmpty)
            for cell in book.cells() {
                let (leverage, horizon) = (
                    page.shownLeverages[cell.place / page.shownHorizons.count],
                    page.shownHorizons[cell.place % page.shownHorizons.count]
                )
                let row = try #require(page.grids[cell.grid].row(leverage, horizon))
                for fill in others {
                    guard let share = row.estimate.figure(fill.measure, confidence: page.confidence)?.share else {
                        continue
                    }
                    let texts = try #require(book.texts.grids[cell.grid]?.fills["m\(fill.measure.place)"]?[cell.place])
                    let figure = try #require(texts.first { $0.hasPrefix("fEnded below zero\n") })
                    #expect(figure.contains("\n\(shareNumber(share.fraction))\n"), "\(cell.address)")
                    #expect(figure.contains("\n\(grouped(share.count)) of "), "\(cell.address)")
                    #expect(texts[0].contains("with liquidations filled"), "\(cell.address): \(texts[0])")
                    #expect(texts[0] != cell.content[0])
                }
            }
        }
    }
}
