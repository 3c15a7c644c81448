import RunStore
import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// The front page of a run: limits first, then every price history and direction at a glance.
struct IndexPage {
    let report: RunReport
    let pages: [AssetSide]
    /// Names of the run's CSVs.
    let tables: [String]
    /// The cell of the first sentence; finding it walks the whole grid, so it is found once.
    let headlineCell: StudyCell?
    private let questions: QuestionsSection

    init(report: RunReport, pages: [AssetSide], tables: [String], answers: [Answer]) {
        questions = QuestionsSection(answers: answers)
        self.report = report
        self.pages = pages
        self.tables = tables
        headlineCell = report.study.headlineCell
    }

    private var confidence: Double { report.study.statistics.confidence }
    private var headline: CellSentences? { report.headlineSentences }
    private var whoPays: WhoPaysSection? { WhoPaysSection(report) }
    private var spreading: SpreadSection? { SpreadSection(report) }
    private var simulated: SimulatedSection? { SimulatedSection(report) }
    private var sides: SideSections? { SideSections(report) }
    private var changes: ChangesSection? { ChangesSection(report) }
    private var curves: CurvesSection? { CurvesSection(report, pages: pages) }

    /// The page.
    var file: ReportFile {
        let page = Page(
            title: "\(report.study.name) · BelowZero run \(report.runID)",
            printFooter: "BelowZero · \(report.study.name) · run \(report.runID)", subject: "stress run", root: "",
            sections: sections, version: report.version, footer: report.footer)
        let html = page.html { w in
            writeAnswer(&w)
            if !report.limits.isEmpty { LimitsSection(report, pages: pages).write(to: &w) }
            changes?.write(to: &w)
            if !report.failures.isEmpty { writeFailures(&w) }
            w.write(asked, root: "")
            curves?.write(to: &w, filter: rowCount)
            writeMatrix(&w)
            w.write(found, root: "")
            writeAssets(&w)
            writeFiles(&w)
        }
        return ReportFile(path: "index.html", contents: html)
    }

    private var sections: [(id: String, label: String)] {
        (report.limits.isEmpty ? [] : [("limits", "Limits")])
            + (changes == nil ? [] : [ChangesSection.section])
            + (report.failures.isEmpty ? [] : [("failures", "No data")])
            + [QuestionsSection.section] + (curves == nil ? [] : [CurvesSection.section]) + [("assets", "Assets")]
            + (spreading?.sections ?? []) + (whoPays?.sections ?? [])
            + (simulated?.sections ?? []) + (sides?.sections ?? []) + [
                ("data", "Data"), ("files", "Files"),
            ]
    }

    /// The sections that are values, in the page's order.
    var parts: [PagePart] { asked + found }

    private var asked: [PagePart] { [.section(questions.section)] }

    /// What the study asked for beside its grid.
    private var found: [PagePart] {
        let single = [spreading?.section].compactMap { $0 }.map(PagePart.section)
        let last = ([simulated?.section] + (sides?.all ?? [])).compactMap { $0 }.map(PagePart.section)
        return single + (whoPays?.parts ?? []) + last
    }

    // MARK: Answer

    private func writeAnswer(_ w: inout HTMLWriter) {
        w.line()
        w.element("section", .id("answer"), Attribute("aria-labelledby", "h-answer")) { w in
            w.element("p", .class("kicker"), text: kicker)
            w.element("h1", .id("h-answer")) { $0.phrases(title) }
            w.line()
            guard let headline else { return }
            if !report.limitGroups.isEmpty { w.element("p", .class("lede")) { $0.phrases(headline.headline) } }
            w.qualifications(headline)
        }
    }

    private var kicker: String {
        let study = report.study
        return "Study \(study.name) · \(counted(study.inputs.count, "price history", "price histories")) · "
            + "\(counted(report.rows.count, "cell", "cells")) · run \(report.runID)"
    }

    /// The state of the limits, or the headline when there are none.
    private var title: [Phrase] {
        let groups = report.limitGroups
        guard !groups.isEmpty else {
            guard let headline else { return [.plain("No cell matches the study’s headline")] + failedWords }
            return headline.headline
                + (failedWords.isEmpty ? [] : [.plain(" ")] + failedWords.dropFirst() + [.plain(".")])
        }
        let breached = groups.count { $0.outcome == .breach }
        let empty = groups.count { $0.outcome == .noValue || $0.outcome == .noHistory }
        let notShown = groups.filter { $0.outcome == .notShown }
        let met = groups.count - breached - empty - notShown.count
        var parts: [Phrase] = []
        if breached > 0 {
            parts = [.finding(counted(breached, "limit", "limits") + " breached")]
            if met > 0 { parts.append(.plain(", \(grouped(met)) met")) }
        } else if met > 0 {
            let others = empty + notShown.count
            parts = [.key(met == 1 && others == 0 ? "The one limit is met" : metWords(met, beside: others))]
        } else if notShown.isEmpty {
            parts = [.finding("No limit could be judged")]
        }
        if !notShown.isEmpty {
            let words = parts.isEmpty ? counted(notShown.count, "limit", "limits") : ", " + grouped(notShown.count)
            let isFailure = notShown.contains { $0.checks.contains(where: \.failsUnshown) }
            parts.append(isFailure ? .finding(words + " not shown") : .plain(words + " not shown"))
        }
        let unknown = groups.count {
            $0.outcome != .breach && $0.outcome != .notShown && $0.checks.contains(where: \.isUnknown)
        }
        let words = ", \(grouped(max(empty, unknown))) without a value"
        return parts
            + (max(empty, unknown) > 0 && groups.count > empty
                ? [unknown > 0 ? .finding(words) : .plain(words)] : [])
            + (report.isHeadlineUnknown ? [.plain(", "), .finding("no data for the headline")] : []) + failedWords
            + unmetWords
    }

