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
        // Of very many drawings the page's style has the axes, which are all the same.
        if !w.isTerse { writeAxes(&w) }
        var isFirst = true
        for line in lines {
            let runs = line.points.split(whereSeparator: { $0.share.count == 0 })
            if hasBand { for run in runs { writeBand(run, &w) } }
            let paths = runs.filter { $0.count > 1 }.map { CurveThumb.path(CurveThumb.simplified(places($0))) }
            if !paths.isEmpty {
                write(paths.joined(), line.style, isFirst: isFirst, &w)
                isFirst = false
            }
            // A leverage between two that saw nothing is a dot, not nothing.
            for dot in runs.filter({ $0.count == 1 }).flatMap(places) {
                w.dot(line.style + "f", dot.x.rounded(), dot.y.rounded(), radius: 2)
            }
        }
    }

    private func places(_ run: ArraySlice<(leverage: Double, share: MeasuredShare)>) -> [(x: Double, y: Double)] {
        run.map { (x: x.position($0.leverage), y: y.position($0.share.fraction)) }
    }

    /// The line of a direction; of very many drawings that of long, and a second one, need no class.
    private func write(_ path: String, _ style: String, isFirst: Bool, _ w: inout HTMLWriter) {
        let path = Attribute("d", path)
        if !w.isTerse {
            w.shape("path", .class("ln " + style), path)
        } else if style == "s1" || !isFirst {
            w.shape("path", path)
        } else {
            w.shape("path", .class(style), path)
        }
    }

    private func writeAxes(_ w: inout HTMLWriter) {
        w.rule("gr", 0, y.position(0.01), width, y.position(0.01))
        if let marked { w.rule("rf", x.position(marked), 0, x.position(marked), height) }
    }

    /// The rule of a page whose drawings are so many that they leave their axes to it.
    var axisRule: String {
        let height = coordinate(y.position(0.01) - 0.5)
        let level = "linear-gradient(var(--hair),var(--hair)) 0 \(height)px/100% 1px no-repeat"
        let dashes = ",repeating-linear-gradient(var(--mut) 0 3px,transparent 3px 7px)"
        let mark = marked.map { dashes + " \(coordinate(x.position($0) - 0.5))px 0/1px 100% no-repeat" }
        return ".many svg{background:\(level)\(mark ?? "")}"
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

    /// A path in whole units, each step from the last: there are hundreds of these on a page.
    static func path(_ points: [(x: Double, y: Double)]) -> String {
        let places = points.map { (x: Int($0.x.rounded()), y: Int($0.y.rounded())) }
        guard let first = places.first else { return "" }
        let steps: [(Int, Int)] = zip(places.dropFirst(), places).map { ($0.x - $1.x, $0.y - $1.y) }
        let moves: [Int] = steps.filter { $0 != (0, 0) }.flatMap { [$0.0, $0.1] }
        let numbers = moves.enumerated().map { (place, number) -> String in
            let gap = place > 0 && number >= 0 ? " " : ""
            return gap + String(number)
        }
        return "M\(first.x) \(first.y)" + (numbers.isEmpty ? "" : "l" + numbers.joined())
    }

    /// Points of a line that are closer than can be seen to the straight line between others are left out (Ramer, Douglas and Peucker).
    static func simplified(
        _ points: [(x: Double, y: Double)], within tolerance: Double = 0.6
    ) -> [(x: Double, y: Double)] {
        guard points.count > 2, let first = points.first, let last = points.last else { return points }
        let slope = (last.y - first.y) / max(last.x - first.x, 1e-9)
        let distances = points.map { abs($0.y - first.y - slope * ($0.x - first.x)) }
        guard let far = distances.indices.max(by: { distances[$0] < distances[$1] }), distances[far] > tolerance else {
            return [first, last]
        }
        return simplified(Array(points[...far]), within: tolerance).dropLast()
            + simplified(Array(points[far...]), within: tolerance)
    }
}
