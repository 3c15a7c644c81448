import StressBasics
import StressStatistics
import StudyPlan

extension HistoryJob {
    /// The band that holds shares of several cells of one horizon at once, each in the measure that it stands with; nil where one of them
    /// was not resampled.
    ///
    /// - Parameters:
    ///   - columns: places in `results`, all of one horizon, with measures that are shares.
    ///   - rules: the study's, at the confidence of the band.
    ///
    /// O(blocks × resamples + columns × resamples × runs).
    public func band(
        of columns: [(place: Int, measure: Measure)], results: [CellResult], estimates: [CellEstimate],
        rules: ResamplingRules
    ) -> SimultaneousBand? {
        let shares = columns.compactMap { results[$0.place].tally.blocks(of: $0.measure)?.merged(by: resamplingBlocks) }
        guard let first = columns.first, let inference = estimates[first.place].inference, shares.count == columns.count
        else { return nil }
        let panel = HorizonPanel(
            columns: shares, horizonBlocks: 1, disjointWindows: inference.disjointWindows, rules: rules,
            name: HistoryJob.streamName(horizon: results[first.place].rules.cell.horizon),
            memory: MarketMemory(runBlocks: inference.meanRunBlocks), plans: plans)
        return panel?.band(Array(columns.indices))
    }
}
