import ArgumentParser
import CSVIngest
import Foundation
import RunStore
import StressBasics
import StressEngine
import StressPipeline
import StressResults
import StudyPlan

/// What `run` and `sweep` have in common: a checked study, from plan to written run.
struct StudyRun {
    let study: Study
    let files: InputFiles
    let out: String?
    let command: String
    let work: WorkOptions
    let common: CommonOptions
    /// The history that the run enters; nil for none.
    let store: String?
    /// How long to wait for another run.
    let patience: TimeSpan
    /// Whether only the plan is printed.
    var isRehearsal = false
    /// How bars are walked.
    var kernel = KernelChoice.automatic
    /// The study file and the folder of its prices; nil for a sweep.
    var studyFile: (path: String, prices: String?)?
    /// Where the study lies.
    var home = StudyHome()
    /// Where finished jobs are found and kept, by the folder of the unfinished run; nil for that folder alone.
    var pieces: (@Sendable (UnfinishedRun) -> any PieceStore)?
    /// Histories whose files are read; nil for all.
    var read: Set<Int>?

    func run() throws {
        let plan = WorkPlan(
            study, files: files, threads: work.threadCount,
            memory: work.memory.flatMap(MemorySize.init) ?? study.operations.job.memory,
            isTableOnly: out == "-", only: read)
        if out == "-", common.json {
            throw Failure(
                .usage, "--out - prints results.csv, which is no JSON",
                hint: "leave --json out, or name a folder: its summary is printed as JSON")
        }
        if isRehearsal { return try rehearse(plan) }
        if out == "-", work.resume { throw Failure(.usage, "--resume needs a folder to write to, not --out -") }
        if let finished = finishedRun() { return try finished() }
        try run(plan)
    }

    /// Computes and writes, in its turn.
    private func run(_ plan: WorkPlan) throws {
        let work = RunAtWork(interruption: Interruption(isJSON: common.json, console: common.console(isRun: true)))
        try self.work.checkMailBody()
        let night = try night(work.interruption)
        try night.run { night in
            try report(plan, night, work)
        } write: { report, night in
            try work.during {
                try RunWriter(
                    common: common, work: self.work, interruption: work.interruption, unfinished: work.unfinished,
                    console: night.console, explanation: explanation(of: night.folder)
                ).finish(report, folder: night.folder)
            }
        }
    }

    private func report(_ plan: WorkPlan, _ night: Night, _ work: RunAtWork) throws -> RunReport {
        try plan.check()
        let resolved = try ResolvedStudy(study, files: files)
        let place = try takePlace(console: night.console)
        work.unfinished = place
        work.interruption.setFarewell { [lost = night.lost] failure in
            _ = lost.record(failure)
            return place?.closed(failure) ?? failure
        }
        return try work.during {
            try StressSession(
                resolved, plan: plan, settings: settings, command: command, started: night.started,
                kept: place.map { pieces?($0) ?? $0 }, observer: RunLog(night.console, work.interruption)
            ).report()
        }
    }

    // MARK: Dry run

    /// Prints the plan, reads all that the run would read, and ends as the run would, limits aside.
    private func rehearse(_ plan: WorkPlan) throws {
        let text = PlanText(plan: plan, place: outputText, timeout: timeout)
        try Console.print(common.json ? jsonText(PlanJSON(text)) : text.text)
        try work.checkMailBody()
        if let out, out != "-", !work.resume, FileManager.default.fileExists(atPath: out) {
            throw Failure(.cannotCreate, "\(out) exists already", hint: "choose another --out, or move it away")
        }
        if let store { try home.expectOwnName(study.name, store: store) }
        try plan.check()
        var readable = study
        // A pipe can be read once, and that is for the run.
        readable.inputs.removeAll { $0.allFiles.contains { isPipe(files.located($0)) } }
        var options = IngestOptions(threads: work.threadCount, files: study.inputs.count)
        options.cache = work.cache.series
        guard let audit = StudyAudit(readable, files: files, options: options, threads: allCores) else { return }
        let objections = OperationObjections(study, home)
        let console = common.console(isRun: false)
        for error in audit.all.compactMap(\.error) { console.complain(error.rendered()) }
        objections.tell(console)
        if let code = audit.verdict ?? objections.verdict { throw ExitCode(code.rawValue) }
    }

