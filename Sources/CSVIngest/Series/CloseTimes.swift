import PriceSeries
import StressBasics

/// Times at which bars close, of files that have no others: each bar is put at the time at which it opens.
enum CloseTimes {
    /// Names of such a column, as ``normalizedName(_:)`` writes them.
    static let names: Set<String> = [
        "closetime", "closetimestamp", "closedate", "closedatetime", "timeclose", "closingtime", "endtime", "endat",
        "timeperiodend", "candleendtime", "candleclosetime", "closetimeutc", "timecloseutc",
    ]

    /// Moves the times of some rows back by the length of the bars, which is that of most steps between them.
    ///
    /// - Returns: The length, or nil where one row has none and nothing is moved.
    static func moveToOpens(_ time: inout [Int64], rows: [Range<Int>]) -> TimeSpan? {
        let sorted = Set(rows.flatMap { $0.map { time[$0] } }).sorted()
        var counts: [Int64: Int] = [:]
        for (before, after) in zip(sorted, sorted.dropFirst()) { counts[after - before, default: 0] += 1 }
        guard let length = counts.max(by: { ($0.value, -$0.key) < ($1.value, -$1.key) })?.key, let last = sorted.last
        else { return nil }
        let shift = length - rest(last, length)
        for row in rows.joined() { time[row] -= shift }
        return TimeSpan(milliseconds: length)
    }

    /// A millisecond or a second where the last one of a bar is named, as `00:59:59.999`; 0 where the next bar's first is.
    private static func rest(_ time: Int64, _ length: Int64) -> Int64 {
        let candidates: [Int64] = [1, 1000]
        return candidates.first { $0 < length && (time + $0) % length == 0 } ?? 0
    }

    /// Says so.
    static func finding(_ length: TimeSpan?, at location: SourceLocation) -> Finding {
        guard let length else {
            return Finding(
                check: "close_times", severity: .warning, message: "the only time is that at which the one bar closes",
                location: location, action: "read as the time at which it opens")
        }
        return Finding(
            check: "close_times", severity: .note, message: "the only times are those at which bars close",
            location: location, action: "each bar is put at its opening, \(length.text) before")
    }
}
