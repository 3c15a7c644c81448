import PriceSeries
import StressBasics

/// Whether funding stamps reach over a whole price history: check `funding_coverage`.
///
/// A warning when the first stamp is later than the first bar, or the last one earlier than the last bar, by more than 1.5
/// intervals; its count is the bars in those stretches, its time the first of them. An interval is the most frequent step;
/// with a single stamp any stretch counts. Holes between stamps are another check, `funding_gaps`. O(bars + stamps).
public func fundingCoverage(_ schedule: FundingSchedule, over series: BarSeries) -> Finding {
    guard let start = series.time.first, let end = series.time.last else {
        return Finding(check: "funding_coverage", severity: .pass, message: "there are no bars to cover", count: 0)
    }
    guard let first = schedule.time.first, let last = schedule.time.last else {
        return uncovered(["there are no funding stamps"], series) { _ in true }
    }
    // Clear of the ends of the Int64 range, which a schedule may hold although files cannot.
    let slack = schedule.interval.map { $0.milliseconds / 2 * 3 } ?? 0
    let isLate = first > start && first.subtractingReportingOverflow(start).partialValue.magnitude > slack
    let isEarly = last < end && end.subtractingReportingOverflow(last).partialValue.magnitude > slack
    guard isLate || isEarly else {
        return Finding(
            check: "funding_coverage", severity: .pass,
            message: "funding stamps reach over all \(counted(series.count, "bar")), "
                + "\(series.instant(0).minuteText) → \(series.instant(series.count - 1).minuteText)",
            count: 0)
    }
    let parts = [
        isLate ? stretch(start, min(first, end), "no stamp before the first") : nil,
        isEarly ? stretch(max(last, start), end, "none after the last") : nil,
    ]
    return uncovered(parts.compactMap { $0 }, series) { isLate && $0 < first || isEarly && $0 > last }
}

private func stretch(_ from: Int64, _ to: Int64, _ what: String) -> String {
    "\(what), \(UTCInstant(milliseconds: from).minuteText) → \(UTCInstant(milliseconds: to).minuteText)"
}

private func uncovered(_ parts: [String], _ series: BarSeries, where isMissing: (Int64) -> Bool) -> Finding {
    let bars = series.time.indices.filter { isMissing(series.time[$0]) }
    let share = percentText(Double(bars.count) / Double(series.count))
    return Finding(
        check: "funding_coverage", severity: .warning,
        message: "\(parts.joined(separator: "; ")): \(spacedCount(bars.count)) of \(counted(series.count, "bar")) "
            + "without funding (\(share))",
        count: bars.count, time: bars.first.map(series.instant), action: "no funding charged there",
        hint: "get the rates of the whole time, or shorten the prices")
}

/// Whether every bar of a traded series has a mark price: check `mark_coverage`.
///
/// A warning when some have none; its count is those bars, its time the first of them. `mark` must have been laid along
/// `series`. O(1).
public func markCoverage(_ mark: MarkPrices, over series: BarSeries) -> Finding {
    let total = counted(series.count, "bar")
    guard let first = mark.missing.first, first < series.count else {
        return Finding(
            check: "mark_coverage", severity: .pass, message: "0 of \(total) have no mark price", count: 0)
    }
    let share = percentText(Double(mark.missing.count) / Double(series.count))
    return Finding(
        check: "mark_coverage", severity: .warning,
        message: "\(spacedCount(mark.missing.count)) of \(total) have no mark price (\(share)); the first is "
            + series.instant(first).minuteText,
        count: mark.missing.count, time: series.instant(first), action: "the traded price triggers there")
}
