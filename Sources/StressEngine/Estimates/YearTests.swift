import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

extension HistoryJob {
    /// What the data up to each calendar year said of the share below zero in it, beside what it showed, oldest year first.
    ///
    /// Only entries whose window had closed by the year's first moment are its past, and only prices from before it say how long the
    /// market remembers. A year is looked at where at least a year of entries lies before it and its own entries reach to within
    /// ``yearMargin`` of both ends, but for the holding time.
    ///
    /// - Parameters:
    ///   - results: of this history.
    ///   - confidence: of intervals and predictions, strictly between 0 and 1.
    ///   - threads: as many cells at once; has no influence on the numbers.
    ///
    /// O(years × (bars + cells × blocks)).
    public func yearTests(of results: [CellResult], confidence: Double, threads: Int) -> [[YearTest]] {
        let starts = resampledBars.map { market.series.time[$0.lowerBound] }
        let turns = HistoryJob.yearTurns(starts)
        let memories =
            parallelMap(count: turns.count, threads: threads) {
                memory(before: resampledBars[turns[$0].block].lowerBound)
            }
            ?? []
        let found = parallelMap(count: results.count, threads: threads) { place -> [YearTest]? in
            let result = results[place]
            let share = result.tally.negativeShare(fill: 0).merged(by: resamplingBlocks)
            return zip(turns, memories).compactMap { turn, memory in
                yearTest(turn, memory, share, starts, of: result, confidence: confidence)
            }
        }
        return found ?? results.map { _ in [] }
    }

    /// A year and its first block.
    private struct YearTurn {
        let year: Int
        let block: Int
    }

    /// How far from the ends of its year the first and the last entry may lie.
    private static let yearMargin = TimeSpan.days(31)

    private static func yearTurns(_ starts: [Int64]) -> [YearTurn] {
        var turns: [YearTurn] = []
        for (block, start) in starts.enumerated() {
            let year = UTCInstant(milliseconds: start).civil.year
            if turns.last?.year != year { turns.append(YearTurn(year: year, block: block)) }
        }
        return turns
    }

    private func memory(before bar: Int) -> MarketMemory {
        let series = market.series
        let close = Array(series.close[..<bar])
        return MarketMemory(
            close: close, low: Array(series.low[..<bar]), high: Array(series.high[..<bar]),
            deviation: MarketHistory.volatility(close), blocks: resampledBars.filter { $0.upperBound <= bar },
            spellBlocks: spellBlocks)
    }

    private func yearTest(
        _ turn: YearTurn, _ memory: MarketMemory, _ share: BlockShare, _ starts: [Int64], of result: CellResult,
        confidence: Double
    ) -> YearTest? {
        guard let begin = CivilTime(year: turn.year, month: 1, day: 1).instant?.milliseconds,
            let end = CivilTime(year: turn.year + 1, month: 1, day: 1).instant?.milliseconds
        else { return nil }
        let horizon = result.rules.cell.horizon
        // The last entry of a block comes at its end.
        let closed = begin - horizon.milliseconds - resamplingBlock.milliseconds
        let past = 0..<(starts.firstIndex { $0 > closed } ?? starts.count)
        let next = turn.block..<(starts.firstIndex { $0 >= end } ?? starts.count)
        guard let before = share.heldBlocks(in: past), let after = share.heldBlocks(in: next),
            begin - starts[before.lowerBound] >= TimeSpan.days(365).milliseconds,
            starts[after.lowerBound] - begin <= HistoryJob.yearMargin.milliseconds,
            end - starts[after.upperBound - 1] <= HistoryJob.yearMargin.milliseconds + horizon.milliseconds
        else { return nil }
        let seen = share.held(before)
        let windows = Double(result.disjointWindows) * Double(seen.total) / Double(share.total)
        return YearTest(
            year: turn.year, past: seen, next: share.held(after),
            meanLength: max(1, min(max(horizon.over(resamplingBlock), memory.runBlocks), Double(before.count))),
            disjointWindows: max(1, Int(windows)), yearBlocks: yearBlocks, level: confidence)
    }
}
