/// What a history says about how far below zero the entries of a cell ended under one fill rule, in parts of the initial margin.
public struct SeverityInference: Hashable, Sendable {
    /// Mean shortfall of the entries that ended below zero.
    public let mean: MeanInference
    /// Mean shortfall of all held entries, those without one counting as zero: what an entry costs whoever pays.
    public let perEntry: MeanInference

    /// Conclusions of the given parts.
    public init(mean: MeanInference, perEntry: MeanInference) {
        (self.mean, self.perEntry) = (mean, perEntry)
    }
}

extension HorizonPanel {
    /// What the history says about the shortfalls of a cell, fill rule by fill rule; nil where nothing ended below zero.
    ///
    /// - Parameters:
    ///   - tally: of the same history and horizon.
    ///   - blocks: how many of its time blocks are resampled as one.
    ///
    /// O(fill rules × blocks).
    public func severity(_ tally: CellTally, mergedBy blocks: Int) -> [SeverityInference?] {
        let fills = tally.roles.indices.filter { tally.negative[$0].total > 0 }
        let columns = fills.flatMap { fill in
            [tally.meanShortfall(fill: fill), tally.shortfallPerEntry(fill: fill)].map { $0.merged(by: blocks) }
        }
        let entries = tally.liquidatedShare.merged(by: blocks).entries
        let shares = [tally.liquidatedShare] + fills.map { tally.negativeShare(fill: $0) }
        let found = means(of: columns, entries: entries, eventShare: shares.compactMap(\.frequency).max() ?? 0)
        var result = [SeverityInference?](repeating: nil, count: tally.roles.count)
        for (place, fill) in fills.enumerated() {
            guard let mean = found[2 * place], let perEntry = found[2 * place + 1] else { continue }
            let isBounded = tally.exitTotals(fill: fill).unboundedNegative == 0
            result[fill] =
                isBounded
                ? SeverityInference(mean: mean, perEntry: perEntry)
                : SeverityInference(mean: mean.unbounded, perEntry: perEntry.unbounded)
        }
        return result
    }
}

extension MeanInference {
    /// The same without an interval, because some of what is averaged has no bound.
    fileprivate var unbounded: MeanInference { MeanInference(mean: mean, without: .unbounded) }
}
