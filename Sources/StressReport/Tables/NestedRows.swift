import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension RunReport {
    /// The ends of a share's intervals in order over the events that lie in each other, by place of the row; without rows that have no
    /// interval.
    ///
    /// What happens within a holding time happens within a longer one; liquidation, and being below zero had nobody liquidated, at a
    /// leverage happens at every higher one, too. Who is liquidated early may be spared the gap: below zero is in order over time alone.
    func orderedEnds(of measure: Measure) -> [Int: Interval] {
        let confidence = study.statistics.confidence
        let known = rows.indices.compactMap { place in
            rows[place].estimate.share(measure, confidence: confidence).flatMap { share in
                share.interval.map { (place: place, share: share.fraction, own: $0.ends) }
            }
        }
        let axes: [CellAxis] = measure == .liquidated || measure == .unprotected ? [.horizon, .leverage] : [.horizon]
        let chains = axes.flatMap { axis in nestedChains(along: axis, known.map { rows[$0.place].cell }) }
        let ordered = OrderedEnds(shares: known.map(\.share), own: known.map(\.own), chains: chains)
        return Dictionary(uniqueKeysWithValues: zip(known.map(\.place), ordered.intervals))
    }

    /// Cells that differ along one axis alone, the rarest event first.
    private func nestedChains(along axis: CellAxis, _ cells: [StudyCell]) -> [[Int]] {
        let groups = Dictionary(grouping: cells.indices) { CellSelector(like: cells[$0].key, but: [axis]) }
        return groups.values.map { places in
            places.sorted { (cells[$0].horizon, cells[$0].leverage) < (cells[$1].horizon, cells[$1].leverage) }
        }.sorted { $0[0] < $1[0] }
    }
}
