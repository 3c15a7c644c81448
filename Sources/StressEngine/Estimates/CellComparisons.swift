import StressBasics
import StressStatistics
import StudyPlan

extension HistoryJob {
    /// The share below zero of the first cell of each pair less that of the second, with intervals that know how the two move
    /// together; nil where one of them was not resampled or cannot end below zero by its structure.
    ///
    /// - Parameters:
    ///   - pairs: places in `results`, of one horizon each.
    ///   - results: of this history, of any cells.
    ///   - estimates: of the same results, resampled by the same rules.
    ///   - rules: the study's.
    ///   - threads: as many pairs at once; has no influence on the numbers.
    ///
    /// O(blocks × resamples + pairs × resamples × runs).
    public func differences(
        _ pairs: [(first: Int, second: Int)], results: [CellResult], estimates: [CellEstimate],
        rules: ResamplingRules, threads: Int
    ) -> [DifferenceInference?] {
        let cells = Set(pairs.flatMap { [$0.first, $0.second] }).filter { estimates[$0].exit.interval != nil }.sorted()
        let horizons = Dictionary(grouping: cells) { results[$0].rules.cell.horizon }
        // One draw of the resamples serves all pairs of a horizon.
        let panels = horizons.mapValues { (cells: $0, panel: panel($0, results, estimates, rules)) }
        let found = parallelMap(count: pairs.count, threads: threads) { place -> DifferenceInference?? in
            let pair = pairs[place]
            guard let all = panels[results[pair.first].rules.cell.horizon],
                let first = all.cells.firstIndex(of: pair.first),
                let second = all.cells.firstIndex(of: pair.second)
            else { return .some(nil) }
            return .some(all.panel?.difference(first, second))
        }
        return found ?? []
    }

    /// The band that holds the shares below zero of several cells of one horizon at once; nil where one of them was not
    /// resampled or cannot end below zero by its structure.
    public func band(
        _ cells: [Int], results: [CellResult], estimates: [CellEstimate], rules: ResamplingRules
    ) -> SimultaneousBand? {
        panel(cells, results, estimates, rules)?.band(Array(cells.indices))
    }

    /// The resamples that the cells' own intervals came from.
    private func panel(
        _ cells: [Int], _ results: [CellResult], _ estimates: [CellEstimate], _ rules: ResamplingRules
    ) -> HorizonPanel? {
        guard let first = cells.first, let inference = estimates[first].inference,
            cells.allSatisfy({ estimates[$0].exit.interval != nil })
        else { return nil }
        return HorizonPanel(
            columns: cells.map { results[$0].tally.negativeShare(fill: 0).merged(by: resamplingBlocks) },
            horizonBlocks: 1, disjointWindows: inference.disjointWindows, rules: rules,
            name: HistoryJob.streamName(horizon: results[first].rules.cell.horizon),
            memory: MarketMemory(runBlocks: inference.meanRunBlocks))
    }
}
