import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The share of entries that were liquidated within a time.
public struct LiquidationPoint: Hashable, Codable, Sendable {
    /// Time since entry.
    public let elapsed: TimeSpan
    /// Entries liquidated by then, while they were watched.
    public let liquidated: Int
    /// What the history says about their share.
    public let inference: FrequencyInference?
}

extension LiquidationPoint {
    /// Cumulative incidence of liquidation among `entries`, which come in order of time and weigh as ``Exposure`` says (O. Aalen and
    /// S. Johansen, 1978): the share that was liquidated within each of up to sixteen times from one bar to the holding time, or to
    /// the longest that an entry was watched for, judged as the cell's results were. O(entries + liquidated × times).
    public static func curve(_ entries: some Sequence<HeldEntry>, context: CellAnatomy.Context) -> [LiquidationPoint] {
        var incidence = LiquidationIncidence(context)
        for entry in entries {
            incidence.add(
                time: entry.time, block: Int(entry.block),
                after: entry.isLiquidated ? entry.exitTime - entry.time : nil,
                watched: entry.cutTime.map { $0 - entry.time }, weight: entry.weight)
        }
        return incidence.points
    }

    /// Up to sixteen times from one bar to the horizon, each about the same factor after the one before.
    static func times(_ context: CellAnatomy.Context) -> [TimeSpan] {
        let (first, last) = (context.barLength.milliseconds, context.horizon.milliseconds)
        guard first > 0, first < last else { return [context.horizon] }
        var times: [Int64] = []
        var steps: [Double] = [1]
        let factor = max(1.25, pow(Double(last) / Double(first), 1.0 / 15))
        while let step = steps.last, step * Double(first) < Double(last) { steps.append(step * factor) }
        for step in steps {
            let bars = Int64((step + 1e-9).rounded(.down))
            let time = min(bars * first, last)
            if time > times.last ?? 0 { times.append(time) }
        }
        if times.last != last { times.append(last) }
        return times.map { TimeSpan(milliseconds: $0) }
    }
}
