import StressReport
import StressStatistics
import StudyPlan

extension Study {
    /// Every limit against every cell it names: in study order, then plan order.
    func check(_ rows: [ResultRow]) -> [LimitCheck] {
        limits.flatMap { limit in
            rows.filter { limit.cells.matches($0.cell) }.map { row in
                let value = row.estimate.value(of: limit.measure)
                return LimitCheck(
                    limit: limit, cell: row.cell, value: value, breached: value.map { $0 > limit.max } ?? false)
            }
        }
    }
}

extension CellEstimate {
    /// The figure a limit speaks of; nil when the cell has none.
    func value(of measure: StudyLimit.Measure) -> Double? {
        switch measure {
        case .negativeEquity: exit.frequency
        case .liquidated: liquidatedFrequency
        case .unprotected: unprotectedFrequency
        // A cell with entries and no shortfall has a largest shortfall of nothing.
        case .largestShortfall: exit.shortfall?.max ?? (windows.entries > 0 ? 0 : nil)
        }
    }
}