    private func metWords(_ met: Int, beside empty: Int) -> String {
        empty > 0 ? "\(grouped(met)) \(met == 1 ? "limit is" : "limits are") met" : "All \(grouped(met)) limits are met"
    }

    /// `, 1 price history without data`.
    private var failedWords: [Phrase] {
        let count = report.failures.count
        return count == 0
            ? [] : [.plain(", "), .finding(counted(count, "price history", "price histories") + " without data")]
    }

    /// `, 1 request of the study without data`: a basket, or futures of a history.
    private var unmetWords: [Phrase] {
        let count = report.unmet.count
        return count == 0
            ? [] : [.plain(", "), .finding(counted(count, "request", "requests") + " of the study without data")]
    }

    // MARK: Failures

    private func writeFailures(_ w: inout HTMLWriter) {
        let definition =
            "Price histories that could not be computed tonight, why, and the last value that an earlier run of this study had."
        let count = counted(report.failures.count, "price history has", "price histories have")
        w.section("failures", label: "No data", title: "\(count) no result", definition: definition) { w in
            w.scrolling("Price histories without data") { w in
                w.element("table", .class("tbl")) { w in
                    w.element("caption", .class("vh"), text: "Price histories without data")
                    w.tableHead(["Asset", "State", "Why", "Last good value"], numbersFrom: 9)
                    w.element("tbody") { w in
                        for failure in report.failures { write(failure, &w) }
                    }
                }
            }
            w.source(report.failureTables.map(\.file), root: "")
        }
    }

    private func write(_ failure: JobFailure, _ w: inout HTMLWriter) {
        w.element("tr") { w in
            w.element("th", Attribute("scope", "row")) { $0.name(failure.asset) }
            w.element("td") { $0.pill("bad", "–", "no data") }
            w.element("td") { w in
                w.text(failure.message)
                if !failure.hint.isEmpty { w.element("small", text: " To do: " + failure.hint) }
            }
            w.element("td") { w in
                let known = report.lastGood.filter { $0.cell.asset == failure.asset }
                if known.isEmpty { w.text("none on record") }
                for (place, good) in known.enumerated() {
                    w.text((place > 0 ? "; " : "") + good.words)
                }
            }
        }
        w.line()
    }

    // MARK: Matrix

    private func writeMatrix(_ w: inout HTMLWriter) {
        guard let cell = headlineCell else { return }
        let interval =
            ", with the \(confidenceText(confidence)) interval underneath"
            + (hasWorst ? ", and the worst fill after ▾." : ".")
        let definition =
            "Share of entries in % that ended below zero, held for up to \(spanWords(cell.horizon))"
            + (isDense ? "; intervals are on the pages of the rows." : interval)
        w.section("assets", label: "Assets × leverage", title: matrixTitle, definition: definition) { w in
            // The curves above bring the box along.
            if curves == nil { w.filterBox("Show only", count: rowCount) }
            for platform in report.study.platforms {
                if report.study.platforms.count > 1 { w.element("h3", text: "Platform \(platform.name)") }
                let name = "Share below zero, platform \(platform.name)"
                w.scrolling(name, isTall: rowCount > IndexPage.mostRows) { writeMatrix(platform: platform.name, &$0) }
            }
            w.heatLegend()
            w.source(["results.csv"], root: "", note: leverageNote)
        }
    }

    private var hasWorst: Bool { report.rows.contains { $0.estimate.worstExit != nil } }

    /// Rows of the matrices together.
    private var rowCount: Int { pages.count * report.study.grid.contracts.count * report.study.platforms.count }

    /// Rows of a matrix that a screen can still show with its head.
    static let mostRows = 16

    /// Whether cells are numbers alone: with intervals and explanations a page of this many would be megabytes.
    private var isDense: Bool { rowCount > 100 }

