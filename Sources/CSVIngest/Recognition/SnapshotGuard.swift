import PriceSeries
import StressBasics

/// Tells the snapshots of a ticker from bars: open, high and low are then of the past day. They stay while the price moves, or
/// one of them stays and the open is nowhere near the close before.
struct SnapshotGuard {
    /// Steps in which the price moves, those of them in which high and low stayed, and in which one of them did.
    private var (moved, still, halfStill) = (0, 0, 0)
    /// Sums over all steps: the distance of an open from the close before, and of a close from the close before.
    private var (jumps, moves) = (0.0, 0.0)

    /// Steps in which the price moves, below which nothing is said, and the same where every one of them speaks.
    private static let (leastSteps, leastClearSteps) = (20, 10)

    /// Rows of open, high, low and close in the order of time.
    init(_ rows: [[Double]]) {
        for (before, after) in zip(rows, rows.dropFirst()) where before[3] != after[3] {
            let (isHighStill, isLowStill) = (before[1] == after[1], before[2] == after[2])
            moved += 1
            still += isHighStill && isLowStill ? 1 : 0
            halfStill += isHighStill || isLowStill ? 1 : 0
            jumps += abs(after[0] - before[3])
            moves += abs(after[3] - before[3])
        }
    }

    /// The columns of a plan of bars.
    init(_ table: SampleTable, _ columns: [Int], _ time: TimeColumn, _ numbers: NumberNotation) {
        self.init(
            table.timed(time).compactMap { row in
                let values = columns.compactMap { table.number(row.fields[$0], numbers) }
                return values.count == 4 ? values : nil
            })
    }

    /// Whether these are snapshots.
    var isRunning: Bool {
        if moved >= SnapshotGuard.leastClearSteps, still == moved { return true }
        guard moved >= SnapshotGuard.leastSteps else { return false }
        return still * 2 > moved || (halfStill * 2 > moved && jumps > 3 * moves)
    }

    /// Throws for a ticker's snapshots.
    static func check(
        _ table: SampleTable, _ plan: ColumnPlan, _ time: TimeColumn, _ numbers: NumberNotation
    ) throws(IngestError) {
        guard case .bars(_, _, _, let close) = plan.prices else { return }
        let found = SnapshotGuard(table, plan.prices.columns, time, numbers)
        guard found.isRunning else { return }
        let (which, count) =
            found.still * 2 > found.moved ? ("high and low stay", found.still) : ("high or low stays", found.halfStill)
        throw IngestError(
            .notRecognised, "cannot read the snapshots of a ticker as bars",
            why: "\(which) the same in \(spacedCount(count)) of "
                + "\(counted(found.moved, "row")) in which the price moves: they are of the past day, not of the row",
            at: SourceLocation(file: table.name, line: (table.header ?? table.data.first)?.line),
            hint: "read the prices alone: columns: {time: \(plan.time), price: \(close)} "
                + "(--columns time=\(plan.time),price=\(close))")
    }
}
