import StressBasics

/// Times since entry, in bar lengths, fine enough to weigh events by who was still watched.
///
/// Up to 65,535 bars each number has a bin of its own; above, a bin is at most 1/32,768 of its value wide.
enum WatchBin {
    /// The bin of a span of `bars` bar lengths, at least 0 and below 2³¹.
    @inline(__always)
    static func bin(bars: Int) -> Int32 {
        let shift = 48 - (bars | 0x8000).leadingZeroBitCount
        return Int32(truncatingIfNeeded: shift << 15 + bars >> shift)
    }

    /// After every cut: an event at the end of the holding time.
    static let horizon = Int32.max
}

/// How long the entries were watched whose window was cut, as counts.
///
/// A history that ends, or breaks off, cuts one entry after one bar, one after two, and so on: runs of bins with equal counts hold
/// in a few words what would take one for every bar of the holding time.
public struct WatchTimes: Hashable, Sendable {
    /// Bins that have the same count each.
    struct Run: Hashable, Sendable {
        var first: Int32
        var last: Int32
        var count: Int
    }

    /// Rising and apart; what could be one run is one.
    private(set) var runs: [Run] = []

    /// No entries.
    public init() {}

    /// Adds entries that were watched for `bars` bar lengths. Amortised O(1) where times rise or fall along the runs, else O(runs).
    public mutating func add(bars: Int, count: Int = 1) {
        let bin = WatchBin.bin(bars: bars)
        add(Run(first: bin, last: bin, count: count))
    }

    /// Adds a run.
    mutating func add(_ run: Run) {
        guard run.count > 0 else { return }
        guard let last = runs.last, run.first <= last.last else { return append(run) }
        if run.last < runs[0].first { prepend(run) } else { merge([run]) }
    }

    private mutating func prepend(_ run: Run) {
        if runs[0].count == run.count, run.last + 1 == runs[0].first {
            runs[0].first = run.first
        } else {
            runs.insert(run, at: 0)
        }
    }

    /// All of them.
    public var total: Int { runs.reduce(0) { $0 + (Int($1.last - $1.first) + 1) * $1.count } }

    /// Adds those of `other`. O(runs).
    public mutating func merge(_ other: WatchTimes) {
        if runs.isEmpty { self = other } else { merge(other.runs) }
    }

    private mutating func append(_ run: Run) {
        if let last = runs.last, last.count == run.count, last.last + 1 == run.first {
            runs[runs.count - 1].last = run.last
        } else {
            runs.append(run)
        }
    }

    /// Between two neighbouring ends the count is the sum of what both have there.
    private mutating func merge(_ added: [Run]) {
        let (kept, ends) = (runs, WatchTimes.ends(runs + added))
        runs = []
        var places = (0, 0)
        func count(_ list: [Run], _ place: inout Int, _ bin: Int32) -> Int {
            while place < list.count, list[place].last < bin { place += 1 }
            return place < list.count && list[place].first <= bin ? list[place].count : 0
        }
        for (first, next) in zip(ends, ends.dropFirst()) {
            let sum = count(kept, &places.0, first) + count(added, &places.1, first)
            if sum > 0 { append(Run(first: first, last: next - 1, count: sum)) }
        }
    }

    /// Where a count may change, rising.
    private static func ends(_ runs: [Run]) -> [Int32] {
        var ends = runs.flatMap { [$0.first, $0.last + 1] }
        ends.sort()
        return ends
    }
}
