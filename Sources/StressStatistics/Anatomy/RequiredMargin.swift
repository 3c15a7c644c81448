/// How much margin would have kept a frequency under a chosen one, had nobody liquidated: what a risk officer sets.
public struct RequiredMargin: Hashable, Codable, Sendable {
    /// The chosen frequency.
    public let frequency: Double
    /// The smallest move that no more than this share of the entries went beyond.
    public let observedMove: Double
    /// The smallest move that, with the confidence of the intervals, no more than this share goes beyond; nil when the history is
    /// too short to show it for any move: even nothing seen would leave a higher bound.
    public let safeMove: Double?
    /// The largest move that, with the confidence of the intervals, at least this share goes beyond: with ``safeMove`` the interval of
    /// ``observedMove``. Nil where it was not asked for.
    public let leastMove: Double?

    /// Searches among the moves that were seen; nil without entries.
    ///
    /// - Parameters:
    ///   - moves: the farthest move against each entry, in parts of its price.
    ///   - blocks: the time block of each.
    ///   - frequency: the chosen share, above 0 and below 1.
    ///   - disjointWindows: as for the cell.
    ///   - context: as for the cell's results.
    ///   - hasLowerEnd: whether ``leastMove`` is wanted.
    ///
    /// The interval of a quantile is that of the share beyond it, read backwards (R. S. Woodruff, "Confidence intervals for medians
    /// and other position measures", JASA 47, 1952). O(entries log entries + log entries × (entries + blocks)).
    public init?(
        moves: [Double], blocks: [Int32], frequency: Double, disjointWindows: Int, context: CellAnatomy.Context,
        hasLowerEnd: Bool = false
    ) {
        guard !moves.isEmpty, disjointWindows > 0 else { return nil }
        let sorted = RadixOrder.ascending(moves)
        self.frequency = frequency
        observedMove = RequiredMargin.observedMove(sorted: sorted, frequency: frequency)
        let search = BoundSearch(
            moves: moves, blocks: blocks, frequency: frequency, disjointWindows: disjointWindows, context: context)
        safeMove = search?.smallestSafe(sorted).map { max(0, $0) }
        leastMove = hasLowerEnd ? search?.largestExceeded(sorted).map { max(0, $0) } : nil
    }

    /// The smallest of `moves` that no more than a share `frequency` of them goes beyond, at least 0. O(n log n).
    static func observedMove(_ moves: [Double], frequency: Double) -> Double {
        observedMove(sorted: RadixOrder.ascending(moves), frequency: frequency)
    }

    private static func observedMove(sorted: [Double], frequency: Double) -> Double {
        // No more than this many may lie beyond.
        let beyond = Int((frequency * Double(sorted.count)).rounded(.down))
        return max(0, sorted[max(0, sorted.count - 1 - beyond)])
    }
}

/// Judges candidate moves by the upper end of the interval of the share beyond them.
private struct BoundSearch {
    let moves: [Double]
    let blocks: [Int32]
    let frequency: Double
    let disjointWindows: Int
    let context: CellAnatomy.Context
    private let entries: [UInt32]

    init?(
        moves: [Double], blocks: [Int32], frequency: Double, disjointWindows: Int, context: CellAnatomy.Context
    ) {
        var entries = [UInt32](repeating: 0, count: context.blocks)
        for block in blocks { entries[Int(block)] += 1 }
        guard !blocks.isEmpty else { return nil }
        (self.moves, self.blocks, self.frequency) = (moves, blocks, frequency)
        (self.disjointWindows, self.context, self.entries) = (disjointWindows, context, entries)
    }

    /// The smallest of the sorted moves whose bound is low enough, by halving: the bound falls as fewer lie beyond.
    func smallestSafe(_ sorted: [Double]) -> Double? {
        var (low, high) = (-1, sorted.count - 1)
        guard isSafe(sorted[high]) else { return nil }
        while high - low > 1 {
            let middle = (low + high) / 2
            if isSafe(sorted[middle]) { high = middle } else { low = middle }
        }
        return sorted[high]
    }

    /// The largest of the sorted moves that more than the frequency lie beyond, by halving; nil when not even the smallest is.
    func largestExceeded(_ sorted: [Double]) -> Double? {
        var (low, high) = (0, sorted.count)
        guard isExceeded(sorted[low]) else { return nil }
        while high - low > 1 {
            let middle = (low + high) / 2
            if isExceeded(sorted[middle]) { low = middle } else { high = middle }
        }
        return sorted[low]
    }

    private func isSafe(_ move: Double) -> Bool { (interval(beyond: move)?.high ?? 1) <= frequency }

    private func isExceeded(_ move: Double) -> Bool { (interval(beyond: move)?.low ?? 0) >= frequency }

    private func interval(beyond move: Double) -> FrequencyInterval? {
        var share = BlockShare(counts: Array(repeating: 0, count: context.blocks), entries: entries)
        for (value, block) in zip(moves, blocks) where value > move { share.events[Int(block)] += 1 }
        return context.inference(share, disjointWindows: disjointWindows)?.interval
    }
}
