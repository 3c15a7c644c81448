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
        let cut = windows.mapValues { cutEntries($0.horizon) }
        let found = parallelMap(count: results.count, threads: threads) { place -> [YearTest]? in
            let shares = YearShares(results[place], blocks: resamplingBlocks, cut: cut)
            return zip(turns, memories).compactMap { turn, memory in
                yearTest(turn, memory, shares, starts, of: results[place], confidence: confidence)
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
        _ turn: YearTurn, _ memory: MarketMemory, _ shares: YearShares, _ starts: [Int64], of result: CellResult,
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
        guard let before = shares.counted.heldBlocks(in: past), let after = shares.counted.heldBlocks(in: next),
            begin - starts[before.lowerBound] >= TimeSpan.days(365).milliseconds,
            starts[after.lowerBound] - begin <= HistoryJob.yearMargin.milliseconds,
            end - starts[after.upperBound - 1] <= HistoryJob.yearMargin.milliseconds + horizon.milliseconds
        else { return nil }
        let seen = shares.of(before)
        let windows = Double(result.disjointWindows) * Double(seen.total) / Double(shares.counted.total)
        return YearTest(
            year: turn.year, past: seen, next: shares.of(after), seen: shares.counted.held(after).count,
            meanLength: max(1, min(max(horizon.over(resamplingBlock), memory.runBlocks), Double(before.count))),
            disjointWindows: max(1, Int(windows)), yearBlocks: yearBlocks, level: confidence)
    }
}

/// The entries below zero of a cell, from which the shares of stretches of its history are taken.
private struct YearShares {
    /// What was seen.
    let counted: BlockShare
    /// The same, each standing for as many as an event of the whole history does on average.
    private let weighted: BlockShare
    /// Entries whose window is cut, block by block.
    private let cut: [UInt32]

    init(_ result: CellResult, blocks: Int, cut: [TimeSpan: [UInt32]]) {
        let tally = result.tally
        counted = BlockShare(
            events: tally.negative[0].array.map(\.value), entries: tally.entries.array
        )
        .merged(by: blocks)
        weighted = tally.negativeShare(fill: 0).merged(by: blocks)
        self.cut = cut[result.rules.cell.horizon] ?? []
    }

    /// Of some blocks: their own counts where none of their windows is cut, as by their own entries each weighs 1.
    func of(_ range: Range<Int>) -> BlockShare {
        cut[range].allSatisfy { $0 == 0 } ? counted.held(range) : weighted.held(range)
    }
}
