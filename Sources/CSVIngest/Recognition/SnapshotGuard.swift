import PriceSeries
import StressBasics

/// Tells the snapshots of a ticker from bars: open, high and low are then of the past day and stay while the price moves.
enum SnapshotGuard {
    /// Rows in which the price moves, below which nothing is said.
    private static let leastSteps = 20

    /// Rows in which high and low stayed although the close moved, and all rows in which it moved; nil when these are bars.
    static func running(
        _ table: SampleTable, _ plan: ColumnPlan, _ decoder: TimeDecoder, _ numbers: NumberNotation
    ) -> (still: Int, moved: Int)? {
        guard case .bars(_, let high, let low, let close) = plan.prices else { return nil }
        let rows = table.stamped(plan.timeParts.count > 1 ? plan.timeParts : [plan.time], decoder).compactMap {
            stamp -> [Double]? in
            let values = [high, low, close].compactMap { table.number(stamp.row.fields[$0], numbers) }
            return values.count == 3 ? values : nil
        }
        let moved = zip(rows, rows.dropFirst()).filter { $0[2] != $1[2] }
        let still = moved.count { $0[0] == $1[0] && $0[1] == $1[1] }
        return moved.count >= leastSteps && still * 2 > moved.count ? (still, moved.count) : nil
    }

    /// Throws for a ticker's snapshots.
    static func check(
        _ table: SampleTable, _ plan: ColumnPlan, _ decoder: TimeDecoder, _ numbers: NumberNotation
    ) throws(IngestError) {
        guard case .bars(_, _, _, let close) = plan.prices,
            let found = running(table, plan, decoder, numbers)
        else { return }
        throw IngestError(
            .notRecognised, "cannot read the snapshots of a ticker as bars",
            why: "high and low stay the same in \(spacedCount(found.still)) of "
                + "\(counted(found.moved, "row")) in which the price moves: they are of the past day, not of the row",
            at: SourceLocation(file: table.name, line: (table.header ?? table.data.first)?.line),
            hint: "read the prices alone: columns: {time: \(plan.time), price: \(close)} "
                + "(--columns time=\(plan.time),price=\(close))")
    }
}
