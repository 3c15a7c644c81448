import StressBasics

/// The most frequent difference of neighbouring times, the smallest of equals; nil with fewer than two. O(times).
///
/// - Parameter times: ascending, milliseconds, within ``BarSeries/validTimes``: differences do not overflow.
public func mostFrequentStep(_ times: [Int64]) -> TimeSpan? {
    guard times.count > 1 else { return nil }
    var frequency: [Int64: Int] = [:]
    // Steps come in long runs: one look-up a run.
    var run: (step: Int64, count: Int) = (times[1] - times[0], 1)
    for index in 2..<max(2, times.count) {
        let step = times[index] - times[index - 1]
        if step == run.step {
            run.count += 1
        } else {
            frequency[run.step, default: 0] += run.count
            run = (step, 1)
        }
    }
    frequency[run.step, default: 0] += run.count
    // A total order on (count, length) makes the choice independent of hash order.
    let best = frequency.max { ($0.value, -$0.key) < ($1.value, -$1.key) }
    return best.map { TimeSpan(milliseconds: $0.key) }
}

extension BarSeries {
    /// The bar length Δ: the most frequent difference of neighbouring open times, the smallest of equals.
    ///
    /// Nil with fewer than two bars. O(bars).
    public var barLength: TimeSpan? { mostFrequentStep(time) }

    /// The widest step a window may span by default: 10 Δ but at least 6 hours for intraday bars, because a shorter outage is part of
    /// the risk and not missing data; 10 days for daily ones and, where that
    /// is less than two bars, two Δ (monthly bars would otherwise have no window at all).
    public static func defaultMaxGap(barLength: TimeSpan) -> TimeSpan {
        if barLength < .days(1) { return max(.hours(6), TimeSpan(milliseconds: barLength.milliseconds * 10)) }
        return max(.days(10), TimeSpan(milliseconds: barLength.milliseconds * 2))
    }

    /// The indices `j` with `time[j] − time[j−1] > span`, ascending. O(bars).
    public func stepsLonger(than span: TimeSpan) -> [Int] {
        guard count > 1 else { return [] }
        return (1..<count).filter { time[$0] - time[$0 - 1] > span.milliseconds }
    }
}
