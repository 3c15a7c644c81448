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
}
