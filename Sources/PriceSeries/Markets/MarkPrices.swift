import StressBasics

/// Mark prices laid along the bars of a traded series: what the platform's trigger looks at.
public struct MarkPrices: Hashable, Sendable {
    /// Highest mark price of each traded bar.
    public let high: [Double]
    /// Lowest mark price of each traded bar.
    public let low: [Double]
    /// Last mark price of each traded bar.
    public let close: [Double]
    /// Traded bars without a mark bar of the same open time, in order; their traded prices stand in.
    public let missing: [Int]

    /// Columns that lie along a series already.
    package init(high: [Double], low: [Double], close: [Double], missing: [Int]) {
        (self.high, self.low, self.close) = (high, low, close)
        self.missing = missing
    }

    /// Lays `mark` along `traded` by open time. O(bars of both).
    public init(_ mark: BarSeries, along traded: BarSeries) {
        var (high, low, close) = (traded.high, traded.low, traded.close)
        var missing: [Int] = []
        var place = 0
        for bar in 0..<traded.count {
            while place < mark.count, mark.time[place] < traded.time[bar] { place += 1 }
            if place < mark.count, mark.time[place] == traded.time[bar] {
                (high[bar], low[bar], close[bar]) = (mark.high[place], mark.low[place], mark.close[place])
            } else {
                missing.append(bar)
            }
        }
        self.init(high: high, low: low, close: close, missing: missing)
    }
}
