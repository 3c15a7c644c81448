extension CellTally {
    /// Block sums of the entries that ended below zero under fill rule `fill`.
    public func negativeShare(fill: Int) -> BlockShare {
        share(exits[fill].map { UInt32($0.negative) })
    }

    /// Block sums of the liquidated entries.
    public var liquidatedShare: BlockShare { share(windows.map { UInt32($0.liquidated) }) }

    /// Block sums of the entries that would have been below zero without liquidation.
    public var unprotectedShare: BlockShare { share(windows.map { UInt32($0.unprotected) }) }

    private func share(_ counts: [UInt32]) -> BlockShare {
        BlockShare(counts: counts, entries: windows.map { UInt32($0.entries) })
    }
}
