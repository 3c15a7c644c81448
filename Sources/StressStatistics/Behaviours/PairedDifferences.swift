/// Differences of figures of the same entries: what a behaviour changes against holding.
extension HorizonPanel {
    /// Each of several columns less another one, with intervals no wider than the two columns' own allow; nil where one of the two has no
    /// entries.
    ///
    /// Of columns that equal each other one is resampled. Where a column is that of `base`, nothing has been seen to differ, and the interval
    /// is that of an event that has not been seen, to both sides. O(different columns × (blocks + resamples × runs)).
    public func pairedDifferences(of columns: [BlockShare], from base: BlockShare) -> [DifferenceInference?] {
        guard let ground = inference(base) else { return columns.map { _ in nil } }
        let (different, places) = HorizonPanel.different(columns.filter { $0 != base })
        let resampled = plan.shares(of: [base] + different).map { ResampledRatio(shares: $0, errors: []) }
        let paired = pairedRatios(different, base)
        let mostRuns = base.runs(ofMeanLength: plan.meanLength)
        let found = different.indices.map { place in
            inference(different[place]).map {
                DifferenceInference(
                    ($0, resampled[place + 1]), (ground, resampled[0]), paired: paired[place],
                    runs: min(mostRuns, different[place].runs(ofMeanLength: plan.meanLength)),
                    confidence: rules.confidence
                ).within($0.bounds, less: ground.bounds)
            }
        }
        return columns.map { $0 == base ? unchanged(base, ground) : places[$0].flatMap { found[$0] } }
    }

    /// Mean of each of several columns less that of another one; see ``meanDifference(_:_:)``.
    public func meanDifferences(of columns: [BlockShare], from base: BlockShare) -> [MeanDifference?] {
        let (different, places) = HorizonPanel.different(columns)
        let paired = pairedRatios(different, base)
        let found = different.indices.map { meanDifference(different[$0], base, paired[$0]) }
        return columns.map { places[$0].flatMap { found[$0] } }
    }

    /// Each of them once, and where it then stands.
    private static func different(_ columns: [BlockShare]) -> ([BlockShare], [BlockShare: Int]) {
        var (different, places): ([BlockShare], [BlockShare: Int]) = ([], [:])
        for column in columns where places[column] == nil {
            places[column] = different.count
            different.append(column)
        }
        return (different, places)
    }

    /// What each column differs by in every resample. Of the same entries it is one ratio, and several are added side by side.
    private func pairedRatios(_ columns: [BlockShare], _ base: BlockShare) -> [ResampledRatio] {
        let same = columns.indices.filter { columns[$0].entries == base.entries }
        let sums = same.map { place in zip(columns[place].events, base.events).map { $0 - $1 } }
        let ratios = plan.ratios(of: sums, weights: base.entries.map(Double.init))
        var found = Dictionary(uniqueKeysWithValues: zip(same, ratios))
        // A resample without entries has no ratio; as a frequency it has the observed one.
        let rest = columns.indices.filter { found[$0].map { $0.shares.contains(where: \.isNaN) } ?? true }
        for (place, ratio) in zip(rest, plan.differences(of: rest.map { columns[$0] }, from: base)) {
            found[place] = ratio
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
