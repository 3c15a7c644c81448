import Foundation
import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressReport

/// The band that holds a whole leverage curve at once: its two edges on the chart, its column in the table, its rows in the file.
@Suite("Whole band") struct WholeBandTests {
    private typealias Vertex = (x: Double, y: Double)

    /// A band over cells with chosen ends. Bands are made by resampling alone, so that one of ours is read from text.
    private func band(_ cells: [StudyCell], _ ends: (StudyCell) -> (low: Double, high: Double)) throws -> CurveBand {
        let bounds = cells.map { "{\"low\": \(ends($0).low), \"high\": \(ends($0).high)}" }
        let text = "{\"criticalValue\": 2.71, \"bounds\": [\(bounds.joined(separator: ","))]}"
        return CurveBand(cells: cells, band: try JSONDecoder().decode(SimultaneousBand.self, from: Data(text.utf8)))
    }

    /// A report, the rows of its first page's headline over leverage, and a band of `ends` over them.
    private func report(
        keeping isKept: (StudyCell) -> Bool = { _ in true }, _ ends: (ResultRow) -> (low: Double, high: Double)
    ) throws -> RunReport {
        var report = try realisticReport(assets: ["LTCUSDT"])
        let page = try #require(report.assetSides.first)
        // As the program makes them: over the leverages that can end below zero.
        let rows = page.headlineColumn(of: page.rows).filter { isKept($0.cell) && hasShare($0) }
        report.bands = [try band(rows.map(\.cell)) { cell in ends(rows.first { $0.cell == cell }!) }]
        return report
    }

    private func hasShare(_ row: ResultRow) -> Bool {
        row.estimate.figure(.negativeEquity, confidence: 0.95)?.share != nil
    }

    /// The interval of a row, half as wide again on both sides.
    private func wider(_ row: ResultRow) -> (low: Double, high: Double) {
        guard let interval = row.estimate.exit.interval else { return (0, 0) }
        return (interval.low / 1.5, min(1, interval.high * 1.5))
    }

    private func chart(_ report: RunReport) throws -> String {
        let page = try #require(report.assetSides.first)
        return try #require(LeverageChart(page)).standalone(page.credit(of: "leverage"))
    }

    private func paths(_ style: String, _ drawing: String) -> [[Vertex]] {
        drawing.matches(of: /<path class="([^"]*)" d="([^"]*)"/).filter {
            $0.1.split(separator: " ").contains(style[...])
        }
        .map { path in
            path.2.matches(of: /[ML]([-0-9.]+) ([-0-9.]+)/).map { (Double($0.1)!, Double($0.2)!) }
        }
    }

