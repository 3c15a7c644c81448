import PriceSeries
import StressBasics

/// Compares the open times with the grid of the bar length Δ: a step of more than 1.5 Δ is a gap, unless the market is closed
/// at weekends and the step is over one.
private struct BarSteps {
    let series: BarSeries
    let length: TimeSpan?
    private let weekends: WeekendClosure?
    /// Steps over a weekend and nothing more.
    private(set) var closures = 0
    /// Bars that come after a gap, ascending.
    private(set) var gaps: [Int] = []
    /// Steps that are not Δ.
    private(set) var irregular: (count: Int, first: Int?) = (0, nil)
    private(set) var absentBars = 0

    /// O(bars).
    init(_ series: BarSeries) {
        (self.series, length) = (series, series.barLength)
        weekends = WeekendClosure(series)
        guard let delta = length?.milliseconds, delta > 0 else { return }
        for bar in 1..<series.count {
            let step = series.time[bar] - series.time[bar - 1]
            if step == delta { continue }
            irregular = (irregular.count + 1, irregular.first ?? bar)
            // Half up, without the sum that could overflow for steps of thousands of years.
            if step - delta > delta / 2 {
                let missing = absent(before: bar)
                if missing > 0 { gaps.append(bar) } else { closures += 1 }
                absentBars += missing
            }
        }
    }

    /// Bars that the grid has between a bar and the one before, without those of weekends, rounded to whole bars: at least 1 for
    /// a gap that is not a weekend.
    func absent(before bar: Int) -> Int {
        guard let delta = length?.milliseconds else { return 0 }
        let open = step(bar) - (weekends?.closed(from: series.time[bar - 1] + delta, to: series.time[bar]) ?? 0)
        let (whole, rest) = max(open, delta).quotientAndRemainder(dividingBy: delta)
        return Int(rest > delta - rest || (rest == delta - rest && rest > 0) ? whole : whole - 1)
    }

    func step(_ bar: Int) -> Int64 { series.time[bar] - series.time[bar - 1] }

}

/// The bars of a series that come after a gap, ascending: as `missing_bars` counts gaps, so that weekends of a market that is
/// closed at weekends are none. O(bars).
public func barsAfterGaps(_ series: BarSeries) -> [Int] { BarSteps(series).gaps }

/// The farthest that the price went across one of `steps`, from the close before to the open of a bar: the bar and the ratio of
/// the two prices. Nil where no step has two prices above zero. O(steps).
public func farthestMove(across steps: [Int], of series: BarSeries) -> (bar: Int, ratio: Double)? {
    let moves = steps.compactMap { bar -> (bar: Int, ratio: Double)? in
        let (before, after) = (series.close[bar - 1], series.open[bar])
        return before > 0 && after > 0 ? (bar, after / before) : nil
    }
    return moves.max { max($0.ratio, 1 / $0.ratio) < max($1.ratio, 1 / $1.ratio) }
}

/// `-40 %` for a price that became six tenths of what it was.
public func moveText(_ ratio: Double) -> String {
    let percent = (ratio - 1) * 100
    return "\(percent > 0 ? "+" : "")\(fixedText(percent, decimals: abs(percent) < 9.95 ? 1 : 0)) %"
}

/// What is said of the steps between bars.
struct GapCheck {
    private let series: BarSeries
    private let rows: AssembledRows
    private let steps: BarSteps
    private var length: TimeSpan? { steps.length }
    private var gaps: [Int] { steps.gaps }

    /// O(bars).
    init(_ series: BarSeries, _ rows: AssembledRows) {
        (self.series, self.rows, steps) = (series, rows, BarSteps(series))
    }

    /// `2022-05-13 00:39 → 2022-05-31 06:00`.
    private func range(_ bar: Int) -> String {
        "\(series.instant(bar - 1).minuteText) → \(series.instant(bar).minuteText)"
    }

    /// The summary `missing_bars`.
    var summary: Finding {
        guard let length, let first = gaps.first, let longest = gaps.max(by: { steps.step($0) < steps.step($1) }) else {
            let span = length.map { " of \($0.text)" } ?? ""
            return Finding(
                check: "missing_bars", severity: .pass,
                message: "0 of \(counted(series.count, "bar"))\(span) are missing"
                    + (steps.closures > 0
                        ? "; the market is closed at weekends, \(counted(steps.closures, "time"))" : ""),
                count: 0)
        }
        let (absentBars, closures) = (steps.absentBars, steps.closures)
        let share = percentText(Double(absentBars) / Double(absentBars + series.count))
        return Finding(
            check: "missing_bars", severity: .warning,
            message: "\(counted(absentBars, "bar")) of \(length.text) missing (\(share)) in "
                + "\(counted(gaps.count, "gap"))\(closures > 0 ? " beside \(counted(closures, "weekend"))" : ""); "
                + "the longest \(range(longest))" + moveWords,
            count: absentBars, location: rows.location(first), time: series.instant(first),
            action: "kept as a gap")
    }

    /// The farthest move of the price across a gap, when it is one to speak of: an outage may hide a crash.
    private var moveWords: String {
        guard let farthest = farthestMove(across: gaps, of: series),
            max(farthest.ratio, 1 / farthest.ratio) >= GapCheck.leastMove
        else { return "" }
        return "; across \(range(farthest.bar)) the price changed by \(moveText(farthest.ratio))"
    }

    /// 5 %: smaller moves are nothing that a gap need be looked at for.
    private static let leastMove = 1.05

    /// The longest gaps, in time order.
    var details: [Finding] {
        let longest = gaps.sorted { (steps.step($1), $0) < (steps.step($0), $1) }.prefix(mostDetails).sorted()
        return longest.map { bar in
            Finding(
                check: "gap", severity: .note,
                message: "\(range(bar)), \(counted(steps.absent(before: bar), "bar")) missing",
                count: steps.absent(before: bar), location: rows.location(bar), time: series.instant(bar),
                action: "kept as a gap", isDetail: true)
        }
    }

    /// The summary `bar_length`.
    var barLengthSummary: Finding {
        guard let length else {
            return Finding(
                check: "bar_length", severity: .warning, message: "one bar has no length", count: 1,
                location: series.count > 0 ? rows.location(0) : nil, action: "kept")
        }
        let (stepCount, irregular) = (series.count - 1, steps.irregular)
        let share = Double(irregular.count) / Double(stepCount)
        let of = irregular.count == 0 ? "" : " (\(percentText(share)))"
        // A few gaps are ordinary; a length that most steps do not have says little.
        let severity: Finding.Severity = irregular.count == 0 ? .pass : share > 0.5 ? .warning : .note
        return Finding(
            check: "bar_length", severity: severity,
            message: "bars are \(length.text) long; \(spacedCount(irregular.count)) of \(counted(stepCount, "step")) "
                + "differ\(of)",
            count: irregular.count, location: irregular.first.map(rows.location),
            time: irregular.first.map(series.instant), action: irregular.count == 0 ? "" : "kept")
    }
}
