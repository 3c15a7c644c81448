import StressBasics
import StressResults
import StressStatistics
import StudyPlan

@testable import StressReport

/// A report with behaviours in every cell, invented.
func makeBehaviourReport() throws -> RunReport {
    var report = try makeReport(leverages: [3, 20], horizons: [.days(7)]) { _ in makeEstimate() }
    report.behaviours = report.rows.flatMap { row in
        ["hodl", "stop at 5 %", "<b>FOMO</b> & \u{202E}co"].enumerated().map { place, name in
            var estimate = BehaviourEstimate(tally(place, row.cell.leverage.value), isHolding: place == 0)
            if place > 0 {
                estimate.change = BehaviourChange(
                    from: BehaviourEstimate(tally(0, row.cell.leverage.value), isHolding: true), to: estimate)
            }
            return BehaviourResult(
                cell: row.cell, behaviour: name, order: place == 0 ? nil : "adverse", estimate: estimate)
        }
    }
    return report
}

/// 4,321 entries, of which some are stopped and some are not made.
private func tally(_ behaviour: Int, _ leverage: Double) -> BehaviourTally {
    var tally = BehaviourTally(barLength: .hours(1))
    tally.beginChunk()
    tally.beginBlock()
    for entry in 0..<4321 {
        let held = EntryExit(equity: 1 + leverage * (Double(entry % 97) / 970 - 0.0612))
        if behaviour == 2, entry % 7 > 2 {
            tally.addFiltered()
            continue
        }
        let isStopped = behaviour == 1 && entry % 5 == 0
        let exit = isStopped ? EntryExit(equity: 1 - 0.051 * leverage, closedBar: entry + 1) : held
        tally.add(
            BehaviourEntry(
                exit: exit, closing: isStopped ? .stopped : .horizon, lostHalf: exit.equity < 0.5 ? .one : .zero),
            hodl: behaviour == 0 ? nil : HeldEnd(exit: held, closing: .horizon, closedAfter: nil), tolerance: 1e-12,
            path: WatchedPath(liquidatedAfter: nil, unprotectedAfter: nil, cutAfter: nil),
            closedAfter: isStopped ? 1 : nil)
    }
    return tally
}
