import StressEngine
import StressResults
import StressStatistics
import StudyPlan

/// What the past of price histories said of their later years, and what those showed: nothing else of them is reported.
public struct Backtest {
    private let resolved: ResolvedStudy
    private let caches: RunCaches
    private let threads: Int

    /// What a price history gave.
    public struct Answer {
        /// Its asset.
        public let asset: String
        /// The records of its cells, in plan order; empty where it has no later year. Or why it could not be used.
        public let records: Result<[YearRecord], Failure>
    }

    /// A backtest of all cells of a study. Throws a ``Failure`` where its tables cannot be read.
    public init(_ study: Study, files: InputFiles, caches: RunCaches, threads: Int) throws {
        resolved = try ResolvedStudy(study, files: files)
        (self.caches, self.threads) = (caches, threads)
    }

    /// The answers, a price history after the other, in study order. Throws ``RunCancelled`` when `control` was cancelled.
    public func answers(control: RunControl) throws(RunCancelled) -> [Answer] {
        var answers: [Answer] = []
        for input in resolved.study.inputs { answers.append(try answer(input, control)) }
        return answers
    }

    private func answer(_ input: StudyInput, _ control: RunControl) throws(RunCancelled) -> Answer {
        let reader = HistoryReader(
            files: resolved.files, threads: threads, caches: caches, isCancelled: { control.isCancelled })
        switch reader.history(input, study: resolved.study) {
        case .failure where control.isCancelled: throw RunCancelled()
        case .failure(let errors): return Answer(asset: input.asset, records: .failure(Failure(history: errors.all)))
        case .success(let read):
            let grid = GridAnswers(study: resolved.study, threads: threads, control: control)
            let job = grid.job(of: input.asset, market: read.market)
            let results = try job.run(threads: threads, control: control, store: nil)
            let tested = results.filter { !$0.rules.isImpossible }
            let confidence = resolved.study.statistics.confidence
            return Answer(
                asset: input.asset,
                records: .success(job.yearRecords(tested, confidence: confidence, threads: threads)))
        }
    }
}
