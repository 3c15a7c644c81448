import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What was known at an entry that it can be sorted by.
public enum EntryCondition: String, Hashable, Codable, Sendable, CaseIterable {
    /// Volatility of the 30 days before, against all earlier values of it: low, middle or high third.
    case volatility
    /// Whether the price was above or below that of 30 days before.
    case trend
    /// Hour of the entry bar's open, UTC.
    case hour
    /// Day of the week of the entry bar's open, UTC.
    case weekday
    /// First or second half of the history.
    case half
}

/// The market's conditions at every bar, from nothing but the bars up to it.
public struct MarketConditions: Sendable {
    /// 0, 1 or 2 for the low, middle or high third of volatility; nil in the first 90 days and after a standstill.
    public let volatilityThird: [UInt8?]
    /// Whether the close is at or above that of 30 days before; nil in the first 30 days.
    public let isRising: [Bool?]

    /// Days that volatility and trend look back over.
    public static let lookBack = TimeSpan.days(30)
    /// Days that pass before a volatility can be ranked among earlier ones.
    public static let warmUp = TimeSpan.days(90)

    /// Reads the conditions off open times and closes of one length. O(n log n).
    public init(times: [Int64], closes: [Double]) {
        let volatility = MarketConditions.volatility(times, closes)
        isRising = MarketConditions.rising(times, closes)
        volatilityThird = MarketConditions.thirds(volatility, times)
    }

    /// The first bar within the look-back of each bar.
    private static func windowStarts(_ times: [Int64]) -> [Int] {
        var start = 0
        return times.indices.map { bar in
            while times[bar] - times[start] > lookBack.milliseconds { start += 1 }
            return start
        }
    }

    private static func rising(_ times: [Int64], _ closes: [Double]) -> [Bool?] {
        zip(times.indices, windowStarts(times)).map { bar, start in
            // The last bar before the window is the price of 30 days ago.
            start > 0 ? closes[bar] >= closes[start - 1] : nil
        }
    }

    /// Standard deviation of the log returns of the look-back, by running sums; nil for fewer than 20 returns.
    private static func volatility(_ times: [Int64], _ closes: [Double]) -> [Double?] {
        var (sums, squares, counts) = ([0.0], [0.0], [0])
        for bar in times.indices {
            let isUsable = bar > 0 && closes[bar] > 0 && closes[bar - 1] > 0
            let value = isUsable ? log(closes[bar] / closes[bar - 1]) : 0
            sums.append(sums[bar] + value)
            squares.append(squares[bar] + value * value)
            counts.append(counts[bar] + (isUsable ? 1 : 0))
        }
        return zip(times.indices, windowStarts(times)).map { bar, start in
            let n = counts[bar + 1] - counts[start]
            guard n >= 20 else { return nil }
            let mean = (sums[bar + 1] - sums[start]) / Double(n)
            let variance = (squares[bar + 1] - squares[start]) / Double(n) - mean * mean
            return variance > 0 ? variance.squareRoot() : nil
        }
    }

    /// The third of each value among all values up to it: ranks by a tree of counts (P. M. Fenwick, 1994).
    private static func thirds(_ values: [Double?], _ times: [Int64]) -> [UInt8?] {
        let known = values.indices.filter { values[$0] != nil }
        let sorted = RadixOrder.order(known.compactMap { values[$0] })
        var rank = [Int](repeating: 0, count: values.count)
        for (place, bar) in sorted.enumerated() { rank[known[Int(bar)]] = place + 1 }
        var (tree, seen) = ([Int32](repeating: 0, count: sorted.count + 1), 0)
        return values.indices.map { bar in
            guard values[bar] != nil else { return nil }
            var below = 0
            var place = rank[bar] - 1
            while place > 0 {
                below += Int(tree[place])
                place -= place & -place
            }
            let third = UInt8(seen > 0 ? min(2, 3 * below / seen) : 1)
            place = rank[bar]
            while place < tree.count {
                tree[place] += 1
                place += place & -place
            }
            seen += 1
            return times[bar] - times[0] >= warmUp.milliseconds ? third : nil
        }
    }
}

/// One group of entries that had something in common when they were made.
public struct ConditionalShare: Hashable, Codable, Sendable {
    /// What they were sorted by.
    public let condition: EntryCondition
    /// The group: `low`, `rising`, `13`, `Mon`, `first`.
    public let value: String
    /// Its entries, and what was seen of them.
    public let counts: EntryCounts
    /// What the history says about the share below zero, each entry weighed by how many of the group were watched as long; nil without a
    /// whole window.
    public let inference: FrequencyInference?
}

extension EntryCondition {
    /// The groups in order.
    public var values: [String] {
        switch self {
        case .volatility: ["low", "middle", "high"]
        case .trend: ["falling", "rising"]
        case .hour: (0..<24).map { $0 < 10 ? "0\($0)" : "\($0)" }
        case .weekday: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        case .half: ["first", "second"]
        }
    }

    /// The place of an entry's group in ``values``; nil when it is not known.
    func group(of entry: HeldEntry, market: MarketConditions, middle: Int64) -> Int? {
        switch self {
        case .volatility: market.volatilityThird[Int(entry.bar)].map(Int.init)
        case .trend: market.isRising[Int(entry.bar)].map { $0 ? 1 : 0 }
        case .hour: Int((entry.time - floorDay(entry.time) * 86_400_000) / 3_600_000)
        // The epoch was a Thursday.
        case .weekday: Int(((floorDay(entry.time) + 3) % 7 + 7) % 7)
        case .half: entry.time < middle ? 0 : 1
        }
    }
}

private func floorDay(_ time: Int64) -> Int64 {
    time >= 0 ? time / 86_400_000 : -((-time + 86_399_999) / 86_400_000)
}
