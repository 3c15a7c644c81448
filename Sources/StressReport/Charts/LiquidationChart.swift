import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// Cumulative incidence of liquidation: share of entries against time since entry, time logarithmic; the headline's leverage
/// with its band, and a few others to compare.
struct LiquidationChart: Drawing {
    /// One line of the drawing.
    private struct Curve {
        let leverage: Leverage
        let isHeadline: Bool
        let points: [Point]
    }

    private struct Point {
        let hours: Double
        let share: Double
        let interval: Interval
    }

    let width = 560.0
    let height = 318.0
    let alternative: String

    private let curves: [Curve]
    private let x: LogAxis
    private let top: Double
    private let start = 34.0
    private let end = 264.0

    /// Nil for fewer than two times or when nothing was liquidated.
    ///
    /// - Parameter marked: the cell whose curve has the band; that of `detail` unless told otherwise.
    init?(_ page: AssetSide, _ detail: CellDetail, marking marked: StudyCell? = nil) {
        let all = detail.allCurves.map { curve in
            Curve(
                leverage: curve.cell.leverage, isHeadline: curve.cell == marked ?? detail.cell,
                points: curve.points.compactMap { point in
                    point.inference.map {
                        Point(
                            hours: point.elapsed.inHours, share: $0.frequency, interval: $0.interval.ends)
                    }
                })
        }
        curves = all.filter { $0.points.count > 1 && ($0.points.last?.share ?? 0) > 0 }
        guard let own = curves.first(where: \.isHeadline), let first = own.points.first, let last = own.points.last
        else { return nil }
        x = LogAxis(low: first.hours, high: last.hours, start: 66, end: width - 62)
        // The axis ends at a round share above every line and the headline's band.
        let most = max(
            own.points.map { min($0.interval.high, 1) }.max() ?? 1, curves.flatMap(\.points).map(\.share).max() ?? 1)
        top = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1].first { $0 >= most } ?? 1
        alternative = "\(page.speedTitle). Every value is in the table below."
    }

    /// Draws the chart.
    func writeShapes(to w: inout HTMLWriter) {
        writeAxes(&w)
        if let own = curves.first(where: \.isHeadline) { writeBand(own, &w) }
        for curve in curves { write(curve, &w) }
        writeLabels(&w)
    }

    private func writeAxes(_ w: inout HTMLWriter) {
        for step in 0...4 {
            let share = top * Double(step) / 4
            w.rule(step == 0 ? "ax" : "gr", x.start, y(share), x.end, y(share))
            w.label("ti", x.start - 10, y(share) + 4.5, anchor: "end", percentNumber(share))
        }
        for tick in x.ticks {
            w.rule("gr", x.position(tick), start, x.position(tick), end)
            w.label(
                "ti", x.position(tick), end + 20, anchor: "middle",
                timeText(TimeSpan(milliseconds: Int64(tick * 3_600_000))))
        }
        w.label("tk", (x.start + x.end) / 2, end + 44, anchor: "middle", "Time since entry, log scale")
        w.label("tk", x.start - 10, start - 16, anchor: "start", "% liquidated")
    }

    private func writeBand(_ curve: Curve, _ w: inout HTMLWriter) {
        let upper = curve.points.map { (x: x.position($0.hours), y: y(min($0.interval.high, top))) }
        let lower = curve.points.reversed().map { (x: x.position($0.hours), y: y($0.interval.low)) }
        w.shape("path", .class("bd"), Attribute("d", pathThrough(upper + lower) + "Z"))
    }

    private func write(_ curve: Curve, _ w: inout HTMLWriter) {
        let points = curve.points.map { (x: x.position($0.hours), y: y($0.share)) }
        w.shape("path", .class(curve.isHeadline ? "ln s1" : "g"), Attribute("d", pathThrough(points)))
    }

    /// Names the lines at their right ends, pushed apart where they would overlap.
    private func writeLabels(_ w: inout HTMLWriter) {
        let ends = curves.compactMap { curve in curve.points.last.map { (curve, y($0.share)) } }.sorted {
            ($0.1, $1.0.leverage) < ($1.1, $0.0.leverage)
        }
        var below = start - 8
        for (rank, (curve, height)) in ends.enumerated() {
            // What is still to come needs room above the axis.
            let place = min(max(height, below), end - 18 * Double(ends.count - 1 - rank))
            w.label(curve.isHeadline ? "nm s1t" : "tk", x.end + 10, place + 4.5, curve.leverage.screenText)
            below = place + 18
        }
    }

    private func y(_ share: Double) -> Double { end - (end - start) * share / top }
}
