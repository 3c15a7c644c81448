import CSVIngest
import PriceSeries
import StressBasics
import StressReport
import StressResults
import StressStatistics
import StudyPlan

/// What the study's `max_gap` does to a price history: the steps that no window may span.
///
/// Ingestion lists every gap; only the study knows which of them are too wide.
func wideGapFinding(_ series: BarSeries, maxGap: TimeSpan?) -> Finding {
    guard let maxGap else {
        return Finding(
            check: "wide_gaps", severity: .note, message: "windows may span any gap: max_gap is off", count: 0)
    }
    let steps = series.stepsLonger(than: maxGap)
    guard let first = steps.first, let widest = widestStep(series, steps) else {
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
        count: steps.count, time: series.instant(first), action: "windows are followed up to one")
}

/// The steps of a price history that no window may span; nil where there is none, and where `max_gap` is off.
func wideSteps(_ series: BarSeries, maxGap: TimeSpan?) -> WideSteps? {
    guard let maxGap else { return nil }
    let steps = series.stepsLonger(than: maxGap)
    guard let widest = widestStep(series, steps) else { return nil }
    let all = steps.map { reportStep(series, $0) }
    func move(_ step: WideSteps.Step) -> Double { step.move ?? 0 }
    return WideSteps(
        count: steps.count, widest: reportStep(series, widest),
        fall: all.filter { move($0) < 0 }.min { move($0) < move($1) },
        rise: all.filter { move($0) > 0 }.max { move($0) < move($1) })
}

private func reportStep(_ series: BarSeries, _ bar: Int) -> WideSteps.Step {
    let (before, after) = (series.close[bar - 1], series.open[bar])
    return WideSteps.Step(
        before: series.instant(bar - 1), after: series.instant(bar),
        move: before > 0 && after > 0 ? after / before - 1 : nil)
}

/// Of equals the first.
private func widestStep(_ series: BarSeries, _ steps: [Int]) -> Int? {
    steps.max { (step(series, $0), -$0) < (step(series, $1), -$1) }
}

private func span(_ series: BarSeries, _ bar: Int) -> String {
    "\(series.instant(bar - 1).minuteText) → \(series.instant(bar).minuteText)"
}

/// The farthest move across one of the steps, which no window has seen: `; across 2020-03-12 07:29 → 2020-03-12 07:55 the price
/// changed by -40 %, which no entry shows`. Empty where no step has two prices above 0.
private func moveWords(_ series: BarSeries, _ steps: [Int]) -> String {
    guard let farthest = farthestMove(across: steps, of: series) else { return "" }
    return
        "; across \(span(series, farthest.bar)) the price changed by \(moveText(farthest.ratio)), which no entry shows"
}

private func step(_ series: BarSeries, _ bar: Int) -> Int64 { series.time[bar] - series.time[bar - 1] }

/// What the headline would be if windows spanned every step: `180 of 900 entries of the headline cell reach a step wider than the
/// 10m …`.
///
/// - Parameters:
///   - row: the headline cell.
///   - through: the same cell with `max_gap: off`.
func heldThroughFinding(_ row: ResultRow, through: ResultRow, maxGap: TimeSpan) -> Finding {
    let (own, other) = (row.estimate, through.estimate)
    let all = own.windows.entries + own.windows.excluded
    let count = max(0, own.windows.excluded - other.windows.excluded)
    let isSame = own.exit.frequency == other.exit.frequency
    return Finding(
        check: "held_through_gaps", severity: isSame || count == 0 ? .note : .warning,
        message:
            "\(groupedText(count, separator: " ")) of \(groupedText(all, separator: " ")) entries of the headline cell "
            + "(\(percent(Double(count) / Double(max(1, all))))) have a window that spans a step wider than the \(maxGap.text) and "
            + "are followed up to it: \(share(own)) end below zero; counted through such steps it would be \(share(other))",
        count: count, action: "computed both ways", hint: "position: {max_gap: off} counts through them for good")
}

private func share(_ estimate: CellEstimate) -> String {
    let watched = groupedText(estimate.windows.watched, separator: " ")
    let count = groupedText(Int((estimate.exit.negative + estimate.exit.cutNegative).rounded()), separator: " ")
    guard let share = estimate.exit.frequency else {
        return estimate.windows.watched == 0
            ? "no entries" : "\(count) of \(watched) entries, none of which has a whole window,"
    }
    let plain = (estimate.exit.negative + estimate.exit.cutNegative) / Double(max(1, estimate.windows.watched))
    let weights = percent(share) == percent(plain) ? "" : ", weighted by how long each was watched"
    return "\(percent(share)) of entries (\(count) of \(watched)\(weights))"
}

private func percent(_ share: Double) -> String { "\(significantText(share * 100, digits: 2)) %" }
