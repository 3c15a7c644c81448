import StressBasics

/// Exact counts of time spans; merges by addition.
///
/// Times to liquidation are differences of bar times, so there are at most as many different ones as bars in a window.
public struct DurationHistogram: Hashable, Sendable {
    /// Number of spans added.
    public private(set) var total = 0
    private var counts: [Int64: Int] = [:]

    /// An empty histogram.
    public init() {}

    /// Adds one span. O(1).
    public mutating func add(milliseconds: Int64) {
        counts[milliseconds, default: 0] += 1
        total += 1
    }

    /// Adds all counts of `other`. O(different spans).
    public mutating func merge(_ other: DurationHistogram) {
        for (span, count) in other.counts { counts[span, default: 0] += count }
        total += other.total
    }

    /// The smallest span with at least a share `q` of the spans at or below it; nil when empty. O(n log n) in the
    /// different spans.
    public func quantile(_ q: Double) -> TimeSpan? {
        let rank = max(1, (q * Double(total)).rounded(.up))
        var seen = 0
        for span in counts.keys.sorted() {
            seen += counts[span]!
            if Double(seen) >= rank { return TimeSpan(milliseconds: span) }
        }
        return nil
    }
}
