extension CellTally {
    /// The same entries under one of the fill rules alone, as the chosen one.
    public func only(fill: Int) -> CellTally {
        var windows = BlockWindows()
        (windows.entries, windows.excluded, windows.rejected) = (entries, excluded, rejected)
        (windows.liquidated, windows.unprotected) = (liquidated, unprotected)
        return CellTally(
            roles: [.chosen], windows: windows, undecided: undecided, negative: [negative[fill]],
            blockShortfalls: [blockShortfalls[fill]], exits: [exits[fill]], shortfalls: [shortfalls[fill]],
            times: EventTimes(
                liquidated: timesToLiquidation, unprotected: timesToUnprotected, negative: [negativeTimes[fill]]),
            cut: cut)
    }
}
