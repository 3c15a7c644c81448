import ArgumentParser
import Foundation
import RunStore
import StressBasics
import StressEngine
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

    @Flag(
        help: "Print what the sections of the pages say instead, and write nothing; with --json an object a section.")
    var text = false

    @Flag(
        help:
            "Write the tables of the sections instead, a CSV each, with the exact numbers behind the words; tables.csv names them."
    )
    var csv = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if text, csv { throw ValidationError("--text prints and --csv writes: choose one of them") }
        if text, out != nil { throw ValidationError("--text writes no folder: leave --out away") }
        try StandardOutput.refuse(out, for: "--out", because: "it is a folder of several files")
    }

    func run() throws {
        try common.reporting {
            let interruption = Interruption(isJSON: common.json, console: common.console)
            var report = try StoredReport(folder).report
            if text { return try printSections(report) }
            if csv { return try writeTables(report, interruption) }
            // A copy beside a run must not look like one more night.
            if report.circumstances.isRecorded == true { report.circumstances.isRecorded = false }
            let target = out ?? defaultName("report")
            let files = RunFiles(report, allowLarge: allowLarge)
            try publish(to: target, interruption) { try files.write(to: $0, control: interruption.control) }
            if common.json { return try Console.print(report.summaryLine(files: files.sizes.map(\.path))) }
            for page in files.pages.refused {
                common.console.warn(
                    "\(page.path) was left out, as it is too large for browsers; --allow-large writes it")
            }
            try Console.print("Wrote \(target) (\(files.sizes.count) files) from the results of \(report.runID)")
            try Console.print("Next: open \(shellQuoted(target + "/index.html"))")
        }
    }

    private func printSections(_ report: RunReport) throws {
        if common.json { return try Console.print(report.sectionsJSON) }
        try StandardOutput.write(report.sectionsText(common.style))
    }

    private func writeTables(_ report: RunReport, _ interruption: Interruption) throws {
        let (target, files) = (out ?? defaultName("tables"), report.sectionFiles)
        try publish(to: target, interruption) { run in
            try run.checkSpace(for: files.map { ($0.path, $0.contents.utf8.count) })
            for file in files {
                if interruption.control.isCancelled { throw RunCancelled() }
                try run.write(file.contents, to: file.path)
            }
        }
        if common.json {
            let names = JSONValue.list(files.map { .text($0.path) })
            return try Console.print(JSONValue.object([("folder", .text(target)), ("files", names)]).line)
        }
        try Console.print("Wrote \(target) (\(files.count) files) from the results of \(report.runID)")
        try Console.print("Next: \(shellQuoted(target + "/tables.csv")) says what is in each")
    }

    /// `latest` is a link: the copy is named after what it points at.
    private func defaultName(_ kind: String) -> String {
        URL(fileURLWithPath: folder).resolvingSymlinksInPath().lastPathComponent + "-" + kind
    }

    /// Makes the folder, whole or not at all.
    private func publish(
        to target: String, _ interruption: Interruption, _ write: (borrowing RunFolder) throws -> Void
    ) throws {
        do {
            var run = try RunFolder(at: target)
            try interruption.during { try write(run) }
            interruption.setFarewell { Failure($0.code, "stopped, but \(target) is whole") }
            try run.publish()
        } catch let error as StoreError {
            throw Failure(error)
        }
    }
}
