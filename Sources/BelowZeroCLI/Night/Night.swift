import ArgumentParser
import Foundation
import RunStore
import StressBasics
import StressPipeline
import StressReport
import StressResults
import StudyPlan

/// What surrounds a run: it waits for its turn, knows earlier runs, and afterwards is recorded, pointed at, followed by
/// pruning, metrics and alerts.
///
/// Nothing in here can lose a run that was written: what goes wrong after that is said, and changes no exit code.
final class Night {
    let study: Study
    /// Where the study lies; what it names beside its data is relative to that.
    let home: StudyHome
    let command: String
    /// The folder that was asked for; nil for one named by the clock.
    let out: String?
    let noFail: Bool
    let interruption: Interruption
    /// When the run started: after its turn had come.
    let started: UTCInstant
    /// Where the run is written.
    let folder: String
    /// What is said about this run.
    let console: Console
    /// What is recorded when nothing is written.
    let lost: LostRun
    /// Where the study lies, as the history names it; empty without a history.
    private let studyFile: String
    private let history: RunHistory?
    private let lock: HeldLock?

    /// Waits for the run's turn and opens the history.
    ///
    /// - Parameter store: the history; nil for none.
    /// - Throws: a ``Failure`` when another run does not end in time, when the store is of a newer program or of another one,
    ///   and when the wait is interrupted. A store that cannot be used for other reasons is said and done without.
    init(
        study: Study, home: StudyHome, command: String, out: String?, store: String?, patience: TimeSpan,
        noFail: Bool, console: Console, interruption: Interruption
    ) throws {
        (self.study, self.home, self.command, self.out) = (study, home, command, out)
        (self.noFail, self.interruption) = (noFail, interruption)
        let access = StoreAccess(
            store: store, study: study, command: command, console: console.about(study: study.name, run: nil),
            interruption: interruption)
        let first = wallClock()
        (lock, history) = try access.take(patience: patience, now: first)
        studyFile = try home.claim(study.name, in: history)
        started = lock?.hasWaited == true ? wallClock() : first
        folder = out ?? Night.freeFolder("Reports/\(study.name)/\(started.folderText)")
        self.console = console.about(study: study.name, run: started.folderText)
        lost = LostRun(
            study, file: studyFile, command: command, started: started, history: history, console: self.console)
    }

    /// A name that no run of the same second has.
    private static func freeFolder(_ wanted: String) -> String {
        let names = [wanted] + (2...99).map { "\(wanted)-\($0)" }
        return names.first { !FileManager.default.fileExists(atPath: $0) } ?? wanted
    }

    /// Computes and writes a run, and does everything that belongs around it.
    ///
    /// - Parameters:
    ///   - compute: gives the report, its limits not yet judged.
    ///   - write: writes it whole, and throws an `ExitCode` when the program is to end with one.
    func run(_ compute: (Night) throws -> RunReport, write: (RunReport, Night) throws -> Void) throws {
        do {
            if out != "-" { complainOfCommands() }
            var report = try compute(self)
            judge(&report)
            var code: ExitCode?
            do { try write(report, self) } catch let error as ExitCode { code = error }
            finish(report, code: Int(code?.rawValue ?? 0))
            if let code { throw code }
        } catch let failure as Failure {
            fail(failure)
            throw PlacedFailure(failure: failure, console: console)
        }
    }

    // MARK: Limits

    private func judge(_ report: inout RunReport) {
        let judge = RunJudge(study: study, history: history, studyFile: studyFile, forgivesBreaches: noFail)
        for trouble in judge.judge(&report) { console.warn(trouble) }
    }

    // MARK: Afterwards

