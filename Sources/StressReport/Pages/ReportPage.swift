import StressBasics
import StressResults
import StressStatistics

extension AssetSide {
    /// The page of one price history and direction.
    var page: ReportFile {
        let name = "\(visibleText(asset.asset)) \(side.rawValue)"
        var page = Page(
            title: "\(name) · below zero, \(report.study.name)",
            printFooter: "BelowZero · \(name) · run \(report.runID)",
            subject: "stress report", root: "../",
            sections: sections, version: report.version, footer: report.footer)
        if isExplorable { page.script = .explorer }
        let html = page.html(data: writeCells) { w in
            w.write(answer, root: "../")
            w.write(parts, root: "../")
        }
        return ReportFile(path: "reports/" + fileName, contents: html)
    }

    /// Everything below the answer.
    var parts: [PagePart] {
        [.section(gridSection)] + figureParts + (protection.map { [.section($0)] } ?? []) + anatomyParts + [
            .section(dataQuality), .section(method),
        ]
    }

    private var sections: [(id: String, label: String)] {
        let causes = CauseChart(self) == nil ? [] : [(id: "causes", label: "Causes")]
        let safeguards = safeguards == nil ? [] : [(id: "safeguards", label: "Safeguards")]
        return [("grid", "Grid"), ("leverage", "Leverage"), ("severity", "Severity")] + safeguards + causes
            + (hasProtection ? [(id: "protect", label: "What protects")] : [])
            + anatomySections
            + [("data", "Data"), ("method", "Method")]
    }
}

extension RunReport {
    /// Every page with its sections: the front page first, then one for every history and direction.
    var sectionPages: [(file: String, sections: [ReportSection])] {
        let shown = self.shown
        let sides = shown.assetSides
        let answers = RunAnswers(shown, pages: sides).all
        let files = tables(pages: sides, answers: answers).map(\.file)
        let front = IndexPage(report: shown, pages: sides, tables: files, answers: answers)
        return [("index.html", [front.answer.section] + front.parts.flatMap(\.sections))]
            + sides.map { ("reports/" + $0.fileName, [$0.answer.section] + $0.parts.flatMap(\.sections)) }
    }

    /// The pages of the run, in study order, long before short as the study has it.
    var assetSides: [AssetSide] {
        let slugs = pageSlugs(for: assets.map(\.asset))
        let (headline, records) = (study.headlineCell, recordsByAsset)
        return zip(assets, slugs).flatMap { asset, slug in
            study.grid.sides.map { side in
                AssetSide(
                    report: self, asset: asset, records: records[asset.asset] ?? AssetRecords(), side: side,
                    fileName: "\(slug)-\(side.rawValue).html",
                    headline: headline)
            }
        }
    }

    /// The sentences about the headline cell.
    var headlineSentences: CellSentences? {
        guard let row = headlineRow, let asset = assets.first(where: { $0.asset == row.cell.asset }) else { return nil }
        return sentences(row, of: asset)
    }

    /// The sentences about a cell of a price history: the same words on every page, in mails, and on the terminal.
    ///
    /// - Parameter years: what the cell said of later years, where that is at hand.
    func sentences(_ row: ResultRow, of asset: AssetReport, years: [YearTest]? = nil) -> CellSentences {
        CellSentences(
            row: row, barLength: asset.barLength, confidence: study.statistics.confidence,
            fit: row.estimate.status == .noData ? historyFit(of: row.cell) : nil,
            delay: study.rules(of: row.cell.key)?.liquidation.delay, wideSteps: asset.wideSteps,
            hasSinglePrices: asset.hasSinglePrices, hasUnseenTriggers: asset.hasUnseenTriggers,
            years: years ?? yearRecords.first { $0.cell.key == row.cell.key }?.years ?? [],
            length: asset.last + asset.barLength - asset.first)
    }
}
