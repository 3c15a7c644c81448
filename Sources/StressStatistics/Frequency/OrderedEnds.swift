/// Intervals of events that lie in each other, put in order: what is rarer in truth has no higher end than what holds it.
///
/// Each interval is made of its own events alone, and of the variance that these show; so a rarer event's end may come to lie above
/// that of one it is part of. Ends out of order are pooled by isotonic regression (M. Ayer et al., "An empirical distribution
/// function for sampling with incomplete information", Ann. Math. Stat. 26, 1955), along every chain in turn until all are in
/// order. Other cells may move pooled ends, never a cell's own.
public struct OrderedEnds: Sendable {
    /// The intervals, in the order of the shares.
    public let intervals: [Interval]

    /// Sweeps over all chains at most; what is then still out of order is put in order by the wider end.
    private static let mostSweeps = 100

    /// Puts intervals in order.
    ///
    /// - Parameters:
    ///   - shares: observed, fractions.
    ///   - own: intervals of each.
    ///   - chains: places of events that lie in each other, the rarest first. Where the shares of neighbours fall, the chain is cut: the
    ///     data do not hold one in the other.
    ///
    /// O(sweeps × places of all chains).
    public init(shares: [Double], own: [Interval], chains: [[Int]]) {
        let chains = chains.flatMap { OrderedEnds.rising($0, shares) }
        var (low, high) = (own.map(\.low), own.map(\.high))
        for _ in 0..<OrderedEnds.mostSweeps {
            var isInOrder = true
            for chain in chains {
                if OrderedEnds.pool(&low, chain) { isInOrder = false }
                if OrderedEnds.pool(&high, chain) { isInOrder = false }
            }
            if isInOrder { break }
        }
        OrderedEnds.widen(&low, &high, chains)
        intervals = shares.indices.map {
            Interval(low: min(low[$0], shares[$0]), high: max(high[$0], shares[$0]))
        }
    }

    /// The parts of a chain along which the shares do not fall.
    private static func rising(_ chain: [Int], _ shares: [Double]) -> [[Int]] {
        var parts: [[Int]] = []
        for place in chain {
            if let last = parts.last?.last, shares[last] <= shares[place] {
                parts[parts.count - 1].append(place)
            } else {
                parts.append([place])
            }
        }
        return parts.filter { $0.count > 1 }
    }

    /// Pool adjacent violators; whether anything was out of order.
    private static func pool(_ ends: inout [Double], _ chain: [Int]) -> Bool {
        var groups: [(sum: Double, count: Int)] = []
        var isOut = false
        for place in chain {
            groups.append((ends[place], 1))
            while groups.count > 1, mean(groups[groups.count - 2]) > mean(groups[groups.count - 1]) {
                let last = groups.removeLast()
                groups[groups.count - 1].sum += last.sum
                groups[groups.count - 1].count += last.count
                isOut = true
            }
        }
        guard isOut else { return false }
        let pooled = groups.flatMap { Array(repeating: mean($0), count: $0.count) }
        for (place, end) in zip(chain, pooled) { ends[place] = end }
        return true
    }

    private static func mean(_ group: (sum: Double, count: Int)) -> Double { group.sum / Double(group.count) }

    /// Lower ends down and upper ends up until the last rounding is in order.
    private static func widen(_ low: inout [Double], _ high: inout [Double], _ chains: [[Int]]) {
        var isChanged = true
        while isChanged {
            isChanged = false
            for chain in chains {
                for (rarer, other) in zip(chain, chain.dropFirst()).reversed() where low[rarer] > low[other] {
                    (low[rarer], isChanged) = (low[other], true)
                }
                for (rarer, other) in zip(chain, chain.dropFirst()) where high[rarer] > high[other] {
                    (high[other], isChanged) = (high[rarer], true)
                }
            }
        }
    }
}
