import PriceSeries
import StressBasics

/// A random price history for tests: the seed names it, so a failure can be repeated from the message.
///
/// Bars are consistent (low ≤ open, close ≤ high) and positive. `wildness` is the size of a typical step; opens gap from
/// the close before with the same size; now and then a bar falls or rises by half. With `holes`, some steps are longer.
public func randomSeries(seed: UInt64, bars: Int, wildness: Double = 0.02, holes: Bool = false) -> BarSeries {
    var random = SeededGenerator(seed: seed)
    var time: [Int64] = []
    var (open, high, low, close) = ([Double](), [Double](), [Double](), [Double]())
    var now: Int64 = 1_600_000_000_000
    var price = 100.0
    for _ in 0..<bars {
        func step(_ size: Double) -> Double { 1 + size * (2 * random.uniform() - 1) }
        now += 60_000 * (holes && random.uniform() < 0.03 ? Int64(random.next() % 40) + 1 : 1)
        let first = price * step(wildness)
        let shock = random.uniform() < 0.01 ? (random.uniform() < 0.5 ? 0.5 : 1.8) : 1
        let last = first * step(wildness) * shock
        time.append(now)
        open.append(first)
        close.append(last)
        high.append(max(first, last) * (1 + wildness * random.uniform()))
        low.append(min(first, last) * (1 - wildness * random.uniform()))
        price = last
    }
    do {
        return try BarSeries(time: time, open: open, high: high, low: low, close: close)
    } catch {
        preconditionFailure("a random walk on a rising grid is a series: \(error)")
    }
}

/// A history of minute bars given as `(open, high, low, close)`.
public func series(_ bars: [(Double, Double, Double, Double)], minutes: Int64 = 1) -> BarSeries {
    do {
        return try BarSeries(
            time: bars.indices.map { Int64($0) * minutes * 60_000 }, open: bars.map(\.0), high: bars.map(\.1),
            low: bars.map(\.2), close: bars.map(\.3))
    } catch {
        preconditionFailure("hand-written bars are a series: \(error)")
    }
}
