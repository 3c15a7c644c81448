import RunStore
import StressBasics
import StressEngine
import StressReport
import StressResults

/// What a run's folder holds: the files of its report, and the document from which they are written again.
public struct RunFiles {
    /// Pages and tables, those that are too large told apart.
    public let pages: LargePages
    /// The document, as it is kept.
    public let results: [UInt8]

    /// Every name with its bytes.
    public var sizes: [(path: String, bytes: Int)] {
        pages.files.map { ($0.path, $0.contents.utf8.count) } + [(storedResultsName, results.count)]
    }

    /// O(size of the report). `allowLarge` writes pages of any size.
    public init(_ report: RunReport, allowLarge: Bool) {
        let made = parallelMap(count: 2, threads: report.circumstances.threads) { part -> Part in
            part == 0
                ? .pages(report.boundedFiles(allowLarge: allowLarge))
                : .results(compressedResults(ResultsDocument(report).bytes))
        }
        guard case .pages(let pages)? = made?.first, case .results(let results)? = made?.last else {
            preconditionFailure("both are made")
        }
        (self.pages, self.results) = (pages, results)
    }

    private enum Part {
        case pages(LargePages)
        case results([UInt8])
    }

    /// Writes all of them into a folder that is not published yet, if there is room for them.
    ///
    /// - Parameter told: called after each page or table.
    /// - Throws: ``StoreError``; ``RunCancelled`` when `control` was cancelled between two files.
    public func write(to run: borrowing RunFolder, control: RunControl, told: (ReportFile) -> Void = { _ in }) throws {
        try run.checkSpace(for: sizes)
        try run.write(results, to: storedResultsName)
        for file in pages.files {
            if control.isCancelled { throw RunCancelled() }
            try run.write(file.contents, to: file.path)
            told(file)
        }
        if control.isCancelled { throw RunCancelled() }
    }
}
