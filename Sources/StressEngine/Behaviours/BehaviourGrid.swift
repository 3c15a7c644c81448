import StressBasics
import StudyPlan

/// Cells that differ in leverage and holding time alone and have the same holding times at every leverage: what their entries meet is
/// searched for once.
struct BehaviourGrid: Sendable {
    /// Holding times, shortest first.
    let horizons: [TimeSpan]
    /// For each leverage, its cells in the order of ``horizons``, by place in the job's plan order.
    let rows: [[Int]]

    /// What the rows of a grid have in common.
    private struct Shape: Hashable {
        let group: CellSelector
        let horizons: [TimeSpan]
    }

    /// Puts cells together; every cell is in one of the grids. O(cells log cells).
    static func grids(_ cells: [Int], rules: [CellRules]) -> [BehaviourGrid] {
        let rows = cells.groupedInOrder { CellSelector(like: rules[$0].cell.key, but: [.horizon]) }
            .map { $0.members.sorted { rules[$0].cell.horizon < rules[$1].cell.horizon } }
        let grids = rows.groupedInOrder { row in
            Shape(group: rules[row[0]].cell.key.group, horizons: row.map { rules[$0].cell.horizon })
        }
        return grids.map { BehaviourGrid(horizons: $0.key.horizons, rows: $0.members) }
    }
}
