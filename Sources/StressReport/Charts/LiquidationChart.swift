import StressBasics
import StressStatistics

/// Cumulative incidence of liquidation: share of entries against time since entry, time logarithmic, with its band, and beside
/// it other leverages.
struct LiquidationChart {
    private struct Point {
        let hours: Double
        let share: Double
        let low: Double
        let high: Double
    }

    private let points: [Point]
    private let label: String
    /// Other leverages, lowest first.
    private let others: [(label: String, points: [Point])]
    private let x: LogAxis
    private let top: Double
    private let alternative: String

    private let width = 560.0
    private let height = 300.0
    private let start = 30.0
    private let end = 246.0

    /// Nil for fewer than two times or when nothing was liquidated.
    init?(_ detail: CellDetail, title: String) {
        points = LiquidationChart.points(detail.anatomy.liquidation)
        label = detail.cell.leverage.screenText
        others = detail.curves.map { ($0.cell.leverage.screenText, LiquidationChart.points($0.points)) }
            .filter { $0.1.count > 1 }
        guard points.count > 1, let first = points.first, let last = points.last, last.share > 0 else { return nil }
        x = LogAxis(low: first.hours, high: last.hours, start: 66, end: width - (others.isEmpty ? 24 : 60))
        // The axis ends at a round share above the band and every line.
        let most = max(
            points.map { max($0.share, min($0.high, 1)) }.max() ?? 1, others.flatMap(\.points).map(\.share).max() ?? 0)
        top = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1].first { $0 >= most } ?? 1
        alternative = "\(title). Every value is in the table below."
    }

    private static func points(_ curve: [LiquidationPoint]) -> [Point] {
        curve.compactMap { point in
            point.inference.map {
                Point(
                    hours: point.elapsed.inHours, share: $0.frequency, low: $0.interval.low, high: $0.interval.high)
            }
        }
    }

    /// Draws the chart.
    func write(to w: inout HTMLWriter) {
        w.drawing(width: width, height: height, alternative: alternative) { w in
            for step in 0...4 {
                let share = top * Double(step) / 4
                w.rule(step == 0 ? "ax" : "gr", x.start, y(share), x.end, y(share))
                w.label("tk", x.start - 10, y(share) + 4.5, anchor: "end", percentNumber(share))
            }
            for tick in x.ticks {
                w.rule("gr", x.position(tick), start, x.position(tick), end)
                w.label(
                    "tk", x.position(tick), end + 20, anchor: "middle",
                    timeText(TimeSpan(milliseconds: Int64(tick * 3_600_000))))
            }
            w.label("tk", (x.start + x.end) / 2, end + 44, anchor: "middle", "Time since entry, log scale")
            w.label("tk", x.start - 10, start - 12, anchor: "start", "% liquidated")
            let upper = points.map { (x: x.position($0.hours), y: y(min($0.high, top))) }
            let lower = points.reversed().map { (x: x.position($0.hours), y: y($0.low)) }
            w.shape("path", .class("bd"), Attribute("d", pathThrough(upper + lower) + "Z"))
            for other in others { writeLine("ln th s2", other.points, &w) }
            writeLine("ln s1", points, &w)
            if !others.isEmpty { writeLabels(&w) }
        }
    }

    private func writeLine(_ style: String, _ points: [Point], _ w: inout HTMLWriter) {
        w.shape(
            "path", .class(style),
            Attribute("d", pathThrough(points.map { (x: x.position($0.hours), y: y($0.share)) })))
    }

    /// Names the lines at their right ends, pushed apart where they would overlap.
    private func writeLabels(_ w: inout HTMLWriter) {
        let ends = (others.map { ($0.label, "nm s2t", $0.points) } + [(label, "nm s1t", points)])
            .compactMap { label, style, points in points.last.map { (label, style, y($0.share)) } }
            .sorted { $0.2 < $1.2 }
        var below = start - 20
        for (place, (label, style, height)) in ends.enumerated() {
            // What is still to come needs room above the axis.
            let lowest = end - 18 * Double(ends.count - 1 - place)
            let position = min(max(height, below), lowest)
            w.label(style, x.end + 8, position + 4, label)
            below = position + 18
        }
    }

    private func y(_ share: Double) -> Double { end - (end - start) * share / top }
}
