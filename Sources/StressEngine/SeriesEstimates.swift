import StressBasics
import StressStatistics
import StudyPlan

extension StressRun {
    /// Turns this run's results into estimates with resampled intervals.
    ///
    /// All cells of a horizon are resampled together: a resample is a history in which every cell saw the same days. The
    /// resamples depend on seed and horizon, and on the longest memory among the horizon's cells; not on threads. Throws
    /// when `control` was cancelled. O(cells × (blocks^1.5 + resamples × runs)).
    ///
    /// - Parameters:
    ///   - results: of this run, in plan order.
    ///   - rules: the study's.
    ///   - meanRun: mean length of resampled runs where these results are to be compared with others; by default what their own
    ///     memory asks for.
    ///   - memory: ``memory(of:threads:control:)`` of all cells of the history, when these results are some of them; by default
    ///     that of `results`.
    public func estimates(
        of results: [CellResult], rules: ResamplingRules, meanRun: TimeSpan? = nil, memory: SeriesMemory? = nil,
        threads: Int, control: RunControl = RunControl()
    ) throws(RunCancelled) -> [CellEstimate] {
        var estimates = results.map { $0.estimate(confidence: rules.confidence) }
        if rules.resamples == 0 { return estimates }
        for horizon in Set(results.map(\.rules.cell.horizon)).sorted() {
            let cells = results.indices.filter { results[$0].rules.cell.horizon == horizon && $0 < estimates.count }
            let shared: SeriesMemory.Horizon?
            if let memory {
                shared = memory.horizons[horizon]
            } else {
                shared = try horizonMemory(
                    cells.map { results[$0] }, isLengthKnown: meanRun != nil, threads: threads, control: control)
            }
            guard let shared else { continue }
            let panel = panel(shared, horizon: horizon, rules: rules, meanRun: meanRun)
            let found = parallelMap(count: cells.count, threads: threads) { place -> CellInference? in
                control.isCancelled ? nil : inference(results[cells[place]], panel)
            }
            guard let found else { throw RunCancelled() }
            for (cell, inference) in zip(cells, found) {
                estimates[cell] = estimates[cell].resampled(inference)
            }
        }
        return estimates
    }

    /// What the cells of each horizon have in common when they are resampled. Throws when `control` was cancelled.
    /// O(cells × blocks^1.5).
    public func memory(
        of results: [CellResult], threads: Int, control: RunControl = RunControl()
    ) throws(RunCancelled) -> SeriesMemory {
        var memory = SeriesMemory()
        for horizon in Set(results.map(\.rules.cell.horizon)).sorted() {
            memory.horizons[horizon] = try horizonMemory(
                results.filter { $0.rules.cell.horizon == horizon }, isLengthKnown: false, threads: threads,
                control: control)
        }
        return memory
    }

    /// The memory of the cells of a horizon; nil when none of them has entries.
    private func horizonMemory(
        _ results: [CellResult], isLengthKnown: Bool, threads: Int, control: RunControl
    ) throws(RunCancelled) -> SeriesMemory.Horizon? {
        let length = isLengthKnown ? 1 : try longestLength(results, threads: threads, control: control)
        let held = HorizonPanel.heldBlocks(
            results.map { $0.tally.liquidatedShare.merged(by: resamplingBlocks).entries })
        return held.map { SeriesMemory.Horizon(longestLength: length, heldBlocks: $0) }
    }

    /// The resamples of a horizon.
    private func panel(
        _ memory: SeriesMemory.Horizon, horizon: TimeSpan, rules: ResamplingRules, meanRun: TimeSpan?
    ) -> HorizonPanel {
        HorizonPanel(
            held: memory.heldBlocks, horizonBlocks: horizon.over(resamplingBlock),
            disjointWindows: disjointWindows[horizon] ?? 0, rules: rules, name: StressRun.streamName(horizon: horizon),
            automaticLength: meanRun?.over(resamplingBlock) ?? memory.longestLength)
    }

    private func longestLength(
        _ results: [CellResult], threads: Int, control: RunControl
    ) throws(RunCancelled) -> Double {
        let lengths = parallelMap(count: results.count, threads: threads) { place -> Double? in
            control.isCancelled
                ? nil : HorizonPanel.longestAutomaticLength(of: shares(results[place].tally)[...])
        }
        guard let lengths else { throw RunCancelled() }
        return lengths.max() ?? 1
    }

    /// Time blocks that are resampled as one: more of them than this make resampling slow and no better.
    private static let mostResampledBlocks = 10_000

    /// How many of the study's blocks are resampled as one.
    public var resamplingBlocks: Int {
        max(1, (blocks.blocks.count + StressRun.mostResampledBlocks - 1) / StressRun.mostResampledBlocks)
    }

    /// Length of what is resampled as one.
    public var resamplingBlock: TimeSpan {
        // A block shorter than a bar holds one bar.
        TimeSpan(milliseconds: max(blockLength, market.barLength).milliseconds * Int64(resamplingBlocks))
    }

    /// The name of the stream that the resamples of a horizon are drawn from. It leaves out the asset, so that renaming one
    /// changes no number.
    public static func streamName(horizon: TimeSpan) -> String { horizon.text }

    private func inference(_ result: CellResult, _ panel: HorizonPanel) -> CellInference {
        let found = panel.inferences(of: shares(result.tally))
        let fills = result.tally.roles.count
        return CellInference(
            negative: Array(found[..<fills]), roles: result.tally.roles, liquidated: found[fills],
            unprotected: found[fills + 1],
            meanRunBlocks: panel.plan.meanLength,
            meanRun: TimeSpan(
                milliseconds: Int64(panel.plan.meanLength * Double(resamplingBlock.milliseconds))),
            disjointWindows: result.disjointWindows,
            severity: panel.severity(result.tally, mergedBy: resamplingBlocks))
    }

    /// Below zero under each fill rule, liquidated, unprotected.
    private func shares(_ tally: CellTally) -> [BlockShare] {
        let all =
            tally.roles.indices.map { tally.negativeShare(fill: $0) }
            + [tally.liquidatedShare, tally.unprotectedShare]
        return all.map { $0.merged(by: resamplingBlocks) }
    }
}

extension TimeSpan {
    fileprivate func over(_ other: TimeSpan) -> Double { Double(milliseconds) / Double(other.milliseconds) }
}
