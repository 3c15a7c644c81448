import StressBasics
import StressResults
import StressStatistics

/// The values of a card as a line, with the limit and the marks of what changed.
struct NightChart: Drawing {
    let card: NightCard

    let width = 300.0
    let height = 72.0
    /// Between the middles of two labels.
    private static let pitch = 16.0

    var alternative: String { card.sentence }

    private var right: Double { width - 8 }
    /// Where the line begins: behind the words of its extremes, as wide as a phone draws them.
    private var left: Double { 12 + RowLabels(card.extremes.map(\.words), atLeast: 0, isPlain: true).end }
    private var nights: [NightCard.Night] { card.nights }

    func writeShapes(to w: inout HTMLWriter) {
        let scale = scale
        w.rule("gr", left - 6, scale.y(0), right, scale.y(0))
        writeExtremes(scale, &w)
        for (place, night) in nights.enumerated() { writeChange(night.change, place, scale, &w) }
        writeBand(scale, &w)
        for run in runs(nights.map(\.limit)) {
            w.line("bk", run.map { (x: scale.x($0), y: scale.y(nights[$0].limit ?? 0)) }, right)
        }
        writeValues(scale, &w)
        if let expected = card.prediction?.ends { writeExpected(expected, scale, &w) }
        if let value = nights.last?.value { w.dot("dt s1f", scale.x(nights.count - 1), scale.y(value), radius: 4.5) }
    }

    /// Where a night and a value stand.
    private struct Scale {
        let x: (Int) -> Double
        let y: (Double) -> Double
    }

    private var scale: Scale {
        let expected = card.prediction?.ends
        let shown =
            nights.flatMap { [$0.value, $0.limit, $0.interval?.high] }.compactMap { $0 }
            + [expected?.high, expected?.low].compactMap { $0 }
        let (bottom, top) = (min(shown.min() ?? 0, 0) * 1.12, max((shown.max() ?? 0) * 1.12, 1e-9))
        let (left, right, height, count) = (left, right - 6, height, nights.count)
        return Scale(
            x: { count > 1 ? left + (right - left) * Double($0) / Double(count - 1) : right },
            y: { height - 8 - (height - 14) * min(max(($0 - bottom) / (top - bottom), 0), 1) })
    }

    /// The words of the greatest and the least value at their heights, apart where the two would meet.
    private func writeExtremes(_ scale: Scale, _ w: inout HTMLWriter) {
        let ends = card.extremes.map { (y: scale.y($0.value), words: $0.words) }
        guard let high = ends.first, let low = ends.last else { return }
        let apart = max(low.y - high.y, ends.count > 1 ? NightChart.pitch : 0)
        let top = min(max((high.y + low.y - apart) / 2, 8), height - 6 - apart)
        w.label("ti", left - 12, top + 4.5, anchor: "end", high.words)
        if ends.count > 1 { w.label("ti", left - 12, top + apart + 4.5, anchor: "end", low.words) }
    }

    /// A line with letters where values are not alike, a tick where data were added.
    private func writeChange(_ change: RunChange, _ place: Int, _ scale: Scale, _ w: inout HTMLWriter) {
        let x = scale.x(place)
        if change.isBreak {
            w.rule("rf", x, 2, x, height - 8)
            let isLeft = place * 2 > nights.count
            w.label("ti", x + (isLeft ? -4 : 4), 12, anchor: isLeft ? "end" : "start", change.letters)
        } else if change.added > 0 {
            w.rule("ax", x, height - 8, x, height - 4)
        }
    }

    private func writeBand(_ scale: Scale, _ w: inout HTMLWriter) {
        for run in runs(nights.map { $0.value == nil ? nil : $0.interval?.high }) where run.count > 1 {
            let upper = run.map { (x: scale.x($0), y: scale.y(nights[$0].interval?.high ?? 0)) }
            let lower = run.reversed().map { (x: scale.x($0), y: scale.y(nights[$0].interval?.low ?? 0)) }
            w.shape("path", .class("bd"), Attribute("d", pathThrough(upper + lower) + "Z"))
        }
    }

    private func writeValues(_ scale: Scale, _ w: inout HTMLWriter) {
        for run in runs(nights.map(\.value)) {
            let points = run.map { (x: scale.x($0), y: scale.y(nights[$0].value ?? 0)) }
            if points.count > 1 { w.shape("path", .class("ln lq s1"), Attribute("d", pathThrough(points))) }
            // A night between two without a value is a dot, not nothing.
            if points.count == 1 { w.dot("s1f", points[0].x, points[0].y, radius: 2) }
        }
    }

    private func writeExpected(_ expected: Interval, _ scale: Scale, _ w: inout HTMLWriter) {
        let (low, high) = (scale.y(expected.low), scale.y(expected.high))
        w.shape(
            "rect", .class("pr"), Attribute("x", coordinate(scale.x(nights.count - 1) - 5)),
            Attribute("y", coordinate(high)),
            Attribute("width", "10"), Attribute("height", coordinate(max(1, low - high))))
    }

    /// The stretches without a gap.
    private func runs(_ values: [Double?]) -> [[Int]] {
        values.indices.split { values[$0] == nil }.map(Array.init)
    }
}

extension HTMLWriter {
    /// A line through points; a single point becomes a short line up to `right`.
    fileprivate mutating func line(_ style: String, _ points: [(x: Double, y: Double)], _ right: Double) {
        guard let first = points.first else { return }
        let drawn = points.count > 1 ? points : [(x: first.x - 20, y: first.y), (x: right, y: first.y)]
        shape("path", .class(style), Attribute("fill", "none"), Attribute("d", pathThrough(drawn)))
    }
}
