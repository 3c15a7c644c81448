import StressBasics

extension RunReport {
    /// All files of the run folder, in a fixed order: pages, drawings, tables, `summary.json`, `run.json`.
    ///
    /// The same report gives the same bytes; only `run.json` and the footers of pages hold ``circumstances``.
    public func files() -> [ReportFile] {
        let pages = assetSides
        let tables = tables(pages: pages)
        let index = IndexPage(report: self, pages: pages, tables: tables.map(\.file)).file
        let written =
            [index] + pages.map(\.page) + pages.flatMap(\.drawings)
            + tables.map { ReportFile(path: $0.file, contents: $0.contents) }
        let names = written.map(\.path) + ["summary.txt", "summary.json", "run.json"]
        return written + [summaryText, summary(files: names), manifest]
    }
}
