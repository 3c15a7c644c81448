import StudyPlan

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Decides which of a range of bars a trader with a filter enters at.
struct FilterDecision: Sendable {
    private let filter: EntryFilter
    private let closes: [Double]
    /// The squares of log returns from a bar on, where they are asked for.
    private let squares: [Double]
    private let first: Int

    /// O(bars and what the filter looks back).
    init(_ filter: EntryFilter, closes: [Double], _ bars: Range<Int>) {
        (self.filter, self.closes) = (filter, closes)
        first = max(1, bars.lowerBound - filter.reachBack)
        guard case .highVolatility = filter, first < bars.upperBound else {
            squares = []
            return
        }
        squares = (first..<bars.upperBound).map { bar in
            let step = log(closes[bar] / closes[bar - 1])
            return step * step
        }
    }

    /// Whether a trader enters at the close of bar `entry`; never before there are as many bars as the filter looks back. O(1), or
    /// O(bars looked back) for volatility.
    func lets(_ entry: Int) -> Bool {
        guard entry >= filter.reachBack else { return false }
        switch filter {
        case .gain(let least, let bars): return closes[entry] / closes[entry - bars] - 1 >= least
        case .fall(let least, let bars): return closes[entry] / closes[entry - bars] - 1 <= -least
        case .highVolatility(let bars):
            let recent = meanSquare(from: entry - bars, through: entry)
            let before = meanSquare(from: entry - filter.reachBack, through: entry - bars)
            return recent >= EntryFilter.highVolatilityRatio * EntryFilter.highVolatilityRatio * before
        }
    }

    /// Mean square of the log returns between two bars; not a number where a price has no logarithm.
    private func meanSquare(from: Int, through: Int) -> Double {
        var sum = 0.0
        for bar in from + 1...through { sum += squares[bar - first] }
        return sum / Double(through - from)
    }
}

extension EntryFilter {
    /// The same for one bar.
    func lets(_ entry: Int, closes: [Double]) -> Bool {
        FilterDecision(self, closes: closes, entry..<entry + 1).lets(entry)
    }
}
