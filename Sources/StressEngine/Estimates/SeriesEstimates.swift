import StressBasics
import StressStatistics
import StudyPlan

extension HistoryJob {
    /// Turns this run's results into estimates with intervals.
    ///
    /// Frequencies and how far below zero entries ended have intervals in closed form. They depend on the price history and the horizon,
    /// and on nothing else in the grid or on threads. Throws when `control` was cancelled. O(cells × blocks).
    ///
    /// - Parameters:
    ///   - results: of this run, in plan order.
    ///   - rules: the study's.
    ///   - meanRun: mean length of resampled runs where these results are to be compared with others; by default what the
    ///     history's memory and the horizon ask for.
    public func estimates(
        of results: [CellResult], rules: ResamplingRules, meanRun: TimeSpan? = nil, threads: Int,
        control: RunControl = RunControl()
    ) throws(RunCancelled) -> [CellEstimate] {
        let uncertain = parallelMap(count: results.count, threads: threads) { place -> CellEstimate? in
            control.isCancelled ? nil : results[place].estimate(confidence: rules.confidence)
        }
        guard var estimates = uncertain else { throw RunCancelled() }
        let memory = meanRun.map { MarketMemory(runBlocks: $0.over(resamplingBlock)) } ?? marketMemory
        for horizon in Set(results.map(\.rules.cell.horizon)).sorted() {
            let cells = results.indices.filter { results[$0].rules.cell.horizon == horizon && $0 < estimates.count }
            guard let panel = panel(horizon: horizon, rules: rules.withoutResamples, memory: memory) else { continue }
            let together = HorizonPanel.cellsTogether
            let found = parallelMap(count: (cells.count + together - 1) / together, threads: threads) { place in
                let group = cells[place * together..<min((place + 1) * together, cells.count)]
                return control.isCancelled ? nil : inferences(group.map { results[$0] }, panel)
            }
            guard let found else { throw RunCancelled() }
            for (cell, inference) in zip(cells, found.joined()) {
                estimates[cell] = estimates[cell].resampled(inference)
            }
        }
        return estimates
    }

    /// The bars of what is resampled as one.
    var resampledBars: [Range<Int>] {
        Swift.stride(from: 0, to: blocks.blocks.count, by: resamplingBlocks).map { first in
            let last = min(first + resamplingBlocks, blocks.blocks.count) - 1
            return blocks.blocks[first].lowerBound..<blocks.blocks[last].upperBound
        }
    }

    /// How long the history remembers, in blocks that are resampled as one.
    var marketMemory: MarketMemory {
        let series = market.series
        return MarketMemory(
            close: series.close, low: series.low, high: series.high, deviation: market.volatility,
            blocks: resampledBars,
            spellBlocks: spellBlocks)
    }

    /// How many blocks make a spell.
    var spellBlocks: Int { max(2, Int((24 * TurbulentSpells.windowDays / resamplingBlock.inHours).rounded())) }

    /// What judges the cells of a horizon; nil when none of its entries is watched.
    func panel(horizon: TimeSpan, rules: ResamplingRules, memory: MarketMemory) -> HorizonPanel? {
        HorizonPanel.heldBlocks([watchedEntries(horizon)]).map { held in
            HorizonPanel(
                held: held, horizonBlocks: horizon.over(resamplingBlock),
                disjointWindows: disjointWindows[horizon] ?? 0, rules: rules,
                name: HistoryJob.streamName(horizon: horizon), memory: memory)
        }
    }

    /// Entries of which something is seen, in each block that is resampled as one. They belong to the history: whether a cell's
    /// platform would have opened them does not matter here.
    private func watchedEntries(_ horizon: TimeSpan) -> [UInt32] { entries(horizon) { _ in true } }

    /// Those of them whose window is cut.
    func cutEntries(_ horizon: TimeSpan) -> [UInt32] { entries(horizon) { $0 } }

    private func entries(_ horizon: TimeSpan, where isCounted: (_ isCut: Bool) -> Bool) -> [UInt32] {
        guard let windows = windows[horizon] else { return [] }
        let counts = blocks.blocks.map { block in
            UInt32(block.count { windows.watched($0).map { isCounted($0.isCut) } ?? false })
        }
        return Swift.stride(from: 0, to: counts.count, by: resamplingBlocks).map { first in
            counts[first..<min(first + resamplingBlocks, counts.count)].reduce(0, +)
        }
    }

    /// Time blocks that are resampled as one: more of them than this make resampling slow and no better.
    private static let mostResampledBlocks = 10_000

    /// How many of the study's blocks are resampled as one.
    public var resamplingBlocks: Int {
        max(1, (blocks.blocks.count + HistoryJob.mostResampledBlocks - 1) / HistoryJob.mostResampledBlocks)
    }

    /// Length of what is resampled as one.
    public var resamplingBlock: TimeSpan {
        // A block shorter than a bar holds one bar.
        TimeSpan(milliseconds: max(blockLength, market.barLength).milliseconds * Int64(resamplingBlocks))
    }

    /// How many of them a year has.
    var yearBlocks: Double { TimeSpan.days(365).over(resamplingBlock) }

    /// The name of the stream that the resamples of a horizon are drawn from. It leaves out the asset, so that renaming one
    /// changes no number.
    public static func streamName(horizon: TimeSpan) -> String { horizon.text }

    private func inferences(_ results: [CellResult], _ panel: HorizonPanel) -> [CellInference] {
        let meanRun = TimeSpan(milliseconds: Int64(panel.plan.meanLength * Double(resamplingBlock.milliseconds)))
        let found = panel.conclusions(results.map(\.tally), mergedBy: resamplingBlocks, yearBlocks: yearBlocks)
        return zip(results, found).map { result, found in
            CellInference(
                negative: found.negative, roles: result.tally.roles, liquidated: found.liquidated,
                unprotected: found.unprotected, meanRunBlocks: panel.plan.meanLength, meanRun: meanRun,
                disjointWindows: result.disjointWindows, severity: found.severity,
                turbulentSpells: panel.spells?.count, nextYear: found.nextYear)
        }
    }
}

extension TimeSpan {
    /// How many times another span, above 0, it is.
    public func over(_ other: TimeSpan) -> Double { Double(milliseconds) / Double(other.milliseconds) }
}
