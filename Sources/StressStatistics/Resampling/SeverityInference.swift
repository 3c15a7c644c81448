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
        severities([TallyColumns(tally)], mergedBy: blocks)[0]
    }

    /// The same of several tallies whose columns are there, side by side.
    func severities(_ cells: [TallyColumns], mergedBy blocks: Int) -> [[SeverityInference?]] {
        let asked = cells.map { self.asked($0, mergedBy: blocks) }
        var found = ClusteredMeans(asked.flatMap { $0 }, self).inferences[...]
        return zip(cells, asked).map { cell, asked in
            defer { found = found.dropFirst(asked.count) }
            return severity(cell, Array(found.prefix(asked.count)))
        }
    }

    /// Two means for each fill rule under which anything ended below zero.
    private func asked(_ columns: TallyColumns, mergedBy blocks: Int) -> [ClusteredMeans.Asked] {
        let fills = columns.negativeFills
        let frequencies = [columns.liquidatedFrequency] + fills.map(columns.frequency)
        let evidence = self.evidence(
            entries: columns.shares[0].merged(by: blocks).entries,
            eventShare: frequencies.compactMap { $0 }.max() ?? 0)
        return columns.shortfalls(fills).map { ClusteredMeans.Asked($0.merged(by: blocks), evidence) }
    }

    private func severity(_ columns: TallyColumns, _ found: [MeanInference?]) -> [SeverityInference?] {
        let tally = columns.tally
        var result = [SeverityInference?](repeating: nil, count: tally.roles.count)
        for (place, fill) in columns.negativeFills.enumerated() {
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
