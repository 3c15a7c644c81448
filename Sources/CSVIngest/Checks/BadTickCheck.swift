import PriceSeries
import StressBasics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Finds bars that reach a price which the bars around them do not know: a print by mistake, or a wick that was over before
/// anybody could trade on it.
///
/// A bar is suspicious when one of its prices is further than the threshold of ``ExtremeBarCheck`` from the close before
/// and from the close after, while those two are within half of it from each other. For a single bar they may be a quarter of the
/// way to that price apart where this is more (and at most the threshold), unless the bar before or after comes near that price,
/// too: the larger of two wicks is not the one that passes. A run of two or three bars is suspicious when all its closes are,
/// bars that carry the one before forward without volume not counted. A close that stands out itself is not what the next bar is
/// compared with. The first and the last bar are compared with the one neighbour they have. Zero is infinitely far. A crash
/// that lasts is not suspicious. Real markets have made such round trips too, which is why the bars are kept unless the user says otherwise, and why another venue's prices are asked when there
/// are any: a bar is confirmed when that venue has seen, in the bar or its neighbours, a price within half the threshold
/// of the extreme.
struct BadTickCheck {
    /// A suspicious bar.
    struct Tick: Equatable {
        var bar: Int
        /// The price that stands out, and the close before.
        var price: Double
        var before: Double
        /// The close after it, or after the run that it is in; nil where none is known.
        var after: Double?
        var hasNoVolume: Bool
        /// What the other venue says; nil when it says nothing.
        var isConfirmed: Bool?
    }

    private let series: BarSeries
    private let rows: AssembledRows
    private let threshold: Double
    /// The threshold as a factor between prices.
    private let factor: Double
    private(set) var ticks: [Tick] = []
    private let hasReference: Bool

    /// The longest run of bars that may be one slip.
    static let longestRun = 3
    /// The longest time for which a slip is carried forward: three days, as over a weekend, in milliseconds.
    private static let longestCarrying: Int64 = 3 * 86_400_000

    /// O(bars), and O(log bars of the reference) for each tick.
    init(_ series: BarSeries, _ rows: AssembledRows, threshold: Double, reference: BarSeries?) {
        (self.series, self.rows, self.threshold, hasReference) = (series, rows, threshold, reference != nil)
        factor = exp(threshold)
        if let first = edgeTick(0, beside: 1) { ticks.append(first) }
        let widest = (series.barLength?.milliseconds ?? 0) * 10
        var bar = 1
        var before = series.count > 0 ? series.close[0] : 0
        while bar < series.count - 1 {
            let run = series.time[bar] - series.time[bar - 1] <= widest ? runLength(bar, before: before) : 0
            for slip in bar..<(bar + run) { ticks.append(tick(slip, before: before, after: series.close[bar + run])) }
            let last = series.close[bar + max(1, run) - 1]
            if run == 0 || distance(last, before) <= threshold { before = last }
            bar += max(1, run)
        }
        if bar < series.count, let last = edgeTick(bar, beside: bar - 1) { ticks.append(last) }
        if let reference { ticks = ticks.map { judged($0, by: reference) } }
    }

    /// Bars that no other venue confirms, ascending.
    var bars: [Int] { ticks.filter { $0.isConfirmed != true }.map(\.bar) }

    /// The first or the last bar, which has a neighbour on one side only: its own close stands in for the other.
    private func edgeTick(_ bar: Int, beside neighbour: Int) -> Tick? {
        guard series.count > 2 else { return nil }
        let (own, other) = (series.close[bar], series.close[neighbour])
        guard own > 0, other > 0, distance(own, other) <= threshold / 2, isFar(bar, from: own), isFar(bar, from: other)
        else { return nil }
        return tick(bar, before: other)
    }

    /// How many bars from `bar` on stand out together against the close `before`; 0 when none does.
    private func runLength(_ bar: Int, before: Double) -> Int {
        guard before > 0, isFar(bar, from: before) else { return 0 }
        var end = bar + 1
        for length in 1...BadTickCheck.longestRun {
            while end < series.count, isCarriedForward(end, of: bar, from: before) { end += 1 }
            guard end < series.count else { return 0 }
            let after = series.close[end]
            if after > 0, abs(log(after / before)) <= (length == 1 ? reach(bar, to: end, from: before) : threshold / 2)
            {
                return standOut(bar..<end, before: before, after: after) ? end - bar : 0
            }
            end += 1
        }
        return 0
    }

    /// How far the closes before and after a bar may be from each other: further where the bar alone went further.
    private func reach(_ bar: Int, to end: Int, from before: Double) -> Double {
        let price = tick(bar, before: before).price
        let isKnown = [bar - 1, end].contains { comesNear($0, to: price, from: before) }
        return isKnown ? threshold / 2 : min(max(threshold / 2, distance(price, before) / 4), threshold)
    }

    /// Whether a bar reaches as far from `level` as `price` is, or within half the threshold of that.
    private func comesNear(_ bar: Int, to price: Double, from level: Double) -> Bool {
        let extreme = price < level ? series.low[bar] : series.high[bar]
        let slack = exp(threshold / 2)
        return price < level ? extreme <= price * slack : extreme >= price / slack
    }

    private func standOut(_ run: Range<Int>, before: Double, after: Double) -> Bool {
        guard run.allSatisfy({ isFar($0, from: before) && isFar($0, from: after) }) else { return false }
        return run.count == 1 || run.allSatisfy { distance(series.close[$0], before) > threshold }
    }

