import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// Whether spreading helps, on the front page: baskets in the headline's cell, margined in several ways.
struct SpreadSection {
    let report: RunReport
    /// Baskets with something to show, in the study's order.
    private let found: [SpreadWords]
    private let cell: BasketCell

    /// Nil where nobody asked, and where nothing was found.
    init?(_ report: RunReport) {
        guard let cell = report.study.headlineBasketCell else { return nil }
        let confidence = report.study.statistics.confidence
        found = report.study.baskets.compactMap { basket in
            let results = report.baskets.filter { $0.basket == basket.name && $0.cell == cell }
            return SpreadWords(basket, results, confidence: confidence)
        }
        guard !found.isEmpty else { return nil }
        (self.report, self.cell) = (report, cell)
    }

    /// The basket whose finding is the section's title.
    var first: SpreadWords? { found.first }

    /// Baskets that are drawn; all of them are in the file.
    static let mostDrawn = 12

    /// Places to jump to.
    var sections: [(id: String, label: String)] { [("spreading", "Spreading")] }

    private var shown: ArraySlice<SpreadWords> { found.prefix(SpreadSection.mostDrawn) }

    /// Writes all of it.
    func write(to w: inout HTMLWriter) {
        let platform = report.study.platforms.count > 1 ? " on \(visibleText(cell.platform))" : ""
        let definition =
            "Baskets of \(cell.leverage.screenText) held for up to \(spanWords(cell.horizon))\(platform), on the same entries: everything "
            + "in the first leg, an account for each leg with its share of the margin, and all legs in one account. Below zero: the "
            + "account, or any of the isolated ones, owes. Dot: share; line: \(confidenceText(report.study.statistics.confidence)) interval."
        w.section("spreading", label: "Does spreading help?", title: found[0].title, definition: definition) { w in
            for (place, words) in shown.enumerated() { write(words, place, &w) }
            w.source(["baskets.csv"], root: "", note: drawnNote)
        }
    }

    private var drawnNote: String {
        found.count > SpreadSection.mostDrawn ? "Shown: \(SpreadSection.mostDrawn) of \(found.count) baskets" : ""
    }

    private func write(_ words: SpreadWords, _ place: Int, _ w: inout HTMLWriter) {
        w.element("h3") { $0.name(words.basket.name) }
        if place > 0 { w.element("p", .class("key"), text: words.title + ".") }
        w.element("p", .class("src"), text: words.legs)
        w.element("div", .class("two")) { w in
            for figure in SpreadSection.figures {
                guard let chart = SpreadChart(figure, words.results) else { continue }
                w.line()
                w.element("div") { w in
                    w.element("p", .class("src"), text: figure.words)
                    w.element("figure") { chart.write(to: &$0) }
                    w.element("p", .class("src")) {
                        $0.element("a", .href(SpreadSection.file(figure, place)), text: "drawing as SVG")
                    }
                }
            }
            w.line()
        }
        w.line()
        for sentence in words.sentences { w.element("p", .class("key"), text: sentence) }
        writeTable(words, &w)
        writeLeverages(words, &w)
    }

    // MARK: Tables

    private func writeTable(_ words: SpreadWords, _ w: inout HTMLWriter) {
        let name = "Accounts of \(visibleText(words.basket.name))"
        w.scrolling(name) { w in
            w.element("table", .class("tbl num")) { w in
                w.element("caption", .class("vh"), text: name)
                w.tableHead([
                    "Account", "Entries", "Below zero, %", "A leg closed, %", "Legs closed", "Owed, % of margin",
                    "Equity, % of margin", "against alone",
                ])
                w.element("tbody") { w in
                    for result in words.results { w.numberRow(result.mode.words, fields(result.estimate)) }
                }
            }
        }
        w.line()
    }

    private func fields(_ estimate: BasketEstimate) -> [String] {
        func share(_ value: Double?, _ interval: Interval?) -> String {
            value.map { shareNumber($0) + (interval.map { " (\(intervalNumber($0)))" } ?? "") } ?? "n/a"
        }
        func change(_ value: Double?, _ interval: Interval?) -> String {
            guard let value else { return "" }
            return signedNumber(value)
                + (interval.map { " (\(signedNumber($0.low)) to \(signedNumber($0.high)))" } ?? "")
        }
        return [
            grouped(estimate.entries), share(estimate.negativeShare, estimate.negativeInterval),
            share(estimate.liquidatedShare, estimate.liquidatedInterval),
            estimate.legsClosed.map { significantText($0, digits: 3) } ?? "n/a",
            estimate.shortfall.map(percentNumber) ?? "",
            estimate.equity.map(signedPercentNumber) ?? "n/a",
            change(estimate.change?.equity, estimate.equityDifference?.interval),
        ]
    }

    /// The same at other leverages, where there are some.
    private func writeLeverages(_ words: SpreadWords, _ w: inout HTMLWriter) {
        let curve = report.baskets.filter {
            $0.basket == words.basket.name && $0.cell.horizon == cell.horizon && $0.cell.platform == cell.platform
        }
        let known = Set(curve.map(\.cell.leverage))
        let leverages = chosen(
            report.study.grid.leverages.filter(known.contains), limit: 12, keeping: cell.leverage)
        guard leverages.count > 1 else { return }
        let name = "Share of \(visibleText(words.basket.name)) below zero by leverage, %"
        w.element("details", .class("data")) { w in
            w.element("summary", text: "By leverage")
            w.scrolling(name) { w in
                w.element("table", .class("tbl num")) { w in
                    w.element("caption", .class("vh"), text: name)
                    w.tableHead(["Below zero, %"] + leverages.map(\.screenText))
                    w.element("tbody") { w in
                        for mode in words.basket.modes { w.numberRow(mode.words, row(mode, leverages, curve)) }
                    }
                }
            }
        }
        w.line()
    }

    private func row(_ mode: AccountMode, _ leverages: [Leverage], _ curve: [BasketResult]) -> [String] {
        leverages.map { leverage in
            let result = curve.first { $0.mode == mode && $0.cell.leverage == leverage }
            return result?.estimate.negativeShare.map(shareNumber) ?? "n/a"
        }
    }
}

extension SpreadSection {
    fileprivate static let figures = [SpreadChart.Figure.belowZero, .liquidated]

    /// The file of a drawing of the place-th basket.
    fileprivate static func file(_ figure: SpreadChart.Figure, _ place: Int) -> String {
        "charts/\(figure.file)-\(place + 1).svg"
    }

    /// Every drawing of the section as a file.
    var drawings: [ReportFile] {
        shown.enumerated().flatMap { place, words in
            SpreadSection.figures.compactMap { figure in
                SpreadChart(figure, words.results).map {
                    let credit = report.credit("Share of entries in %, by account and basket.", file: "baskets.csv")
                    return ReportFile(path: SpreadSection.file(figure, place), contents: $0.standalone(credit))
                }
            }
        }
    }
}
