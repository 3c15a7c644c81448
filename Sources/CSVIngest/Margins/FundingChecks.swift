import PriceSeries
import StressBasics

extension FundingSchedule {
    /// The most frequent step between stamps, the smallest of equals; nil with fewer than two stamps. O(stamps).
    var interval: TimeSpan? {
        (try? BarSeries(time: time, price: rate))?.barLength
    }

    func instant(_ stamp: Int) -> UTCInstant { UTCInstant(milliseconds: time[stamp]) }
}

/// Checks that look at funding rates alone.
struct FundingChecks {
    let schedule: FundingSchedule
    let rows: AssembledRows

    /// A rate above this has nearly always been written in percent: venues cap theirs at 0.75 % to 4 % an interval.
    static let extremeRate = 0.1

    /// Steps of more than 1.5 times the usual one.
    var gaps: Finding {
        let time = schedule.time
        guard let usual = schedule.interval else {
            return Finding(check: "funding_gaps", severity: .pass, message: "one stamp has no interval", count: 0)
        }
        func step(_ stamp: Int) -> Int64 { time[stamp] - time[stamp - 1] }
        let found = time.indices.dropFirst().filter { step($0) - usual.milliseconds > usual.milliseconds / 2 }
        let steps = counted(time.count - 1, "step")
        guard let first = found.first, let longest = found.max(by: { step($0) < step($1) }) else {
            return Finding(
                check: "funding_gaps", severity: .pass,
                message: "0 of \(steps) are longer than the usual \(usual.text)", count: 0)
        }
        let range = "\(schedule.instant(longest - 1).minuteText) → \(schedule.instant(longest).minuteText)"
        return Finding(
            check: "funding_gaps", severity: .warning,
            message: "\(spacedCount(found.count)) of \(steps) are longer than the usual \(usual.text); "
                + "the longest \(range)",
            count: found.count, location: rows.location(first), time: schedule.instant(first),
            action: "no funding charged there")
    }

    /// What the rates look like: the lowest, the highest, how many are negative.
    var rates: Finding {
        let rate = schedule.rate
        let negative = rate.count { $0 < 0 }
        let first = rate.firstIndex { $0 < 0 }
        let (low, high) = (rate.min() ?? 0, rate.max() ?? 0)
        return Finding(
            check: "funding_rates", severity: negative > 0 ? .note : .pass,
            message: "rates lie between \(numberText(low)) and \(numberText(high)); \(spacedCount(negative)) of "
                + "\(counted(rate.count, "rate")) are negative",
            count: negative, location: first.map(rows.location), time: first.map(schedule.instant),
            action: negative > 0 ? "kept" : "")
    }

    /// A usual rate of 8 hours from which rates are thought to be in percent. Of the busiest years of big markets it is 0.0001 to
    /// 0.0005 in fractions, and in percent 0.01 and more.
    static let highRate = 0.003

    /// Rates of which the usual one, the median without sign, is so high that they look like percent; nil for others, and where
    /// one stamp has no interval.
    var highRates: Finding? {
        let sizes = schedule.rate.map(abs).sorted()
        guard let interval = schedule.interval, !sizes.isEmpty else { return nil }
        let usual = sizes[sizes.count / 2]
        let share = interval.inSeconds / TimeSpan.hours(8).inSeconds
        let limit = FundingChecks.highRate * share
        guard usual >= limit, let first = schedule.rate.firstIndex(where: { abs($0) >= limit }) else { return nil }
        let year = usual * (TimeSpan.days(365).inSeconds / interval.inSeconds)
        return Finding(
            check: "high_rates", severity: .warning,
            message: "the median rate is \(numberText(usual)) every \(interval.text), \(percentText(year)) of the "
                + "position's value a year: percent instead of fraction?",
            count: sizes.count { $0 >= limit }, location: rows.location(first), time: schedule.instant(first),
            action: "kept",
            hint: "write rates as fractions of the position's value: 0.0001 for 0.01 %")
    }

    /// Rates that look like percent.
    var extremeRates: Finding {
        let found = schedule.rate.indices.filter { abs(schedule.rate[$0]) > FundingChecks.extremeRate }
        let limit = numberText(FundingChecks.extremeRate)
        let of = "\(spacedCount(found.count)) of \(counted(schedule.rate.count, "rate")) are beyond ±\(limit)"
        guard let first = found.first,
            let worst = found.max(by: { abs(schedule.rate[$0]) < abs(schedule.rate[$1]) })
        else { return Finding(check: "extreme_rates", severity: .pass, message: of, count: 0) }
        return Finding(
            check: "extreme_rates", severity: .warning,
            message: "\(of); the widest is \(numberText(schedule.rate[worst])) at "
                + "\(schedule.instant(worst).minuteText): percent instead of fraction?",
            count: found.count, location: rows.location(first), time: schedule.instant(first), action: "kept",
            hint: "write rates as fractions of the position's value: 0.0001 for 0.01 %")
    }
}
