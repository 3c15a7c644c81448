import PriceSeries
import StressBasics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The refusal of a series that no market can have: a share of prices below zero, or two-digit years of the future.
func implausible(_ series: BarSeries, source: BarSource, layout: Layout) -> IngestError? {
    let place = SourceLocation(file: source.files.first ?? "", line: layout.skippedRows + 1)
    let negative = series.time.indices.count { min(series.low[$0], series.close[$0], series.open[$0]) < 0 }
    // Oil was below zero for a day, not for one bar in twenty, nor for one in four of a few.
    if negative * 20 > series.count, negative >= 10 || (negative >= 2 && negative * 4 > series.count),
        SourcePolicies(source)[.nonPositivePrices] == nil
    {
        return IngestError(
            .notRecognised, "cannot take these numbers for prices",
            why:
                "\(spacedCount(negative)) of \(counted(series.count, "bar")) are below zero: are these returns or premiums?",
            at: place,
            hint: "read another column, or policy: {non_positive_prices: keep} reads them as they are "
                + "(--policy non_positive_prices=keep)")
    }
    guard source.time == .automatic, case .pattern(let pattern) = layout.time, pattern.text.contains("%y"),
        let last = series.time.last, last > latestTime
    else { return nil }
    return IngestError(
        .notRecognised, "cannot tell the century of the years",
        why:
            "read as \"\(pattern.text)\" the last time is \(UTCInstant(milliseconds: last).civil.dateText), in the future",
        at: place, hint: "write the years with four digits, or say time: \"\(pattern.text)\" to have them so")
}

/// The refusal of a series in which more than one bar in a hundred, and ten at least, cannot be: its high is below its low, or
/// its open or close lies outside them by more than a thousandth of the price. Nil where the user says what becomes of such bars.
func impossibleBars(_ series: BarSeries, _ rows: AssembledRows, source: BarSource) -> IngestError? {
    guard SourcePolicies(source)[.ohlcConsistency] == nil, !series.isPriceOnly else { return nil }
    let checks = BarChecks(series: series, rows: rows)
    let found = series.time.indices.filter { bar in
        series.high[bar] < series.low[bar] || checks.excess(bar) > abs(series.close[bar]) / 1000
    }
    guard let first = found.first, found.count >= 10, found.count * 100 > series.count else { return nil }
    let share = percentText(Double(found.count) / Double(series.count))
    return IngestError(
        .malformed, "cannot use the bars",
        why:
            "\(spacedCount(found.count)) of \(counted(series.count, "bar")) have open or close outside low to high, or high "
            + "below low (\(share))",
        notes: ["more than 1 % is refused"], at: rows.location(first),
        hint:
            "are these the right columns? name them: columns: {time: …, open: …, high: …, low: …, close: …}; or policy: "
            + "{ohlc_consistency: keep} reads the bars as they are (--policy ohlc_consistency=keep), and drop leaves them out"
    )
}

/// The refusal of epoch stamps that lie wholly ahead of the clock or wholly before 2000: they count from another year, or in
/// another unit, as stamps of Apple (since 2001), of NTP (since 1900) and of GPS do.
func unlikelyEpoch(_ series: BarSeries, source: BarSource, files: [FileRows]) -> IngestError? {
    guard source.time == .automatic, let file = files.first, let first = series.time.first, let last = series.time.last,
        let unit = file.epochUnit, first > latestTime || last < leastLastTime
    else { return nil }
    let isAhead = first > latestTime
    let day = UTCInstant(milliseconds: isAhead ? first : last).civil.dateText
    return IngestError(
        .notRecognised, "cannot tell what the times count",
        why:
            "as \(unit.words) since 1970 \(isAhead ? "the first is of \(day), in the future" : "the last is of \(day)")",
        at: SourceLocation(file: file.file.name, line: file.layout.skippedRows + 1),
        hint: "if that is right say time: \(unit.setting) (--time \(unit.setting)); else write the times as dates")
}

/// 2000-01-01: series in epoch stamps that end before are hardly ever what they seem.
private let leastLastTime: Int64 = 946_684_800_000

extension FileRows {
    /// The unit of the stamps when each is one, and the setting for it.
    fileprivate var epochUnit: (words: String, setting: String)? {
        let used = TimeForm.allCases.filter { formCounts[$0.rawValue] > 0 }
        guard used.count == 1, let words = used[0].epochUnit else { return nil }
        let settings: [TimeForm: String] = [
            .seconds: "s", .milliseconds: "ms", .microseconds: "us", .nanoseconds: "ns",
        ]
        return settings[used[0]].map { (words, $0) }
    }
}

/// The warning about bars that the clock has not reached; none when there are none.
func futureTimes(_ series: BarSeries, file: String) -> [Finding] {
    let latest = latestTime
    let ahead = series.time.reversed().prefix { $0 > latest }.count
    guard ahead > 0, let last = series.time.last else { return [] }
    return [
        Finding(
            check: "future_times", severity: .warning,
            message: "\(spacedCount(ahead)) of \(counted(series.count, "bar")) are ahead of the clock; the last is of "
                + UTCInstant(milliseconds: last).minuteText,
            count: ahead, location: SourceLocation(file: file), time: UTCInstant(milliseconds: last), action: "kept",
            hint: "check the unit, the order of day and month, and the century")
    ]
}

/// Two days from now, in milliseconds since the epoch: no zone is further ahead.
var latestTime: Int64 { (Int64(time(nil)) + 2 * 86_400) * 1000 }
