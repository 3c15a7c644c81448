import StressBasics
import StressResults

extension RunReport {
    /// Adds a note to each price history whose beginning has moved since an earlier run, where a limit is monitored: its looks are judged
    /// as those of a window that moves along.
    public mutating func addRolling(since earlier: EarlierValues) {
        let monitored = study.limits.filter { $0.monitor != nil }
        for place in assets.indices {
            let asset = assets[place]
            guard asset.rolls(since: earlier), let before = earlier.beginnings[asset.asset],
                monitored.contains(where: { $0.cells.asset == nil || $0.cells.asset == asset.asset })
            else { continue }
            let end = asset.findings.firstIndex(where: \.isDetail) ?? asset.findings.endIndex
            assets[place].findings.insert(asset.rolling(since: before), at: end)
        }
    }
}

extension AssetReport {
    fileprivate func rolling(since before: UTCInstant) -> Finding {
        Finding(
            check: "rolling_history", severity: .note,
            message:
                "the history begins at \(first.minuteText) UTC, and began at \(before.minuteText) UTC in an earlier run; "
                + "monitored limits are judged as of a window that moves along, which forgets and gives more false alarms",
            count: max(1, Int((first - before).inHours / 24)), action: "kept",
            hint: "keep the older bars: a history that grows is judged more sharply each year")
    }
}
