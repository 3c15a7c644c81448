import StressBasics
import StressResults
import StressStatistics

/// What the mean shortfall is made of, one bar a leverage: parts that deepen it to the right of zero, parts that lessen
/// it to the left.
struct CauseChart: Drawing {
    /// One bar of the drawing.
    struct Bar {
        let leverage: Leverage
        let shares: CauseShares
    }

    let bars: [Bar]
    let highlighted: Leverage?
    let contract: ContractKind
    let alternative: String

    let width = 560.0
    var height: Double { bottom + 50 }
    private let top = 76.0
    private let pitch = 34.0
    private let start = 58.0
    private var end: Double { width - 76 }
    private var bottom: Double { top + Double(bars.count) * pitch }
    private let low: Double
    private let high: Double

    /// Nil when nothing ended below zero, or when causes are not known.
    init?(_ page: AssetSide) {
        let all = page.headlineColumn(of: page.rows).compactMap { row in
            CauseShares(row.estimate.exit).map { Bar(leverage: row.cell.leverage, shares: $0) }
        }
        guard !all.isEmpty, let cell = page.headline?.cell else { return nil }
        (highlighted, contract) = (cell.leverage, cell.contract)
        let kept = chosen(all.map(\.leverage), limit: 14, keeping: cell.leverage)
        bars = all.filter { kept.contains($0.leverage) }
        alternative = "\(page.causesTitle). Every value is in the table below."
        let shares = bars.map { bar in bar.shares.parts.map { $0.value / bar.shares.mean } }
        low = shares.map { $0.filter { $0 < 0 }.reduce(0, +) }.min() ?? 0
        high = max(1, shares.map { $0.filter { $0 > 0 }.reduce(0, +) }.max() ?? 1)
    }

    /// Draws the chart.
    func writeShapes(to w: inout HTMLWriter) {
        writePattern(&w)
        writeLegend(&w)
        writeAxis(&w)
        for (place, bar) in bars.enumerated() { write(bar, at: top + (Double(place) + 0.5) * pitch, &w) }
    }

    private func position(_ share: Double) -> Double { start + (end - start) * (share - low) / (high - low) }

    /// Every second cause of a colour is hatched, so that colour is never alone.
    private func writePattern(_ w: inout HTMLWriter) {
        for (id, style) in [("hatch2", "s2"), ("hatch4", "s4")] {
            w.element(
                "pattern", .id(id), Attribute("width", "6"), Attribute("height", "6"),
                Attribute("patternUnits", "userSpaceOnUse")
            ) { $0.shape("path", .class("ht \(style)"), Attribute("d", "M0 6L6 0")) }
        }
    }

    private func writeLegend(_ w: inout HTMLWriter) {
        for (place, cause) in ShortfallCause.allCases.enumerated() {
            let x = start + Double(place % 3) * 150
            let y = place < 3 ? 6.0 : 30.0
            writeBox(cause, x, y, width: 18, height: 13, &w)
            w.label("lg", x + 25, y + 11.5, cause.label(contract))
        }
    }

    private func writeAxis(_ w: inout HTMLWriter) {
        // Parts that nearly cancel may each be many times the shortfall; the axis keeps at most twelve marks all the same.
        var step = 0.25
        while (high - low) / step > 12 { step *= 2 }
        for place in Int((low / step).rounded(.up))...Int((high / step).rounded(.down)) {
            let share = Double(place) * step
            let x = position(share)
            w.rule(place == 0 ? "ax" : share == 1 ? "rf" : "gr", x, top - 4, x, bottom)
            w.label("ti", x, bottom + 20, anchor: "middle", signedPercentNumber(share))
        }
        w.label("tk", (start + end) / 2, bottom + 44, anchor: "middle", "Part of the mean shortfall, %")
        w.label("tk", width - 4, top - 14, anchor: "end", "mean, %")
    }

    private func write(_ bar: Bar, at middle: Double, _ w: inout HTMLWriter) {
        let isHighlighted = bar.leverage == highlighted
        w.label(isHighlighted ? "nm s1t" : "tl", start - 12, middle + 4.5, anchor: "end", bar.leverage.screenText)
        w.label("tk", width - 4, middle + 4.5, anchor: "end", percentNumber(bar.shares.mean))
        var (left, right) = (0.0, 0.0)
        for cause in ShortfallCause.allCases {
            let share = bar.shares.share(cause)
            guard share != 0 else { continue }
            let from = share > 0 ? right : left + share
            if share > 0 { right += share } else { left += share }
            write(cause, share, from: position(from), to: position(from + abs(share)), at: middle, &w)
        }
    }

    private func write(
        _ cause: ShortfallCause, _ share: Double, from: Double, to: Double, at middle: Double, _ w: inout HTMLWriter
    ) {
        writeBox(cause, from, middle - 11, width: to - from, height: 22, &w)
        let number = signedPercentNumber(share)
        let full = cause.label(contract) + " " + number
        guard let words = [full, number].first(where: { Double($0.count) * 9.5 + 10 <= to - from }) else { return }
        w.label("lb", (from + to) / 2, middle + 4.5, anchor: "middle", words)
    }

    private func writeBox(
        _ cause: ShortfallCause, _ x: Double, _ y: Double, width: Double, height: Double, _ w: inout HTMLWriter
    ) {
        let box = [
            Attribute("x", coordinate(x)), Attribute("y", coordinate(y)), Attribute("width", coordinate(width)),
            Attribute("height", coordinate(height)),
        ]
        w.shape("rect", .class("c-\(cause.rawValue)"), box[0], box[1], box[2], box[3])
        let hatch = cause == .slippage ? "hatch2" : cause == .funding ? "hatch4" : nil
        guard let hatch else { return }
        w.shape("rect", Attribute("fill", "url(#\(hatch))"), box[0], box[1], box[2], box[3])
    }
}
