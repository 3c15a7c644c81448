import StressBasics
import StressResults
import StressStatistics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One basket margined in several ways, a row each: a dot with its interval on a straight axis from nothing.
struct SpreadChart: Drawing {
    /// What is compared.
    enum Figure {
        case belowZero
        case liquidated
    }

    private struct Row {
        let name: String
        let share: Double
        let interval: Interval?
    }

    let figure: Figure
    private let rows: [Row]
    private let labels: RowLabels
    /// The right end of the axis.
    private let reach: Double

    let width = 560.0
    var height: Double { bottom + 50 }
    private var start: Double { labels.end + 12 }
    private let end = 492.0
    private let top = 12.0
    private let pitch = 28.0
    private var bottom: Double { top + Double(rows.count) * pitch }

    var alternative: String {
        "\(figure.words), of \(counted(rows.count, "kind of account", "kinds of account")). Every value is in the table below."
    }

    /// Nil without rows.
    init?(_ figure: Figure, _ results: [BasketResult]) {
        rows = results.compactMap { result in
            let estimate = result.estimate
            let (share, interval) =
                figure == .belowZero
                ? (estimate.negativeShare, estimate.negativeInterval)
                : (estimate.liquidatedShare, estimate.liquidatedInterval)
            return share.map { Row(name: result.mode.words, share: $0, interval: interval) }
        }
        labels = RowLabels(rows.map(\.name), atLeast: 138)
        self.figure = figure
        guard !rows.isEmpty else { return nil }
        // An axis is needed where nothing happened, too.
        reach = max(rows.map { max($0.share, $0.interval?.high ?? 0) }.max() ?? 0, 0.0001)
    }

    private func x(_ share: Double) -> Double { start + (end - start) * min(max(share, 0), reach) / reach }

    /// Three to six round values on the axis, from 0.
    private var ticks: [Double] {
        let rough = reach / 4
        let power = pow(10, log10(rough).rounded(.down))
        let step = [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough
        return (0...Int((reach / step).rounded(.down))).map { Double($0) * step }
    }

    /// Draws the chart.
    func writeShapes(to w: inout HTMLWriter) {
        for tick in ticks {
            w.rule(tick == 0 ? "rf" : "gr", x(tick), top - 4, x(tick), bottom)
            w.label("ti", x(tick), bottom + 20, anchor: "middle", percentNumber(tick))
        }
        w.label("tk", (start + end) / 2, bottom + 44, anchor: "middle", "% of entries, fewer is left")
        for (place, row) in rows.enumerated() {
            write(row, labels.texts[place], at: top + (Double(place) + 0.5) * pitch, &w)
        }
    }

    private func write(_ row: Row, _ label: String, at y: Double, _ w: inout HTMLWriter) {
        w.label("tl", labels.end, y + 4.5, anchor: "end", label)
        w.label("tk", width - 4, y + 4.5, anchor: "end", shareNumber(row.share))
        if let interval = row.interval { w.rule("q1l", x(interval.low), y, x(interval.high), y) }
        w.dot("dt s1f", x(row.share), y, radius: 4.5)
    }
}

extension SpreadChart.Figure {
    /// What is compared, as a heading.
    var words: String {
        switch self {
        case .belowZero: "Share that ended below zero"
        case .liquidated: "Share of which the platform closed a leg"
        }
    }

    /// The file of the drawing.
    var file: String {
        switch self {
        case .belowZero: "spread"
        case .liquidated: "spread-closed"
        }
    }
}
