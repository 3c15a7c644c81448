import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// Every price history and direction against leverage, on the front page: the headline's holding time at a glance.
struct MatrixSection {
    let report: RunReport
    let pages: [AssetSide]
    let headline: StudyCell
    /// Whether a section above brings the box along that filters the rows.
    let hasBox: Bool

    /// Nil where no cell is the headline.
    init?(_ report: RunReport, pages: [AssetSide], headline: StudyCell?, hasBox: Bool) {
        guard let headline else { return nil }
        (self.report, self.pages, self.headline, self.hasBox) = (report, pages, headline, hasBox)
    }

    private var confidence: Double { report.study.statistics.confidence }

    /// Rows of the matrices together.
    static func rows(_ report: RunReport, pages: [AssetSide]) -> Int {
        pages.count * report.study.tableCount
    }

    private var rowCount: Int { MatrixSection.rows(report, pages: pages) }

    /// Rows of a matrix that a screen can still show with its head.
    static let mostRows = 16

    /// Whether cells are numbers alone: with intervals and explanations a page of this many would be megabytes.
    private var isDense: Bool { rowCount > 100 }

    /// Cells of all matrices together; a page of this many stays small. All leverages are on the pages of the rows.
    static let mostCells = 7000

    /// The leverages shown: fewer the more rows there are.
    static func leverages(_ report: RunReport, pages: [AssetSide], headline: StudyCell?) -> [Leverage] {
        let limit = max(3, min(12, mostCells / max(1, rows(report, pages: pages))))
        return chosen(report.study.grid.leverages, limit: limit, keeping: headline?.leverage)
    }

    private var leverages: [Leverage] { MatrixSection.leverages(report, pages: pages, headline: headline) }

    /// The section.
    var section: ReportSection {
        let interval =
            ", with the \(confidenceText(confidence)) interval underneath"
            + (hasWorst ? ", and the worst fill after ▾." : ".")
        let definition =
            "Share of entries in % that ended below zero, held for up to \(spanWords(headline.horizon))"
            + (isDense ? "; intervals are on the pages of the rows." : interval)
        let box: [Block] = hasBox ? [] : [.controls { $0.filterBox("Show only", count: rowCount) }]
        return ReportSection(
            "assets", label: "Assets × leverage", title: title, definition: definition,
            box + report.study.platforms.flatMap { blocks(platform: $0.name) } + [
                .heatLegend, .source(["results.csv"], note: leverageNote),
            ])
    }

    private var hasWorst: Bool { report.rows.contains { $0.estimate.worstExit != nil } }

    private var leverageNote: String {
        let all = report.study.grid.leverages.count
        return leverages.count < all ? "Shown: \(leverages.count) of \(all) leverages" : ""
    }

    private var title: String {
        let sides = report.study.grid.sides.map(\.rawValue).joined(separator: " and ")
        return "\(counted(report.assets.count, "price history", "price histories")), \(sides), at a glance"
    }

    // MARK: Table

    private func blocks(platform: String) -> [Block] {
        let heading: [Block] = report.study.platforms.count > 1 ? [.heading([.text("Platform \(platform)")])] : []
        let leverages = leverages
        let tables = report.study.tables.filter { $0.platform == platform }
        let table = SectionTable(
            name: "Share below zero, platform \(platform)",
            caption: "Share of entries below zero by asset, side and leverage",
            style: isDense ? .sortedDense : .sorted, head: ["Report"] + leverages.map(\.screenText),
            isTall: rowCount > MatrixSection.mostRows, isTerse: isDense,
            rows: pages.flatMap { page in
                tables.map { row(page, $0, leverages) }
            })
        return heading + [.table(table)]
    }

    private func row(_ page: AssetSide, _ table: CellSelector, _ leverages: [Leverage]) -> SectionTable.Row {
        let cells = page.rows.filter { table.matches($0.cell) && $0.cell.horizon == headline.horizon }
        let name: [Phrase] = [.name(page.asset.asset), .plain(" " + page.side.rawValue)]
        let kind: [Inline] = report.study.axesBetweenTables.filter { $0 != .platform }.compactMap { axis in
            table.plainText(axis).map { .text(" " + $0) }
        }
        return SectionTable.Row(
            [.link(name, to: "reports/" + page.fileName)] + kind,
            leverages.map { leverage in
                .heat(
                    cell(cells.first { $0.cell.leverage == leverage }, "\(leverage.screenText) \(page.side.rawValue)"))
            })
    }

    private func cell(_ row: ResultRow?, _ subject: String) -> HeatCell {
        // Who is never liquidated has no fill.
        let filled = row?.isEverLiquidated == true ? row?.estimate : nil
        return HeatCell(
            figure: row?.estimate.figure(.negativeEquity, confidence: confidence),
            worst: filled?.figure(.worstNegativeEquity, confidence: confidence),
            atOnce: filled?.figure(.gapNegativeEquity, confidence: confidence),
            best: filled?.figure(.bestNegativeEquity, confidence: confidence), confidence: confidence,
            subject: subject, isHeadline: row != nil && row?.cell == headline, isBare: isDense)
    }
}