    /// Where a share stands on the chart, by its labelled lines: the logarithm runs straight between two of them.
    private func height(of share: Double, _ drawing: String) throws -> Double {
        let label = /text-anchor="end">([0-9.]+)\u{202F}%</
        let lines = drawing.components(separatedBy: "<text class=\"ti\"").compactMap { text -> (Double, Double)? in
            guard let value = text.firstMatch(of: label), let y = text.firstMatch(of: /\sy="([-0-9.]+)"/) else {
                return nil
            }
            return (Double(value.1)! / 100, Double(y.1)! - 4)
        }
        let (low, high) = (try #require(lines.min { $0.0 < $1.0 }), try #require(lines.max { $0.0 < $1.0 }))
        let clipped = min(max(share, low.0), high.0)
        return low.1 + (high.1 - low.1) * log(clipped / low.0) / log(high.0 / low.0)
    }

    @Test("Two edges, from left to right inside the plot, around every point's own interval")
    func edges() throws {
        let report = try report(wider)
        let drawing = try chart(report)
        let edges = paths("bo", drawing)
        #expect(edges.count == 2)
        let page = try #require(report.assetSides.first)
        let shown = page.headlineColumn(of: page.rows).filter(hasShare)
        let (upper, lower) = (try #require(edges.first), try #require(edges.last))
        #expect(upper.count == shown.count && lower.count == shown.count && shown.count > 8)
        for edge in edges {
            #expect(zip(edge, edge.dropFirst()).allSatisfy { $0.x < $1.x })
            #expect(edge.allSatisfy { (66...464).contains($0.x) && (20...320).contains($0.y) })
        }
        for ((row, above), below) in zip(zip(shown, upper), lower) {
            let ends = wider(row)
            #expect(try abs(above.y - height(of: ends.high, drawing)) < 0.11, "\(row.cell.id)")
            #expect(try abs(below.y - height(of: ends.low, drawing)) < 0.11, "\(row.cell.id)")
            #expect(above.x == below.x && above.y <= below.y)
        }
        // Every vertex of the shaded interval, and every dot of the line, lies between the edges at its leverage.
        let shaded = try #require(paths("bd", drawing).first)
        let dots = drawing.matches(of: /class="dt s1f" cx="([-0-9.]+)" cy="([-0-9.]+)"/).map {
            (Double($0.1)!, Double($0.2)!)
        }
        #expect(shaded.count > 10 && dots.count > 5)
        for (x, y) in shaded.map({ ($0.x, $0.y) }) + dots {
            let place = try #require(upper.firstIndex { $0.x == x }, "no vertex at \(x)")
            #expect((upper[place].y - 0.11...lower[place].y + 0.11).contains(y), "\(x) \(y)")
        }
    }

    @Test("It stands in the page's table and in a file")
    func tabled() throws {
        let report = try report(wider)
        let files = Dictionary(report.files().map { ($0.path, $0.contents) }, uniquingKeysWith: { first, _ in first })
        let html = try #require(files["reports/ltcusdt-long.html"])
        #expect(html.contains("Whole curve, %") && html.contains("Dashed: the band that holds the whole curve at once"))
        #expect(html.contains("href=\"../bands.csv\""))
        let lines = try #require(files["bands.csv"]).split(separator: "\n").map { $0.components(separatedBy: ",") }
        let page = try #require(report.assetSides.first)
        #expect(lines.count == page.band.count + 1)
        let place = try #require(lines.first?.firstIndex(of: "leverage_x"))
        let low = try #require(lines.first?.firstIndex(of: "band_low_frac"))
        let high = try #require(lines.first?.firstIndex(of: "band_high_frac"))
        for row in page.headlineColumn(of: page.rows) where hasShare(row) {
            let line = try #require(lines.first { Double($0[place]) == row.cell.leverage.value })
            let ends = wider(row)
            #expect(Double(line[low]) == ends.low && Double(line[high]) == ends.high)
            let words = shareNumber(ends.low) + "–" + shareNumber(ends.high)
            #expect(html.replacing("&lt;", with: "<").contains(">\(words)<"), "\(words)")
        }
    }

    @Test("Ends beyond the axis stick to the plot's edges")
    func clipped() throws {
        for ends in [(low: 0.0, high: 1.0), (low: 0.0, high: 0.0), (low: 1e-12, high: 1e-12), (low: 1.0, high: 1.0)] {
            let drawing = try chart(try report { _ in ends })
            for edge in paths("bo", drawing) {
                #expect(edge.allSatisfy { $0.y.isFinite && (20...320).contains($0.y) }, "\(ends)")
                #expect(zip(edge, edge.dropFirst()).allSatisfy { $0.x < $1.x })
            }
        }
        let whole = paths("bo", try chart(try report { _ in (0, 1) }))
        #expect(whole.first?.allSatisfy { $0.y == 20 } == true && whole.last?.allSatisfy { $0.y == 320 } == true)
    }

    @Test("Without two leverages there is no edge, and the page does not speak of one")
    func empty() throws {
        var none = try report(wider)
        none.bands = []
        let single = try report(keeping: { $0.leverage.value == 20 }, wider)
        var elsewhere = try report(wider)
        let other = elsewhere.study.cells.filter { $0.side == .long && $0.horizon == .hours(1) }
        elsewhere.bands = [try band(other) { _ in (0.1, 0.2) }]
        for (report, isTabled) in [(none, false), (single, true), (elsewhere, false)] {
            #expect(paths("bo", try chart(report)).isEmpty)
            let html = try #require(report.files().first { $0.path == "reports/ltcusdt-long.html" }).contents
            let section = html[html.firstRange(of: "<section id=\"leverage\"")!.lowerBound...]
            let own = section[..<section.firstRange(of: "</section>")!.lowerBound]
            #expect(!own.contains("Dashed: the band") && html.contains("Whole curve, %") == isTabled)
        }
    }
}
