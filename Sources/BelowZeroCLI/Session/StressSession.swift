import CSVIngest
import Foundation
import RunStore
import StressBasics
import StressEngine
import StressReport
import StressResults
import StressStatistics
import StudyPlan

/// One run from files to report: every price history is a job that is read, stressed, estimated and let go; what all of them
/// together tell is added at the end.
struct StressSession {
    let study: Study
    let files: InputFiles
    let command: String
    let started: UTCInstant
    let threads: Int
    let kernel: KernelChoice
    let console: Console
    let interruption: Interruption
    /// The tables that the study's platforms were read from.
    let tierFiles: TierFiles
    /// Where price files that were read before are kept.
    let cache: SeriesCache?
    /// Whether a report is wanted, or the table of results alone.
    let isTableOnly: Bool
    /// Keeps what was computed before.
    let tallies: TallyCache?
    /// Which jobs are done together.
    let plan: WorkPlan
    /// The longest that a job may take; nil without a bound.
    let timeout: TimeSpan?
    /// The folder of the run until it stands; nil when nothing is written to a folder.
    let unfinished: UnfinishedRun?

    /// Reads, computes and reports. Throws a ``Failure`` when no job could be done; writes nothing but kept jobs.
    func report() throws -> RunReport {
        let clock = ContinuousClock()
        let begin = clock.now
        var outcomes = try JobRunner(session: self).outcomes()
        let errors = outcomes.compactMap(\.error)
        guard errors.count < outcomes.count else { throw Failure(errors) }
        addSharedFindings(&outcomes)
        let results = outcomes.compactMap(\.result)
        let rows = zip(study.inputs, outcomes).flatMap { input, outcome in
            outcome.result?.rows ?? study.cells(of: input.asset).map(ResultRow.noData)
        }
        let text = study.canonicalText
        let seconds = begin.duration(to: clock.now)
        var report = RunReport(
            runID: runID(studyText: text, outcomes: outcomes), version: programVersion, study: study, studyText: text,
            studyDigest: Digest(of: text), command: command,
            assets: outcomes.compactMap { $0.result?.report ?? $0.error?.report }, rows: rows,
            limits: [],
            circumstances: RunCircumstances(
                started: started, duration: TimeSpan(milliseconds: Int64(seconds / .milliseconds(1))), threads: threads,
                host: hostText, kernels: kernelUses(results)))
        report.failures = errors.map(\.failure)
        report.details = results.flatMap(\.details)
        report.requirements = results.flatMap(\.requirements)
        report.lookBackMargins = results.flatMap(\.lookBackMargins)
        report.comparisons = results.flatMap(\.comparisons)
        report.bands = results.flatMap(\.bands)
        return isTableOnly ? report : report.comparing(results.compactMap(\.suspicion).first)
    }

    /// What was found in the platforms' tables, and what only all histories together tell.
    private func addSharedFindings(_ outcomes: inout [JobOutcome]) {
        let endings = outcomes.compactMap(\.result?.ending)
        for place in outcomes.indices {
            guard case .done(var result) = outcomes[place] else { continue }
            let survivorship = survivorshipFinding(result.ending, among: endings)
            result.report.findings += tierFiles.findings + [survivorship].compactMap { $0 }
            outcomes[place] = .done(result)
        }
    }

    private func kernelUses(_ results: [JobResult]) -> [RunCircumstances.KernelUse] {
        KernelKind.allCases.sorted { $0.rawValue < $1.rawValue }.compactMap { kind in
            let cells = results.reduce(0) { sum, result in sum + result.kernels.count { $0 == kind } }
            return cells > 0 ? RunCircumstances.KernelUse(name: kind.rawValue, cells: cells) : nil
        }
    }

    /// The same study on the same bytes with the same program has the same name, whenever and wherever it runs. A job that
    /// failed makes another run of it.
    private func runID(studyText: String, outcomes: [JobOutcome]) -> String {
        let inputs = outcomes.flatMap { outcome in
            switch outcome {
            case .done(let result): result.report.files.map(\.digest.hex)
            case .failed(let error): ["failed \(error.failure.asset) \(error.failure.reason.rawValue)"]
            }
        }
        let parts = [programVersion, studyText] + inputs + tierFiles.digests.map(\.hex)
        return Digest(of: parts.joined(separator: "\n")).name
    }
}

extension ResultRow {
    /// The row of a cell whose job failed.
    fileprivate static func noData(_ cell: StudyCell) -> ResultRow {
        ResultRow(cell: cell, fill: "", estimate: .noData)
    }
}

/// Operating system and architecture, without a host name.
private var hostText: String {
    #if arch(x86_64)
        let architecture = "x86_64"
    #elseif arch(arm64)
        let architecture = "arm64"
    #else
        let architecture = "other"
    #endif
    #if os(Linux)
        return "Linux \(architecture)"
    #else
        return "macOS \(architecture)"
    #endif
}
