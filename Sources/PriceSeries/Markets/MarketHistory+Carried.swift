import StressBasics

extension MarketHistory {
    /// One bar a moment: its own where it has one, otherwise its last close, without volume and without charges.
    ///
    /// - Parameters:
    ///   - bars: for each moment the last bar at or before it, never falling.
    ///   - times: the moments, strictly increasing.
    ///
    /// O(moments).
    package func carried(_ bars: [Int32], along times: [Int64]) -> MarketHistory {
        let own = series
        func isLive(_ moment: Int) -> Bool { own.time[Int(bars[moment])] == times[moment] }
        func carried(_ column: [Double]) -> [Double] {
            times.indices.map { isLive($0) ? column[Int(bars[$0])] : own.close[Int(bars[$0])] }
        }
        let volume = own.volume.map { volume in times.indices.map { isLive($0) ? volume[Int(bars[$0])] : 0 } }
        let longer = BarSeries(
            checkedTime: times, open: carried(own.open), high: carried(own.high), low: carried(own.low),
            close: bars.map { own.close[Int($0)] }, volume: volume)
        return MarketHistory(
            series: longer,
            fundingPerBar: fundingPerBar.map { rates in
                times.indices.map { isLive($0) ? rates[Int(bars[$0])] : 0 }
            }, funding: funding, mark: nil)
    }
}
