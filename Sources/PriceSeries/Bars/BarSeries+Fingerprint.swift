import StressBasics

private let day: Int64 = 86_400_000

extension BarSeries {
    /// What its times and prices are, by day and month; see ``StressBasics/HistoryFingerprint``. Nil without bars, and for histories of many centuries.
    ///
    /// O(bars), at the speed of SHA-256.
    ///
    /// - Parameter barLength: Δ.
    public func fingerprint(barLength: TimeSpan) -> HistoryFingerprint? {
        guard let first = time.first, let last = time.last else { return nil }
        let firstWhole = dayNumber(first + day - min(day, max(1, barLength.milliseconds)))
        let behindWhole = max(firstWhole, dayNumber(last + barLength.milliseconds))
        let (begin, end) = (date(firstWhole), date(behindWhole))
        // Behind the last day that a date has there is none.
        guard end.utf8.count == 10, begin <= end else { return nil }
        let own = HistoryFingerprint(
            days: digestsByDay, whole: begin..<end,
            newest: date(dayNumber(last) - Int64(HistoryFingerprint.newestDays)))
        // One whose text is not read back, of many centuries, would make the run unreadable.
        return HistoryFingerprint(text: own.text)
    }

    private var digestsByDay: [(date: String, digest: Digest)] {
        var (days, start) = ([(date: String, digest: Digest)](), 0)
        while start < count {
            let number = dayNumber(time[start])
            var end = start + 1
            while end < count, dayNumber(time[end]) == number { end += 1 }
            days.append((date(number), digest(start..<end)))
            start = end
        }
        return days
    }

    private func digest(_ bars: Range<Int>) -> Digest {
        var builder = DigestBuilder()
        time[bars].withUnsafeBytes { builder.update($0) }
        for column in [open, high, low, close] { column[bars].withUnsafeBytes { builder.update($0) } }
        return builder.finish()
    }
}

private func dayNumber(_ time: Int64) -> Int64 { time >= 0 ? time / day : (time + 1) / day - 1 }

private func date(_ number: Int64) -> String { UTCInstant(milliseconds: number * day).civil.dateText }
