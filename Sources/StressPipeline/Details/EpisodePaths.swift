import PriceSeries
import StressBasics
import StressEngine
import StressReport
import StressResults
import StressStatistics
import StudyPlan

extension CellDetails {
    /// Episodes that a page shows.
    private static let shownEpisodes = 10
    /// Stretches that a small drawing can tell apart.
    private static let stretches = 80

    /// The prices around the worst entry of each of the largest episodes.
    func episodePaths(_ place: Int, _ episodes: Episodes, series: BarSeries) -> [EpisodePath] {
        episodes.largestFirst.prefix(CellDetails.shownEpisodes).enumerated().compactMap { rank, episode in
            job.trace(cell: place, entry: episode.worstBar).flatMap {
                path($0, rank: rank + 1, side: rows[place].cell.side, series)
            }
        }
    }

    private func path(_ trace: EntryTrace, rank: Int, side: Side, _ series: BarSeries) -> EpisodePath? {
        // Without a liquidation the margin is gone at the first bar that is worth less than nothing.
        let exit = trace.path.liquidationBar ?? trace.last
        guard exit > trace.entry, let price = trace.exitPrices.last?.price, price.isFinite else { return nil }
        let worst = worstBar(after: trace.entry, upTo: exit, isLong: side == .long, series)
        let length = max(8, exit - trace.entry)
        let bars = max(0, trace.entry - length / 4)...min(series.count - 1, exit + length / 2)
        return EpisodePath(
            rank: rank, entry: series.instant(trace.entry), entryPrice: trace.entryPrice,
            bankruptcyPrice: trace.bankruptcyPrice.isFinite && trace.bankruptcyPrice > 0 ? trace.bankruptcyPrice : nil,
            exit: series.instant(exit), exitPrice: price, worstBar: series.instant(worst.bar), worstMove: worst.move,
            points: points(bars, series))
    }

    /// The bar with the largest move against the position from the close before it.
    private func worstBar(
        after entry: Int, upTo exit: Int, isLong: Bool, _ series: BarSeries
    ) -> (bar: Int, move: Double) {
        let moves = (entry + 1...exit).compactMap { bar -> (bar: Int, move: Double)? in
            guard series.close[bar - 1] > 0 else { return nil }
            return (bar, (isLong ? series.low[bar] : series.high[bar]) / series.close[bar - 1] - 1)
        }
        let worst = moves.min { isLong ? $0.move < $1.move : $0.move > $1.move }
        return worst ?? (exit, 0)
    }

    private func points(_ bars: ClosedRange<Int>, _ series: BarSeries) -> [EpisodePath.Point] {
        let step = (bars.count + CellDetails.stretches - 1) / CellDetails.stretches
        return stride(from: bars.lowerBound, through: bars.upperBound, by: step).map { first in
            let last = min(first + step - 1, bars.upperBound)
            return EpisodePath.Point(
                time: series.instant(last), low: series.low[first...last].min() ?? 0,
                high: series.high[first...last].max() ?? 0, close: series.close[last])
        }
    }
}
