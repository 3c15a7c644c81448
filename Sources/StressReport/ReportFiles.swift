import StressBasics
import RunStore
import StressResults

extension RunReport {
    /// All files of the run folder, in a fixed order: pages, drawings, tables, `summary.json`, `run.json`. Beside them stands
    /// the document of the results, from which they are written again.
    ///
    /// The same report gives the same bytes; only `run.json` and the footers of pages hold ``circumstances``.
    public func files() -> [ReportFile] {
        let shown = self.shown
        let sides = shown.assetSides
        let answers = RunAnswers(shown, pages: sides).all
        // Tables take the longest: they come first.
        let parts: [Written] =
            parallelMap(count: sides.count + 1, threads: circumstances.threads) { place in
                place == 0 ? Written(tables: self.tables(pages: sides, answers: answers)) : Written(sides[place - 1])
            } ?? []
        let tables: [CSVTable] = parts.flatMap(\.tables)
        var written = [IndexPage(report: shown, pages: sides, tables: tables.map(\.file), answers: answers).file]
        written += parts.compactMap(\.page) + parts.flatMap(\.drawings)
        written += WhoPaysSection(self)?.drawings ?? []
        written += SpreadSection(self)?.drawings ?? []
        written += tables.map { ReportFile(path: $0.file, contents: $0.contents) }
        let names = written.map(\.path) + ["summary.txt", "summary.json", "run.json", storedResultsName]
        return written + [summaryText, summary(files: names), manifest]
    }
}

/// What one thread writes: all tables, or a page with its drawings.
private struct Written {
    var tables: [CSVTable] = []
    var page: ReportFile?
    var drawings: [ReportFile] = []

    init(tables: [CSVTable]) { self.tables = tables }

    init(_ side: AssetSide) { (page, drawings) = (side.page, side.drawings) }
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
