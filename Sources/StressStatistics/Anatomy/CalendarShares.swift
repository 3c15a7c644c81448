import StressBasics

/// One month of entries.
public struct MonthShare: Hashable, Codable, Sendable {
    /// The year.
    public let year: Int
    /// 1…12.
    public let month: Int
    /// Its entries, and what was seen of them.
    public let counts: EntryCounts
    /// Share of the entries that ended below zero, each weighed by how many of the month's were watched as long; nil without a whole
    /// window.
    public let frequency: Double?
}

/// One year of entries.
public struct YearShare: Hashable, Codable, Sendable {
    /// The year.
    public let year: Int
    /// Months with entries, 1…12.
    public let months: Int
    /// Its entries, and what was seen of them; at least one.
    public let counts: EntryCounts
    /// As that of a month, among the entries of the year.
    public let frequency: Double?
}

/// Adds up entries, which come in order of time, by month and by year.
struct CalendarShares {
    private var months: [PeriodSums] = []

    /// - Parameter unit: the bar length.
    init(_ entries: some Sequence<HeldEntry>, unit: TimeSpan) {
        var day = Int64.min
        for entry in entries {
            // The calendar is asked once a day: it costs more than all the rest.
            if case let today = floorDivide(entry.time, 86_400_000), today != day || months.isEmpty {
                let date = UTCInstant(milliseconds: entry.time).civil
                if months.last.map({ $0.year != date.year || $0.month != date.month }) ?? true {
                    months.append(PeriodSums(year: date.year, month: date.month))
                }
                day = today
            }
            months[months.count - 1].add(entry, unit: unit)
        }
    }

    /// Both, in order of time. O(months × bins).
    var shares: (months: [MonthShare], years: [YearShare]) {
        var years: [(sums: PeriodSums, months: Int)] = []
        for month in months {
            if years.last?.sums.year == month.year {
                years[years.count - 1].sums.merge(month)
                years[years.count - 1].months += 1
            } else {
                years.append((month, 1))
            }
        }
        return (
            months.map {
                MonthShare(year: $0.year, month: $0.month, counts: $0.counts, frequency: $0.frequency)
            },
            years.map {
                YearShare(
                    year: $0.sums.year, months: $0.months, counts: $0.sums.counts, frequency: $0.sums.frequency)
            }
        )
    }
}

/// The entries of a stretch of time.
private struct PeriodSums {
    let year: Int
    let month: Int
    private(set) var counts = EntryCounts()
    private var times = GroupTimes()

    init(year: Int, month: Int) { (self.year, self.month) = (year, month) }

    mutating func add(_ entry: HeldEntry, unit: TimeSpan) {
        counts.add(entry)
        times.add(entry, unit: unit)
    }

    mutating func merge(_ other: PeriodSums) {
        counts += other.counts
        times.merge(other.times)
    }

    var frequency: Double? { counts.entries > 0 ? times.negativeShare : nil }
}
