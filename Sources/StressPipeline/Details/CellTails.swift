import MarginModel
import StressBasics
import StressEngine
import StressReport
import StressResults
import StressStatistics
import StudyPlan

/// What lies beyond the data of one headline cell: moves against it, and its shortfalls.
struct CellTails {
    let study: Study
    let job: HistoryJob
    let cell: StudyCell
    /// How long the market remembers, at least the holding time.
    let run: TimeSpan
    /// Turbulent spells of the history; nil where they were not looked for.
    let spells: Int?

    private static let returnPeriods = [1.0, 2, 5, 10, 20]

    /// Moves against the position within the holding time, the farthest of each resampled block; nil without windows.
    var moves: TailReport? {
        let found = job.adverseMoves(horizon: cell.horizon, side: cell.side)
        guard let span = span(from: found.times.first, to: found.times.last) else { return nil }
        let scale = TailScale.moves(isFall: cell.side == .long)
        let maxima = blockMaxima(times: found.times, values: scale.scaled(found.moves), blocks: found.blocks)
        let separation = max(cell.horizon.milliseconds, job.resamplingBlock.milliseconds)
        let analysis = TailAnalysis(
            times: maxima.times, values: maxima.values, separation: TimeSpan(milliseconds: separation), span: span,
            random: random("tail"))
        return report(analysis, scale)
    }

    /// Shortfalls in parts of the margin, the deepest of each crash; nil without entries. Crashes are told apart as episodes are:
    /// by the times at which entries went below zero.
    ///
    /// - Parameter negative: those of the entries that ended below zero, in the order in which they did.
    func shortfalls(_ entries: HeldEntries, negative: [HeldEntry], separation: TimeSpan) -> TailReport? {
        guard let span = span(from: entries.first?.time, to: entries.last?.time) else { return nil }
        let scale = shortfallScale
        let below = negative.shortfalls(on: scale)
        let analysis = TailAnalysis(
            times: below.times, values: below.values, separation: separation, span: span,
            shares: TailAnalysis.eventShares, random: random("shortfall tail"))
        return report(analysis, scale)
    }

    /// A linear long has lost all it can when the price is zero, and a short counted in coins when it is infinite. The opening fee is
    /// owed as well.
    private var shortfallScale: TailScale {
        let fee = study.rules(of: cell.key)?.fees.open ?? 0
        return .shortfalls(
            isBounded: (cell.side == .long) != (cell.contract == .inverse),
            largestLoss: cell.leverage.value * (1 + fee))
    }

    private func span(from first: Int64?, to last: Int64?) -> TailSpan? {
        guard let first, let last else { return nil }
        return TailSpan(first: first, last: last, run: run, spells: spells)
    }

    private func random(_ name: String) -> SeededGenerator {
        SeededGenerator(seed: study.statistics.seed).stream("\(name) \(cell.horizon.text)")
    }

    private func report(_ analysis: TailAnalysis, _ scale: TailScale) -> TailReport {
        TailReport(
            analysis: analysis, scale: scale, periods: CellTails.returnPeriods,
            confidence: study.statistics.confidence)
    }
}
