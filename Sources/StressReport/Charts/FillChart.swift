import StressBasics
import StressResults
import StressStatistics

/// The share below zero under each fill on one linear axis: how far what is not known of the fills can move the answer, to scale.
struct FillChart: Drawing {
    /// One fill.
    struct Line {
        let label: String
        let isOwn: Bool
        let share: MeasuredShare
    }

    /// From the best fill to the worst, with the cell's own between them.
    let lines: [Line]
    private let labels: RowLabels
    let alternative: String

    let width = 560.0
    private var start: Double { labels.end + 12 }
    private let top = 22.0
    private let pitch = 28.0
    private let most: Double

    private var end: Double { width - 84 }
    private var bottom: Double { top + Double(lines.count) * pitch }
    var height: Double { bottom + 46 }

    /// Nil where the bars settle what was paid, so that there is one fill alone.
    init?(_ page: AssetSide) {
        guard let row = page.headline, row.isEverLiquidated else { return nil }
        func line(_ label: String, _ measure: Measure) -> Line? {
            row.estimate.figure(measure, confidence: page.confidence)?.share.map {
                Line(label: label, isOwn: measure == .negativeEquity, share: $0)
            }
        }
        let found = [
            line("Best fill", .bestNegativeEquity), line("At once", .gapNegativeEquity),
            line(FillChart.ownLabel(row.fill), .negativeEquity), line("Worst fill", .worstNegativeEquity),
        ].compactMap { $0 }
        guard found.count > 1, found.contains(where: \.isOwn), found.contains(where: { $0.share.count > 0 }) else {
            return nil
        }
        lines = found
        labels = RowLabels(found.map(\.label), atLeast: 106)
        let highest = found.map { max($0.share.fraction, FillChart.ends($0)?.high ?? 0) }.max() ?? 1
        most = FillChart.roundAbove(highest)
        alternative = page.fillTitle
    }

    /// What a rule of a fill is called beside the others.
    private static func ownLabel(_ fill: String) -> String {
        switch fill {
        case "delay": "After the delay"
        case "gap": "At the open"
        case "next": "Next bar"
        default: "Own rule"
        }
    }

    /// The interval as a drawing shows it; nil where it says next to nothing.
    private static func ends(_ line: Line) -> Interval? {
        line.share.interval.flatMap { $0.isVacuous(windows: line.share.windows) ? nil : $0.ends }
    }

    /// A share at or above `value` whose quarters are short numbers.
    private static func roundAbove(_ value: Double) -> Double {
        var steps: [Double] = []
        for exponent in -5 ... -1 { steps += [1.0, 2, 4, 8].map { $0 * scale(exponent) } }
        return steps.first { $0 >= value } ?? 1
    }

    private static func scale(_ exponent: Int) -> Double { Double("1e\(exponent)")! }

    private func x(_ share: Double) -> Double { start + (end - start) * min(share / most, 1) }

    /// Draws the chart.
    func writeShapes(to w: inout HTMLWriter) {
        for step in 0...4 {
            let share = most * Double(step) / 4
            w.rule(step == 0 ? "ax" : "gr", x(share), top - 8, x(share), bottom)
            w.label("ti", x(share), bottom + 18, anchor: "middle", percentNumber(share))
        }
        w.label("tk", (start + end) / 2, bottom + 40, anchor: "middle", "Share of entries below zero, %")
        writeBracket(&w)
        for (place, line) in lines.enumerated() { write(line, at: top + (Double(place) + 0.5) * pitch, &w) }
    }

    /// From the lowest to the highest of the fills.
    private func writeBracket(_ w: inout HTMLWriter) {
        let shares = lines.map(\.share.fraction)
        guard let low = shares.min(), let high = shares.max(), high > low else { return }
        for edge in [low, high] { w.rule("rf", x(edge), top - 12, x(edge), bottom) }
        w.rule("s3 bn", x(low), top - 12, x(high), top - 12)
    }

    private func write(_ line: Line, at y: Double, _ w: inout HTMLWriter) {
        let style = line.isOwn ? "s1" : "s3"
        w.label(line.isOwn ? "nm s1t" : "tl", labels.end, y + 4.5, anchor: "end", line.label)
        let ends = FillChart.ends(line)
        if let ends {
            w.rule(style, x(ends.low), y, x(ends.high), y)
            for end in [ends.low, ends.high] { w.rule(style, x(end), y - 4, x(end), y + 4) }
        }
        w.dot("dt \(style)f", x(line.share.fraction), y, radius: line.isOwn ? 6 : 4.5)
        w.label(
            line.isOwn ? "nm s1t" : "tl", x(max(line.share.fraction, ends?.high ?? 0)) + 10, y + 4.5,
            shareText(line.share.fraction))
    }
}

extension AssetSide {
    /// How far the fills are apart.
    var fillTitle: String {
        let lines = [Measure.bestNegativeEquity, .gapNegativeEquity, .negativeEquity, .worstNegativeEquity].compactMap {
            headline?.estimate.figure($0, confidence: confidence)?.share?.fraction
        }
        guard let low = lines.min(), let high = lines.max(), high > low else {
            return "All fills give the same share below zero"
        }
        return "What was paid when positions were closed decides between \(shareText(low)) and \(shareText(high))"
    }

    /// The fills of the headline to scale; empty where the bars settle them.
    var fills: [Block] {
        guard let chart = FillChart(self) else { return [] }
        let words: [Inline] = [
            .mark(fillTitle + "."),
            .text(" Dots: the share under each fill; lines: its \(confidenceText(confidence)) interval."),
        ]
        return [
            .box(
                .fills,
                [.paragraph(.key, words), .drawing(chart), .source(["results.csv"], drawing: chartFile("fills"))])
        ]
    }
}
