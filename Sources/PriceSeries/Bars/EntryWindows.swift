import StressBasics

/// For one horizon: which bars are entries, where each entry's window ends, and which entries are excluded.
///
/// An entry is the close of bar `i`; its window is the bars `j > i` with `t_j − t_i ≤ horizon`. A window is cut when the series ends
/// before `t_i + horizon`, or when a step wider than the allowed gap overlaps the open window `(t_i, t_i + horizon)`: the entry is
/// then watched to the last bar before. It is excluded, and counted as such, when nothing of the window is seen, or when its price
/// cannot be entered (`close ≤ 0`).
public struct EntryWindows: Sendable {
    /// The holding time.
    public let horizon: TimeSpan
    /// Last bar of the window of each bar, or ``excluded`` / ``notAnEntry``, or below them the last bar before a cut: see
    /// ``watched(_:)``.
    public let lastBar: [Int32]
    /// For each bar, one past the last bar that a fill delayed from inside a window may use: fills do not cross a step
    /// wider than the allowed gap, because what trades behind it may be another coin.
    public let segmentEnd: [Int32]

    /// Marks an entry that is excluded.
    public static let excluded: Int32 = -1
    /// Marks a bar that the stride leaves out.
    public static let notAnEntry: Int32 = -2

    /// How a cut after bar `last` is marked, and the last bar of such a mark: its own inverse.
    @inlinable
    public static func cutMark(_ last: Int32) -> Int32 { -3 - last }

    /// The last bar that is seen of an entry, and whether its window was cut there; nil when it is excluded or no entry.
    @inlinable
    public func watched(_ entry: Int) -> (last: Int, isCut: Bool)? {
        let mark = lastBar[entry]
        if mark >= 0 { return (Int(mark), false) }
        return mark < EntryWindows.notAnEntry ? (Int(EntryWindows.cutMark(mark)), true) : nil
    }

    /// Finds all windows in one pass. O(bars).
    ///
    /// - Parameters:
    ///   - series: fewer than 2³¹ bars.
    ///   - stride: only bars whose index is a multiple are entries; at least 1.
    ///   - maxGap: the widest step that does not break a window; nil switches the check off.
    public init(series: BarSeries, horizon: TimeSpan, stride: Int = 1, maxGap: TimeSpan?) {
        precondition(stride >= 1 && horizon.milliseconds > 0 && series.count < Int32.max)
        self.horizon = horizon
        segmentEnd = EntryWindows.segmentEnds(series, maxGap: maxGap)
        lastBar = EntryWindows.lastBars(series, horizon: horizon, stride: stride, segmentEnd: segmentEnd)
    }

    /// The windows of several horizons, which share what does not depend on them. O(bars × horizons).
    package static func windows(
        _ series: BarSeries, horizons: [TimeSpan], stride: Int, maxGap: TimeSpan?
    ) -> [TimeSpan: EntryWindows] {
        precondition(stride >= 1 && horizons.allSatisfy { $0.milliseconds > 0 } && series.count < Int32.max)
        let ends = segmentEnds(series, maxGap: maxGap)
        let windows = horizons.map { horizon in
            EntryWindows(
                horizon: horizon, lastBar: lastBars(series, horizon: horizon, stride: stride, segmentEnd: ends),
                segmentEnd: ends)
        }
        return Dictionary(uniqueKeysWithValues: zip(horizons, windows))
    }

    /// Windows of known marks.
    package init(horizon: TimeSpan, lastBar: [Int32], segmentEnd: [Int32]) {
        (self.horizon, self.lastBar, self.segmentEnd) = (horizon, lastBar, segmentEnd)
    }

    /// See ``segmentEnd``. O(bars).
    package static func segmentEnds(_ series: BarSeries, maxGap: TimeSpan?) -> [Int32] {
        var ends = [Int32](repeating: Int32(series.count), count: series.count)
        guard let maxGap, series.count > 1 else { return ends }
        for index in stride(from: series.count - 2, through: 0, by: -1) {
            let step = series.time[index + 1] - series.time[index]
            ends[index] = step > maxGap.milliseconds ? Int32(index + 1) : ends[index + 1]
        }
        return ends
    }

    private static func lastBars(
        _ series: BarSeries, horizon: TimeSpan, stride: Int, segmentEnd: [Int32]
    ) -> [Int32] {
        let time = series.time
        var result = [Int32](repeating: notAnEntry, count: series.count)
        var last = 0
        for entry in Swift.stride(from: 0, to: series.count, by: stride) {
            let deadline = time[entry] + horizon.milliseconds
            last = max(last, entry)
            while last + 1 < series.count, time[last + 1] <= deadline { last += 1 }
            // The first wide step leaves bar segmentEnd − 1; it overlaps the open window when it starts inside it.
            let end = Int(segmentEnd[entry])
            // The same where the series ends.
            let isCut = time[end - 1] < deadline
            let seen = isCut ? end - 1 : last
            guard seen > entry, series.close[entry] > 0 else {
                result[entry] = excluded
                continue
            }
            result[entry] = isCut ? cutMark(Int32(seen)) : Int32(last)
        }
        return result
    }

    /// The number of windows, among the entries that are not excluded, that fit side by side without overlap, picked
    /// greedily from the left, which is the most there can be. O(bars).
    public func disjointCount(in series: BarSeries) -> Int {
        var count = 0
        var freeFrom = Int64.min
        for (entry, last) in lastBar.enumerated() where last >= 0 && series.time[entry] >= freeFrom {
            count += 1
            freeFrom = series.time[entry] + horizon.milliseconds
        }
        return count
    }
}
