extension CellTally {
    /// Block sums of the entries that ended below zero under fill rule `fill`.
    public func negativeShare(fill: Int) -> BlockShare { share(negative[fill]) }

    /// Block sums of the liquidated entries.
    public var liquidatedShare: BlockShare { share(liquidated) }

    /// Block sums of the entries that would have been below zero without liquidation.
    public var unprotectedShare: BlockShare { share(unprotected) }

    private func share(_ counts: BlockCounts) -> BlockShare {
        BlockShare(counts: counts.array, entries: entries.array)
    }
}
