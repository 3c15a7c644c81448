import StressBasics

extension BarSeries {
    /// Bars of `span`, a multiple of the bar length: the first open, the extremes, the last close of the bars whose open times
    /// lie in one stretch of UTC time. Nil when nothing is left of it. O(bars).
    public func aggregated(to span: TimeSpan) -> BarSeries? {
        var (times, opens, highs, lows, closes) = ([Int64](), [Double](), [Double](), [Double](), [Double]())
        var volumes: [Double]? = volume == nil ? nil : []
        for bar in time.indices {
            let start = floorDivide(time[bar], span.milliseconds) * span.milliseconds
            if times.last == start {
                let last = times.count - 1
                highs[last] = max(highs[last], high[bar])
                lows[last] = min(lows[last], low[bar])
                closes[last] = close[bar]
                if let volume { volumes?[last] += volume[bar] }
            } else {
                times.append(start)
                opens.append(open[bar])
                highs.append(high[bar])
                lows.append(low[bar])
                closes.append(close[bar])
                if let volume { volumes?.append(volume[bar]) }
            }
        }
        return try? BarSeries(time: times, open: opens, high: highs, low: lows, close: closes, volume: volumes)
    }

    /// The series without some of its bars; nil when nothing is left of it. O(bars).
    public func without(bars: [Int]) -> BarSeries? {
        let left = Set(bars)
        let kept = time.indices.filter { !left.contains($0) }
        guard !kept.isEmpty else { return nil }
        func chosen(_ column: [Double]) -> [Double] { kept.map { column[$0] } }
        return try? BarSeries(
            time: kept.map { time[$0] }, open: chosen(open), high: chosen(high), low: chosen(low),
            close: chosen(close), volume: volume.map(chosen))
    }
}
