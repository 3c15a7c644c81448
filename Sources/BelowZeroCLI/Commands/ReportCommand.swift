import ArgumentParser
import Foundation
import RunStore
import StressBasics
import StressPipeline
import StressReport
import StressResults

/// `belowzero report`: a stored run's pages and tables, written again.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write the pages and tables of a stored run again.",
        discussion: """
            A run's folder keeps its results in \(storedResultsName). From them every page and table is written again, with \
            the prices gone or changed: pages as this version of the program draws them, tables and numbers as they were. \
            The run itself is left alone, and the copy is no run of the history.

            EXAMPLES
              belowzero report Reports/nightly/latest
              belowzero report Reports/nightly/latest --out for-the-board
              belowzero report Reports/nightly/latest --text
              belowzero report Reports/nightly/latest --csv --out tables
            """)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @Option(
        help: "The folder to make. (default: the run's name with -report, or -tables with --csv, in this folder)",
        completion: .directory)
    var out: String?

    @Flag(help: "Write pages of any size.")
    var allowLarge = false

    @OptionGroup var sections: SectionOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if sections.text, out != nil { throw ValidationError("--text writes no folder: leave --out away") }
        try StandardOutput.refuse(out, for: "--out", because: "it is a folder of several files")
    }

    func run() throws {
        try common.reporting {
            let interruption = Interruption(isJSON: common.json, console: common.console)
            var report = try StoredReport(folder).report
            if sections.text { return try sections.print(report.pageSections, common) }
            let target = NewFolder(
                path: out ?? defaultName(sections.csv ? "tables" : "report"), interruption: interruption)
            let source = "the results of \(report.runID)"
            if sections.csv { return try sections.write(report.pageSections, of: source, to: target, common) }
            // A copy beside a run must not look like one more night.
            if report.circumstances.isRecorded == true { report.circumstances.isRecorded = false }
            let files = RunFiles(report, allowLarge: allowLarge)
            try target.write { try files.write(to: $0, control: interruption.control) }
            if common.json { return try Console.print(report.summaryLine(files: files.sizes.map(\.path))) }
            for page in files.pages.refused {
                common.console.warn(
                    "\(page.path) was left out, as it is too large for browsers; --allow-large writes it")
            }
            try Console.print(
                "Wrote \(visibleText(target.path)) (\(files.sizes.count) files) from \(visibleText(source))")
            try Console.print("Next: open \(visibleText(shellQuoted(target.path + "/index.html")))")
        }
    }

    /// `latest` is a link: the copy is named after what it points at.
    private func defaultName(_ kind: String) -> String {
        URL(fileURLWithPath: folder).resolvingSymlinksInPath().lastPathComponent + "-" + kind
    }
}
