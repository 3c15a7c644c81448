import StressEngine
import StressResults
import StudyPlan

/// Who pays on a study's platforms, and nothing else of it: its ledger alone.
public struct WhoPays {
    private let resolved: ResolvedStudy
    private let caches: RunCaches
    private let threads: Int

    /// What was found.
    public struct Answer {
        /// Of the histories that could be used.
        public let results: LedgerResults
        /// Why others could not; nil when all could.
        public let failure: Failure?
    }

    /// A question to a study with a ledger. Throws a ``Failure`` where its tables cannot be read.
    public init(_ study: Study, files: InputFiles, caches: RunCaches, threads: Int) throws {
        resolved = try ResolvedStudy(study, files: files)
        (self.caches, self.threads) = (caches, threads)
    }

    /// The answer. Throws a ``Failure`` when no history can be used, and ``RunCancelled`` when `control` was cancelled.
    public func answer(control: RunControl) throws -> Answer {
        let reader = HistoryReader(
            files: resolved.files, threads: threads, caches: caches, isCancelled: { control.isCancelled })
        var (histories, failures): ([LedgerStage.History], [Failure]) = ([], [])
        for input in resolved.study.inputs {
            switch reader.history(input, study: resolved.study) {
            case .failure where control.isCancelled: throw RunCancelled()
            case .failure(let errors): failures.append(Failure(history: errors.all))
            case .success(let read): histories.append(LedgerStage.History(asset: input.asset, market: read.market))
            }
        }
        let stage = LedgerStage(study: resolved.study, threads: threads, control: control)
        let failure = failures.isEmpty ? nil : Failure(failures, of: resolved.study.inputs.count)
        guard let results = try stage.results(histories) else {
            throw failure ?? Failure(.badData, "there is no price history")
        }
        return Answer(results: results, failure: failure)
    }
}
