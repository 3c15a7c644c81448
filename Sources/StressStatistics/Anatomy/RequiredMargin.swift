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
    /// and other position measures", JASA 47, 1952). O(entries + log entries × blocks) as a rule.
    public init?(
        moves: [Double], blocks: [Int32], frequency: Double, disjointWindows: Int, context: CellAnatomy.Context,
        hasLowerEnd: Bool = false
    ) {
        guard !moves.isEmpty, disjointWindows > 0 else { return nil }
        var search = BoundSearch(
            moves: moves, blocks: blocks, frequency: frequency, disjointWindows: disjointWindows, context: context)
        self.frequency = frequency
        let rank = RequiredMargin.observedRank(of: moves.count, frequency: frequency)
        observedMove = max(0, search.ranked.move(rank))
        safeMove = search.smallestSafe().map { max(0, $0) }
        leastMove = hasLowerEnd ? search.largestExceeded().map { max(0, $0) } : nil
    }

    /// The smallest of `moves` that no more than a share `frequency` of them goes beyond, at least 0. O(n log n).
    static func observedMove(_ moves: [Double], frequency: Double) -> Double {
        max(0, RadixOrder.ascending(moves)[observedRank(of: moves.count, frequency: frequency)])
    }

    private static func observedRank(of count: Int, frequency: Double) -> Int {
        // No more than this many may lie beyond.
        let beyond = Int((frequency * Double(count)).rounded(.down))
        return max(0, count - 1 - beyond)
    }
}

/// Judges candidate moves by the interval of the share beyond them.
private struct BoundSearch {
    var ranked: RankedMoves
    private let frequency: Double
    private let disjointWindows: Int
    private let context: CellAnatomy.Context
    private let entries: [UInt32]

    /// The ranks from one on, whose answers are known.
    private struct Upper {
        var rank: Int
        /// How many moves of these ranks are in each block.
        var counts: [Double]
    }

    init(
        moves: [Double], blocks: [Int32], frequency: Double, disjointWindows: Int, context: CellAnatomy.Context
    ) {
        var entries = [UInt32](repeating: 0, count: context.blocks)
        for block in blocks { entries[Int(block)] += 1 }
        ranked = RankedMoves(moves, blocks: blocks)
        (self.frequency, self.disjointWindows) = (frequency, disjointWindows)
        (self.context, self.entries) = (context, entries)
    }

    /// The smallest of the moves whose bound is low enough, by halving: the bound falls as fewer lie beyond.
    mutating func smallestSafe() -> Double? {
        var (low, high) = (-1, noUpper)
        guard isSafe(beyond: high.counts) else { return nil }
        _ = ranked.move(ranked.count - 1)
        lower(&high, to: ranked.count - 1)
        while high.rank - low > 1 {
            let middle = (low + high.rank) / 2
            // Of equal moves one answer holds.
            if beyond(middle, high).map({ isSafe(beyond: $0) }) ?? true {
                lower(&high, to: middle)
            } else {
                low = middle
            }
        }
        return ranked.move(high.rank)
    }

    /// The largest of the moves that more than the frequency lie beyond, by halving; nil when not even the smallest is.
    mutating func largestExceeded() -> Double? {
        var (low, high) = (0, noUpper)
        guard let all = beyond(low, high), isExceeded(beyond: all) else { return nil }
        while high.rank - low > 1 {
            let middle = (low + high.rank) / 2
            if let beyond = beyond(middle, high), isExceeded(beyond: beyond) {
                low = middle
            } else {
                lower(&high, to: middle)
            }
        }
        return ranked.move(low)
    }

    private var noUpper: Upper { Upper(rank: ranked.count, counts: Array(repeating: 0, count: context.blocks)) }

    /// Adds the ranks from one on, whose move was asked for.
    private mutating func lower(_ upper: inout Upper, to rank: Int) {
        ranked.count(rank..<upper.rank, into: &upper.counts)
        upper.rank = rank
    }

    /// How many moves lie beyond that of a rank, block by block; nil where it is that of the upper ranks.
    private mutating func beyond(_ rank: Int, _ upper: Upper) -> [Double]? {
        let move = ranked.move(rank)
        guard upper.rank == ranked.count || ranked.move(upper.rank) > move else { return nil }
        var counts = upper.counts
        ranked.count(rank + 1..<upper.rank, beyond: move, into: &counts)
        return counts
    }

    private func isSafe(beyond counts: [Double]) -> Bool { (interval(counts)?.high ?? 1) <= frequency }

    private func isExceeded(beyond counts: [Double]) -> Bool { (interval(counts)?.low ?? 0) >= frequency }

    private func interval(_ counts: [Double]) -> FrequencyInterval? {
        context.inference(BlockShare(events: counts, entries: entries), disjointWindows: disjointWindows)?.interval
    }
}
