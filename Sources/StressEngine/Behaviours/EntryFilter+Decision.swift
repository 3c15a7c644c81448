import StudyPlan

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension EntryFilter {
    /// Whether a trader enters at the close of bar `entry`; never before there are as many bars as the filter looks back. O(1), or
    /// O(bars looked back) for volatility.
    func lets(_ entry: Int, closes: [Double]) -> Bool {
        guard entry >= reachBack else { return false }
        switch self {
        case .gain(let least, let bars): return closes[entry] / closes[entry - bars] - 1 >= least
        case .fall(let least, let bars): return closes[entry] / closes[entry - bars] - 1 <= -least
        case .highVolatility(let bars):
            let recent = meanSquare(closes, from: entry - bars, through: entry)
            let before = meanSquare(closes, from: entry - reachBack, through: entry - bars)
            return recent >= EntryFilter.highVolatilityRatio * EntryFilter.highVolatilityRatio * before
        }
    }

    /// Mean square of the log returns between two bars; not a number where a price has no logarithm.
    private func meanSquare(_ closes: [Double], from: Int, through: Int) -> Double {
        var sum = 0.0
        for bar in from + 1...through {
            let step = log(closes[bar] / closes[bar - 1])
            sum += step * step
        }
        return sum / Double(through - from)
    }
}
