import StressBasics

// Histories made of another: what stands beside the bars goes with them.

extension MarketHistory {
    /// The history in longer bars that begin at multiples of `span` since the epoch; nil when nothing is left.
    ///
    /// Funding stamped after the start of one long bar and up to the start of the next is charged at the next one's start, as for
    /// any other bars; where a long bar lacks its first short one, the first that there is counts as its start. Marks are
    /// the highest, the lowest and the last of the short bars. O(bars).
    public func aggregated(to span: TimeSpan) -> MarketHistory? {
        guard let longer = series.aggregated(to: span) else { return nil }
        let groups = series.groups(of: span)
        let firsts = groups.map(\.lowerBound)
        return MarketHistory(
            series: longer, fundingPerBar: fundingPerBar.map { charged($0, upTo: firsts) },
            funding: funding?.stamped(by: longer.time, upTo: firsts.map { series.time[$0] }),
            mark: mark?.gathered(groups))
    }

    /// The history without some of its bars; nil when nothing is left. What they charge is charged by the next that stays. O(bars).
    public func without(bars: [Int]) -> MarketHistory? {
        guard let fewer = series.without(bars: bars) else { return nil }
        let left = Set(bars)
        let kept = series.time.indices.filter { !left.contains($0) }
        return MarketHistory(
            series: fewer, fundingPerBar: fundingPerBar.map { charged($0, upTo: kept) }, funding: funding,
            mark: mark?.gathered(kept.map { $0..<$0 + 1 }))
    }

    /// For each of the given bars what is charged after the one before it and up to it; nothing for the first.
    private func charged(_ rates: [Double], upTo bars: [Int]) -> [Double] {
        var before = bars.first ?? 0
        return bars.map { bar in
            defer { before = bar }
            return bar > before ? rates[before + 1...bar].reduce(0, +) : 0
        }
    }
}

extension MarkPrices {
    /// One bar for each group of bars, which counts as missing when any of its bars is.
    func gathered(_ groups: [Range<Int>]) -> MarkPrices {
        let absent = Set(missing)
        return MarkPrices(
            high: groups.map { high[$0].max() ?? 0 }, low: groups.map { low[$0].min() ?? 0 },
            close: groups.map { close[$0.upperBound - 1] },
            missing: absent.isEmpty ? [] : groups.indices.filter { groups[$0].contains(where: absent.contains) })
    }
}
