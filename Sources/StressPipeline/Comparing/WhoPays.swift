import PriceSeries
import StressEngine
import StressResults
import StudyPlan

/// Who pays on a study's platforms, and nothing else of it: its ledger alone.
public struct WhoPays {
    private let histories: AskedHistories

    /// What was found.
    public struct Answer {
        /// Of the histories that could be used.
        public let results: LedgerResults
        /// Why others could not; nil when all could.
        public let failure: Failure?
    }

    /// A question to a study with a ledger. Throws a ``Failure`` where its tables cannot be read.
    public init(_ study: Study, files: InputFiles, caches: RunCaches, threads: Int) throws {
        histories = try AskedHistories(study, files: files, caches: caches, threads: threads)
    }

    /// The answer. Throws a ``Failure`` when no history can be used, and ``RunCancelled`` when `control` was cancelled.
    public func answer(control: RunControl) throws -> Answer {
        let (markets, failure) = try histories.found(control) { asset, market in
            ([LedgerStage.History(asset: asset, market: market)], nil)
        }
        let stage = LedgerStage(study: histories.study, threads: histories.threads, control: control)
        guard let results = try stage.results(markets) else {
            throw failure ?? Failure(.badData, "there is no price history")
        }
        return Answer(results: results, failure: failure)
    }
}
