import PriceSeries

/// The bars whose low or high is extreme, as the check of that name finds them: real crashes are among them. O(bars).
public func extremeBars(of series: BarSeries) -> [Int] {
    let spread = ExtremeBarCheck.robustSpread(series)
    let threshold = max(ExtremeBarCheck.spreads * spread, ExtremeBarCheck.leastSize)
    return series.time.indices.dropFirst().filter { bar in
        let before = series.close[bar - 1]
        guard before > 0 else { return false }
        let moves = [series.low[bar] / before, series.high[bar] / before].map(ExtremeBarCheck.logarithm)
        return moves.contains { abs($0) > threshold }
    }
}
