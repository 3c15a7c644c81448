import DurableFiles
import Foundation
import StressBasics
import StressEngine
import StressPipeline
import StudyPlan

/// Makes plans: reads every file once for its digest, and asks the planner how long each history takes.
public struct ShardPlanner: Sendable {
    private let study: Study
    private let files: InputFiles
    private let command: String
    private let sizing: ShardSizing
    private let threads: Int

    /// - Parameters:
    ///   - study: with its files found.
    ///   - command: what does the same on one machine.
    ///   - threads: that read files for their digests.
    public init(_ study: Study, files: InputFiles, command: String, sizing: ShardSizing, threads: Int) {
        (self.study, self.files, self.command) = (study, files, command)
        (self.sizing, self.threads) = (sizing, threads)
    }

    /// A plan that has not been written yet. O(bytes of all files).
    ///
    /// - Throws: a ``Failure`` with the first file that cannot be read, and what else a study can have wrong.
    public func plan(_ goal: ShardSizing.Goal) throws -> ShardPlan {
        let tableNames = study.platforms.compactMap { $0.tierFile?.file }
        let names = NSOrderedSet(array: study.inputs.flatMap(\.allFiles) + tableNames).array.compactMap {
            $0 as? String
        }
        let planned = try digests(names)
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        let resolved = try ResolvedStudy(study, files: files)
        // Memory is what a machine of its own will have; here only the sizes matter.
        let work = WorkPlan(
            study, files: files, threads: sizing.cores, memory: MemorySize(bytes: 1 << 50), isTableOnly: false,
            writesReport: false)
        let sized = sizing.shards(work.jobs.map { history($0) }, goal: goal)
        return ShardPlan(
            program: programIdentity, command: command, studyText: study.canonicalText, folder: absolute(files.base),
            keys: StressSession.jobKeys(resolved), files: planned,
            histories: work.jobs.map { history($0, pieces: sized.pieces[$0.place], places) },
            tables: tableNames.compactMap { places[$0] }, shards: sized.shards,
            estimate: ShardPlan.Estimate(
                seconds: sized.seconds, memory: work.base + (work.jobs.map(\.peak).max() ?? 0), cores: sizing.cores),
            digest: Digest(of: ""))
    }

    /// - Parameter places: of files, by their names.
    private func history(_ job: WorkPlan.Job, pieces: Int, _ places: [String: Int]) -> ShardPlan.History {
        let input = study.inputs[job.place]
        return ShardPlan.History(
            asset: input.asset, files: input.allFiles.compactMap { places[$0] }, bars: job.bars, pieces: pieces)
    }

    private func history(_ job: WorkPlan.Job) -> ShardSizing.History {
        let cells = study.cellCount / max(1, study.inputs.count)
        return ShardSizing.History(
            work: job.bars.multipliedReportingOverflow(by: cells).partialValue, seconds: job.seconds,
            walkingSeconds: job.walkingSeconds, readingSeconds: job.readingSeconds, most: job.pieces)
    }

    private func absolute(_ folder: String) -> String {
        URL(fileURLWithPath: folder.isEmpty ? "." : folder).standardizedFileURL.path
    }

    private func digests(_ names: [String]) throws -> [ShardPlan.File] {
        let found = parallelMap(count: names.count, threads: threads) { place -> Result<ShardPlan.File, Failure>? in
            let name = names[place]
            do throws(FileError) {
                guard name != "-", let read = try FileDigest(files.located(name)) else {
                    return .failure(
                        Failure(
                            .usage,
                            "\(SourceLocation.presentablePath(name)) is no file that another machine could read",
                            hint: "write what is piped into a file first"))
                }
                return .success(ShardPlan.File(name: name, digest: read.digest, bytes: read.bytes))
            } catch {
                return .failure(
                    Failure(
                        .noInput, "cannot read \(SourceLocation.presentablePath(name)): \(error.words)",
                        hint: "a plan names every file by its bytes; check the path, or leave it out of the study"))
            }
        }
        return try (found ?? []).map { try $0.get() }
    }
}