    private func isPipe(_ path: String) -> Bool {
        guard let kind = (try? FileManager.default.attributesOfItem(atPath: path))?[.type] as? FileAttributeType else {
            return path == "-" || path.hasSuffix("/-")
        }
        return kind != .typeRegular && kind != .typeDirectory && kind != .typeSymbolicLink
    }

    // MARK: Around the run

    /// The run with its turn. One that does not get it has failed, too.
    private func night(_ interruption: Interruption) throws -> Night {
        let (asked, console) = (wallClock(), common.console(isRun: true))
        do {
            return try Night(
                study: study, home: home, command: command, out: out, store: store, patience: patience,
                noFail: work.noFail, console: console, interruption: interruption)
        } catch let failure as Failure {
            let isStopped = failure.code == .interrupted || failure.code == .terminated
            if !isStopped, let alert = study.alerts(home).first(where: { $0.key == "on_failure" }) {
                _ = alert.send(FailureAlertJSON(failure, study: study, started: asked), console: console) { false }
            }
            throw failure
        }
    }

    /// The command that takes the headline's cell apart; by the run's folder where there is no study file.
    private func explanation(of folder: String) -> String? {
        guard let cell = study.headlineCell else { return nil }
        let subject = studyFile.map { [$0.path] + ($0.prices.map { ["--prices", $0] } ?? []) } ?? [folder]
        let words =
            ["belowzero", "explain"] + subject
            + [
                "--asset", cell.asset, "--side", cell.side.rawValue, "--leverage", numberText(cell.leverage.value),
                "--horizon", cell.horizon.text,
            ]
        return words.map(shellQuoted).joined(separator: " ")
    }

    private var settings: RunSettings {
        RunSettings(
            threads: work.threadCount, kernel: kernel, caches: work.cache.caches, isTableOnly: out == "-",
            timeout: timeout)
    }

    private var timeout: TimeSpan? { work.jobTimeout.flatMap { TimeSpan($0) } ?? study.operations.job.timeout }
    private var studyFolder: String { "Reports/\(study.name)" }
    private var outputText: String { out ?? "\(studyFolder)/<UTC time>" }

    // MARK: Resuming

    /// The folder of the unfinished run, taken over from a process that ended or made anew; nil when nothing is written.
    private func takePlace(console: Console) throws -> UnfinishedRun? {
        if out == "-" { return nil }
        let place = out.map { RunPlace(folder: $0) } ?? RunPlace(in: studyFolder, name: digest.short)
        do throws(StoreError) {
            let unfinished = try UnfinishedRun(
                place, isResuming: work.resume,
                about: "Study \(study.name), digest \(digest.short), begun \(wallClock().rfc3339).")
            UnfinishedRun.removeStale(in: unfinished.parent)
            if unfinished.hasDiscarded {
                console.say("note: an unfinished run was discarded; with --resume it would have been finished")
            }
            return unfinished
        } catch {
            throw Failure(error)
        }
    }

    private var digest: Digest { Digest(of: study.canonicalText) }

    /// With `--resume`, a run that stands already needs nothing but its exit code; nil when there is work to do.
    private func finishedRun() -> (() throws -> Void)? {
        guard work.resume, let out, let finished = FinishedRun(folder: out), finished.studyDigest == digest.hex else {
            return nil
        }
        return {
            common.console(isRun: true).say("\(out) is finished already; there is nothing to resume")
            let code = finished.status.exitCode(noFail: work.noFail)
            if code != 0 { throw ExitCode(Int32(code)) }
        }
    }
}

/// A run from the moment it is computed: what may stop it, and what is left of it then.
private final class RunAtWork {
    let interruption: Interruption
    /// Where its finished jobs are kept; nil before it has its place, and where nothing is written.
    var unfinished: UnfinishedRun?

    init(interruption: Interruption) { self.interruption = interruption }

    /// Does work that may be stopped. What fails says that the run can be resumed, where it can.
    func during<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try interruption.during(body) } catch let failure as Failure {
            throw unfinished?.closed(failure) ?? failure
        }
    }
}

extension UnfinishedRun {
    /// The failure of a run that ends here: resumable where something was kept.
    fileprivate func closed(_ failure: Failure) -> Failure { close() ? failure.resumable : failure }
}
