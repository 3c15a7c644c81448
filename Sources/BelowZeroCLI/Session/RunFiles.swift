import RunStore
import StressReport
import StressResults

/// What a run's folder holds: the files of its report, and the document from which they are written again.
struct RunFiles {
    let pages: LargePages
    let results: [UInt8]

    /// Every name with its bytes.
    var sizes: [(path: String, bytes: Int)] {
        pages.files.map { ($0.path, $0.contents.utf8.count) } + [(storedResultsName, results.count)]
    }

    /// O(size of the report).
    init(_ report: RunReport, allowLarge: Bool) {
        (pages, results) = (
            report.boundedFiles(allowLarge: allowLarge), compressedResults(ResultsDocument(report).bytes)
        )
    }

    /// Writes all of them into a folder that is not published yet, if there is room for them; throws the interruption's failure when
    /// one came between two files.
    func write(to run: borrowing RunFolder, interruption: Interruption, told: (ReportFile) -> Void = { _ in }) throws {
        try run.checkSpace(for: sizes)
        try run.write(results, to: storedResultsName)
        for file in pages.files {
            if interruption.control.isCancelled { throw interruption.failure }
            try run.write(file.contents, to: file.path)
            told(file)
        }
        if interruption.control.isCancelled { throw interruption.failure }
    }
}
