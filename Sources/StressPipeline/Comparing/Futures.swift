import StressBasics
import StressEngine
import StressResults
import StudyPlan

/// A study's positions in simulated futures, and nothing else of it.
public struct Futures {
    private let resolved: ResolvedStudy
    private let rules: ResampleRules
    private let caches: RunCaches
    private let threads: Int

    /// What was found.
    public struct Answer {
        /// Of the histories that futures could be made of, in the study's order.
        public let results: [SimulatedResult]
        /// Why others could not be read, or have none; nil when all have.
        public let failure: Failure?
    }

    /// A question to a study. Throws a ``Failure`` where its tables cannot be read.
    public init(_ study: Study, rules: ResampleRules, files: InputFiles, caches: RunCaches, threads: Int) throws {
        resolved = try ResolvedStudy(study, files: files)
        (self.rules, self.caches, self.threads) = (rules, caches, threads)
    }

    /// The answer. Throws a ``Failure`` when no history has futures, and ``RunCancelled`` when `control` was cancelled.
    public func answer(control: RunControl) throws -> Answer {
        let reader = HistoryReader(
            files: resolved.files, threads: threads, caches: caches, isCancelled: { control.isCancelled })
        let stage = ResampleStage(
            study: resolved.study, rules: rules, kernel: .automatic, threads: threads, control: control)
        var (results, failures): ([SimulatedResult], [Failure]) = ([], [])
        for input in resolved.study.inputs {
            switch reader.history(input, study: resolved.study) {
            case .failure where control.isCancelled: throw RunCancelled()
            case .failure(let errors): failures.append(Failure(history: errors.all))
            case .success(let read):
                let found = try stage.found(input.asset, read.market)
                results += found.results
                if found.results.isEmpty, let finding = found.finding {
                    failures.append(Failure(.badData, finding.message))
                }
            }
        }
        let failure = failures.isEmpty ? nil : Failure(failures, of: resolved.study.inputs.count)
        if results.isEmpty, let failure { throw failure }
        return Answer(results: results, failure: failure)
    }
}
