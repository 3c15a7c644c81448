import StressBasics

extension BarSeries {
    /// Bars of `span`, a multiple of the bar length: the first open, the extremes, the last close of the bars whose open times
    /// lie in one stretch of UTC time. Nil when nothing is left of it. O(bars).
    public func aggregated(to span: TimeSpan) -> BarSeries? {
        let groups = groups(of: span)
        return try? BarSeries(
            time: groups.map { stretch(of: time[$0.lowerBound], span) }, open: groups.map { open[$0.lowerBound] },
            high: groups.map { high[$0].max() ?? 0 }, low: groups.map { low[$0].min() ?? 0 },
            close: groups.map { close[$0.upperBound - 1] },
            volume: volume.map { volume in groups.map { volume[$0].reduce(0, +) } })
    }

    /// The bars whose open times lie in one stretch of `span`, stretch by stretch.
    func groups(of span: TimeSpan) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        for bar in time.indices {
            if let last = groups.last, stretch(of: time[last.lowerBound], span) == stretch(of: time[bar], span) {
                groups[groups.count - 1] = last.lowerBound..<bar + 1
            } else {
                groups.append(bar..<bar + 1)
            }
        }
        return groups
    }

    private func stretch(of time: Int64, _ span: TimeSpan) -> Int64 {
        floorDivide(time, span.milliseconds) * span.milliseconds
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
