import Foundation
import StressBasics
import StressResults
import StudyPlan

/// What `explain` takes apart: a study file, or the study that a run's folder holds, with the prices that it read.
public struct ExplainedStudy {
    /// The study, with its tables not yet read.
    public let study: Study
    /// Where its files are.
    let files: InputFiles
    /// Digests of each price history's files when the run read them; nil for a study file, whose prices may be any.
    private let digests: [String: [String]]?

    /// - Parameters:
    ///   - path: a study file or the folder of a run.
    ///   - prices: the folder that files are relative to; nil for the study's own, or the one of the run's command.
    ///   - threads: for files that have to be read to be divided.
    public init(_ path: String, prices: String?, threads: Int) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            let loaded = try LoadedStudy(file: path, prices: prices, threads: threads)
            (study, files, digests) = (loaded.study, loaded.files, nil)
            return
        }
        let run = try StoredRunFolder(path)
        (study, files, digests) = (run.study, InputFiles(base: prices ?? run.baseFolder), run.digests)
    }

    /// Throws a ``Failure`` when a run's prices are not the bytes that it read: the numbers would be of another history.
    func expectSameBytes(_ report: AssetReport) throws {
        guard let wanted = digests?[report.asset] else { return }
        let found = report.files.map(\.digest.hex)
        guard found != wanted else { return }
        let changed = zip(report.files, wanted).first { $0.digest.hex != $1 }?.0.name
        throw Failure(
            .badData,
            "\(SourceLocation.presentablePath(changed ?? report.asset)) is not what the run read: its bytes have changed since",
            hint:
                "name the study file to take the prices of today apart, or --prices with a folder that holds the old ones"
        )
    }
}
