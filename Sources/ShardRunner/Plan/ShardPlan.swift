import DurableFiles
import StressBasics
import StressPipeline
import StudyPlan

/// How one run is shared by many machines: what is computed, from which bytes, by which program, and who does what of it.
///
/// A plan is written once and never changed. Everything that a shard does follows from the plan and the shard's number, so that it
/// may be done twice, at the same time, anywhere, with the same bytes.
public struct ShardPlan: Equatable, Sendable {
    /// A file that the run reads.
    public struct File: Equatable, Sendable {
        /// As the study calls it.
        public let name: String
        /// The digest of its bytes on the disk.
        public let digest: Digest
        /// Its size.
        public let bytes: Int
    }

    /// A price history with all its cells.
    public struct History: Equatable, Sendable {
        /// The asset.
        public let asset: String
        /// Places of its files in ``ShardPlan/files``.
        public let files: [Int]
        /// Bars, about.
        public let bars: Int
        /// Stretches of time in which it is computed, each on a machine of its own; 1 for a history that is not divided.
        public let pieces: Int
    }

    /// What one machine does at a time: a history, or one stretch of it.
    public struct Unit: Hashable, Sendable {
        /// Its place in ``ShardPlan/histories``.
        public let history: Int
        /// 0…pieces − 1, oldest first.
        public let piece: Int
    }

    /// What the planner thought that each shard takes. Estimates.
    public struct Estimate: Equatable, Sendable {
        /// Seconds of the longest shard, on ``cores``.
        public let seconds: Double
        /// Memory of the largest shard, bytes.
        public let memory: Int
        /// Cores that a shard is meant to have.
        public let cores: Int
    }

    /// Version and digest of the program that the run belongs to.
    public let program: String
    /// The command that does the same on one machine.
    public let command: String
    /// The study with every value spelled out.
    public let studyText: String
    /// The folder that file names are relative to, absolute.
    public let folder: String
    /// Under what finished jobs are kept.
    public let keys: JobKeys
    /// What is read, each file once.
    public let files: [File]
    /// In study order.
    public let histories: [History]
    /// Places in ``files`` of what platforms read their tables from.
    public let tables: [Int]
    /// What each shard does.
    public let shards: [[Unit]]
    /// How large the shards are.
    public let estimate: Estimate
    /// The digest of the plan's own bytes; that of a plan that has not been written is of no use.
    public internal(set) var digest: Digest

    /// The study. Throws a ``Failure`` when the text is none.
    public func study() throws(Failure) -> Study {
        do throws(StudyError) {
            return try loadStudy(yaml: studyText, file: "the study in the plan").value
        } catch {
            throw Failure(error)
        }
    }

    /// The name of a unit's part.
    public func name(_ unit: Unit) -> String {
        let pieces = histories[unit.history].pieces
        let job = JobKeys.name(unit.history)
        return pieces == 1 ? job : "\(job).\(unit.piece + 1)of\(pieces)"
    }

    /// What a unit is called in messages.
    public func words(_ unit: Unit) -> String {
        let history = histories[unit.history]
        let asset = SourceLocation.presentable(history.asset)
        return history.pieces == 1 ? asset : "\(asset), stretch \(unit.piece + 1) of \(history.pieces)"
    }

    /// What a part must have been computed from to be used.
    func key(_ name: String, of unit: Unit) -> Digest {
        Digest(of: "part 1\n\(digest.hex)\n\(keys.key(unit.history).hex)\n\(name)")
    }

    /// Throws a ``Failure`` when another program made the plan: its bits may be others.
    public func expectOwnProgram() throws(Failure) {
        guard program != programIdentity else { return }
        throw Failure(
            .tryAgain,
            "the plan belongs to another build of the program: it was made by \(SourceLocation.presentable(program)), and this is \(programIdentity)",
            hint: "install the same build on every machine, or plan again with this one")
    }
}
