import PriceSeries
import StressBasics

/// Bars made of single prices while they are read: memory grows with the bars, not with the trades or quotes.
///
/// A bar covers `[k Δ, (k + 1) Δ)` since the epoch. Its open is the earliest price and its close the latest; of prices with
/// the same time the first in the order of trading opens and the last closes, which is file order, or the reverse of it in
/// a file that runs backward. Bars without any price are absent.
struct TickBars {
    /// Δ in milliseconds, above 0.
    let length: Int64
    /// Most bars, each of which takes more memory here than in a series: 50 million are a century of minutes.
    static let mostBars = 50_000_000
    /// Prices taken so far.
    private(set) var count = 0
    /// Prices whose time is earlier than the one before.
    private(set) var backward = 0
    /// Prices whose time is later than the one before.
    private(set) var forward = 0
    /// Prices that have the time of the one before.
    private(set) var repeated = 0
    private(set) var bars: [Bar] = []
    /// The place of each bar in ``bars``, by its number since the epoch.
    private var places: [Int64: Int] = [:]
    private var current = -1
    private var lastTime: Int64?

    /// A bar in the making.
    struct Bar {
        var number: Int64
        var firstTime: Int64
        /// The first and the last price in file order among those of `firstTime`.
        var opens: (first: Double, last: Double)
        var lastTime: Int64
        var closes: (first: Double, last: Double)
        var high: Double
        var low: Double
        var volume: Double
        var count: Int
        /// The line of the price that was read first.
        var line: Int

        fileprivate mutating func add(_ time: Int64, _ price: Double, _ size: Double) {
            if time < firstTime {
                (firstTime, opens) = (time, (price, price))
            } else if time == firstTime {
                opens.last = price
            }
            if time > lastTime {
                (lastTime, closes) = (time, (price, price))
            } else if time == lastTime {
                closes.last = price
            }
            if price > high { high = price }
            if price < low { low = price }
            volume += size
            count &+= 1
        }
    }

    /// Bars of `length`.
    init(length: TimeSpan) {
        self.length = max(1, length.milliseconds)
    }

    /// Whether times fall throughout, so that file order is the reverse of trading order.
    private var isReversed: Bool { backward > 0 && forward == 0 }

    /// Adds one price. O(1).
    @inline(__always)
    mutating func add(time: Int64, price: Double, size: Double, line: Int) {
        count &+= 1
        if let lastTime {
            if time < lastTime { backward &+= 1 } else if time == lastTime { repeated &+= 1 } else { forward &+= 1 }
        }
        lastTime = time
        let number = floorDivide(time, length)
        if current < 0 || bars[current].number != number {
            current = place(number)
            if current == bars.count {
                bars.append(
                    Bar(
                        number: number, firstTime: time, opens: (price, price), lastTime: time, closes: (price, price),
                        high: price, low: price, volume: size, count: 1, line: line))
                return
            }
        }
        bars[current].add(time, price, size)
    }

    /// The place of bar `number`, which is one past the end for a bar that is not there yet.
    private mutating func place(_ number: Int64) -> Int {
        if let found = places[number] { return found }
        places[number] = bars.count
        return bars.count
    }

    /// The bars as columns in the order in which they were begun, those of a backward file included.
    func columns(hasVolume: Bool) -> BarColumns {
        var result = BarColumns()
        for bar in bars {
            result.time.append(bar.number * length)
            result.open.append(isReversed ? bar.opens.last : bar.opens.first)
            result.high.append(bar.high)
            result.low.append(bar.low)
            result.close.append(isReversed ? bar.closes.first : bar.closes.last)
            if hasVolume { result.volume.append(bar.volume) }
            result.line.append(bar.line)
        }
        return result
    }

    /// Takes in the bars of the next file. A bar that both have is one bar of both files' prices.
    mutating func merge(_ other: TickBars) {
        for bar in other.bars {
            let at = place(bar.number)
            if at == bars.count { bars.append(bar) } else { bars[at] = TickBars.joined(bars[at], bar) }
        }
        count += other.count
        backward += other.backward
        forward += other.forward
        repeated += other.repeated
        (current, lastTime) = (-1, other.lastTime ?? lastTime)
    }

    private static func joined(_ a: Bar, _ b: Bar) -> Bar {
        var bar = a
        if b.firstTime < a.firstTime {
            (bar.firstTime, bar.opens) = (b.firstTime, b.opens)
        } else if b.firstTime == a.firstTime {
            bar.opens.last = b.opens.last
        }
        if b.lastTime > a.lastTime {
            (bar.lastTime, bar.closes) = (b.lastTime, b.closes)
        } else if b.lastTime == a.lastTime {
            bar.closes.last = b.closes.last
        }
        (bar.high, bar.low) = (max(a.high, b.high), min(a.low, b.low))
        bar.volume += b.volume
        bar.count += b.count
        return bar
    }

    /// What the prices became: the summary `ticks`; a warning where bars count as longer than they are.
    func finding(_ noun: String, at file: String) -> Finding {
        let counts = bars.map(\.count).sorted()
        let alone = counts.count { $0 == 1 }
        let sparse = sparseWords(noun)
        return Finding(
            check: "ticks", severity: sparse.isEmpty ? .note : .warning,
            message: "\(counted(count, noun)) became \(counted(bars.count, "bar")) of "
                + "\(TimeSpan(milliseconds: length).text), \(spacedCount(counts.first ?? 0)) to "
                + "\(spacedCount(counts.last ?? 0)) in each (median \(spacedCount(counts.isEmpty ? 0 : counts[counts.count / 2]))), "
                + "\(spacedCount(alone)) of them of a single \(noun)\(orderWords)\(sparse)",
            count: count, location: SourceLocation(file: file), action: "aggregated")
    }

    private var orderWords: String {
        backward == 0 ? "" : isReversed ? "; they are newest first" : "; \(spacedCount(backward)) are out of order"
    }

    /// Bars without any price are absent; where that is the rule, the others stand for the time up to the next one.
    private func sparseWords(_ noun: String) -> String {
        let (own, starts) = (TimeSpan(milliseconds: length), bars.map { $0.number &* length }.sorted())
        // Times that no series takes are refused later on, and may be too far apart to be subtracted.
        guard let first = starts.first, let last = starts.last, BarSeries.validTimes.contains(first),
            BarSeries.validTimes.contains(last), let usual = mostFrequentStep(starts), usual != own
        else { return "" }
        return "; most begin \(usual.text) apart, and count as bars of \(usual.text): "
            + "bars of \(own.text) are too short for such \(noun)s"
    }
}
