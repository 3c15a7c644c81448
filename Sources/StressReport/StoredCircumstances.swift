import Foundation
import StressBasics
import StressResults

extension RunCircumstances {
    private struct Manifest: Decodable {
        let circumstances: Facts
    }

    private struct Facts: Decodable {
        let started_utc: String
        let duration_s: Double
        let threads: Int
        let host: String
        let kernels: [String: Int]
        let exit_code: Int?
        let is_recorded: Bool?
        let study_file: String?
    }

    /// Reads what ``RunReport`` wrote to `run.json`; nil when the bytes are not such a file.
    public init?(manifest: Data) {
        guard let facts = (try? JSONDecoder().decode(Manifest.self, from: manifest))?.circumstances,
            let started = UTCInstant(rfc3339: facts.started_utc), (0...1e12).contains(facts.duration_s)
        else { return nil }
        self.init(
            started: started, duration: TimeSpan(milliseconds: Int64((facts.duration_s * 1000).rounded())),
            threads: facts.threads, host: facts.host,
            kernels: facts.kernels.sorted { $0.key < $1.key }.map { KernelUse(name: $0.key, cells: $0.value) })
        (exitCode, isRecorded, studyFile) = (facts.exit_code, facts.is_recorded, facts.study_file)
    }
}
