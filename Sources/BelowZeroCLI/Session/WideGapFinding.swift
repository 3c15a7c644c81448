import PriceSeries
import StressBasics

/// What the study's `max_gap` does to a price history: the steps that no window may overlap.
///
/// Ingestion lists every gap; only the study knows which of them are too wide.
func wideGapFinding(_ series: BarSeries, maxGap: TimeSpan?) -> Finding {
    guard let maxGap else {
        return Finding(
            check: "wide_gaps", severity: .note, message: "windows may span any gap: max_gap is off", count: 0)
    }
    let steps = series.stepsLonger(than: maxGap)
    guard let first = steps.first, let widest = steps.max(by: { step(series, $0) < step(series, $1) }) else {
        return Finding(
            check: "wide_gaps", severity: .pass,
            message: "no step between bars is wider than the \(maxGap.text) that a window may span", count: 0)
    }
    let range = span(series, widest)
    let verb = steps.count == 1 ? "step between bars is" : "steps between bars are"
    return Finding(
        check: "wide_gaps", severity: .warning,
        message: "\(steps.count) \(verb) wider than the \(maxGap.text) that a window may span; the widest \(range)"
            + moveWords(series, steps),
        count: steps.count, time: series.instant(first), action: "windows that overlap one are excluded")
}

private func span(_ series: BarSeries, _ bar: Int) -> String {
    "\(series.instant(bar - 1).minuteText) → \(series.instant(bar).minuteText)"
}

/// The farthest that the price went across one of the steps, which no window that is counted has seen: `; across 2020-03-12
/// 07:29 → 2020-03-12 07:55 the price changed by -40 %, which no entry shows`. Empty where no step has two prices above 0.
private func moveWords(_ series: BarSeries, _ steps: [Int]) -> String {
    let moves = steps.compactMap { bar -> (bar: Int, ratio: Double)? in
        let (before, after) = (series.close[bar - 1], series.open[bar])
        return before > 0 && after > 0 ? (bar, after / before) : nil
    }
    guard let farthest = moves.max(by: { max($0.ratio, 1 / $0.ratio) < max($1.ratio, 1 / $1.ratio) }) else { return "" }
    let percent = (farthest.ratio - 1) * 100
    return "; across \(span(series, farthest.bar)) the price changed by \(percent > 0 ? "+" : "")"
        + "\(fixedText(percent, decimals: abs(percent) < 9.95 ? 1 : 0)) %, which no entry shows"
}

private func step(_ series: BarSeries, _ bar: Int) -> Int64 { series.time[bar] - series.time[bar - 1] }
