extension CellTally {
    /// Block sums of the entries that ended below zero under fill rule `fill`.
    public func negativeShare(fill: Int) -> BlockShare { share(negative[fill]) }

    /// Block sums of the liquidated entries.
    public var liquidatedShare: BlockShare { share(liquidated) }

    /// Block sums of the entries that would have been below zero without liquidation.
    public var unprotectedShare: BlockShare { share(unprotected) }

    /// Block sums of nothing over the entries that are not excluded.
    public var windowShare: BlockShare {
        BlockShare(
            counts: Array(repeating: 0, count: entries.blockCount),
            entries: zip(entries.array, rejected.array).map { $0 + $1 })
    }

    /// Block sums of the bounded shortfalls over the entries that ended below zero, under fill rule `fill`.
    public func meanShortfall(fill: Int) -> BlockRatio { ratio(owed[fill], over: negative[fill]) }

    /// The same over all held entries.
    public func shortfallPerEntry(fill: Int) -> BlockRatio { ratio(owed[fill], over: entries) }

    private func ratio(_ sums: BlockSums, over counts: BlockCounts) -> BlockRatio {
        BlockRatio(sums: sums.array, weights: counts.array.map(Double.init))
    }

    private func share(_ counts: BlockCounts) -> BlockShare {
        BlockShare(counts: counts.array, entries: entries.array)
    }
}
