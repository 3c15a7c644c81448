import StressBasics

/// `n(u)`: how many entries were watched for at least a time `u`, complete windows or cut ones.
///
/// An event `u` after its entry weighs `1/n(u)`: an estimate that is unbiased whenever the cuts do not depend on what would have come,
/// and that does not jump when a history is cut at any bar. (D. G. Horvitz, D. J. Thompson, "A generalization of sampling without
/// replacement from a finite universe", JASA 47, 1952; of the time to an event it is the incidence of O. Aalen and S. Johansen, 1978.)
public struct Exposure: Hashable, Sendable {
    /// Entries watched at all.
    public let entries: Int
    /// Bins in which watching ended early, rising, and how many had ended before each run of them and before all.
    private let ends: [WatchTimes.Run]
    private let gone: [Int]

    /// Of so many entries, of which some were watched for a part of the holding time only. O(runs).
    public init(entries: Int, cut: WatchTimes) {
        self.entries = entries
        ends = cut.runs
        gone = ends.reduce(into: [0]) { gone, run in
            gone.append(gone[gone.count - 1] + (Int(run.last - run.first) + 1) * run.count)
        }
    }

    /// Whether watching any ended early.
    var isCut: Bool { !ends.isEmpty }

    /// How many were watched up to a bin and through all before it.
    private func watched(bin: Int32) -> Int {
        var (low, high) = (0, ends.count)
        while low < high {
            let middle = (low + high) / 2
            if ends[middle].last < bin { low = middle + 1 } else { high = middle }
        }
        guard low < ends.count, ends[low].first < bin else { return entries - gone[low] }
        return entries - gone[low] - Int(bin - ends[low].first) * ends[low].count
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
    public func rawShare(_ events: TimedEvents) -> Double { sum(events) { $0.events.value } }

    /// `Σ s/n(u)` over shortfalls `s`.
    public func shortfall(_ events: TimedEvents) -> Double { sum(events) { $0.shortfallOfMargin } }

    private func sum(_ events: TimedEvents, _ value: (TimedEvents.Sum) -> Double) -> Double {
        var sum = 0.0
        for node in events.firstNode..<events.nodeCount {
            let found = events.sum(node)
            if found != TimedEvents.Sum() { sum += value(found) * weight(bars: TimedEvents.bars(ofNode: node)) }
        }
        return sum + value(events.atHorizon) * weight(bin: WatchBin.horizon)
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

    /// The smallest span, as the middle of its bin, with at least a part `q` of what all events weigh at or below it: where their share by time
    /// has come to that part of the whole. Nil when empty; without cut windows the quantile of the counts. O(bins).
    public func quantile(_ q: Double, of times: DurationHistogram) -> TimeSpan? {
        guard isCut, times.total > 0 else { return times.quantile(q) }
        let weights = times.bins.enumerated().map { bin in
            bin.element > 0 ? Double(bin.element) * weight(of: DurationHistogram.bars(in: bin.offset)) : 0
        }
        // Rounding must not carry a part that is met past its bin.
        let wanted = q * weights.reduce(0, +) * (1 - 1e-12)
        var sum = 0.0
        let bin = weights.firstIndex { weight in
            sum += weight
            return weight > 0 && sum >= wanted
        }
        return bin.map { times.span(ofBin: $0) }
    }

    private func weight(of bars: ClosedRange<Int>) -> Double {
        let steps = min(16, bars.count)
        var sum = 0.0
        for step in 0..<steps {
            sum += weight(bars: bars.lowerBound + (2 * step + 1) * bars.count / (2 * steps))
        }
        return sum / Double(steps)
    }
}
