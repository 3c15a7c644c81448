#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import StressBasics
import StressResults

/// A logarithmic axis: values above 0 to positions on a drawing.
struct LogAxis {
    /// The value at ``start``.
    let low: Double
    /// The value at ``end``.
    let high: Double
    /// Where the axis begins.
    let start: Double
    /// Where it ends; may lie before the start.
    let end: Double

    /// The position of `value`; values outside the axis stick to its ends.
    func position(_ value: Double) -> Double {
        guard high > low else { return (start + end) / 2 }
        let share = log(min(max(value, low), high) / low) / log(high / low)
        return start + (end - start) * share
    }

    /// The powers of ten on the axis, rising.
    var decades: [Double] {
        let first = Int((log10(low) - 1e-9).rounded(.up))
        let last = Int((log10(high) + 1e-9).rounded(.down))
        return first <= last ? (first...last).map(LogAxis.powerOfTen) : []
    }

    /// An axis over whole decades that covers `values`, at least one decade long.
    static func decades(
        covering values: [Double], within limits: ClosedRange<Double>, start: Double, end: Double
    ) -> LogAxis {
        let inside = values.map { min(max($0, limits.lowerBound), limits.upperBound) }
        let low = Int((log10(inside.min() ?? limits.lowerBound) + 1e-9).rounded(.down))
        let high = Int((log10(inside.max() ?? limits.upperBound) - 1e-9).rounded(.up))
        return LogAxis(
            low: powerOfTen(low), high: powerOfTen(Swift.max(high, low + 1)), start: start, end: end)
    }

    /// An axis a little longer than `values`, with room for the marks at its ends.
    static func fitted(to values: [Double], within limits: ClosedRange<Double>, start: Double, end: Double) -> LogAxis {
        let inside = values.map { min(max($0, limits.lowerBound), limits.upperBound) }
        let low = inside.min() ?? limits.lowerBound
        let high = inside.max() ?? limits.upperBound
        return LogAxis(low: low * 0.8, high: high * 1.25, start: start, end: end)
    }

    /// What stands left of an axis of shares: `0.1 %`.
    static func shareText(_ decade: Double) -> String { significantText(decade * 100, digits: 1) + narrowSpace + "%" }

    /// Where such numbers end, left of a drawing.
    var shareLabelEnd: Double { RowLabels(decades.map(LogAxis.shareText), atLeast: 56, isPlain: true).end }

    /// Where the axis is labelled, rising: its decades, or on a short axis 1, 2 and 5 times each.
    var ticks: [Double] {
        guard decades.count < 3 else { return decades }
        let lowest = Int(log10(low).rounded(.down))
        let highest = Int(log10(high).rounded(.up))
        let steps = (lowest...highest).flatMap { exponent in [1, 2, 5].map { Double("\($0)e\(exponent)")! } }
        return steps.filter { (low...high).contains($0) }
    }

    // Read from text, so that 0.001 is the number a reader would write and not a product of tenths.
    private static func powerOfTen(_ exponent: Int) -> Double { Double("1e\(exponent)")! }
}

/// A coordinate as SVG text: a tenth of a unit is finer than any screen shows.
func coordinate(_ value: Double) -> String {
    numberText((value * 10).rounded(.toNearestOrEven) / 10)
}

/// Points as the `d` of a path through them.
func pathThrough(_ points: [(x: Double, y: Double)]) -> String {
    points.enumerated().map { index, point in
        (index == 0 ? "M" : "L") + coordinate(point.x) + " " + coordinate(point.y)
    }.joined()
}

extension HTMLWriter {
    /// A straight line of a drawing.
    mutating func rule(_ style: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) {
        let start = "M" + coordinate(x1) + " " + coordinate(y1)
        // Upright and level lines, which most are, name one end alone.
        let end =
            x1 == x2 ? "V" + coordinate(y2) : y1 == y2 ? "H" + coordinate(x2) : "L\(coordinate(x2)) \(coordinate(y2))"
        shape("path", .class(style), Attribute("d", start + end))
    }

    /// Text in a drawing; `anchor` is `start`, `middle` or `end`.
    mutating func label(_ style: String, _ x: Double, _ y: Double, anchor: String = "start", _ words: String) {
        element(
            "text", .class(style), Attribute("x", coordinate(x)), Attribute("y", coordinate(y)),
            Attribute("text-anchor", anchor)
        ) { $0.text(words) }
    }

    /// A dot of a drawing.
    mutating func dot(_ style: String, _ x: Double, _ y: Double, radius: Double) {
        shape(
            "circle", .class(style), Attribute("cx", coordinate(x)), Attribute("cy", coordinate(y)),
            Attribute("r", coordinate(radius)))
    }
}

extension Drawing {
    /// The axes of a share against leverage: a line a decade, and leverages from the highest down where there is room for them.
    func writeShareAxes(_ x: LogAxis, _ y: LogAxis, leverages: [Double], to w: inout HTMLWriter) {
        for decade in y.decades {
            w.rule("gr", x.start, y.position(decade), x.end, y.position(decade))
            w.label(
                "ti", x.start - 10, y.position(decade) + 4, anchor: "end", LogAxis.shareText(decade))
        }
        var lastTick = -Double.infinity
        for leverage in Set(leverages).sorted(by: >) {
            let place = x.position(leverage)
            guard abs(place - lastTick) >= 40 else { continue }
            lastTick = place
            w.rule("ax", place, y.start, place, y.start + 5)
            w.label("ti", place, y.start + 23, anchor: "middle", numberText(leverage) + "×")
        }
        w.rule("ax", x.start, y.start, x.end, y.start)
        w.label("tk", (x.start + x.end) / 2, height - 6, anchor: "middle", "Leverage at entry, log scale")
    }
}
