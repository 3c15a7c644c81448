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
        let groups = horizons.values.flatMap { cells in
            panel(cells, results, estimates, rules).map { PairGroup.groups($0, cells: cells, pairs) } ?? []
        }
        let found = parallelMap(count: groups.count, threads: threads) { place -> [DifferenceInference?]? in
            groups[place].panel.differences(groups[place].columns)
        }
        var differences = [DifferenceInference?](repeating: nil, count: pairs.count)
        for (group, inferences) in zip(groups, found ?? []) {
            for (place, inference) in zip(group.places, inferences) { differences[place] = inference }
        }
        return differences
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
            memory: MarketMemory(runBlocks: inference.meanRunBlocks), plans: plans)
    }
}

/// Pairs of one horizon that are resampled side by side.
private struct PairGroup {
    let panel: HorizonPanel
    /// Places among all pairs.
    let places: [Int]
    /// Columns of the panel.
    let columns: [(first: Int, second: Int)]

    private static let most = 4

    /// The pairs that look at two of a panel's cells.
    static func groups(_ panel: HorizonPanel, cells: [Int], _ pairs: [(first: Int, second: Int)]) -> [PairGroup] {
        let columns = Dictionary(uniqueKeysWithValues: zip(cells, cells.indices))
        let inside = pairs.indices.compactMap { place -> (place: Int, first: Int, second: Int)? in
            guard let first = columns[pairs[place].first], let second = columns[pairs[place].second] else { return nil }
            return (place, first, second)
        }
        return stride(from: 0, to: inside.count, by: most).map { start in
            let group = inside[start..<min(start + most, inside.count)]
            return PairGroup(
                panel: panel, places: group.map(\.place), columns: group.map { ($0.first, $0.second) })
        }
    }
}
