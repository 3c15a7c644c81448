import StressBasics
import StressStatistics

/// Cumulative incidence of liquidation: share of entries against time since entry, time logarithmic, with its band.
struct LiquidationChart {
    private struct Point {
        let hours: Double
        let share: Double
        let low: Double
        let high: Double
    }

    private let points: [Point]
    private let x: LogAxis
    private let top: Double
    private let alternative: String

    private let width = 560.0
    private let height = 300.0
    private let start = 30.0
    private let end = 246.0

    /// Nil for fewer than two times or when nothing was liquidated.
    init?(_ curve: [LiquidationPoint], title: String) {
        points = curve.compactMap { point in
            point.inference.map {
                Point(
                    hours: point.elapsed.inHours, share: $0.frequency, low: $0.interval.low, high: $0.interval.high)
            }
        }
        guard points.count > 1, let first = points.first, let last = points.last, last.share > 0 else { return nil }
        x = LogAxis(low: first.hours, high: last.hours, start: 66, end: width - 24)
        // The axis ends at a round share above the band.
        let most = points.map { max($0.share, min($0.high, 1)) }.max() ?? 1
        top = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1].first { $0 >= most } ?? 1
        alternative = "\(title). Every value is in the table below."
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
            w.shape(
                "path", .class("ln s1"),
                Attribute("d", pathThrough(points.map { (x: x.position($0.hours), y: y($0.share)) })))
        }
    }

    private func y(_ share: Double) -> Double { end - (end - start) * share / top }
}
