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
    let range = "\(series.instant(widest - 1).minuteText) → \(series.instant(widest).minuteText)"
    let verb = steps.count == 1 ? "step between bars is" : "steps between bars are"
    return Finding(
        check: "wide_gaps", severity: .warning,
        message: "\(steps.count) \(verb) wider than the \(maxGap.text) that a window may span; the widest \(range)",
        count: steps.count, time: series.instant(first), action: "windows that overlap one are excluded")
}

private func step(_ series: BarSeries, _ bar: Int) -> Int64 { series.time[bar] - series.time[bar - 1] }