    /// The leverages shown: fewer the more rows there are, so that the page stays below a megabyte.
    var leverages: [Leverage] {
        let limit = max(3, min(12, 16_000 / max(1, rowCount)))
        return chosen(report.study.grid.leverages, limit: limit, keeping: headlineCell?.leverage)
    }

    private var leverageNote: String {
        let all = report.study.grid.leverages.count
        return leverages.count < all ? "Shown: \(leverages.count) of \(all) leverages" : ""
    }

    private var matrixTitle: String {
        let sides = report.study.grid.sides.map(\.rawValue).joined(separator: " and ")
        return "\(counted(report.assets.count, "price history", "price histories")), \(sides), at a glance"
    }

    private func writeMatrix(platform: String, _ w: inout HTMLWriter) {
        w.element("table", .class(isDense ? "heat wide dense sortable" : "heat wide sortable")) { w in
            w.element("caption", .class("vh"), text: "Share of entries below zero by asset, side and leverage")
            w.element("thead") { w in
                w.element("tr") { w in
                    w.element("th", Attribute("scope", "col"), .class("corner"), text: "Report")
                    for leverage in leverages { w.element("th", Attribute("scope", "col"), text: leverage.screenText) }
                }
            }
            w.line()
            w.element("tbody") { w in
                for page in pages {
                    for contract in report.study.grid.contracts {
                        writeRow(page, contract: contract, platform: platform, &w)
                    }
                }
            }
        }
    }

    private func writeRow(_ page: AssetSide, contract: ContractKind, platform: String, _ w: inout HTMLWriter) {
        let horizon = headlineCell?.horizon
        let cells = page.rows.filter {
            $0.cell.contract == contract && $0.cell.platform == platform && $0.cell.horizon == horizon
        }
        w.element("tr") { w in
            w.element("th", Attribute("scope", "row")) { w in
                w.element("a", .href("reports/" + page.fileName)) { w in
                    w.name(page.asset.asset)
                    w.text(" " + page.side.rawValue)
                }
                if report.study.grid.contracts.count > 1 { w.text(" " + contract.rawValue) }
            }
            for leverage in leverages {
                let row = cells.first { $0.cell.leverage == leverage }
                // Who is never liquidated has no fill.
                let filled = row?.isEverLiquidated == true ? row?.estimate : nil
                HeatCell(
                    figure: row?.estimate.figure(.negativeEquity, confidence: confidence),
                    worst: filled?.figure(.worstNegativeEquity, confidence: confidence),
                    atOnce: filled?.figure(.gapNegativeEquity, confidence: confidence),
                    best: filled?.figure(.bestNegativeEquity, confidence: confidence), confidence: confidence,
                    subject: "\(leverage.screenText) \(page.side.rawValue)",
                    isHeadline: row != nil && row?.cell == headlineCell, isBare: isDense
                ).write(to: &w)
            }
        }
        w.line()
    }

    // MARK: Data and files

    private func writeAssets(_ w: inout HTMLWriter) {
        let definition = "What was read for each price history, and what the checks found."
        w.section("data", label: "Data", title: dataTitle, definition: definition) { w in
            w.scrolling("Price histories") { w in
                w.element("table", .class("tbl checks-t filtered")) { w in
                    w.element("caption", .class("vh"), text: "Price histories")
                    w.tableHead(["Asset", "State", "Period (UTC)", "Bars", "Checks"], numbersFrom: 9)
                    w.element("tbody") { w in
                        for asset in report.assets { write(asset, &w) }
                    }
                }
            }
            w.source(["data_quality.csv"], root: "")
        }
    }

    private var dataTitle: String {
        let warned = report.assets.count { asset in asset.summaries.contains { $0.severity >= .warning } }
        guard warned > 0 else { return "No warnings about the data" }
        return
            "Data warnings in \(grouped(warned)) of \(counted(report.assets.count, "price history", "price histories"))"
    }

    private func write(_ asset: AssetReport, _ w: inout HTMLWriter) {
        w.element("tr") { w in
            w.element("th", Attribute("scope", "row")) { $0.name(asset.asset) }
            w.element("td") { (asset.summaries.map(\.severity).max() ?? .pass).writePill(to: &$0) }
            w.element("td", text: "\(asset.first.civil.dateText) to \(asset.last.civil.dateText)")
            w.element("td", text: "\(grouped(asset.bars)) of \(timeText(asset.barLength))")
            w.element("td", text: asset.summaries.isEmpty ? "none on record" : asset.summaries.countWords)
        }
        w.line()
    }

    private func writeFiles(_ w: inout HTMLWriter) {
        let definition = "UTF-8, one header line, fractions from 0 to 1, empty where there is no value."
        w.section("files", label: "Files", title: "Everything on these pages, as files", definition: definition) { w in
            w.element("ul", .class("files")) { w in
                for file in tables + ["summary.json", "run.json", storedResultsName] {
                    w.element("li") { $0.element("a", .href(file), text: file) }
                }
            }
        }
    }
}
