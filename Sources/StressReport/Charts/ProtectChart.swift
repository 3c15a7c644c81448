import StressBasics
import StressResults
import StressStatistics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What behaviours change against holding, one row each: a dot with its interval on a straight axis around nothing.
struct ProtectChart: Drawing {
    /// What is compared.
    enum Figure {
        case belowZero
        case lostHalf
        case equity
    }

    /// One behaviour.
    struct Row {
        let name: String
        let change: Double
        let interval: Interval?
    }

    let figure: Figure
    private let rows: [Row]
    private let labels: RowLabels
    private let reach: (low: Double, high: Double)

    let width = 560.0
    var height: Double { bottom + 50 }
    private var start: Double { labels.end + 12 }
    private let end = 492.0
    private let top = 12.0
    private let pitch = 24.0
    private var bottom: Double { top + Double(rows.count) * pitch }

    var alternative: String {
        "\(figure.words), against holding, of \(counted(rows.count, "behaviour", "behaviours")). Every value is in the table below."
    }

    /// Nil without rows.
    init?(_ figure: Figure, _ results: [BehaviourResult]) {
        rows = results.compactMap { figure.row($0) }
        labels = RowLabels(rows.map(\.name), atLeast: 184)
        self.figure = figure
        guard !rows.isEmpty else { return nil }
        let values = rows.flatMap { [$0.change, $0.interval?.low ?? 0, $0.interval?.high ?? 0, 0] }
            .filter(\.isFinite)
        let (low, high) = (values.min() ?? 0, values.max() ?? 0)
        // Nothing that differs still needs an axis.
        let least = figure == .equity ? 0.01 : 0.0001
        reach = high - low < least ? (low - least, high + least) : (low, high)
    }

    private func x(_ value: Double) -> Double {
        let share = (min(max(value, reach.low), reach.high) - reach.low) / (reach.high - reach.low)
        return start + (end - start) * share
    }

    /// Three to six round values on the axis, 0 among them.
    private var ticks: [Double] {
        let rough = (reach.high - reach.low) / 4
        let power = pow(10, log10(rough).rounded(.down))
        let step = [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough
        let (first, last) = (Int((reach.low / step).rounded(.up)), Int((reach.high / step).rounded(.down)))
        return first <= last ? (first...last).map { Double($0) * step } : [0]
    }

    /// Draws the chart.
    func writeShapes(to w: inout HTMLWriter) {
        for tick in ticks {
            w.rule(tick == 0 ? "rf" : "gr", x(tick), top - 4, x(tick), bottom)
            w.label("ti", x(tick), bottom + 20, anchor: "middle", signedPercentNumber(tick))
        }
        w.label("tk", (start + end) / 2, bottom + 44, anchor: "middle", figure.axisWords)
        for (place, row) in rows.enumerated() {
            write(row, labels.texts[place], at: top + (Double(place) + 0.5) * pitch, &w)
        }
    }

    private func write(_ row: Row, _ label: String, at y: Double, _ w: inout HTMLWriter) {
        w.label("tl", labels.end, y + 4.5, anchor: "end", label)
        w.label("tk", width - 4, y + 4.5, anchor: "end", signedNumber(row.change))
        if let interval = row.interval { w.rule("q1l", x(interval.low), y, x(interval.high), y) }
        w.dot("dt s1f", x(row.change), y, radius: 4.5)
    }
}

/// A change in percent of something with its sign: `−11`, `+0.4`, `0`.
func signedNumber(_ change: Double) -> String { (change > 0 ? "+" : "") + signedPercentNumber(change) }

extension ProtectChart.Figure {
    fileprivate func row(_ result: BehaviourResult) -> ProtectChart.Row? {
        let estimate = result.estimate
        guard let change = estimate.change else { return nil }
        let name = result.shownName
        return switch self {
        case .belowZero: .init(name: name, change: change.negative, interval: estimate.negativeDifference?.interval)
        case .lostHalf: .init(name: name, change: change.lostHalf, interval: estimate.lostHalfDifference?.interval)
        case .equity: .init(name: name, change: change.equity, interval: estimate.equityDifference?.interval)
        }
    }

    /// What is compared, as a heading.
    var words: String {
        switch self {
        case .belowZero: "Change of the share below zero"
        case .lostHalf: "Change of the share that lost more than half of the margin"
        case .equity: "Change of mean final equity"
        }
    }

    fileprivate var axisWords: String {
        switch self {
        case .belowZero: "percentage points of entries, fewer is left"
        case .lostHalf: "percentage points of entries, fewer is left"
        case .equity: "% of the margin paid in, more is right"
        }
    }

    /// The file of the drawing.
    var file: String {
        switch self {
        case .belowZero: "protect"
        case .lostHalf: "protect-half"
        case .equity: "protect-equity"
        }
    }
}

extension BehaviourResult {
    /// The behaviour's name, with what comes first in a bar where that is not the rule.
    var shownName: String { order == "favourable" ? "\(behaviour) (favourable first)" : behaviour }
}
