import Foundation
import MarginModel
import PriceSeries
import StressBasics
import StressEngine
import StressStatistics
import StudyPlan

/// What longer bars say of a history by the delay law, beside what its own minutes say.
///
/// The minutes are the judge: where a bar is at most twice the delay long, the fill is a price that was traded that much later.
public struct MinuteComparison: Sendable {
    /// A leverage, side and holding time.
    public struct Cell: Sendable {
        /// The cell.
        public let cell: StudyCell
        /// By the minutes.
        public let minutes: CellEstimate
        /// By each length of longer bars, in their order; nil where the history holds no window of them.
        public let longer: [Longer?]
    }

    /// A cell by longer bars.
    public struct Longer: Sendable {
        /// By the longer bars.
        public let estimate: CellEstimate
        /// To the minutes; nil where one of the two saw nothing below zero.
        public let ratio: RatioInference?
    }

    /// All cells of a length of bars together.
    public struct Span: Sendable {
        /// Length of the bars.
        public let barLength: TimeSpan
        /// Geometric mean over the cells in which both saw something.
        public let ratio: RatioInference?
        /// How many these are.
        public let cells: Int
        /// The overshoot that would say what the minutes say; nil where there is none.
        public let fit: OvershootFit?
    }

    /// In plan order.
    public let cells: [Cell]
    /// Shortest bars first.
    public let spans: [Span]

    /// Lengths that the minutes are grouped to.
    public static let lengths: [TimeSpan] = [5, 15, 60, 240].map { TimeSpan(milliseconds: $0 * 60_000) }

    /// Runs the study on the minutes and on what they are grouped to.
    ///
    /// - Parameters:
    ///   - study: of one price history and one platform, whose fill is ``FillRule/delay``.
    ///   - market: bars of at most twice the delay.
    public init(study: Study, market: MarketHistory, threads: Int) throws(RunCancelled) {
        let judge = try GridFrequencies(study: study, market: market, threads: threads)
        var (longer, spans) = ([[Longer?]](), [Span]())
        for length in MinuteComparison.lengths where length > market.barLength {
            let grouped = market.aggregated(to: length)
            let run = try grouped.map { market throws(RunCancelled) in
                try GridFrequencies(study: study, market: market, threads: threads)
            }
            longer.append(judge.results.indices.map { place in run.map { Longer($0, judge, place) } })
            let places =
                run.map { run in judge.results.indices.filter { judge.hasEvents($0) && run.hasEvents($0) } } ?? []
            spans.append(
                Span(
                    barLength: length, ratio: run?.ratio(to: judge, places), cells: places.count,
                    fit: try grouped.flatMap { market throws(RunCancelled) in
                        try OvershootFit(study: study, market: market, judge: judge, cells: places, threads: threads)
                    }))
        }
        cells = judge.results.indices.map { place in
            Cell(
                cell: judge.results[place].rules.cell, minutes: judge.estimates[place], longer: longer.map { $0[place] }
            )
        }
        self.spans = spans
    }
}

extension MinuteComparison.Longer {
    fileprivate init(_ run: GridFrequencies, _ judge: GridFrequencies, _ place: Int) {
        self.init(estimate: run.estimates[place], ratio: run.ratio(to: judge, [place]))
    }
}

/// A run whose frequencies are compared with another's.
struct GridFrequencies: Sendable {
    let results: [CellResult]
    let estimates: [CellEstimate]
    private let shares: [BlockShare]
    private let meanRunBlocks: Double
    private let confidence: Double

    init(study: Study, market: MarketHistory, threads: Int) throws(RunCancelled) {
        let grid = GridAnswers(study: study, threads: threads)
        let job = grid.job(of: study.inputs[0].asset, market: market)
        let answers = try grid.answers(of: job)
        (results, estimates) = (answers.results, answers.estimates)
        shares = results.map { $0.tally.negativeShare(fill: 0).merged(by: job.resamplingBlocks) }
        meanRunBlocks = estimates.compactMap { $0.inference?.meanRunBlocks }.max() ?? 1
        confidence = study.statistics.confidence
    }

    /// Whether any entry of the cell ended below zero, where a whole window was seen.
    func hasEvents(_ place: Int) -> Bool { shares[place].count > 0 && estimates[place].exit.frequency != nil }

    /// The ratios of some cells to the same cells of `judge`; nil where one has no events.
    func ratio(to judge: GridFrequencies, _ places: [Int]) -> RatioInference? {
        guard places.allSatisfy({ hasEvents($0) && judge.hasEvents($0) }) else { return nil }
        return RatioInference(
            places.map { (shares[$0], judge.shares[$0]) }, meanRunBlocks: max(meanRunBlocks, judge.meanRunBlocks),
            confidence: confidence)
    }
}
