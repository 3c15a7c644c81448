import ArgumentParser
import Foundation
import StressReport

/// What the `summary.json` of a run that stands says of it.
struct FinishedRun {
    let studyDigest: String
    let status: RunReport.Status

    private struct Summary: Decodable {
        struct Study: Decodable {
            let sha256: String
        }
        let study: Study
        let status: String
    }

    /// Nil when there is no whole run.
    init?(folder: String) {
        guard let data = FileManager.default.contents(atPath: folder + "/summary.json"),
            let summary = try? JSONDecoder().decode(Summary.self, from: data),
            let status = RunReport.Status(rawValue: summary.status)
        else { return nil }
        (studyDigest, self.status) = (summary.study.sha256, status)
    }

    /// How the command that finds it ends.
    func exit(noFail: Bool) -> ExitCode { status.exit(noFail: noFail) }
}

extension RunReport.Status {
    /// The exit code of a run that was written; `noFail` forgives a breached limit, not a failed job.
    func exit(noFail: Bool) -> ExitCode {
        switch self {
        case .ok: .success
        case .limitBreached: noFail ? .success : ExitCode(Failure.Code.limitBreached.rawValue)
        case .partial: ExitCode(Failure.Code.partial.rawValue)
        }
    }
}
