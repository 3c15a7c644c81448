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
    private let changes: ChangesSection?
    private let failures: FailuresSection?
    private let curves: CurvesSection?
    private let spreading: SpreadSection?
    private let whoPays: WhoPaysSection?
    private let simulated: SimulatedSection?
    private let sides: SideSections?

    init(report: RunReport, pages: [AssetSide], tables: [String], answers: [Answer]) {
        (self.report, self.pages, self.tables) = (report, pages, tables)
        headlineCell = report.study.headlineCell
        questions = QuestionsSection(answers: answers)
        (changes, failures) = (ChangesSection(report), FailuresSection(report))
        curves = CurvesSection(report, pages: pages)
        (spreading, whoPays) = (SpreadSection(report), WhoPaysSection(report))
        (simulated, sides) = (SimulatedSection(report), SideSections(report))
    }

    /// The page.
    var file: ReportFile {
        let page = Page(
            title: "\(report.study.name) · BelowZero run \(report.runID)",
            printFooter: "BelowZero · \(report.study.name) · run \(report.runID)", subject: "stress run", root: "",
            sections: places, version: report.version, rules: curves?.rules ?? "", footer: report.footer)
        let html = page.html { w in
            w.write(answer, root: "")
            w.write(parts, root: "")
        }
        return ReportFile(path: "index.html", contents: html)
    }

    /// Places to jump to.
    private var places: [(id: String, label: String)] {
        let first = [
            report.limits.isEmpty ? nil : (id: "limits", label: "Limits"), changes.map { _ in ChangesSection.section },
            failures.map { _ in FailuresSection.section }, QuestionsSection.section,
            curves.map { _ in CurvesSection.section }, ("assets", "Assets"),
        ]
        return first.compactMap { $0 } + (spreading?.sections ?? []) + (whoPays?.sections ?? [])
            + (simulated?.sections ?? []) + (sides?.sections ?? []) + [("data", "Data"), ("files", "Files")]
    }

    /// What the page says first.
    var answer: PageAnswer { FrontAnswer(report).answer }

    /// Everything below the answer, in the page's order.
    var parts: [PagePart] {
        first.map(PagePart.section) + found
            + [HistoriesSection(assets: report.assets).section, files].map(PagePart.section)
    }

    /// What became of the limits, what changed, what people ask, and all histories at a glance.
    private var first: [ReportSection] {
        let limits = report.limits.isEmpty ? nil : LimitsSection(report, pages: pages).section
        let sections: [ReportSection?] = [
            limits, changes?.section, failures?.section, questions.section,
            curves?.section(filtering: MatrixSection.rows(report, pages: pages)), matrix?.section,
        ]
        return sections.compactMap { $0 }
    }

    private var matrix: MatrixSection? {
        MatrixSection(report, pages: pages, headline: headlineCell, hasBox: curves != nil)
    }

    /// What the study asked for beside its grid.
    private var found: [PagePart] {
        let single = [spreading?.section].compactMap { $0 }.map(PagePart.section)
        let last = ([simulated?.section] + (sides?.all ?? [])).compactMap { $0 }.map(PagePart.section)
        return single + (whoPays?.parts ?? []) + last
    }

    private var files: ReportSection {
        ReportSection(
            "files", label: "Files", title: "Everything on these pages, as files",
            definition: "UTF-8, one header line, fractions from 0 to 1, empty where there is no value.",
            [.files(tables + ["summary.json", "run.json", storedResultsName])])
    }
}
