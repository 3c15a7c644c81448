import StressBasics

/// One price a day: the last one known at an hour.
public struct Fixings: Hashable, Sendable {
    /// When each price stood, milliseconds since the epoch UTC, whole days apart; days without a price are left out.
    public let time: [Int64]
    /// The prices.
    public let price: [Double]

    /// Prices of the given times, unchecked.
    public init(time: [Int64], price: [Double]) {
        (self.time, self.price) = (time, price)
    }
}

extension BarSeries {
    /// The last close known at an hour of each day, no older than a day. An hour that the series has not reached has none.
    ///
    /// - Parameters:
    ///   - hour: 0…23, UTC; bars that close later in that day do not count.
    ///   - barLength: what a bar's close is later than its open.
    ///
    /// O(bars).
    public func fixings(hour: Int, barLength: TimeSpan) -> Fixings {
        let day = TimeSpan.days(1).milliseconds
        let offset = TimeSpan.hours(Int64(hour)).milliseconds
        var (times, prices) = ([Int64](), [Double]())
        for (bar, opened) in time.enumerated() {
            // The first fixing at or after the bar's close.
            let fixing = -floorDivide(offset - opened - barLength.milliseconds, day) * day + offset
            if times.last == fixing {
                prices[prices.count - 1] = close[bar]
            } else {
                times.append(fixing)
                prices.append(close[bar])
            }
        }
        if let last = times.last, let opened = time.last, last > opened + barLength.milliseconds {
            times.removeLast()
            prices.removeLast()
        }
        return Fixings(time: times, price: prices)
    }
}
