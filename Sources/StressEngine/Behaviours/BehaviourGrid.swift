import MarginModel
import StressBasics
import StressStatistics
import StudyPlan

/// Cells of one contract, side and platform that have the same holding times at every leverage: what their entries meet is searched for
/// once.
struct BehaviourGrid: Sendable {
    /// Holding times, shortest first.
    let horizons: [TimeSpan]
    /// For each leverage, its cells in the order of ``horizons``, by place in the job's plan order.
    let rows: [[Int]]

    /// Puts cells together; every cell is in one of the grids. O(cells log cells).
    static func grids(_ cells: [Int], rules: [CellRules]) -> [BehaviourGrid] {
        var grids: [(key: Key, rows: [[Int]])] = []
        for row in rows(cells, rules) {
            let key = Key(rules[row[0]].cell, horizons: row.map { rules[$0].cell.horizon })
            if let place = grids.firstIndex(where: { $0.key == key }) {
                grids[place].rows.append(row)
            } else {
                grids.append((key, [row]))
            }
        }
        return grids.map { BehaviourGrid(horizons: $0.key.horizons, rows: $0.rows) }
    }

    /// The cells that differ in their holding time alone, shortest first.
    private static func rows(_ cells: [Int], _ rules: [CellRules]) -> [[Int]] {
        var (rows, places): ([[Int]], [Key: Int]) = ([], [:])
        for cell in cells {
            let key = Key(rules[cell].cell, leverage: rules[cell].cell.leverage)
            if let place = places[key] {
                rows[place].append(cell)
            } else {
                places[key] = rows.count
                rows.append([cell])
            }
        }
        return rows.map { $0.sorted { rules[$0].cell.horizon < rules[$1].cell.horizon } }
    }

    private struct Key: Hashable {
        let contract: ContractKind
        let side: Side
        let platform: String
        var leverage: Leverage?
        var horizons: [TimeSpan] = []

        init(_ cell: StudyCell, leverage: Leverage? = nil, horizons: [TimeSpan] = []) {
            (contract, side, platform) = (cell.contract, cell.side, cell.platform)
            (self.leverage, self.horizons) = (leverage, horizons)
        }
    }
}
