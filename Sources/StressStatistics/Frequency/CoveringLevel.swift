/// The level that a share of clustered values stays at or below, such as the fund that pays 99 days of 100 in full.
///
/// Its interval is where the interval of the share beyond a level says that the share may be the one asked for: it covers as that one
/// does, with nothing assumed of how values beyond the largest are distributed.
public struct CoveringLevel: Hashable, Sendable {
    /// The smallest level that the share of the values stays at or below.
    public let level: Double
    /// From the smallest level that may be the long run's to the largest; infinite where the history is too short to bound it.
    public let interval: Interval
    /// Values it stands on.
    public let count: Int

    /// Nil without values.
    ///
    /// - Parameters:
    ///   - blocks: the values of each time block, oldest first; numbers all of them.
    ///   - share: 0 to 1.
    ///   - meanLength: of a run of blocks that is resampled as one, at least 1.
    ///   - disjoint: the most values that could be called independent.
    ///   - confidence: strictly between 0 and 1.
    ///
    /// O(values × log values).
    public init?(
        _ blocks: [[Double]], share: Double, meanLength: Double, disjoint: Int, confidence: Double
    ) {
        let levels = Set(blocks.joined()).sorted()
        count = blocks.reduce(0) { $0 + $1.count }
        guard count > 0, let most = levels.last else { return nil }
        let entries = blocks.map { UInt32(clamping: $0.count) }
        func beyond(_ level: Double) -> BlockShare {
            BlockShare(counts: blocks.map { UInt32(clamping: $0.count { $0 > level }) }, entries: entries)
        }
        func ends(_ level: Double) -> Interval? {
            FrequencyInference(
                beyond(level), meanLength: meanLength, disjointWindows: disjoint, confidence: confidence)?.bounds
        }
        // 1 less the share is not what is left in decimals: 1 − 0.99 lies a little beyond 0.01.
        let allowed = max(0, 1 - share) + 1e-12
        let place = CoveringLevel.first(levels.indices) { (beyond(levels[$0]).frequency ?? 0) <= allowed }
        level = place.map { levels[$0] } ?? most
        let low = CoveringLevel.first(0..<(place ?? levels.count - 1)) {
            ends(levels[$0]).map { $0.low <= allowed } ?? false
        }
        let high = CoveringLevel.first((place ?? 0)..<levels.count) {
            ends(levels[$0]).map { $0.high <= allowed } ?? false
        }
        interval = Interval(low: low.map { levels[$0] } ?? level, high: high.map { levels[$0] } ?? .infinity)
    }

    /// The first place from which on a condition holds, which holds behind every place where it does; nil where it never does.
    private static func first(_ places: Range<Int>, where holds: (Int) -> Bool) -> Int? {
        var (low, high) = (places.lowerBound, places.upperBound)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low < places.upperBound ? low : nil
    }
}
