extension CellTally {
    /// The same entries under one of the fill rules alone, as the chosen one; it has no bounds that could leave an entry undecided.
    public func only(fill: Int) -> CellTally {
        var windows = BlockWindows()
        (windows.entries, windows.excluded, windows.rejected) = (entries, excluded, rejected)
        (windows.liquidated, windows.unprotected) = (liquidated, unprotected)
        let none = BlockCounts(Array(repeating: 0, count: undecided.blockCount))
        return CellTally(
            roles: [.chosen], windows: windows, undecided: none, negative: [negative[fill]],
            blockShortfalls: [blockShortfalls[fill]], exits: [exits[fill]], shortfalls: [shortfalls[fill]],
            times: EventTimes(
                liquidated: timesToLiquidation, unprotected: timesToUnprotected, negative: [negativeTimes[fill]]),
            cut: cut)
    }
}
