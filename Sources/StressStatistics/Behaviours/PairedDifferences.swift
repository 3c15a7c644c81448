/// What a history says of several figures of the same entries, each alone and against one of them.
public struct PairedInferences: Sendable {
    /// The one that the others are held against; nil without entries.
    public let base: FrequencyInference?
    /// The others: alone, and less the one; nil where one of the two has no entries.
    public let columns: [(own: FrequencyInference?, difference: DifferenceInference?)]
}

/// Differences of figures of the same entries: what a behaviour changes against holding.
extension HorizonPanel {
    /// Each of several columns less another one, with intervals no wider than the two columns' own allow; nil where one of the two has no
    /// entries.
    ///
    /// Of columns that equal each other one is resampled. Where a column is that of `base`, nothing has been seen to differ, and the interval
    /// is that of an event that has not been seen, to both sides. O(different columns × (blocks + resamples × runs)).
    public func pairedDifferences(of columns: [BlockShare], from base: BlockShare) -> [DifferenceInference?] {
        pairedInferences(of: columns, from: base).columns.map(\.difference)
    }

    /// The same beside what the history says of each column alone, and of `base`.
    public func pairedInferences(of columns: [BlockShare], from base: BlockShare) -> PairedInferences {
        guard let ground = inference(base) else {
            return PairedInferences(base: nil, columns: columns.map { (inference($0), nil) })
        }
        let (all, places) = HorizonPanel.different([base] + columns)
        let different = Array(all.dropFirst())
        let paired = pairedRatios(different, base)
        let resampled = resampledShares(all, known: [nil] + paired.map(\.shares))
        let mostRuns = base.runs(ofMeanLength: plan.meanLength)
        let found = different.indices.map { place -> (FrequencyInference?, DifferenceInference?) in
            guard let own = inference(different[place]) else { return (nil, nil) }
            let difference = DifferenceInference(
                (own, resampled[place + 1]), (ground, resampled[0]), paired: paired[place].ratio,
                runs: min(mostRuns, different[place].runs(ofMeanLength: plan.meanLength)),
                confidence: rules.confidence)
            return (own, difference.within(own.bounds, less: ground.bounds))
        }
        let same = places.dropFirst().contains(0) ? unchanged(base, ground) : nil
        return PairedInferences(
            base: ground, columns: places.dropFirst().map { $0 == 0 ? (ground, same) : found[$0 - 1] })
    }

    /// Mean of each of several columns less that of another one; see ``meanDifference(_:_:)``.
    public func meanDifferences(of columns: [BlockShare], from base: BlockShare) -> [MeanDifference?] {
        let (different, places) = HorizonPanel.different(columns)
        let paired = pairedRatios(different, base)
        let found = different.indices.map { meanDifference(different[$0], base, paired[$0].ratio) }
        return places.map { found[$0] }
    }

    /// Each of them once, and for each where it then stands. Columns differ in their first blocks as a rule, so that a few are held against
    /// each other in less time than all are hashed.
    private static func different(_ columns: [BlockShare]) -> ([BlockShare], [Int]) {
        var (different, places): ([BlockShare], [Int]) = ([], [])
        for column in columns {
            let place = different.firstIndex(of: column)
            places.append(place ?? different.count)
            if place == nil { different.append(column) }
        }
        return (different, places)
    }

    /// The frequencies of columns in every resample, of which some are known.
    private func resampledShares(_ columns: [BlockShare], known: [[Double]?]) -> [[Double]] {
        var found = known
        let rest = columns.indices.filter { known[$0] == nil }
        for (place, shares) in zip(rest, plan.shares(of: rest.map { columns[$0] })) { found[place] = shares }
        return found.map { $0 ?? [] }
    }

    /// What each column differs by in every resample, and its own frequency where that is found on the way. Of the same entries it is one
    /// ratio, and several are added side by side.
    private func pairedRatios(
        _ columns: [BlockShare], _ base: BlockShare
    ) -> [(ratio: ResampledRatio, shares: [Double]?)] {
        let same = columns.indices.filter { columns[$0].entries == base.entries }
        let sums = same.map { place in zip(columns[place].events, base.events).map { $0 - $1 } }
        let ratios = plan.ratios(of: sums, weights: base.entries.map(Double.init))
        var found: [Int: (ratio: ResampledRatio, shares: [Double]?)] = [:]
        // A resample without entries has no ratio; as a frequency it has the observed one.
        for (place, ratio) in zip(same, ratios) where !ratio.shares.contains(where: \.isNaN) {
            found[place] = (ratio, nil)
        }
        let rest = columns.indices.filter { found[$0] == nil }
        for (place, difference) in zip(rest, plan.differences(of: rest.map { columns[$0] }, from: base)) {
            found[place] = (difference.ratio, difference.shares)
        }
        return columns.indices.compactMap { found[$0] }
    }

    private func unchanged(_ base: BlockShare, _ ground: FrequencyInference) -> DifferenceInference? {
        let none = BlockShare(events: base.entries.map { _ in 0 }, entries: base.entries)
        return inference(none).map {
            DifferenceInference(unseen: $0.bounds.high).within(ground.bounds, less: ground.bounds)
        }
    }
}

extension DifferenceInference {
    /// Of what has not been seen to differ, but may in so large a share.
    fileprivate init(unseen share: Double) {
        self.init(
            difference: 0, standardError: 0, interval: Interval(low: -share, high: share), method: .intervalsJoint,
            percentile: Interval(low: 0, high: 0))
    }

    /// The same with an interval no wider than those of both figures allow.
    fileprivate func within(_ first: Interval, less second: Interval) -> DifferenceInference {
        let most = min(first.low - second.high, difference)...max(first.high - second.low, difference)
        return DifferenceInference(
            difference: difference, standardError: standardError, interval: interval.within(most), method: method,
            percentile: percentile)
    }
}
