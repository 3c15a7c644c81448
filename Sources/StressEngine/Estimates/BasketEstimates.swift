import StressBasics
import StressStatistics
import StudyPlan

extension BasketJob {
    /// What the histories say of a cell in several variants; those after the first leg alone against it in the same resamples. Without
    /// intervals where nothing is resampled.
    ///
    /// - Parameters:
    ///   - tallies: of ``tallies(of:_:threads:control:)``.
    ///   - variants: of the same call.
    ///   - rules: the study's.
    ///
    /// O(variants × (blocks + resamples × runs)).
    public func estimates(
        of tallies: [BasketTally], _ variants: [BasketVariant], cell: BasketCell, rules: ResamplingRules
    ) -> [BasketEstimate] {
        var estimates = tallies.map(estimate)
        let alone = variants.firstIndex { $0.mode == .alone && $0.path == basket.path }
        if let alone {
            for place in estimates.indices where variants[place].mode != .alone {
                estimates[place].change = BasketChange(from: estimates[alone], to: estimates[place])
            }
        }
        guard rules.resamples > 0, let panel = panel(tallies, cell, rules) else { return estimates }
        let count = tallies.count
        for place in estimates.indices {
            estimates[place].negativeInterval = panel.inference(panel.shares[place])?.bounds
            estimates[place].liquidatedInterval = panel.inference(panel.shares[count + place])?.bounds
            guard let alone, estimates[place].change != nil else { continue }
            estimates[place].negativeDifference = panel.difference(place, alone)
            estimates[place].liquidatedDifference = panel.difference(count + place, count + alone)
            estimates[place].equityDifference = panel.meanDifference(
                panel.shares[2 * count + place], panel.shares[2 * count + alone])
        }
        return estimates
    }

    private func panel(_ tallies: [BasketTally], _ cell: BasketCell, _ rules: ResamplingRules) -> HorizonPanel? {
        let columns =
            tallies.map { $0.cell.negativeShare(fill: 0) } + tallies.map(\.cell.liquidatedShare)
            + tallies.map(\.equityShare)
        return HorizonPanel(
            columns: columns.map { $0.merged(by: frame.resamplingBlocks) },
            horizonBlocks: cell.horizon.over(frame.resamplingBlock),
            disjointWindows: windows(cell.horizon).disjointCount(in: frame.market.series), rules: rules,
            name: HistoryJob.streamName(horizon: cell.horizon), memory: memory)
    }
}
