import StressBasics
import StressResults
import StressStatistics

/// How far below zero entries ended, one row a leverage: median, 90 % and 99 % quantile, largest; logarithmic.
struct SeverityChart: Drawing {
    /// One row of the drawing.
    struct Range {
        let leverage: Leverage
        let shortfall: ShortfallSummary
        let count: Double
        /// The same entries filled at each bar's worst price.
        let worst: ShortfallSummary?
    }

    let ranges: [Range]
    let highlighted: Leverage?
    let margin: String
    let alternative: String

    let width = 560.0
    private let x: LogAxis
    private let top = 34.0
    private var pitch: Double { ranges.contains { $0.worst != nil } ? 38 : 30 }
    private var bottom: Double { top + Double(ranges.count) * pitch }
    var height: Double { bottom + 50 }

    /// Nil when no entry ended below zero.
    init?(_ page: AssetSide) {
        let all = page.headlineColumn(of: page.rows).compactMap { row in
            row.estimate.exit.shortfall.map {
                Range(
                    leverage: row.cell.leverage, shortfall: $0, count: row.estimate.exit.negativeSeen,
                    worst: row.estimate.worstExit?.shortfall)
            }
        }
        guard !all.isEmpty else { return nil }
        highlighted = page.headline?.cell.leverage
        margin = page.headline?.cell.contract == .inverse ? "coin margin" : "initial margin"
        let kept = chosen(all.map(\.leverage), limit: 14, keeping: page.headline?.cell.leverage)
        ranges = all.filter { kept.contains($0.leverage) }
        alternative = "\(page.severityTitle). Every value is in the table below."
        let values = ranges.flatMap {
            [$0.shortfall.p50, $0.shortfall.max, $0.worst?.p50, $0.worst?.max].compactMap { $0 }
        }
        x = .fitted(to: values, within: 1e-5...1e5, start: 58, end: width - 76)
    }

    /// Draws the chart.
    func writeShapes(to w: inout HTMLWriter) {
        writeAxis(&w)
        for (place, range) in ranges.enumerated() { write(range, at: top + (Double(place) + 0.5) * pitch, &w) }
    }

    private func writeAxis(_ w: inout HTMLWriter) {
        for decade in x.ticks {
            w.rule(decade == 1 ? "rf" : "gr", x.position(decade), top - 4, x.position(decade), bottom)
            w.label("ti", x.position(decade), bottom + 20, anchor: "middle", tickText(decade))
        }
        w.label(
            "tk", (x.start + x.end) / 2, bottom + 44, anchor: "middle", "Shortfall in % of \(margin), log scale")
        w.label("tk", width - 4, top - 14, anchor: "end", "entries")
        if x.ticks.contains(1) {
            let place = x.position(1)
            let anchor = place > x.end - 80 ? "end" : place < x.start + 80 ? "start" : "middle"
            w.label("tk", place, top - 14, anchor: anchor, "as much as the margin")
        }
    }

    private func tickText(_ value: Double) -> String {
        value < 0.01 ? significantText(value * 100, digits: 1) : groupedWhole(value * 100)
    }

    private func write(_ range: Range, at middle: Double, _ w: inout HTMLWriter) {
        let isHighlighted = range.leverage == highlighted
        w.label(isHighlighted ? "nm s1t" : "tl", x.start - 12, middle + 4.5, anchor: "end", range.leverage.screenText)
        w.label("tk", width - 4, middle + 4.5, anchor: "end", grouped(range.count))
        let main = range.worst == nil ? middle : middle - 5
        write(range.shortfall, "q1", at: main, thickness: 10, &w)
        if let worst = range.worst { write(worst, "q3", at: middle + 8, thickness: 4, &w) }
    }

    private func write(
        _ shortfall: ShortfallSummary, _ style: String, at y: Double, thickness: Double, _ w: inout HTMLWriter
    ) {
        let (p50, p90) = (x.position(shortfall.p50), x.position(shortfall.p90))
        let (p99, most) = (x.position(shortfall.p99), x.position(shortfall.max))
        w.shape(
            "rect", .class("\(style)b"), Attribute("x", coordinate(p50)), Attribute("y", coordinate(y - thickness / 2)),
            Attribute("width", coordinate(max(0, p90 - p50))), Attribute("height", coordinate(thickness)))
        w.rule("\(style)l", p90, y, most, y)
        w.rule("\(style)l", p99, y - thickness / 2, p99, y + thickness / 2)
        w.dot("\(style)d", p50, y, radius: thickness / 2 + 0.5)
        w.rule("\(style)m", most, y - thickness / 2 - 1, most, y + thickness / 2 + 1)
    }
}
