import Foundation
import StressReport
import StressResults

/// What the `summary.json` of a run that stands says of it.
public struct FinishedRun {
    /// SHA-256 of its study's text, hexadecimal.
    public let studyDigest: String
    /// What became of it.
    public let status: RunReport.Status

    private struct Summary: Decodable {
        struct Study: Decodable {
            let sha256: String
        }
        let study: Study
        let status: String
    }

    /// Nil when there is no whole run.
    public init?(folder: String) {
        guard let data = FileManager.default.contents(atPath: folder + "/summary.json"),
            let summary = try? JSONDecoder().decode(Summary.self, from: data),
            let status = RunReport.Status(rawValue: summary.status)
        else { return nil }
        (studyDigest, self.status) = (summary.study.sha256, status)
    }
}
