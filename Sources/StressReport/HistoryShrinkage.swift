import RunStore
import StressBasics
import StressResults

extension RunReport {
    /// Adds a finding to each price history that is shorter than in the run before.
    ///
    /// - Parameter earlier: the price histories as they were when they were last read.
    public mutating func addShrinkage(since earlier: [StoredJob]) {
        let known = Dictionary(earlier.map { ($0.asset, $0) }) { first, _ in first }
        for place in assets.indices {
            guard let before = known[assets[place].asset], let finding = assets[place].shrinkage(since: before) else {
                continue
            }
            let end = assets[place].findings.firstIndex(where: \.isDetail) ?? assets[place].findings.endIndex
            assets[place].findings.insert(finding, at: end)
        }
    }
}

extension AssetReport {
    /// The finding that a history has fewer bars of the same length than before, or spans less time; nil when it does not.
    fileprivate func shrinkage(since before: StoredJob) -> Finding? {
        guard let bars = before.bars, let first = before.first, let last = before.last else { return nil }
        let isShorter = before.barLength == barLength ? self.bars < bars : self.last - self.first < last - first
        guard isShorter else { return nil }
        return Finding(
            check: "shorter_history", severity: .warning,
            message: "the history is shorter than in the run before: \(groupedText(self.bars, separator: " ")) bars to "
                + "\(self.last.minuteText) UTC, after \(groupedText(bars, separator: " ")) bars to \(last.minuteText) UTC",
            count: max(1, bars - self.bars), action: "kept",
            hint: "look for what is missing from its files; min_bars makes a limit of it")
    }
}
