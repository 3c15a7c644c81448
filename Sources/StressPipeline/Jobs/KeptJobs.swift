import Foundation
import PriceSeries
import RunStore
import StressBasics
import StressEngine
import StressReport
import StressResults
import StudyPlan
import Synchronization

/// The jobs that a run has finished, kept in its unfinished folder until the run stands, or in a folder that machines share.
///
/// A job is kept under the digest of all that it was computed from: program, study, place in it, kernel, and the bytes of its
/// files, which are read again before it is used. What does not fit, or is damaged, is computed again, and the user is told.
struct KeptJobs: Sendable {
    let store: any PieceStore
    let study: Study
    let files: InputFiles
    let observer: any RunObserver

    private var control: RunControl { observer.control }

    /// Whether keeping has failed: a full disk is full for the next job, too.
    private let trouble = Trouble()

    private final class Trouble: Sendable {
        let isKnown = Atomic<Bool>(false)
    }

    /// - Parameters:
    ///   - tables: the digests of the tables that the study's platforms were read from.
    ///   - isTableOnly: whether the table of results alone is wanted, without what a report adds.
    init(
        _ store: any PieceStore, study: Study, files: InputFiles, tables: [Digest], kernel: KernelChoice,
        isTableOnly: Bool, observer: any RunObserver
    ) {
        (self.store, self.study, self.files) = (store, study, files)
        self.observer = observer
        keys = JobKeys(study, tables: tables, kernel: kernel, isTableOnly: isTableOnly)
    }

    let keys: JobKeys

    private func key(_ job: Int) -> Digest { keys.key(job) }
    private func name(_ job: Int) -> String { JobKeys.name(job) }

    /// The finished result of a job; nil when there is none that may be used.
    func result(_ job: Int, cells: [StudyCell]) -> JobResult? {
        let asset = study.inputs[job].asset
        switch store.piece(name(job), key: key(job)) {
        case .absent: return nil
        case .damaged: return refused("what was kept of \(asset) is damaged")
        case .foreign: return refused("what was kept of \(asset) is of another program or study")
        case .unreadable(let why): return refused("what was kept of \(asset) cannot be read (\(why))")
        case .whole(let bytes):
            guard let result = JobResult(record: bytes, cells: cells) else {
                return refused("what was kept of \(asset) cannot be read")
            }
            guard digests(of: study.inputs[job]) == KeptJobs.runs(result.report.files.map(\.digest)) else {
                return control.isCancelled ? nil : refused("the files of \(asset) have changed")
            }
            return result
        }
    }

    private func refused(_ why: String) -> JobResult? {
        observer.observe(.forgotten(why: why))
        return nil
    }

    /// Keeps a job that is finished. A disk that is full costs the resuming, not the run: what to tell of it, the first time.
    func keep(_ result: JobResult, _ job: Int) -> RunEvent? {
        // What comes through a pipe cannot be looked at again.
        let isPiped = result.report.files.contains { $0.name == "standard input" }
        guard !isPiped, !trouble.isKnown.load(ordering: .relaxed) else { return nil }
        do throws(StoreError) {
            try store.keep(name(job), key: key(job), result.record)
            store.dropTallies(of: name(job))
            return nil
        } catch {
            let wasKnown = trouble.isKnown.exchange(true, ordering: .relaxed)
            return wasKnown ? nil : .notKept(why: error.message)
        }
    }

    /// Where the tallies of a job at work are kept.
    func tallies(of job: Int) -> OwnTallies { OwnTallies(store: store, piece: name(job), common: keys.common) }

    /// The digests of an input's files in the order in which they are read; nil when one cannot be read.
    private func digests(of input: StudyInput) -> [Digest]? {
        var digests: [Digest] = []
        for name in input.allFiles {
            // What is known need not be read: a job that read other bytes was refused.
            guard let digest = files.known.digests[name] ?? digest(of: files.located(name)) else { return nil }
            digests.append(digest)
        }
        return KeptJobs.runs(digests)
    }

    /// Without repeats side by side: the members of an archive have its digest, all of them.
    private static func runs(_ digests: [Digest]) -> [Digest] {
        digests.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }

    private func digest(of path: String) -> Digest? {
        guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
        var builder = DigestBuilder()
        do {
            while !control.isCancelled {
                guard let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty else { return builder.finish() }
                piece.withUnsafeBytes { builder.update($0) }
            }
        } catch {
            return nil
        }
        return nil
    }
}

/// Under what the finished jobs of a study are kept.
public struct JobKeys: Hashable, Codable, Sendable {
    /// Stands for what all jobs have in common: program, study, tables and kernel.
    public let common: Digest

    /// Keys of jobs that have this in common.
    public init(common: Digest) { self.common = common }

    init(_ study: Study, tables: [Digest], kernel: KernelChoice, isTableOnly: Bool) {
        let parts = [
            "job \(JobKeys.version)", programIdentity, study.canonicalText, kernel.rawValue, "\(isTableOnly)",
        ]
        common = Digest(of: (parts + tables.map(\.hex)).joined(separator: "\n"))
    }

    /// Raised whenever the same study and program would keep other bytes.
    private static let version = 3

    /// The key of a job by its place in the study.
    public func key(_ job: Int) -> Digest { Digest(of: "\(common.hex) \(job)") }

    /// The name of a job by its place in the study.
    public static func name(_ job: Int) -> String { "job-\(job + 1)" }
}

/// Tallies of a job at work, in the unfinished folder: for runs that have no cache, and for the judge, which takes nothing
/// from others.
struct OwnTallies: TallyStore {
    let store: any PieceStore
    /// The name of the job's piece.
    let piece: String
    /// Stands for program and kernel; tallies are named by what they were computed from.
    let common: Digest

    var isOwn: Bool { true }
    var keepsAll: Bool { store.isShared }

    func withBytes<Value>(_ key: Digest, _ body: (UnsafeRawBufferPointer) -> Value?) -> Value? {
        guard case .whole(let bytes) = store.tally(key, of: piece, common) else { return nil }
        return bytes.withUnsafeBytes(body)
    }

    func keep(_ key: Digest, _ bytes: [UInt8]) { try? store.keepTally(key, of: piece, common, bytes) }
}
