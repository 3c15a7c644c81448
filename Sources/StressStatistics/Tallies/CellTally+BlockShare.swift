extension CellTally {
    /// Block sums of the entries that ended below zero under fill rule `fill`.
    public func negativeShare(fill: Int) -> BlockShare {
        share(negative[fill].array.map(\.value), exposure.share(negativeTimes[fill]))
    }

    /// Block sums of the liquidated entries.
    public var liquidatedShare: BlockShare {
        share(liquidated.array.map(Double.init), exposure.share(timesToLiquidation))
    }

    /// Block sums of the entries that would have been below zero without liquidation.
    public var unprotectedShare: BlockShare {
        share(unprotected.array.map(Double.init), exposure.share(timesToUnprotected))
    }

    /// Block sums of the bounded shortfalls over the entries that ended below zero, under fill rule `fill`.
    public func meanShortfall(fill: Int) -> BlockRatio {
        let weights = negative[fill].array.map(\.value)
        let events = exposure.rawShare(negativeTimes[fill])
        return ratio(
            blockShortfalls[fill], weights, mean: events > 0 ? exposure.shortfall(negativeTimes[fill]) / events : 0)
    }

    /// The same over all watched entries.
    public func shortfallPerEntry(fill: Int) -> BlockRatio {
        ratio(blockShortfalls[fill], entries.array.map(Double.init), mean: exposure.shortfall(negativeTimes[fill]))
    }

    /// Where windows are cut, sums are scaled to the mean that weighs each by who was watched as long.
    private func ratio(_ sums: BlockSums, _ weights: [Double], mean: Double) -> BlockRatio {
        let plain = BlockRatio(sums: sums.array, weights: weights)
        guard cut.watched.total > 0, let value = plain.value, value > 0 else { return plain }
        return BlockRatio(sums: plain.sums.map { $0 * (mean / value) }, weights: weights)
    }

    /// Events whose sum is the share: where windows are cut, each stands for its mean weight.
    func share(_ events: [Double], _ share: Double) -> BlockShare {
        let plain = BlockShare(events: events, entries: entries.array)
        return cut.watched.total > 0 ? plain.scaled(to: share) : plain
    }
}
