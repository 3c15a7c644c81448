import PriceSeries
import StressEngine
import StudyPlan

/// The price histories of a question that belongs to no run.
struct AskedHistories {
    private let resolved: ResolvedStudy
    private let caches: RunCaches
    let threads: Int

    /// The histories of a study. Throws a ``Failure`` where its tables cannot be read.
    init(_ study: Study, files: InputFiles, caches: RunCaches, threads: Int) throws {
        resolved = try ResolvedStudy(study, files: files)
        (self.caches, self.threads) = (caches, threads)
    }

    /// The study with its tables read.
    var study: Study { resolved.study }

    /// A history, or why it cannot be used. Throws when `control` was cancelled.
    func history(_ input: StudyInput, _ control: RunControl) throws(RunCancelled) -> Result<MarketHistory, Failure> {
        let reader = HistoryReader(
            files: resolved.files, threads: threads, caches: caches, isCancelled: { control.isCancelled })
        switch reader.history(input, study: study) {
        case .failure where control.isCancelled: throw RunCancelled()
        case .failure(let errors): return .failure(Failure(history: errors.all))
        case .success(let read): return .success(read.market)
        }
    }

    /// What is found in the histories, in the study's order, and why others say nothing; nil when all do. Throws that failure when no
    /// history says anything, and ``RunCancelled`` when `control` was cancelled.
    ///
    /// - Parameter find: what an asset's history says, and why it says nothing.
    func found<Found>(
        _ control: RunControl, _ find: (String, MarketHistory) throws -> (found: [Found], failure: Failure?)
    ) throws -> (found: [Found], failure: Failure?) {
        var (all, failures): ([Found], [Failure]) = ([], [])
        for input in study.inputs {
            switch try history(input, control) {
            case .failure(let failure): failures.append(failure)
            case .success(let market):
                let (found, failure) = try find(input.asset, market)
                all += found
                if let failure { failures.append(failure) }
            }
        }
        let failure = failures.isEmpty ? nil : Failure(failures, of: study.inputs.count)
        if all.isEmpty, let failure { throw failure }
        return (all, failure)
    }
}
