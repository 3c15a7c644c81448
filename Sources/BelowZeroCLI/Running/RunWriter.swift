import ArgumentParser
import Foundation
import Logging
import RunStore
import StressBasics
import StressEngine
import StressPipeline
import StressReport
import StressResults
import StudyPlan

/// Writes a report's files as one run folder and tells the user.
struct RunWriter {
    let common: CommonOptions
    let work: WorkOptions
    let interruption: Interruption
    let unfinished: UnfinishedRun?
    let console: Console
    /// The command that takes the headline's cell apart; nil where there is no study to name.
    let explanation: String?

    /// Writes the run to `folder`, or prints `results.csv` when `folder` is `-`; then the headline, and exit code 4 when a job
    /// failed, or 3 when a limit is breached, or not shown though it must be.
    func finish(_ report: RunReport, folder: String) throws {
        if folder == "-" {
            try Console.print(report.resultsText)
            try judge(report)
        } else {
            let files = RunFiles(report, allowLarge: work.allowLarge)
            try write(files, to: folder)
            if let file = work.mailBody { writeMail(report, to: file) }
            let unsaid = unsaid(report, files: files, folder: folder)
            tell(files.pages)
            let isCut = !files.pages.refused.isEmpty
            try judge(report, unsaid: unsaid, otherwise: isCut ? .cannotCreate : nil)
        }
    }

    /// Says what became of the run. It stands by now: what cannot be said is said as an error and given back.
    private func unsaid(_ report: RunReport, files: RunFiles, folder: String) -> Failure? {
        do {
            try tell(report, files: files, folder: folder)
        } catch {
            guard let failure = error as? Failure else { return nil }
            failure.messages.forEach(console.complain)
            if failure.messages.isEmpty { console.warn("\(failure.plainMessage); the run stands whole") }
            return failure
        }
        return nil
    }

    private func write(_ files: RunFiles, to folder: String) throws {
        do {
            guard let unfinished else { preconditionFailure("a run that is written has a place") }
            var run = try unfinished.runFolder(at: folder)
            try files.write(to: run, control: interruption.control) { file in
                console.detail(
                    "file written",
                    ["file": .string(file.path), "bytes": .stringConvertible(file.contents.utf8.count)])
            }
            interruption.setFarewell { failure in
                // The disk may be slow to confirm what stands already, and whoever reads what is said may be, too.
                if FileManager.default.fileExists(atPath: folder) {
                    return Failure(failure.code, "stopped, but \(folder) is whole")
                }
                return unfinished.close() ? failure.resumable : failure
            }
            try run.publish()
        } catch let error as StoreError {
            throw Failure(error)
        }
    }

    /// The run stands by now: a mail that cannot be written is said and changes nothing.
    private func writeMail(_ report: RunReport, to file: String) {
        do throws(Failure) {
            try OwnFile.mail.write(report.mailBody, to: file, force: work.forcing.force)
        } catch {
            console.warn("--mail-body: \(error.plainMessage)")
        }
    }

    private func tell(_ pages: LargePages) {
        for page in pages.warned {
            console.warn("\(page.path) is \(megabytes(page.bytes)): browsers take long to open it")
        }
        for page in pages.refused {
            console.complain(
                "error: \(page.path) would be \(megabytes(page.bytes)), so it was left out; its numbers are in the CSV files\n"
                    + "   = help: fewer platforms, contracts or assets make it smaller; --allow-large writes it all the same"
            )
        }
    }

    private func megabytes(_ bytes: Int) -> String { fixedText(Double(bytes) / 1e6, decimals: 1) + " MB" }

    private func tell(_ report: RunReport, files: RunFiles, folder: String) throws {
        if common.json {
            return try Console.print(report.summaryLine(files: files.sizes.map(\.path)))
        }
        console.tell(
            "run done",
            [
                "exit": .stringConvertible(report.circumstances.exitCode ?? 0), "folder": .string(folder),
                "files": .stringConvertible(files.sizes.count), "content": .string(report.runID),
                "seconds": .stringConvertible(report.circumstances.duration.inSeconds),
            ])
        guard !common.quiet else { return }
        for line in report.qualityLines { console.about(job: line.asset).warn(line.text) }
        try show(report)
        try show(files, of: report, folder: folder)
        let (failed, jobs) = (report.failures.count, report.study.inputs.count)
        if failed > 0 { console.warn("\(failed) of \(jobs) jobs failed; the others are done") }
        // What the run is about has left a screen that so much was printed on.
        if report.isLongOnTerminal { try Console.print("\n\(common.style.wrapped(report.headlineText))") }
    }

    /// What was found.
    private func show(_ report: RunReport) throws {
        let style = common.style
        try Console.print("\n\(style.wrapped(report.headlineText))\n\n\(report.terminalTable(style))\n")
        let assets = report.assetLines(style)
        if !assets.isEmpty { try Console.print("\n\(assets)\n") }
        if let words = report.ledgerText { try Console.print("\n\(style.wrapped("Who pays. " + words))\n") }
        if let words = report.togetherText { try Console.print("\nLimits. \(words)\n") }
    }

