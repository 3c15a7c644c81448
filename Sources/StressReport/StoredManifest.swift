import Foundation
import StressBasics
import StressResults

/// What `run.json` says of a run beside its results.
public struct StoredManifest: Sendable {
    /// The command that repeats it.
    public let command: String
    /// Facts of that run alone.
    public let circumstances: RunCircumstances

    private struct File: Decodable {
        let command: String
        let circumstances: Facts
    }

    private struct Facts: Decodable {
        let startedUtc: String
        let durationS: Double
        let threads: Int
        let host: String
        let kernels: [String: Int]
        let exitCode: Int?
        let isRecorded: Bool?
        let studyFile: String?
    }

    /// Nil when the bytes are not such a file.
    public init?(_ bytes: Data) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let file = try? decoder.decode(File.self, from: bytes) else { return nil }
        let facts = file.circumstances
        guard let started = UTCInstant(rfc3339: facts.startedUtc), (0...1e12).contains(facts.durationS) else {
            return nil
        }
        var circumstances = RunCircumstances(
            started: started, duration: TimeSpan(milliseconds: Int64((facts.durationS * 1000).rounded())),
            threads: facts.threads, host: facts.host,
            kernels: facts.kernels.sorted { $0.key < $1.key }.map {
                RunCircumstances.KernelUse(name: $0.key, cells: $0.value)
            })
        (circumstances.exitCode, circumstances.isRecorded) = (facts.exitCode, facts.isRecorded)
        circumstances.studyFile = facts.studyFile
        (command, self.circumstances) = (file.command, circumstances)
    }
}
