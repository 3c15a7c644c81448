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
public struct WatchTimes: Hashable, Sendable {
    private(set) var counts: [Int32: Int] = [:]

    /// No entries.
    public init() {}

    /// Adds entries that were watched for `bars` bar lengths.
    public mutating func add(bars: Int, count: Int = 1) { counts[WatchBin.bin(bars: bars), default: 0] += count }

    mutating func add(bin: Int32, count: Int) { counts[bin, default: 0] += count }

    /// All of them.
    public var total: Int { counts.values.reduce(0, +) }

    /// Adds those of `other`.
    public mutating func merge(_ other: WatchTimes) { counts.merge(other.counts, uniquingKeysWith: +) }
}

/// Events and shortfalls by the time since entry at which they were decided.
///
/// Shortfalls are added as whole numbers of 2⁻⁵⁰ of the margin, so that every order of adding gives the same bits.
public struct TimedEvents: Hashable, Sendable {
    struct Sum: Hashable, Sendable {
        var events = EventCount.zero
        var shortfall = Int128.zero
    }

    private(set) var sums: [Int32: Sum] = [:]

    static let unit = 0x1p50

    /// No events.
    public init() {}

    /// Adds events of an entry: `bars` bar lengths after it, or at the end of the holding time where that is nil.
    ///
    /// - Parameter shortfall: nil where it has no bound.
    public mutating func add(bars: Int?, events: EventCount, shortfall: Double?) {
        let bin = bars.map(WatchBin.bin) ?? WatchBin.horizon
        let amount = shortfall.map { Int128(min($0, 1e20) * TimedEvents.unit) } ?? 0
        add(bin: bin, Sum(events: events, shortfall: amount))
    }

    mutating func add(bin: Int32, _ sum: Sum) {
        var kept = sums[bin] ?? Sum()
        kept.events += sum.events
        kept.shortfall &+= sum.shortfall
        sums[bin] = kept
    }

    /// Adds those of `other`. O(bins).
    public mutating func merge(_ other: TimedEvents) {
        for (bin, sum) in other.sums { add(bin: bin, sum) }
    }
}

/// `n(u)`: how many entries were watched for at least a time `u`, complete windows or cut ones.
///
/// An event `u` after its entry weighs `1/n(u)`: an estimate that is unbiased whenever the cuts do not depend on what would have come,
/// and that does not jump when a history is cut at any bar. (D. G. Horvitz, D. J. Thompson, "A generalization of sampling without
/// replacement from a finite universe", JASA 47, 1952; of the time to an event it is the incidence of O. Aalen and S. Johansen, 1978.)
public struct Exposure: Hashable, Sendable {
    /// Entries watched at all.
    public let entries: Int
    /// Bins in which watching ended early, rising, and how many had ended before each and all.
    private let ends: [Int32]
    private let gone: [Int]

    /// Of so many entries, of which some were watched for a part of the holding time only. O(n log n) in their times.
    public init(entries: Int, cut: WatchTimes) {
        self.entries = entries
        ends = cut.counts.keys.sorted()
        var sum = 0
        gone =
            [0]
            + ends.map {
                sum += cut.counts[$0] ?? 0
                return sum
            }
    }

    private func watched(bin: Int32) -> Int {
        var (low, high) = (0, ends.count)
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] < bin { low = middle + 1 } else { high = middle }
        }
        return entries - gone[low]
    }

    private func weight(bin: Int32) -> Double { 1 / Double(max(1, watched(bin: bin))) }

    /// `1/n(u)` of an event `bars` bar lengths after entry, or at the end of the holding time where that is nil.
    public func weight(bars: Int?) -> Double { weight(bin: bars.map(WatchBin.bin) ?? WatchBin.horizon) }

    /// `Σ 1/n(u)` over events. At most 1, which the sum can pass where most windows are cut.
    public func share(_ events: TimedEvents) -> Double {
        guard entries > 0 else { return 0 }
        if ends.isEmpty { return events.total.value / Double(entries) }
        return min(1, rawShare(events))
    }

    /// ``share(_:)`` without its bound: what means are divided by.
    public func rawShare(_ events: TimedEvents) -> Double {
        events.sums.keys.sorted().reduce(0) { $0 + (events.sums[$1]?.events.value ?? 0) * weight(bin: $1) }
    }

    /// `Σ s/n(u)` over shortfalls `s`.
    public func shortfall(_ events: TimedEvents) -> Double {
        events.sums.keys.sorted().reduce(0) { sum, bin in
            sum + Double(events.sums[bin]?.shortfall ?? 0) / TimedEvents.unit * weight(bin: bin)
        }
    }

    /// `Σ 1/n(u)` over events that are known by bins of their times: the mean weight of a bin's bars stands for each. At most 1.
    public func share(_ times: DurationHistogram) -> Double {
        guard entries > 0 else { return 0 }
        if ends.isEmpty { return Double(times.total) / Double(entries) }
        return min(1, rawShare(times))
    }

    /// ``share(_:)-(DurationHistogram)`` without its bound.
    public func rawShare(_ times: DurationHistogram) -> Double {
        times.bins.enumerated().reduce(0.0) { sum, bin in
            bin.element > 0 ? sum + Double(bin.element) * weight(of: DurationHistogram.bars(in: bin.offset)) : sum
        }
    }

    private func weight(of bars: ClosedRange<Int>) -> Double {
        let steps = min(16, bars.count)
        let places = (0..<steps).map { bars.lowerBound + (2 * $0 + 1) * bars.count / (2 * steps) }
        return places.reduce(0) { $0 + weight(bars: $1) } / Double(steps)
    }
}

extension TimedEvents {
    /// All events.
    public var total: EventCount { sums.values.reduce(.zero) { $0 + $1.events } }
}
