import Foundation
import RunStore
import StressBasics
import StudyPlan

/// What `run` and `sweep` have in common: a checked study, from plan to written run.
struct StressJob {
    let study: Study
    let files: InputFiles
    let out: String?
    let command: String
    let work: WorkOptions
    let common: CommonOptions

    func run() throws {
        let plan = WorkPlan(
            study, files: files, threads: work.threadCount, memory: work.memory.flatMap(MemorySize.init),
            isTableOnly: out == "-")
        if work.dryRun { return Talk.print(PlanText(plan: plan, place: outputText, timeout: timeout).text) }
        try plan.check()
        var tiers = TierFiles(files: files)
        let study = try tiers.resolve(study)
        if let finished = try finishedRun(study) { throw finished }
        let unfinished = try takePlace(study)
        let interruption = Interruption(isJSON: common.json)
        interruption.setFarewell { unfinished?.close() ?? false ? $0.resumable : $0 }
        do {
            try run(study, plan, tiers, interruption, unfinished)
        } catch let failure as Failure {
            throw unfinished?.close() ?? false ? failure.resumable : failure
        }
    }

    private func run(
        _ study: Study, _ plan: WorkPlan, _ tiers: TierFiles, _ interruption: Interruption, _ unfinished: UnfinishedRun?
    ) throws {
        let started = wallClock()
        let session = StressSession(
            study: study, files: files, command: command, started: started, threads: work.threadCount,
            kernel: work.kernel, talk: common.talk, interruption: interruption, tierFiles: tiers,
            cache: work.cache.series, isTableOnly: out == "-", tallies: work.cache.tallies, plan: plan,
            timeout: timeout, unfinished: unfinished)
        let report = try session.report()
        let writer = RunWriter(common: common, work: work, interruption: interruption, unfinished: unfinished)
        try writer.finish(report, folder: out ?? "\(studyFolder)/\(started.folderText)")
    }

    private var timeout: TimeSpan? { work.jobTimeout.flatMap { TimeSpan($0) } }
    private var studyFolder: String { "Reports/\(study.name)" }
    private var outputText: String { out ?? "\(studyFolder)/<UTC time>" }

    // MARK: Resuming

    /// The folder of the unfinished run, taken over from a process that ended or made anew; nil when nothing is written.
    private func takePlace(_ study: Study) throws -> UnfinishedRun? {
        if out == "-" {
            if work.resume { throw Failure(.usage, "--resume needs a folder to write to, not --out -") }
            return nil
        }
        let digest = Digest(of: study.canonicalText).short
        let place = out.map { RunPlace(folder: $0) } ?? RunPlace(in: studyFolder, name: digest)
        do throws(StoreError) {
            let unfinished = try UnfinishedRun(
                place, isResuming: work.resume,
                about: "Study \(study.name), digest \(digest), begun \(wallClock().rfc3339).")
            UnfinishedRun.removeStale(in: out == nil ? studyFolder : unfinished.parent)
            if unfinished.hasDiscarded {
                common.talk.say("note: an unfinished run was discarded; with --resume it would have been finished")
            }
            return unfinished
        } catch {
            throw Failure(error)
        }
    }

    /// With `--resume`, a run that stands already needs nothing; the exit code is its own. Nil when there is work to do.
    private func finishedRun(_ study: Study) throws -> (any Error)? {
        guard work.resume, let out, out != "-", let summary = FinishedRun(folder: out),
            summary.studyDigest == Digest(of: study.canonicalText).hex
        else { return nil }
        common.talk.say("\(out) is finished already; there is nothing to resume")
        return summary.exit(noFail: work.noFail)
    }
}

/// `text` as one word of a shell command.
func shellQuoted(_ text: String) -> String {
    let plain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-/:,=+%@".contains($0)) }
    return plain && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
}
