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

    private static let returnPeriods = [1.0, 2, 5, 10, 20]

    /// Moves against the position within the holding time; nil without windows.
    var moves: TailReport? {
        let found = job.adverseMoves(horizon: cell.horizon, side: cell.side)
        guard let years = CellTails.years(found.times.first, found.times.last) else { return nil }
        return report(
            TailAnalysis(
                times: found.times, values: found.moves, separation: cell.horizon, years: years,
                random: random("tail")))
    }

    /// Shortfalls in parts of the margin, the deepest of each crash; nil without entries. Crashes are told apart as episodes are:
    /// by the times at which entries went below zero.
    func shortfalls(_ entries: [HeldEntry], separation: TimeSpan) -> TailReport? {
        guard let years = CellTails.years(entries.first?.time, entries.last?.time) else { return nil }
        let below = entries.negativeByExit
        return report(
            TailAnalysis(
                times: below.map(\.exitTime), values: below.map(\.shortfallGivenOne), separation: separation,
                years: years, shares: TailAnalysis.eventShares, random: random("shortfall tail")))
    }

    private func random(_ name: String) -> SeededGenerator {
        SeededGenerator(seed: study.statistics.seed).stream("\(name) \(cell.horizon.text)")
    }

    private static func years(_ first: Int64?, _ last: Int64?) -> Double? {
        guard let first, let last, last > first else { return nil }
        return Double(last - first) / (365.25 * 86_400_000)
    }

    private func report(_ analysis: TailAnalysis) -> TailReport {
        let levels = CellTails.returnPeriods.compactMap { period -> TailReport.Level? in
            let outcome: Result<TailFit.ReturnLevel, TailRefusal.Failure>?
            switch analysis.outcome {
            case .failure(let failure): outcome = .failure(failure)
            case .success(let fit):
                outcome = fit.returnLevel(years: period, confidence: study.statistics.confidence)
            }
            switch outcome {
            case nil: return nil
            case .success(let level): return TailReport.Level(years: period, move: level, refusal: nil)
            case .failure(let failure): return TailReport.Level(years: period, move: nil, refusal: failure.reason)
            }
        }
        return TailReport(analysis: analysis, levels: levels)
    }
}
