import StressStatistics
import StudyPlan

/// The cells of a study's histories that are alike in everything but the history, pooled.
public struct PooledColumn: Sendable {
    /// Places of the cells with data among the run's rows, in plan order.
    public let places: [Int]
    /// Their effective events and entries.
    public let counts: [PooledCount]
    /// Their estimates, or why there are none.
    public let outcome: Result<PooledRates, PooledRates.Refusal>

    /// O(histories × 100).
    fileprivate init(_ places: [Int], of report: RunReport) {
        let counted = places.compactMap { place in report.rows[place].pooledCount.map { (place, $0) } }
        let counts = counted.map(\.1)
        (self.places, self.counts) = (counted.map(\.0), counts)
        outcome = Result { () throws(PooledRates.Refusal) in
            try PooledRates(counts, confidence: report.study.statistics.confidence)
        }
    }
}

extension ResultRow {
    /// Effective events and entries; nil where there is nothing to count, or what cannot happen.
    fileprivate var pooledCount: PooledCount? {
        guard estimate.status != .impossible, estimate.windows.entries > 0, let share = estimate.exit.frequency
        else { return nil }
        return PooledCount(share: share, effectiveEntries: Double(estimate.effectiveEntries))
    }
}

extension RunReport {
    /// Places of the rows that are alike in everything but the history, in plan order; none in a study of one history.
    public var pooledPlaces: [[Int]] {
        guard study.inputs.count > 1 else { return [] }
        var (order, groups) = ([CellSelector](), [CellSelector: [Int]]())
        for place in rows.indices {
            let selector = CellSelector(like: rows[place].cell.key, but: [.asset])
            if groups[selector] == nil { order.append(selector) }
            groups[selector, default: []].append(place)
        }
        return order.compactMap { groups[$0] }
    }

    /// The rows of some places pooled. O(histories × 100).
    public func pooledColumn(_ places: [Int]) -> PooledColumn { PooledColumn(places, of: self) }

    /// What is pooled of a cell's history; nil where nothing is.
    public func pooled(_ cell: StudyCell) -> (rates: PooledRates, own: PooledRates.Estimate)? {
        for column in pooled {
            // All cells of a column are of one kind: the first says whether this is the cell's.
            guard var key = column.places.first.map({ rows[$0].cell.key }) else { continue }
            key.asset = cell.asset
            guard key == cell.key else { continue }
            guard case .success(let rates) = column.outcome,
                let place = column.places.firstIndex(where: { rows[$0].cell.key == cell.key })
            else { continue }
            return (rates, rates.estimates[place])
        }
        return nil
    }
}
