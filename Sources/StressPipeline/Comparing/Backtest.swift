import PriceSeries
import StressEngine
import StressResults
import StressStatistics
import StudyPlan

/// What the past of price histories said of their later years, and what those showed: nothing else of them is reported.
public struct Backtest {
    private let histories: AskedHistories

    /// What a price history gave.
    public struct Answer {
        /// Its asset.
        public let asset: String
        /// The records of its cells, in plan order; empty where it has no later year. Or why it could not be used.
        public let records: Result<[YearRecord], Failure>
    }

    /// A backtest of all cells of a study. Throws a ``Failure`` where its tables cannot be read.
    public init(_ study: Study, files: InputFiles, caches: RunCaches, threads: Int) throws {
        histories = try AskedHistories(study, files: files, caches: caches, threads: threads)
    }

    /// The answers, a price history after the other, in study order. Throws ``RunCancelled`` when `control` was cancelled.
    public func answers(control: RunControl) throws(RunCancelled) -> [Answer] {
        var answers: [Answer] = []
        for input in histories.study.inputs { answers.append(try answer(input, control)) }
        return answers
    }

    private func answer(_ input: StudyInput, _ control: RunControl) throws(RunCancelled) -> Answer {
        switch try histories.history(input, control) {
        case .failure(let failure): return Answer(asset: input.asset, records: .failure(failure))
        case .success(let market):
            return Answer(asset: input.asset, records: .success(try records(input.asset, market, control)))
        }
    }

    private func records(
        _ asset: String, _ market: MarketHistory, _ control: RunControl
    ) throws(RunCancelled) -> [YearRecord] {
        let (study, threads) = (histories.study, histories.threads)
        let job = GridAnswers(study: study, threads: threads, control: control).job(of: asset, market: market)
        let results = try job.run(threads: threads, control: control, store: nil)
        let tested = results.filter { !$0.rules.isImpossible }
        return job.yearRecords(tested, confidence: study.statistics.confidence, threads: threads)
    }
}
