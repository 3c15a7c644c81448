import PriceSeries

/// A market that is closed at weekends: no bar begins on a Saturday, or none on a Sunday, and most steps over that day are one
/// length.
struct WeekendClosure {
    /// How long the market is closed at a time, in milliseconds.
    private let length: Int64
    /// The day on which nothing is traded, Monday being 0.
    private let day: Int64

    private static let dayLength: Int64 = 86_400_000
    /// The longest closure: from Friday to the Tuesday after a holiday is none any more.
    private static let longest = 3 * dayLength

    /// Nil for bars longer than a day, for series of less than three weekends, and for markets that never close. O(bars).
    init?(_ series: BarSeries) {
        guard let delta = series.barLength?.milliseconds, delta > 0, delta <= WeekendClosure.dayLength,
            let first = series.time.first, let last = series.time.last, last - first > 15 * WeekendClosure.dayLength
        else { return nil }
        var onDay = [Int](repeating: 0, count: 7)
        for time in series.time { onDay[Int(WeekendClosure.weekday(time))] += 1 }
        guard let day = [5, 6].first(where: { onDay[$0] * 200 <= series.count }) else { return nil }
        var counts: [Int64: Int] = [:]
        for (before, after) in zip(series.time, series.time.dropFirst())
        where after - before > delta && WeekendClosure.days(Int64(day), from: before + delta, to: after) == 1 {
            counts[after - before - delta, default: 0] += 1
        }
        let all = counts.values.reduce(0, +)
        guard let usual = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }), all >= 3, usual.value * 2 > all,
            usual.key <= WeekendClosure.longest
        else { return nil }
        (length, self.day) = (usual.key, Int64(day))
    }

    /// How long of a span without bars the market is closed.
    func closed(from start: Int64, to end: Int64) -> Int64 {
        Int64(WeekendClosure.days(day, from: start, to: end)) * length
    }

    /// How many whole days of the week `day` lie in a span.
    private static func days(_ day: Int64, from start: Int64, to end: Int64) -> Int {
        // The first midnight that begins such a day.
        var next = start - ((start % dayLength) + dayLength) % dayLength
        if next < start { next += dayLength }
        next += (day - weekday(next) + 7) % 7 * dayLength
        guard next + dayLength <= end else { return 0 }
        return Int((end - dayLength - next) / (7 * dayLength)) + 1
    }

    private static func weekday(_ time: Int64) -> Int64 {
        let days = (time - ((time % dayLength) + dayLength) % dayLength) / dayLength
        return ((days + 3) % 7 + 7) % 7
    }
}
