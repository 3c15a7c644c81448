import RunStore
import StressBasics
import StressPipeline
import StudyPlan

/// What the merge of a plan needs: the study, its files as far as they are read again, and the parts.
public struct ShardMerge: Sendable {
    /// The plan.
    public let plan: ShardPlan
    /// The study, its tables not yet read.
    public let study: Study
    /// Where its files are.
    public let files: InputFiles
    /// Histories that are read again: those that were divided, those that failed, and all where several are held at once.
    public let read: Set<Int>
    private let parts: ShardParts

    /// Looks whether everything is there, and finds the files that are read again.
    ///
    /// - Parameter inputs: a folder in which files are found by their bytes; nil for the places that the study names.
    /// - Throws: a ``Failure``: try again when a shard is missing, with which.
    public init(_ plan: ShardPlan, parts: ShardParts, inputs: String?, threads: Int) throws {
        try plan.expectOwnProgram()
        let status = ShardStatus(plan, parts: parts, threads: threads)
        guard status.missing.isEmpty else { throw ShardMerge.incomplete(status) }
        (self.plan, self.parts) = (plan, parts)
        study = try plan.study()
        let needsAll = study.ledger != nil || !study.baskets.isEmpty
        let failed = status.failed.map(\.unit.history)
        let divided = plan.histories.indices.filter { plan.histories[$0].pieces > 1 }
        read = needsAll ? Set(plan.histories.indices) : Set(failed + divided)
        files = try PlannedFiles(plan: plan, inputs: inputs).found(
            Set(read.flatMap { plan.histories[$0].files } + plan.tables))
    }

    /// Where the run finds what the shards did.
    public func pieces(_ run: UnfinishedRun) -> MergedPieces { MergedPieces(plan, parts: parts, run: run) }

    private static func incomplete(_ status: ShardStatus) -> Failure {
        let spec = arraySpec(status.missing)
        let damaged = status.open.filter { $0.state == .damaged || $0.state == .foreign }
        let kinds =
            damaged.isEmpty
            ? "" : "; \(damaged.count) parts are damaged or of another plan, the first of \(damaged[0].words)"
        return Failure(
            .tryAgain, "\(status.missing.count) of \(status.shards) shards are missing: \(spec)\(kinds)",
            hint: "'belowzero shard submit --missing' starts them again, or run each with 'belowzero shard run --shard'"
        )
    }
}