    /// What was written, and how to look at it.
    private func show(_ files: RunFiles, of report: RunReport, folder: String) throws {
        let size = megabytes(files.sizes.reduce(0) { $0 + $1.bytes })
        let seconds = fixedText(report.circumstances.duration.inSeconds, decimals: 1)
        try Console.print("Wrote \(visibleText(folder)) (\(files.sizes.count) files, \(size)) in \(seconds) s")
        try Console.print(
            "Next: open \(visibleText(shellQuoted(folder + "/index.html")))"
                + (explanation.map { "\n  or: \(visibleText($0))" } ?? ""))
    }

    /// The most breaches that get a line of their own.
    private static let mostBreaches = 20

    private func judge(_ report: RunReport, unsaid: Failure? = nil, otherwise: Failure.Code? = nil) throws {
        let breaches = report.limits.filter(\.breached)
        for check in breaches.prefix(RunWriter.mostBreaches) { console.complain(check) }
        if breaches.count > RunWriter.mostBreaches {
            console.complain("and \(breaches.count - RunWriter.mostBreaches) more limits breached; see limits.csv")
        }
        tellNotShown(report)
        complainOfUnknowns(report)
        if let unsaid { throw ExitCode(unsaid.code.rawValue) }
        let code = report.status.exitCode(noFail: work.noFail)
        if code != 0 { throw ExitCode(Int32(code)) }
        if let otherwise { throw ExitCode(otherwise.rawValue) }
    }
}

extension RunWriter {
    /// Limits that are neither breached nor shown to be met: an error where the study says so, else a warning.
    private func tellNotShown(_ report: RunReport) {
        let (failing, warning) = (report.limits.filter(\.failsUnshown), report.limits.filter(\.warns))
        for check in failing.prefix(RunWriter.mostBreaches) { console.tellNotShown(check, level: .error) }
        for check in warning.prefix(RunWriter.mostWarnings) { console.tellNotShown(check, level: .warning) }
        let rest =
            max(0, failing.count - RunWriter.mostBreaches) + max(0, warning.count - RunWriter.mostWarnings)
        if rest > 0 {
            let words = "and \(rest) more limits not shown; see limits.csv"
            if failing.count > RunWriter.mostBreaches { console.complain(words) } else { console.warn(words) }
        }
    }

    /// The most limits that are not shown and only warn with a line of their own: a limit on every cell has many.
    private static let mostWarnings = 5

    /// What nothing is known of is not met.
    private func complainOfUnknowns(_ report: RunReport) {
        if report.isHeadlineUnknown, let words = report.headlineAbsenceWords {
            console.tell("headline without data", level: .error, people: "limit not met: \(words)")
        }
        for finding in report.unmet {
            console.tell(
                "request without data", ["check": .string(finding.check)], level: .error,
                people: SourceLocation.presentable(finding.message))
        }
        let told = report.unknownLimits.prefix(RunWriter.mostBreaches)
        for check in told {
            console.about(job: check.asset.isEmpty ? "-" : check.asset).tell(
                "limit without value",
                [
                    "cell": .string(check.placeID), "measure": .string(check.limit.measure.rawValue),
                    "form": .string(check.limit.form.name), "reason": .string(check.absence?.words ?? ""),
                ], level: .error, people: "limit not met: \(report.absenceWords(check))")
        }
        // Those of failed jobs, which have been said, are counted with the rest.
        let untold = report.limits.count(where: \.isUnknown) - told.count
        if untold > 0 { console.complain("and \(untold) more limits without a value; see limits.csv") }
    }
}

extension Console {
    /// A limit that is not shown.
    fileprivate func tellNotShown(_ check: LimitCheck, level: Logger.Level) {
        about(job: check.asset.isEmpty ? "-" : check.asset).tell(
            "limit not shown", facts(of: check), level: level, people: "limit not shown: \(check.notShownWords)")
    }

    private func facts(of check: LimitCheck) -> Logger.Metadata {
        let measure = check.limit.measure
        let behaviour: Logger.Metadata = check.limit.behaviour.map { ["behaviour": .string($0)] } ?? [:]
        return behaviour.merging([
            "cell": .string(check.placeID), "measure": .string(measure.rawValue),
            "form": .string(check.limit.form.name), "value": .stringConvertible(check.value ?? .nan),
            "limit": .stringConvertible(check.threshold ?? .nan), "bound": .string(check.limit.bound.rawValue),
            "unit": .string(measure.unit.rawValue),
        ]) { own, _ in own }
    }

    /// A breached limit.
    fileprivate func complain(_ check: LimitCheck) {
        about(job: check.asset.isEmpty ? "-" : check.asset).tell(
            "limit breach", facts(of: check), level: .error, people: "limit breached: \(check.breachWords)")
    }
}

extension LimitCheck {
    /// What a log calls the place: the cell, the price history, or everybody on a platform.
    fileprivate var placeID: String {
        guard let platform else { return cell?.id ?? asset }
        return [asset, "everybody", platform].filter { !$0.isEmpty }.joined(separator: "/")
    }
}
