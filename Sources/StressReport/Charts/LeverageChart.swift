import StressBasics
import StressResults
import StressStatistics

/// Share below zero against leverage, both axes logarithmic: the page's side with its interval and the band that holds the
/// whole curve at once, the worst and the best fill with what lies between them, and the opposite side to compare.
struct LeverageChart: Drawing {
    /// One line of the drawing.
    struct Curve {
        let label: String
        let style: String
        let points: [Point]
        let hasBand: Bool
    }

    /// One leverage on a line.
    struct Point {
        let leverage: Double
        let share: MeasuredShare
    }

    let curves: [Curve]
    let highlighted: Leverage?
    let alternative: String

    let width = 560.0
    let height = 372.0
    /// The leverages that a reader of the page may choose: each gets a place for the mark. Empty in files of their own.
    var spotted: [Leverage] = []
    /// Whether the drawing brings the pattern of its hatching along; on a page one drawing lends it to the others.
    var hasPattern = true
    /// Points of a curve that a screen can tell apart; a finer grid shows an even choice.
    static let mostPoints = 160
    /// The band over the whole curve, leverage rising; empty without one.
    let band: [(leverage: Double, ends: Interval)]
    private let x: LogAxis
    private let y: LogAxis

    /// Nil when there is nothing to draw.
    init?(_ page: AssetSide) {
        curves = LeverageChart.curves(page)
        let points = curves.flatMap(\.points)
        guard !points.isEmpty else { return nil }
        highlighted = page.headline?.cell.leverage
        alternative = "\(page.leverageTitle). Every value is in the table below."
        let shown = Set(points.map(\.leverage))
        band = page.band.map { ($0.key.value, $0.value) }.filter { shown.contains($0.0) }
            .sorted { $0.0 < $1.0 }
        let bounds = points.compactMap { $0.share.interval?.high } + band.map(\.ends.high)
        let heights = points.filter { $0.share.count > 0 }.map { $0.share.fraction * 0.7 } + bounds.filter { $0 > 0 }
        y = .decades(covering: heights, within: 1e-6...1, start: height - 52, end: 20)
        x = LogAxis(
            low: points.map(\.leverage).min()!, high: points.map(\.leverage).max()!, start: y.shareLabelEnd + 10,
            end: width - 96)
    }

    /// The lines that have something to show, the page's own last.
    private static func curves(_ page: AssetSide) -> [Curve] {
        func curve(_ label: String, _ style: String, _ rows: [ResultRow], _ measure: Measure, band: Bool) -> Curve {
            Curve(label: label, style: style, points: points(page, rows, measure), hasBand: band)
        }
        let other = page.side == .long ? "Short" : "Long"
        let own = page.side == .long ? "Long" : "Short"
        let (rows, opposite) = (page.headlineColumn(of: page.rows), page.headlineColumn(of: page.opposite))
        return [
            curve(other, "s2", opposite, .negativeEquity, band: false),
            curve("Worst fill", "s3", rows, .worstNegativeEquity, band: false),
            curve("At once", "s3", rows, .gapNegativeEquity, band: false),
            curve("Best fill", "s3", rows, .bestNegativeEquity, band: false),
            curve(own, "s1", rows, .negativeEquity, band: true),
        ].filter { !$0.points.isEmpty }
    }

    /// The shares of a column, as many as a screen can tell apart.
    private static func points(_ page: AssetSide, _ all: [ResultRow], _ measure: Measure) -> [Point] {
        let kept = Set(chosen(all.map(\.cell.leverage), limit: mostPoints, keeping: page.headline?.cell.leverage))
        return all.filter { kept.contains($0.cell.leverage) }.compactMap { row in
            row.estimate.figure(measure, confidence: page.confidence)?.share
                .map { Point(leverage: row.cell.leverage.value, share: $0) }
        }
    }

    /// Draws the chart.
    func writeShapes(to w: inout HTMLWriter) {
        writeShareAxes(x, y, leverages: curves.flatMap(\.points).map(\.leverage), to: &w)
        writeSpan(&w)
        for curve in curves where curve.hasBand { writeBand(of: curve, &w) }
        writeWholeBand(&w)
        for curve in curves { writeLine(of: curve, &w) }
        writeHighlight(&w)
        writeLabels(&w)
    }

    /// What lies between the best and the worst fill, down to the floor where the best saw none.
    private func writeSpan(_ w: inout HTMLWriter) {
        guard let worst = curves.first(where: { $0.label == "Worst fill" }),
            let best = curves.first(where: { $0.label == "Best fill" })
        else { return }
        if hasPattern {
            w.element(
                "pattern", .id("hatch3"), Attribute("width", "7"), Attribute("height", "7"),
                Attribute("patternUnits", "userSpaceOnUse")
            ) { $0.shape("path", .class("ht s3"), Attribute("d", "M0 7L7 0")) }
        }
        for run in runs(of: worst) where run.count > 1 {
            let upper = run.map { (x: x.position($0.leverage), y: y.position($0.share.fraction)) }
            let lower = run.map { point in
                let share = best.points.first { $0.leverage == point.leverage }?.share.fraction ?? 0
                return (x: x.position(point.leverage), y: y.position(share))
            }
            w.shape("path", .class("hb"), Attribute("d", pathThrough(upper + lower.reversed()) + "Z"))
        }
    }

