import StressBasics

/// Funding rates stamped in time: each is charged once, to whoever holds a position at its moment.
public struct FundingSchedule: Hashable, Sendable {
    /// Moments, milliseconds since the epoch, strictly increasing.
    public let time: [Int64]
    /// Rates: fractions of the position's value; a positive one is paid by longs to shorts.
    public let rate: [Double]

    /// Why stamps and rates do not make a schedule.
    public enum Defect: Error, Hashable, Sendable {
        /// The columns differ in length.
        case lengthMismatch
        /// The moment at `index` is not after the one before.
        case timeNotIncreasing(index: Int)
        /// The rate at `index` is not a number.
        case rateNotFinite(index: Int)
    }

    /// Checks the invariants and keeps the columns. O(stamps).
    public init(time: [Int64], rate: [Double]) throws(Defect) {
        guard time.count == rate.count else { throw .lengthMismatch }
        for index in time.indices {
            if index > 0, time[index] <= time[index - 1] { throw .timeNotIncreasing(index: index) }
            if !rate[index].isFinite { throw .rateNotFinite(index: index) }
        }
        self.time = time
        self.rate = rate
    }

    /// The same rate at every multiple of `interval` since the epoch that lies after the first bar of `series` and not
    /// after its last. O(stamps).
    public init(constant rate: Double, every interval: TimeSpan, over series: BarSeries) {
        precondition(interval.milliseconds > 0 && rate.isFinite)
        guard let first = series.time.first, let last = series.time.last else {
            (time, self.rate) = ([], [])
            return
        }
        let start = floorDivide(first, interval.milliseconds) + 1
        let end = max(start - 1, floorDivide(last, interval.milliseconds))
        time = (start..<end + 1).map { $0 * interval.milliseconds }
        self.rate = Array(repeating: rate, count: time.count)
    }

    /// For each bar `j` the sum of the rates stamped in `(t_{j−1}, t_j]`, which is what a position held into the bar pays
    /// at its start. Stamps at or before the first bar charge nobody. O(bars + stamps).
    public func perBar(_ series: BarSeries) -> [Double] {
        var sums = [Double](repeating: 0, count: series.count)
        var stamp = 0
        while stamp < time.count, let first = series.time.first, time[stamp] <= first { stamp += 1 }
        for bar in series.time.indices.dropFirst() {
            while stamp < time.count, time[stamp] <= series.time[bar] {
                sums[bar] += rate[stamp]
                stamp += 1
            }
        }
        return sums
    }

    /// The sum of the rates stamped after one moment and up to another: what a position pays at a bar that is the first after it was
    /// opened. O(stamps between + log stamps).
    public func sum(after start: Int64, through end: Int64) -> Double {
        stamps(after: start, through: end).reduce(0) { $0 + rate[$1] }
    }

    /// Whether anything but nothing is stamped after one moment and up to another. O(stamps between + log stamps).
    public func charges(after start: Int64, through end: Int64) -> Bool {
        stamps(after: start, through: end).contains { rate[$0] != 0 }
    }

    private func stamps(after start: Int64, through end: Int64) -> Range<Int> {
        let first = firstStamp(after: start)
        return first..<max(first, firstStamp(after: end))
    }

    private func firstStamp(after moment: Int64) -> Int {
        var (low, high) = (0, time.count)
        while low < high {
            let middle = (low + high) / 2
            if time[middle] <= moment { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The schedule of longer bars: what is stamped inside one, but not after the first short bar that there is of it, is charged at its
    /// start and stamped there. O(bars + stamps).
    ///
    /// - Parameters:
    ///   - starts: of the long bars, strictly increasing.
    ///   - firsts: when the first short bar of each begins, not before the start.
    func stamped(by starts: [Int64], upTo firsts: [Int64]) -> FundingSchedule {
        var (moved, rates, bar) = ([Int64](), [Double](), 0)
        for (stamp, rate) in zip(time, rate) {
            while bar + 1 < starts.count, starts[bar + 1] < stamp { bar += 1 }
            let isAtStart = bar < starts.count && starts[bar] < stamp && stamp <= firsts[bar]
            let place = isAtStart ? starts[bar] : stamp
            if moved.last == place {
                rates[rates.count - 1] += rate
            } else {
                moved.append(place)
                rates.append(rate)
            }
        }
        return FundingSchedule(checkedTime: moved, rate: rates)
    }

    private init(checkedTime: [Int64], rate: [Double]) { (time, self.rate) = (checkedTime, rate) }
}
