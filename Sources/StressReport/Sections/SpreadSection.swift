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

    /// The section.
    var section: ReportSection {
        let platform = report.study.platforms.count > 1 ? " on \(visibleText(cell.platform))" : ""
        let definition =
            "Baskets of \(cell.leverage.screenText) held for up to \(spanWords(cell.horizon))\(platform), on the same entries: everything "
            + "in the first leg, an account for each leg with its share of the margin, and all legs in one account. Below zero: the "
            + "account, or any of the isolated ones, owes. Dot: share; line: \(confidenceText(report.study.statistics.confidence)) interval."
        return ReportSection(
            "spreading", label: "Does spreading help?", title: found[0].title, definition: definition,
            shown.enumerated().flatMap { place, words in blocks(words, place) }
                + [.source(["baskets.csv"], note: drawnNote)])
    }

    private var drawnNote: String {
        found.count > SpreadSection.mostDrawn ? "Shown: \(SpreadSection.mostDrawn) of \(found.count) baskets" : ""
    }

    private func blocks(_ words: SpreadWords, _ place: Int) -> [Block] {
        let title: [Block] = place > 0 ? [.paragraph(.key, words.title + ".")] : []
        return [.heading([.phrase(.name(words.basket.name))])] + title
            + [.paragraph(.note, words.legs), .columns(drawings(words, place))]
            + words.sentences.map { .paragraph(.key, $0) } + [.table(table(words))] + leverages(words)
    }

    private func drawings(_ words: SpreadWords, _ place: Int) -> [[Block]] {
        SpreadSection.figures.compactMap { figure in
            SpreadChart(figure, words.results).map { chart in
                [
                    .paragraph(.note, figure.words), .drawing(chart),
                    .paragraph(.note, [.link("drawing as SVG", to: SpreadSection.file(figure, place))]),
                ]
            }
        }
    }

    // MARK: Tables

    private func table(_ words: SpreadWords) -> SectionTable {
        SectionTable(
            name: "Accounts of \(visibleText(words.basket.name))",
            head: [
                "Account", "Entries", "Below zero, %", "A leg closed, %", "Legs closed", "Owed, % of margin",
                "Equity, % of margin", "against alone",
            ],
            rows: words.results.map { SectionTable.Row($0.mode.words, figures($0.estimate)) })
    }

    private func figures(_ estimate: BasketEstimate) -> [ShownFigure] {
        [
            .count(estimate.entries), .share(estimate.negativeShare, estimate.negativeInterval),
            .share(estimate.liquidatedShare, estimate.liquidatedInterval),
            estimate.legsClosed.map { ShownFigure(significantText($0, digits: 3), $0, nil, .count) }
                ?? ShownFigure("n/a"),
            .percent(estimate.shortfall, none: ""), .signedPercent(estimate.equity),
            .change(estimate.change?.equity, estimate.equityDifference?.interval),
        ]
    }

    /// The same at other leverages, where there are some.
    private func leverages(_ words: SpreadWords) -> [Block] {
        let curve = report.baskets.filter {
            $0.basket == words.basket.name && $0.cell.horizon == cell.horizon && $0.cell.platform == cell.platform
        }
        let known = Set(curve.map(\.cell.leverage))
        let leverages = chosen(
            report.study.grid.leverages.filter(known.contains), limit: 12, keeping: cell.leverage)
        guard leverages.count > 1 else { return [] }
        let table = SectionTable(
            name: "Share of \(visibleText(words.basket.name)) below zero by leverage, %",
            head: ["Below zero, %"] + leverages.map(\.screenText),
            rows: words.basket.modes.map { SectionTable.Row($0.words, row($0, leverages, curve)) })
        return [.folded("By leverage", [.table(table)])]
    }

    private func row(_ mode: AccountMode, _ leverages: [Leverage], _ curve: [BasketResult]) -> [ShownFigure] {
        leverages.map { leverage in
            .share(curve.first { $0.mode == mode && $0.cell.leverage == leverage }?.estimate.negativeShare)
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