    /// The interval of a line, where there is one on both sides of a step.
    private func writeBand(of curve: Curve, _ w: inout HTMLWriter) {
        for run in runs(of: curve) where run.count > 1 {
            let upper = run.map {
                (x: x.position($0.leverage), y: y.position($0.share.interval?.high ?? $0.share.fraction))
            }
            let lower = run.map {
                (x: x.position($0.leverage), y: y.position($0.share.interval?.low ?? $0.share.fraction))
            }
            w.shape("path", .class("bd"), Attribute("d", pathThrough(upper + lower.reversed()) + "Z"))
        }
    }

    /// Whether there are two leverages between which the band can be drawn.
    var showsBand: Bool { band.count > 1 }

    /// The two edges of the band that holds the whole curve at once.
    private func writeWholeBand(_ w: inout HTMLWriter) {
        guard showsBand else { return }
        for edge in [
            band.map { (x: x.position($0.leverage), y: y.position($0.ends.high)) },
            band.map { (x: x.position($0.leverage), y: y.position($0.ends.low)) },
        ] { w.shape("path", .class("bo"), Attribute("d", pathThrough(edge))) }
    }

    private func writeLine(of curve: Curve, _ w: inout HTMLWriter) {
        for run in runs(of: curve) where run.count > 1 {
            let points = run.map { (x: x.position($0.leverage), y: y.position($0.share.fraction)) }
            w.shape("path", .class("ln \(curve.style)"), Attribute("d", pathThrough(points)))
        }
        // Dots mark single results; on a dense line they would only blur it.
        let isDense = curve.points.count > 30
        for point in curve.points {
            let place = x.position(point.leverage)
            if point.share.count > 0 {
                if isDense { continue }
                w.dot("dt \(curve.style)f", place, y.position(point.share.fraction), radius: 3.5)
            } else if curve.label != "Best fill", let bound = point.share.interval?.high {
                // None seen: a log axis has no zero, so the mark stands on the floor and reaches up to the bound.
                w.rule("bn \(curve.style)", place, y.start, place, y.position(bound))
                w.rule("bn \(curve.style)", place - 4, y.position(bound), place + 4, y.position(bound))
                w.dot("zr \(curve.style)", place, y.start, radius: 4)
            }
        }
    }

    private func writeHighlight(_ w: inout HTMLWriter) {
        guard let own = curves.last(where: \.hasBand) else { return }
        let seen = own.points.filter { $0.share.count > 0 }
        let point = seen.first { $0.leverage == highlighted?.value }
        let spots = spotted.filter { leverage in seen.contains { $0.leverage == leverage.value } }
        guard !spots.isEmpty else {
            if let point { writeMark(point, "\(numberText(point.leverage))× · \(shareText(point.share.fraction))", &w) }
            return
        }
        func other(_ label: String) -> String {
            curves.first { $0.label == label }.map { places(on: $0.points) } ?? ""
        }
        // A curve of another fill has the same leverages at other heights; `explore.js` finds them by the place of its measure.
        w.element(
            "g", .class(point == nil ? "spot off" : "spot"), Attribute("data-spots", places(on: own.points)),
            Attribute("data-turn", coordinate(x.end - 110)), Attribute("data-gap", other("At once")),
            Attribute("data-best", other("Best fill")), Attribute("data-worst", other("Worst fill"))
        ) { w in
            let words = point.map { "\(numberText($0.leverage))× · \(shareText($0.share.fraction))" }
            if let marked = point ?? seen.first { writeMark(marked, words ?? "", &w) }
        }
    }

    /// Where the leverages that a reader may choose lie on a line: `20x 123.4 56`, without those that saw nothing.
    private func places(on points: [Point]) -> String {
        spotted.compactMap { leverage -> String? in
            guard let point = points.first(where: { $0.leverage == leverage.value }), point.share.count > 0 else {
                return nil
            }
            let place = (x.position(point.leverage), y.position(point.share.fraction))
            return "\(leverage.plainText) \(coordinate(place.0)) \(coordinate(place.1))"
        }.joined(separator: ",")
    }

    /// The mark of one leverage: a plumb line, a dot, and the words at its foot. The lines of the figure rise, so there is room.
    private func writeMark(_ point: Point, _ words: String, _ w: inout HTMLWriter) {
        let place = (x: x.position(point.leverage), y: y.position(point.share.fraction))
        w.rule("rf", place.x, place.y, place.x, y.start)
        w.dot("dt s1f", place.x, place.y, radius: 6.5)
        let isLeft = place.x > x.end - 110
        w.label("cl", place.x + (isLeft ? -8 : 8), y.start - 12, anchor: isLeft ? "end" : "start", words)
    }

    /// Names the lines at their right ends, pushed apart where they would overlap.
    private func writeLabels(_ w: inout HTMLWriter) {
        let ends = curves.compactMap { curve -> (Curve, Double)? in
            let end = curve.label == "Best fill" ? curve.points.last : curve.points.last { $0.share.count > 0 }
            return end.map { (curve, y.position($0.share.fraction)) }
        }.sorted { $0.1 < $1.1 }
        var below = y.end - 2
        for (curve, height) in ends {
            let place = max(height, below)
            w.label("nm \(curve.style)t", x.end + 12, place + 4, curve.label)
            below = place + 20
        }
    }

    /// The stretches of a line without a gap: a point that saw none breaks it.
    private func runs(of curve: Curve) -> [ArraySlice<Point>] {
        curve.points.split { $0.share.count == 0 }
    }
}
