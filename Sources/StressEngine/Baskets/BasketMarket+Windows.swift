import PriceSeries
import StressBasics

extension BasketMarket {
    /// The windows of a holding time over the moments: their entries are the moments at which the first leg has a bar.
    ///
    /// An entry is excluded where a series has no bar that is at most `maxGap` old or a price that cannot be entered. A window is cut by the
    /// first step wider than `maxGap`, or the end, of any series. O(moments × series).
    ///
    /// - Parameters:
    ///   - stride: only bars of the first leg whose index is a multiple are entries; at least 1.
    ///   - maxGap: nil switches the check off.
    func windows(horizon: TimeSpan, stride: Int, maxGap: TimeSpan?) -> EntryWindows {
        let ends = series.map { EntryWindows.segmentEnds($0.market.series, maxGap: maxGap) }
        var marks = [Int32](repeating: EntryWindows.notAnEntry, count: times.count)
        var last = 0
        for moment in times.indices where isEntry(moment, stride: stride) {
            let deadline = times[moment] + horizon.milliseconds
            last = max(last, moment)
            while last + 1 < times.count, times[last + 1] <= deadline { last += 1 }
            guard isEnterable(moment, maxGap: maxGap) else {
                marks[moment] = EntryWindows.excluded
                continue
            }
            let seen = lastSeen(moment, ends)
            let isCut = seen < deadline
            let end = isCut ? lastMoment(atOrBefore: seen, from: moment, through: last) : last
            guard end > moment else {
                marks[moment] = EntryWindows.excluded
                continue
            }
            marks[moment] = isCut ? EntryWindows.cutMark(Int32(end)) : Int32(end)
        }
        return EntryWindows(horizon: horizon, lastBar: marks, segmentEnd: [])
    }

    private func isEntry(_ moment: Int, stride: Int) -> Bool {
        series[0].hasBar(moment, at: times[moment]) && Int(series[0].bar[moment]) % stride == 0
    }

    /// Whether every series has a price that can be entered, and that is not too old.
    private func isEnterable(_ moment: Int, maxGap: TimeSpan?) -> Bool {
        series.allSatisfy { series in
            let own = series.market.series
            let bar = Int(series.bar[moment])
            let isFresh = maxGap.map { times[moment] - own.time[bar] <= $0.milliseconds } ?? true
            return isFresh && own.close[bar] > 0
        }
    }

    /// When the first of the series ends or breaks off after a moment.
    private func lastSeen(_ moment: Int, _ ends: [[Int32]]) -> Int64 {
        zip(series, ends).map { series, ends in
            series.market.series.time[Int(ends[Int(series.bar[moment])]) - 1]
        }.min() ?? times[moment]
    }

    /// The last moment at or before a time; `from` where there is none after it.
    func lastMoment(atOrBefore time: Int64, from: Int, through last: Int) -> Int {
        var (low, high) = (from, last)
        while low < high {
            let middle = (low + high + 1) / 2
            if times[middle] <= time { low = middle } else { high = middle - 1 }
        }
        return low
    }
}
