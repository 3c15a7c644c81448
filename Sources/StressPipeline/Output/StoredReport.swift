import Foundation
import RunStore
import StressReport
import StressResults

/// The report of a run that stands, read from its folder.
public struct StoredReport {
    /// The report.
    public let report: RunReport

    /// Throws a ``Failure`` that says which file is missing, damaged or of another version.
    public init(_ folder: String) throws(Failure) {
        let manifest = folder + "/run.json"
        guard let data = FileManager.default.contents(atPath: manifest) else {
            throw Failure(
                .noInput, "cannot read \(manifest)", hint: "name the folder of a run, such as Reports/nightly/latest")
        }
        guard let stored = StoredManifest(data) else {
            throw Failure(.badData, "cannot understand \(manifest)", hint: "it is no file of a run, or it was changed")
        }
        let path = "\(folder)/\(storedResultsName)"
        guard FileManager.default.fileExists(atPath: path) else {
            throw Failure(
                .noInput, "\(folder) keeps no results to write pages from: there is no \(storedResultsName)",
                hint: "an earlier version wrote it; run the study again")
        }
        let bytes: [UInt8]
        do throws(StoreError) { bytes = try storedResults(of: folder) } catch { throw Failure(error) }
        do throws(ResultsDocument.Problem) {
            report = try ResultsDocument(
                reading: bytes, command: stored.command, circumstances: stored.circumstances
            ).report.pooling(threads: ProcessInfo.processInfo.activeProcessorCount)
        } catch {
            throw StoredReport.failure(error, path)
        }
    }

    private static func failure(_ problem: ResultsDocument.Problem, _ path: String) -> Failure {
        switch problem {
        case .damaged: Failure(.badData, "\(path) is damaged", hint: "run the study again")
        case .version(let version):
            Failure(
                .badData, "\(path) has version \(version), this program reads \(ResultsDocument.version)",
                hint: "use the program that wrote it, or run the study again")
        case .study(let why):
            Failure(
                .badData, "cannot read the study that \(path) holds: \(why)",
                hint: "it was written by another version, or changed")
        }
    }
}
