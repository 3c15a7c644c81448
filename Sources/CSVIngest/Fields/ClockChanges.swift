import PriceSeries
import StressBasics

/// Looks for hours that are lost in spring and doubled in autumn, as in times that follow the clocks of a place and are taken
/// for UTC: the warning `clock_changes`. Nil where times state their zone, where bars are longer than an hour, and where
/// fewer than half of the changes show.
func clockChanges(_ series: BarSeries, _ rows: AssembledRows, files: [FileRows], utcOffset: TimeSpan) -> Finding? {
    guard files.contains(where: { $0.formCounts[TimeForm.local.rawValue] > 0 }),
        let delta = series.barLength?.milliseconds, delta > 0, delta <= ClockRule.hour
    else { return nil }
    let shift = utcOffset.milliseconds
    let lost = series.time.indices.dropFirst().filter {
        series.time[$0] - series.time[$0 - 1] - delta == ClockRule.hour
    }
    .map { series.time[$0 - 1] + delta + shift }
    // Most of the hour's bars are there twice.
    let doubled = Dictionary(grouping: rows.conflictTimes.map { $0 + shift }, by: ClockRule.startOfHour)
        .filter { $0.value.count * 2 * Int(delta) >= Int(ClockRule.hour) }.map(\.key).sorted()
    guard !lost.isEmpty || !doubled.isEmpty, let first = series.time.first, let last = series.time.last else {
        return nil
    }
    let found = ClockRule.all.map { $0.changes(lost: lost, doubled: doubled, from: first + shift, to: last + shift) }
    guard let best = found.max(by: { $0.count < $1.count }), best.count > 0 else { return nil }
    return best.finding(at: SourceLocation(file: files[0].file.name), shift: shift)
}

/// When the clocks of many places change.
private struct ClockRule {
    /// The place in words.
    let place: String
    /// Month and which Sunday of it, counted from 1; 0 is the last.
    let spring: (month: Int, sunday: Int)
    let autumn: (month: Int, sunday: Int)

    static let hour: Int64 = 3_600_000
    private static let day: Int64 = 86_400_000

    static let all = [
        ClockRule(place: "Europe", spring: (3, 0), autumn: (10, 0)),
        ClockRule(place: "North America", spring: (3, 2), autumn: (11, 1)),
        ClockRule(place: "Australia", spring: (10, 1), autumn: (4, 1)),
    ]

    static func startOfHour(_ time: Int64) -> Int64 { time - ((time % hour) + hour) % hour }

    /// Hours that are lost and doubled when this rule would have it.
    struct Changes {
        var place: String
        var lost: [Int64]
        var doubled: [Int64]

        var count: Int { lost.count + doubled.count }

        func finding(at location: SourceLocation, shift: Int64) -> Finding {
            func words(_ times: [Int64], _ what: String) -> [String] {
                guard let first = times.first else { return [] }
                return [
                    "\(counted(times.count, "hour")) \(what), the first \(UTCInstant(milliseconds: first).minuteText)"
                ]
            }
            let parts = words(lost, "lost in spring") + words(doubled, "doubled in autumn")
            let first = (lost + doubled).min().map { UTCInstant(milliseconds: $0 - shift) }
            return Finding(
                check: "clock_changes", severity: .warning,
                message:
                    "\(parts.joined(separator: " and ")): clocks of \(place) change then, so these times are not UTC",
                count: count, location: location, time: first, action: "kept",
                hint: "fetch the file with times in UTC, or write them so: a fixed timezone cannot mend it")
        }
    }

    /// What of the found hours falls on this rule's Sundays; nothing where that is less than half of them.
    func changes(lost: [Int64], doubled: [Int64], from first: Int64, to last: Int64) -> Changes {
        let springs = nights(spring, from: first, to: last), autumns = nights(autumn, from: first, to: last)
        func onNights(_ hours: [Int64], _ nights: [Range<Int64>]) -> [Int64] {
            let found = hours.filter { hour in nights.contains { $0.contains(hour) } }
            return found.count * 2 >= nights.count ? found : []
        }
        // Of hours that are there twice at other times, too, some fall on these nights by chance.
        let twice = onNights(doubled, autumns)
        return Changes(
            place: place, lost: onNights(lost, springs), doubled: twice.count * 2 >= doubled.count ? twice : [])
    }

    /// The hours from 0 to 4 of the Sundays of change within a span.
    private func nights(_ change: (month: Int, sunday: Int), from first: Int64, to last: Int64) -> [Range<Int64>] {
        let years = UTCInstant(milliseconds: first).civil.year...UTCInstant(milliseconds: last).civil.year
        guard years.count <= 200 else { return [] }
        return years.compactMap { year -> Range<Int64>? in
            guard let sunday = ClockRule.sunday(change, year), sunday > first, sunday < last else { return nil }
            return sunday..<(sunday + 4 * ClockRule.hour)
        }
    }

    /// The start of a Sunday of a month.
    private static func sunday(_ change: (month: Int, sunday: Int), _ year: Int) -> Int64? {
        func start(_ month: Int) -> Int64? { CivilTime(year: year, month: month, day: 1).instant?.milliseconds }
        guard let month = start(change.month), let next = change.month == 12 ? nil : start(change.month + 1) else {
            return nil
        }
        func firstSunday(from time: Int64) -> Int64 { time + (6 - ((time / day + 3) % 7 + 7) % 7) * day }
        return change.sunday == 0
            ? firstSunday(from: next - 7 * day) : firstSunday(from: month) + Int64(change.sunday - 1) * 7 * day
    }
}
