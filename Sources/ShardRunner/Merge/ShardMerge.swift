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

    /// Looks whether everything is there, and finds the files that are read again, which must have the bytes of the plan: a history
    /// that could not be used then could be now, and the report would be of neither. O(bytes of parts and those files).
    ///
    /// - Parameter inputs: a folder in which files are found by their bytes; nil for the places that the study names.
    /// - Throws: a ``Failure``: try again when a shard is missing, with which; bad data when a file has other bytes.
    public init(_ plan: ShardPlan, parts: ShardParts, inputs: String?, threads: Int) throws {
        try plan.expectOwnProgram()
        try parts.expectFolder()
        let status = ShardStatus(plan, parts: parts, threads: threads)
        guard status.missing.isEmpty else { throw ShardMerge.incomplete(status) }
        (self.plan, self.parts) = (plan, parts)
        study = try plan.study()
        let needsAll = study.ledger != nil || !study.baskets.isEmpty
        let failed = status.failed.map(\.unit.history)
        let divided = plan.histories.indices.filter { plan.histories[$0].pieces > 1 }
        read = needsAll ? Set(plan.histories.indices) : Set(failed + divided)
        files = try PlannedFiles(plan: plan, inputs: inputs).whole(
            Set(read.flatMap { plan.histories[$0].files } + plan.tables), threads: threads)
    }

    /// Where the run finds what the shards did.
    public func pieces(_ run: UnfinishedRun) -> MergedPieces { MergedPieces(plan, parts: parts, run: run) }

    private static func incomplete(_ status: ShardStatus) -> Failure {
        let damaged = status.open.filter { $0.state == .damaged }
        let foreign = status.open.filter { $0.state == .foreign }
        let unreadable = status.open.filter { if case .unreadable = $0.state { true } else { false } }
        let kinds =
            kind(damaged, "damaged") + kind(foreign, "of another plan") + kind(unreadable, "not to be read")
        return Failure(
            .tryAgain, "\(status.words(status.missing.count)) missing: \(arraySpec(status.missing))\(kinds)",
            hint:
                "'belowzero shard submit --missing' starts what is missing again, or 'belowzero shard run --shard' each"
        )
    }

    private static func kind(_ units: [ShardStatus.Open], _ words: String) -> String {
        guard let first = units.first else { return "" }
        return units.count == 1
            ? "; 1 part is \(words), that of \(first.words)"
            : "; \(units.count) parts are \(words), the first of them that of \(first.words)"
    }
}
