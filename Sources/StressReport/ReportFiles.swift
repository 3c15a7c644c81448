import StressBasics
import RunStore
import StressResults

extension RunReport {
    /// All files of the run folder, in a fixed order: pages, drawings, tables, `summary.json`, `run.json`. Beside them stands
    /// the document of the results, from which they are written again.
    ///
    /// The same report gives the same bytes; only `run.json` and the footers of pages hold ``circumstances``.
    public func files() -> [ReportFile] {
        let pages = assetSides
        let tables = tables(pages: pages)
        let index = IndexPage(report: self, pages: pages, tables: tables.map(\.file)).file
        let written =
            [index] + pages.map(\.page) + pages.flatMap(\.drawings) + (WhoPaysSection(self)?.drawings ?? [])
            + (SpreadSection(self)?.drawings ?? [])
            + tables.map { ReportFile(path: $0.file, contents: $0.contents) }
        let names = written.map(\.path) + ["summary.txt", "summary.json", "run.json", storedResultsName]
        return written + [summaryText, summary(files: names), manifest]
    }
}

/// A finished output file, not yet on disk.
public struct ReportFile: Hashable, Sendable {
    /// Path inside the run folder, with `/`.
    public var path: String
    /// The whole contents, UTF-8.
    public var contents: String

    /// A file.
    public init(path: String, contents: String) {
        self.path = path
        self.contents = contents
    }
}
