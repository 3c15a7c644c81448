import StressBasics

/// A time axis in UTC days.
struct DayAxis {
    /// Midnight of the first day and of the day after the last, milliseconds.
    let first: Int64
    let last: Int64
    /// Where they are drawn.
    let start: Double
    let end: Double

    /// Where a time is drawn; times outside stick to the ends.
    func position(_ time: Int64) -> Double {
        guard last > first else { return start }
        return start + (end - start) * Double(min(max(time, first), last) - first) / Double(last - first)
    }

    /// Labels of round dates, at most five: years, months, or days.
    var ticks: [(time: Int64, label: String)] {
        let days = (last - first) / DayAxis.day
        if days > 900 { return yearTicks }
        return days > 100 ? monthTicks : dayTicks
    }

    static let day: Int64 = 86_400_000

    private var yearTicks: [(Int64, String)] {
        let years = (year(first)...year(last)).filter { midnight($0, 1, 1) >= first }
        return thinned(years).map { (midnight($0, 1, 1), String($0)) }
    }

    private var monthTicks: [(Int64, String)] {
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let months = (year(first)...year(last)).flatMap { year in (1...12).map { (year, $0) } }
        let inside = months.filter { (first..<last).contains(midnight($0.0, $0.1, 1)) }
        return thinned(Array(inside.indices)).map { place in
            let (year, month) = inside[place]
            return (midnight(year, month, 1), "\(names[month - 1]) \(year)")
        }
    }

    private var dayTicks: [(Int64, String)] {
        thinned(Array(stride(from: first, to: last, by: Int(DayAxis.day)))).map { time in
            (time, String(UTCInstant(milliseconds: time).civil.dateText.dropFirst(5)))
        }
    }

    /// Every second, third and so on, so that at most five are left.
    private func thinned<Value>(_ values: [Value]) -> [Value] {
        let step = max(1, (values.count + 4) / 5)
        return stride(from: 0, to: values.count, by: step).map { values[$0] }
    }

    private func year(_ time: Int64) -> Int { UTCInstant(milliseconds: time).civil.year }

    private func midnight(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        CivilTime(year: year, month: month, day: day).instant?.milliseconds ?? first
    }
}
