import StressBasics
import StressEngine
import StressResults
import StudyPlan

/// A study's positions in simulated futures, and nothing else of it.
public struct Futures {
    private let histories: AskedHistories
    private let rules: ResampleRules

    /// What was found.
    public struct Answer {
        /// Of the histories that futures could be made of, in the study's order.
        public let results: [SimulatedResult]
        /// Why others could not be read, or have none; nil when all have.
        public let failure: Failure?
    }

    /// A question to a study. Throws a ``Failure`` where its tables cannot be read.
    public init(_ study: Study, rules: ResampleRules, files: InputFiles, caches: RunCaches, threads: Int) throws {
        histories = try AskedHistories(study, files: files, caches: caches, threads: threads)
        self.rules = rules
    }

    /// The answer. Throws a ``Failure`` when no history has futures, and ``RunCancelled`` when `control` was cancelled.
    public func answer(control: RunControl) throws -> Answer {
        let stage = ResampleStage(
            study: histories.study, rules: rules, kernel: .automatic, threads: histories.threads, control: control)
        let (results, failure) = try histories.found(control) { asset, market in
            let found = try stage.found(asset, market)
            let reason = found.results.isEmpty ? found.finding : nil
            return (
                found.results,
                reason.map { Failure(found.isTooLarge ? .badStudy : .badData, $0.message, hint: $0.hint) }
            )
        }
        return Answer(results: results, failure: failure)
    }
}