    /// A run that stands whole in its folder.
    ///
    /// - Parameter code: what the program ends with.
    private func finish(_ report: RunReport, code: Int) {
        guard out != "-" else { return }
        let isRecorded = record()
        if out == nil { pointLatest() }
        if isRecorded, out == nil { prune() }
        if isRecorded { writeIndex() }
        writeMetrics(code: code, report: report, isRecorded: isRecorded)
        var ended: [String: Bool] = [:]
        if report.limits.contains(where: { $0.breached || $0.failsUnshown }) {
            ended["on_breach"] = send("on_breach", BreachJSON(report, folder: folder))
        }
        if report.status == .partial {
            ended["on_failure"] = send("on_failure", FailureAlertJSON(report, folder: folder))
        }
        if ended.values.contains(false) {
            writeMetrics(code: code, report: report, isRecorded: isRecorded, commands: ended)
        }
        history?.close()
    }

    /// Runs one of the study's commands; true when it ended well or there is none.
    private func send(_ key: String, _ input: some Encodable) -> Bool {
        guard let alert = study.alerts(home).first(where: { $0.key == key }) else { return true }
        let control = interruption.control
        return alert.send(input, console: console) { control.isCancelled }
    }

    /// What of the study's commands cannot be run is said every night, not only in the one that needs them.
    private func complainOfCommands() {
        for alert in study.alerts(home) {
            if let objection = alert.objection { console.complain("error: \(alert.key): \(objection)") }
        }
    }

    private func record() -> Bool {
        guard let history else { return false }
        do throws(StoreError) {
            try history.record(try RunRecord(folder: folder, named: history.name(of: folder)))
            return true
        } catch {
            console.warn("the run is not in the history: \(error.message); the next run takes it in")
            return false
        }
    }

    private func pointLatest() {
        do throws(StoreError) {
            try LatestLink.update(in: "Reports/\(study.name)")
        } catch {
            console.warn(error.message)
        }
    }

    /// The page of all nights, again after every run and after old ones went.
    private func writeIndex() {
        guard let history else { return }
        let index = NightsIndex(history: history)
        do throws(Failure) {
            try index.write(to: index.path)
        } catch {
            console.warn("the page of all nights is not written: " + (error.findings.first?.message ?? ""))
        }
    }

    private func prune() {
        guard let history, let rules = study.operations.retention else { return }
        let retention = Retention(age: rules.days.map { .days(Int64($0)) }, runs: rules.runs)
        do throws(StoreError) {
            let result = try history.prune(
                study: study.name, retention, now: started, current: history.name(of: folder))
            if !result.removed.isEmpty {
                let words = result.removed.count == 1 ? "1 old run" : "\(result.removed.count) old runs"
                console.tell(
                    "prune done", ["removed": .stringConvertible(result.removed.count)], people: "Removed \(words)")
            }
            for reason in result.kept { console.warn("kept \(reason)") }
        } catch {
            console.warn("old runs are not removed: \(error.message)")
        }
    }

    /// A run that wrote nothing.
    private func fail(_ failure: Failure) {
        let isRecorded = lost.record(failure)
        if isRecorded { writeIndex() }
        let code = Int(failure.code.rawValue)
        writeMetrics(code: code, report: nil, isRecorded: isRecorded)
        // Whoever stopped the run knows.
        let isStopped = failure.code == .interrupted || failure.code == .terminated
        if !isStopped, out != "-",
            !send("on_failure", FailureAlertJSON(failure, study: study, started: started))
        {
            writeMetrics(code: code, report: nil, isRecorded: isRecorded, commands: ["on_failure": false])
        }
        history?.close()
    }

    /// - Parameter commands: which of the study's commands were run, and whether they ended well.
    private func writeMetrics(code: Int, report: RunReport?, isRecorded: Bool, commands: [String: Bool] = [:]) {
        guard let file = study.operations.metricsFile else { return }
        let earlier = history.flatMap { try? $0.runs(study: study.name).first { $0.status != .failed }?.started }
        var metrics = NightMetrics(
            study: study.name, started: started, ended: max(started, wallClock()), exitCode: code,
            lastSuccess: report != nil ? started : earlier, isRecorded: isRecorded, report: report)
        metrics.commands = study.alerts(home).map { ($0.key, $0.objection == nil && commands[$0.key] != false) }
        do throws(Failure) {
            try OwnFile.metrics.write(metrics.text, to: home.located(file))
        } catch {
            console.warn("metrics_file: \(error.plainMessage)")
        }
    }
}
