import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressReport

/// What a page says at a glance: the leverage that a history bore, and how far the fills are apart.
@Suite("At a glance") struct GlanceTests {
    private static let runs: [@Sendable () throws -> [ReportFile]] = [
        { try Rendered.small }, { try Rendered.singleBounds }, { try makeLateReport().files() },
    ]

    /// The fields of the table: bold leverage by direction and column.
    private func fields(_ html: String) throws -> [[String]] {
        let start = try #require(html.firstRange(of: "<div class=\"glance\">"))
        let body = html[start.upperBound...].prefix { _ in true }
        let end = try #require(body.firstRange(of: "</table>"))
        let rows = body[..<end.lowerBound].split(separator: "<tr>").dropFirst(2)
        return rows.map { row in row.matches(of: /<b>([^<]*)<\/b>/).map { String($0.1) } }
    }

    @Test("The highest leverage of each direction and holding time is that of max_leverage.csv", arguments: 0..<3)
    func leverages(run: Int) throws {
        let files = try GlanceTests.runs[run]()
        let table = PageNumbers.table(try #require(files.first { $0.path == "max_leverage.csv" }).contents)
        let page = try #require(files.first { $0.path.hasSuffix("-long.html") }).contents
        let shown = try fields(page)
        let expected = ["long", "short"].map { side in
            table.filter { $0["side"] == side && $0["asset"] == "LTCUSDT" && $0["contract"] == "linear" }.map { row in
                row["max_leverage_x"].flatMap(Double.init).map { numberText($0) + "×" } ?? "none"
            }
        }
        #expect(shown == expected)
        // The late report has shares above the chosen one at every leverage.
        #expect(shown.flatMap { $0 }.contains { $0 != "none" } == (run < 2))
    }

    /// The shares of a drawing's dots against their places: a linear axis keeps the ratio of distances.
    @Test("The fills are drawn to scale")
    func scale() throws {
        for report in [try realisticReport(assets: ["LTCUSDT"], hasBounds: true), try makeLateReport()] {
            let page = report.assetSides[0]
            let chart = try #require(FillChart(page))
            var w = HTMLWriter()
            chart.writeShapes(to: &w)
            let places = w.html.matches(of: /<circle [^>]*cx="([0-9.]+)"/).compactMap { Double($0.1) }
            let shares = chart.lines.map(\.share.fraction)
            #expect(places.count == shares.count && shares.count > 1)
            let axis = w.html.matches(of: #/<path class="(?:ax|gr)" d="M([0-9.]+) /#).compactMap { Double($0.1) }
            let (zero, end) = (try #require(axis.first), try #require(axis.last))
            let unit = try #require(zip(places, shares).max { $0.1 < $1.1 })
            for (place, share) in zip(places, shares) {
                #expect(abs((place - zero) - (unit.0 - zero) * share / unit.1) < 0.11)
            }
            #expect(places.allSatisfy { $0 >= zero && $0 <= end })
        }
    }

    /// What fills at the closes of such a history would have given stays in its tables, where columns say what they are made of.
    @Test("Of closes alone nothing that is read names a best or a worst fill", arguments: [false, true])
    func closesAlone(isSingle: Bool) throws {
        let finding = Finding(check: Finding.singlePrices, severity: .warning, message: "closes alone", count: 1)
        let report = try makeReport(findings: isSingle ? [finding] : []) { _ in makeEstimate(worst: 5800, best: 61) }
        let files = report.files()
        let read = files.filter { $0.path.hasSuffix(".html") || $0.path.hasSuffix(".svg") || $0.path == "summary.txt" }
        let texts = read.map(\.contents) + [report.terminalTable(), report.assetLines(), report.answersJSON]
        // That none is known is said, and pages explain the word.
        let others = texts.map { $0.replacing(/no worst fill|<dt>Worst fill/, with: "") }
        let named = others.filter { $0.contains(/[Ww]orst fill/) }
        #expect(named.isEmpty == isSingle)
        #expect((FillChart(report.shown.assetSides[0]) == nil) == isSingle)
        let results = try #require(files.first { $0.path == "results.csv" }).contents
        #expect(results.contains("5800"))
    }

    @Test("Without a second fill nothing is drawn, and without a leverage that holds the reason stands there")
    func nothing() throws {
        let report = try makeReport { _ in makeEstimate() }
        #expect(FillChart(report.assetSides[0]) == nil)
        let page = try #require(report.files().first { $0.path.hasSuffix("-long.html") }).contents
        #expect(!page.contains("class=\"fills\""))
        #expect(try fields(page).allSatisfy { $0.allSatisfy { $0 == "none" } })
        #expect(plainText(page).contains("1× could be up to"))
    }
}
