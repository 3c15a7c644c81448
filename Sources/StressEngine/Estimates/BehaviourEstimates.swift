import StressBasics
import StressStatistics
import StudyPlan

extension HistoryJob {
    /// What the history says of one cell under several behaviours, each against holding in the same resamples; without intervals where
    /// nothing is resampled.
    ///
    /// - Parameters:
    ///   - tallies: of ``tallies(of:cell:trees:threads:control:)``, holding first.
    ///   - cell: place of the cell in this job's plan order.
    ///   - rules: the study's.
    ///
    /// O(behaviours × (blocks + resamples × runs)).
    public func behaviourEstimates(
        of tallies: [BehaviourTally], cell: Int, rules: ResamplingRules
    ) -> [BehaviourEstimate] {
        var estimates = tallies.map { BehaviourEstimate($0) }
        for place in estimates.indices.dropFirst() {
            estimates[place].change = BehaviourChange(from: estimates[0], to: estimates[place])
        }
        let count = tallies.count
        let columns =
            tallies.map { $0.cell.negativeShare(fill: 0) } + tallies.map(\.lostHalfShare) + tallies.map(\.equityShare)
        guard rules.resamples > 0,
            let panel = behaviourPanel(columns.map { $0.merged(by: resamplingBlocks) }, cell: cell, rules: rules)
        else { return estimates }
        // What cannot happen needs no interval.
        let isImpossible = self.rules[cell].isImpossible
        for place in estimates.indices {
            let isPlain = isImpossible && estimates[place].negative == 0
            if !isPlain { estimates[place].negativeInterval = panel.inference(panel.shares[place])?.bounds }
            estimates[place].lostHalfInterval = panel.inference(panel.shares[count + place])?.bounds
            guard place > 0 else { continue }
            if !isPlain { estimates[place].negativeDifference = panel.difference(place, 0) }
            estimates[place].lostHalfDifference = panel.difference(count + place, count)
            estimates[place].equityDifference = panel.meanDifference(2 * count + place, 2 * count)
        }
        return estimates
    }

    /// The resamples that the cell's own interval came from.
    private func behaviourPanel(_ columns: [BlockShare], cell: Int, rules: ResamplingRules) -> HorizonPanel? {
        let horizon = self.rules[cell].cell.horizon
        return HorizonPanel(
            columns: columns, horizonBlocks: horizon.over(resamplingBlock),
            disjointWindows: disjointWindows[horizon] ?? 0, rules: rules,
            name: HistoryJob.streamName(horizon: horizon), memory: marketMemory)
    }
}