    /// Whether a bar only repeats a close before that stands out itself, without volume where that is known, within three
    /// days of the bar `first`. Prices that stand still at the usual level, or for longer, are no slip.
    private func isCarriedForward(_ bar: Int, of first: Int, from before: Double) -> Bool {
        let price = series.close[bar - 1]
        guard distance(price, before) > threshold, series.time[bar] - series.time[first] <= BadTickCheck.longestCarrying
        else { return false }
        let isSame =
            series.open[bar] == price && series.high[bar] == price && series.low[bar] == price
            && series.close[bar] == price
        return isSame && !(series.volume.map { $0[bar] > 0 } ?? false)
    }

    /// Whether a price of the bar is further than the threshold from `level`, which is above 0. Without logarithms: every
    /// bar comes through here.
    @inline(__always)
    private func isFar(_ bar: Int, from level: Double) -> Bool {
        let lowest = min(series.low[bar], series.open[bar], series.close[bar], series.high[bar])
        let highest = max(series.high[bar], series.open[bar], series.close[bar], series.low[bar])
        return lowest < level / factor || highest > level * factor
    }

    private func distance(_ price: Double, _ level: Double) -> Double {
        price > 0 ? abs(log(price / level)) : .infinity
    }

    private func tick(_ bar: Int, before: Double, after: Double? = nil) -> Tick {
        let prices = [series.low[bar], series.high[bar], series.open[bar], series.close[bar]]
        let worst = prices.max { distance($0, before) < distance($1, before) } ?? series.low[bar]
        return Tick(bar: bar, price: worst, before: before, after: after, hasNoVolume: series.volume?[bar] == 0)
    }

    private func judged(_ tick: Tick, by reference: BarSeries) -> Tick {
        let length = series.barLength?.milliseconds ?? 0
        let other = reference.barLength?.milliseconds ?? 0
        let from = series.time[tick.bar] - length - other, to = series.time[tick.bar] + 2 * length
        var seen: [Double] = []
        var bar = firstBar(of: reference, notBefore: from)
        while bar < reference.count, reference.time[bar] <= to {
            seen.append(tick.price < tick.before ? reference.low[bar] : reference.high[bar])
            bar += 1
        }
        guard !seen.isEmpty else { return tick }
        var result = tick
        let nearest = seen.map { distance($0, max(tick.price, .leastNormalMagnitude)) }.min() ?? .infinity
        result.isConfirmed = nearest <= threshold / 2
        return result
    }

    private func firstBar(of reference: BarSeries, notBefore time: Int64) -> Int {
        var (low, high) = (0, reference.count)
        while low < high {
            let middle = (low + high) / 2
            if reference.time[middle] < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The summary `bad_ticks`.
    func summary(action: String) -> Finding {
        let suspicious = ticks.filter { $0.isConfirmed != true }
        let confirmed = ticks.count - suspicious.count
        let share = suspicious.isEmpty ? "" : " (\(percentText(Double(suspicious.count) / Double(series.count))))"
        var message =
            "\(spacedCount(suspicious.count)) of \(counted(series.count, "bar")) reach a price that the bars around them do "
            + "not know\(share)"
        let silent = suspicious.count(where: \.hasNoVolume)
        if silent > 0 { message += ", \(spacedCount(silent)) of them without volume" }
        if hasReference {
            let denied = suspicious.count { $0.isConfirmed == false }
            message +=
                "; the other venue confirms \(spacedCount(confirmed)) more and contradicts \(spacedCount(denied))"
        }
        if let worst = suspicious.max(by: { distance($0.price, $0.before) < distance($1.price, $1.before) }) {
            message += "; the furthest \(words(worst)) at \(series.instant(worst.bar).minuteText)"
        }
        let first = suspicious.first?.bar
        return Finding(
            check: "bad_ticks", severity: suspicious.isEmpty ? .pass : .warning, message: message,
            count: suspicious.count, location: first.map(rows.location), time: first.map(series.instant),
            action: suspicious.isEmpty ? "" : action,
            hint: suspicious.isEmpty || hasReference
                ? "" : "name another venue's prices under reference: {path: …} to tell slips from moves of the market")
    }

    /// The suspicious bars one by one, the furthest of them, in time order.
    func details(action: String) -> [Finding] {
        let furthest = ticks.sorted {
            (distance($1.price, $1.before), $0.bar) < (distance($0.price, $0.before), $1.bar)
        }
        return furthest.prefix(mostDetails).sorted { $0.bar < $1.bar }.map { tick in
            let verdict =
                tick.isConfirmed.map { $0 ? ", confirmed by the other venue" : ", unknown to the other venue" } ?? ""
            return Finding(
                check: "bad_tick", severity: .note,
                message: words(tick) + (tick.hasNoVolume ? ", without volume" : "") + verdict,
                location: rows.location(tick.bar), time: series.instant(tick.bar),
                action: tick.isConfirmed == true ? "kept" : action, isDetail: true)
        }
    }

    /// `0.01 between closes of 59.991 and 60.2`.
    private func words(_ tick: Tick) -> String {
        guard let after = tick.after else {
            return "\(priceText(tick.price)) beside closes of \(priceText(tick.before))"
        }
        return "\(priceText(tick.price)) between closes of \(priceText(tick.before)) and \(priceText(after))"
    }
}
