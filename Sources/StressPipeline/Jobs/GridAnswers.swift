import MarginModel
import PriceSeries
import StressBasics
import StressEngine
import StressReport
import StressResults
import StressStatistics
import StudyPlan

/// Computes the cells of one price history and estimates their frequencies, at once or in parts that fit the memory. The one way
/// from a history to rows of results.
struct GridAnswers {
    var study: Study
    var kernel = KernelChoice.automatic
    let threads: Int
    /// Where tallies are found and kept.
    var store: (any TallyStore)?
    /// Whether cells will be compared with each other.
    var keepsCompared = false
    var control = RunControl()

    /// What all cells of a history gave.
    struct Answers {
        /// In plan order.
        var rows: [ResultRow] = []
        /// What answered each cell of `rows`.
        var kernels: [KernelKind] = []
        /// Tallies, which take the most memory; of all cells, or only of those that will be compared.
        var results: [CellResult] = []
        /// Of each of `results`.
        var estimates: [CellEstimate] = []
    }

    /// The job of some cells of an asset, or all; under fill rules instead of those of the platforms, where there are any.
    func job(
        of asset: String, market: MarketHistory, cells: [StudyCell]? = nil, fills: [ResolvedFill]? = nil
    ) -> HistoryJob {
        HistoryJob(study: study, asset: asset, market: market, kernel: kernel, cells: cells, fills: fills)
    }

    /// The answers of the job of all cells of an asset, at once or in parts. They have the same bits for any number of parts.
    func answers(
        of job: HistoryJob, asset: String, market: MarketHistory, parts: Int
    ) throws(RunCancelled) -> Answers {
        control.plan(job.workUnits)
        let isKept = comparedCells(of: asset)
        var answers = Answers()
        if parts == 1 {
            answers.add(try self.answers(of: job), keeping: isKept)
            return answers
        }
        for cells in study.parts(of: asset, count: parts) {
            answers.add(try self.answers(of: self.job(of: asset, market: market, cells: cells)), keeping: isKept)
            // Else the next part begins beside the gaps that this one left in every thread's heap: how large those are is up to chance.
            FreedMemory.giveBack()
        }
        answers.sortIntoPlanOrder()
        return answers
    }

    /// The answers of a job.
    ///
    /// - Parameters:
    ///   - meanRun: the length of resampled runs; nil for what each cell's own data say.
    ///   - byFill: whether each fill rule of a cell is answered on its own.
    func answers(
        of job: HistoryJob, meanRun: TimeSpan? = nil, byFill: Bool = false
    ) throws(RunCancelled) -> Answers {
        let found = try job.run(threads: threads, control: control, store: store)
        let results = byFill ? found.flatMap(\.byFill) : found
        let estimates = try job.estimates(
            of: results, rules: study.statistics.resampling, meanRun: meanRun, threads: threads, control: control)
        let rows = zip(results, estimates).map {
            ResultRow(cell: $0.rules.cell, fill: $0.rules.fillName, estimate: $1)
        }
        return Answers(rows: rows, kernels: results.map(\.kernel), results: results, estimates: estimates)
    }

    /// The row of one cell of another study on a history; nil where the study has no such cell.
    func row(of cell: StudyCell, in study: Study, market: MarketHistory) throws(RunCancelled) -> ResultRow? {
        var other = self
        other.study = study
        return try other.answers(of: other.job(of: cell.asset, market: market)).rows.first { $0.cell.key == cell.key }
    }

    /// Whether ``Comparisons`` or ``JointLimits`` looks at a cell.
    private func comparedCells(of asset: String) -> (StudyCell) -> Bool {
        guard keepsCompared, let headline = study.headlineCell else { return { _ in false } }
        let limited = LimitFigures(study, asset: asset).cells
        return { $0.contract == headline.contract && $0.horizon == headline.horizon || limited.contains($0.id) }
    }
}

extension GridAnswers.Answers {
    fileprivate mutating func add(_ part: Self, keeping isKept: (StudyCell) -> Bool) {
        rows += part.rows
        kernels += part.kernels
        let kept = part.results.indices.filter { isKept(part.results[$0].rules.cell) }
        results += kept.map { part.results[$0] }
        estimates += kept.map { part.estimates[$0] }
    }

    fileprivate mutating func sortIntoPlanOrder() {
        let order = rows.indices.sorted { rows[$0].cell.index < rows[$1].cell.index }
        (rows, kernels) = (order.map { rows[$0] }, order.map { kernels[$0] })
        let kept = results.indices.sorted { results[$0].rules.cell.index < results[$1].rules.cell.index }
        (results, estimates) = (kept.map { results[$0] }, kept.map { estimates[$0] })
    }
}
