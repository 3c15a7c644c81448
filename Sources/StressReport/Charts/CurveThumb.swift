import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// Share below zero against leverage, as small as a thumb: one of many with the same axes, so that they compare by eye.
struct CurveThumb: Drawing {
    /// One direction.
    struct Line {
        let style: String
        let points: [(leverage: Double, share: MeasuredShare)]
    }

    let lines: [Line]
    let alternative: String
    /// Whether intervals are drawn behind the lines.
    let hasBand: Bool
    /// The leverage that the number beside the drawing is of.
    let marked: Double?
    private let x: LogAxis

    let width = 132.0
    let height = 54.0
    /// The same in every drawing: from 0.01 % to all.
    private var y: LogAxis { LogAxis(low: 1e-4, high: 1, start: height - 3, end: 3) }

    /// - Parameter leverages: those of the study, which all drawings share.
    init(lines: [Line], leverages: [Leverage], marked: Leverage?, hasBand: Bool, alternative: String) {
        (self.lines, self.alternative, self.hasBand, self.marked) = (lines, alternative, hasBand, marked?.value)
        x = LogAxis(
            low: leverages.map(\.value).min() ?? 1, high: leverages.map(\.value).max() ?? 1, start: 4, end: width - 4)
    }

    func writeShapes(to w: inout HTMLWriter) {
        w.rule("gr", 0, y.position(0.01), width, y.position(0.01))
        if let marked { w.rule("rf", x.position(marked), 0, x.position(marked), height) }
        for line in lines {
            for run in line.points.split(whereSeparator: { $0.share.count == 0 }) {
                if hasBand { writeBand(run, &w) }
                let points = run.map { (x: x.position($0.leverage), y: y.position($0.share.fraction)) }
                // A leverage between two that saw nothing is a dot, not nothing.
                if points.count == 1 {
                    w.dot(line.style + "f", points[0].x.rounded(), points[0].y.rounded(), radius: 2)
                }
                if points.count > 1 {
                    w.shape("path", .class("ln " + line.style), Attribute("d", CurveThumb.path(points)))
                }
            }
        }
    }

    private func writeBand(_ run: ArraySlice<(leverage: Double, share: MeasuredShare)>, _ w: inout HTMLWriter) {
        guard run.count > 1 else { return }
        func edge(_ end: (FrequencyInterval) -> Double) -> [(x: Double, y: Double)] {
            run.map { point in
                (x: x.position(point.leverage), y: y.position(point.share.interval.map(end) ?? point.share.fraction))
            }
        }
        w.shape(
            "path", .class("bd"), Attribute("d", CurveThumb.path(edge(\.high) + edge(\.low).reversed()) + "Z"))
    }

    /// A path in whole units: there are hundreds of these on a page.
    static func path(_ points: [(x: Double, y: Double)]) -> String {
        let parts = points.map { "\(Int($0.x.rounded())) \(Int($0.y.rounded()))" }
        return "M" + (parts.first ?? "") + "L" + parts.dropFirst().joined(separator: " ")
    }
}
