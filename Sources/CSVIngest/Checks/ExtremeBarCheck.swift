import PriceSeries
import StressBasics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Finds bars whose low or high is far from the close before.
///
/// The move of a bar is `ln(low / previous close)` or `ln(high / previous close)`, whichever is larger in size. It is
/// extreme when its size is above `max(12 s, 0.2)`, where `s = 1.4826 × median |r − median r|` is the robust spread of
/// the close-to-close returns `r`. A normal sample of any length has no return beyond 12 s, and 0.2 (about 20 %) keeps
/// the rule quiet on series that hardly ever move. A low at or below zero after a positive close is always extreme;
/// bars after a close at or below zero are not judged. Real crashes are extreme: the bars are listed and kept.
struct ExtremeBarCheck {
    private let series: BarSeries
    private let rows: AssembledRows
    /// The size of a move from which on it is extreme.
    let threshold: Double
    /// Ratios that are not extreme for sure: within the threshold by more than rounding can take.
    private let quiet: Range<Double>
    private var extremes: [(bar: Int, size: Double)] = []
    private var lowest: (bar: Int, ratio: Double)?
    private var highest: (bar: Int, ratio: Double)?

    /// Multiples of the robust spread.
    static let spreads = 12.0
    /// The least size of an extreme move, as a logarithm.
    static let leastSize = 0.2
    /// Returns that the spread is taken from: an even choice of at most this many.
    static let mostReturns = 1 << 17

    /// O(bars).
    init(_ series: BarSeries, _ rows: AssembledRows) {
        (self.series, self.rows) = (series, rows)
        threshold = max(ExtremeBarCheck.spreads * ExtremeBarCheck.robustSpread(series), ExtremeBarCheck.leastSize)
        quiet = exp(-threshold) * (1 + 1e-9)..<exp(threshold) * (1 - 1e-9)
        for bar in series.count > 1 ? 1..<series.count : 1..<1 where series.close[bar - 1] > 0 {
            judge(bar)
        }
    }

    private mutating func judge(_ bar: Int) {
        let before = series.close[bar - 1]
        let (down, up) = (series.low[bar] / before, series.high[bar] / before)
        if down < lowest?.ratio ?? .infinity { lowest = (bar, down) }
        if up > highest?.ratio ?? -.infinity { highest = (bar, up) }
        // Ratios well inside the bounds need no logarithm; near them the logarithms decide.
        if down > quiet.lowerBound, up < quiet.upperBound, up > quiet.lowerBound, down < quiet.upperBound { return }
        let size = max(abs(ExtremeBarCheck.logarithm(down)), abs(ExtremeBarCheck.logarithm(up)))
        if size > threshold { extremes.append((bar, size)) }
    }

    /// Zero and below are infinitely far from a positive price.
    static func logarithm(_ ratio: Double) -> Double { ratio > 0 ? log(ratio) : -.infinity }

    /// The extreme bars, ascending.
    var bars: [Int] { extremes.map(\.bar) }

    static func robustSpread(_ series: BarSeries) -> Double {
        let stride = max(1, series.count / mostReturns)
        var returns: [Double] = []
        for bar in Swift.stride(from: 1, to: series.count, by: stride)
        where series.close[bar - 1] > 0 && series.close[bar] > 0 {
            let value = log(series.close[bar] / series.close[bar - 1])
            // Quotients of prices at the ends of the number range overflow.
            if value.isFinite { returns.append(value) }
        }
        guard let center = median(&returns) else { return 0 }
        var distances = returns.map { abs($0 - center) }
        return 1.4826 * (median(&distances) ?? 0)
    }

    /// The upper median; moves the values about. None of them may be NaN. O(count) on average.
    private static func median(_ values: inout [Double]) -> Double? {
        values.isEmpty ? nil : values.withUnsafeMutableBufferPointer { smallest($0.count / 2, of: $0) }
    }

    /// The value that sorting would put at `place` (C. A. R. Hoare, "Algorithm 65: Find", CACM 4(7), 1961, with the middle of
    /// three values as the pivot).
    private static func smallest(_ place: Int, of values: UnsafeMutableBufferPointer<Double>) -> Double {
        var (low, high) = (0, values.count - 1)
        while low < high {
            let (a, b, c) = (values[low], values[low + (high - low) / 2], values[high])
            let pivot = max(min(a, b), min(max(a, b), c))
            var (left, right) = (low, high)
            while left <= right {
                while values[left] < pivot { left += 1 }
                while values[right] > pivot { right -= 1 }
                if left <= right {
                    values.swapAt(left, right)
                    (left, right) = (left + 1, right - 1)
                }
            }
            if place <= right { high = right } else if place >= left { low = left } else { break }
        }
        return values[place]
    }

    /// The summary `extreme_bars`, with the widest moves of the series whether or not they are extreme.
    var summary: Finding {
        let share = extremes.isEmpty ? "" : " (\(percentText(Double(extremes.count) / Double(series.count))))"
        // The two are equally far in the logarithm.
        let rule = "below -\(percentText(1 - exp(-threshold))) or above +\(percentText(exp(threshold) - 1))"
        let moves = [
            lowest.map { "worst low \(move($0, series.low)) against the close before" },
            highest.map { "best high \(move($0, series.high))" },
        ].compactMap { $0 }
        let first = extremes.first?.bar
        return Finding(
            check: "extreme_bars", severity: extremes.isEmpty ? .pass : .note,
            message: ([
                "\(spacedCount(extremes.count)) of \(counted(series.count, "bar")) go \(rule) "
                    + "from the close before\(share)"
            ] + moves).joined(separator: "; "),
            count: extremes.count, location: first.map(rows.location), time: first.map(series.instant),
            action: extremes.isEmpty ? "" : "kept")
    }

    /// The most extreme bars, in time order.
    var details: [Finding] {
        let widest = extremes.sorted { ($1.size, $0.bar) < ($0.size, $1.bar) }.prefix(mostDetails)
        return widest.map(\.bar).sorted().map { bar in
            let before = series.close[bar - 1]
            let down = abs(ExtremeBarCheck.logarithm(series.low[bar] / before))
            let isDown = down >= abs(ExtremeBarCheck.logarithm(series.high[bar] / before))
            let column = isDown ? series.low : series.high
            return Finding(
                check: "extreme_bar", severity: .note,
                message: "\(isDown ? "low" : "high") \(move((bar, column[bar] / before), column))",
                location: rows.location(bar), time: series.instant(bar), action: "kept", isDetail: true)
        }
    }

    /// `-62.90 % at 2022-05-12 16:46 (0.0071 against 0.01914)`.
    private func move(_ found: (bar: Int, ratio: Double), _ column: [Double]) -> String {
        let percent = (found.ratio - 1) * 100
        let text = percent.isFinite ? fixedText(percent, decimals: 2) : "∞"
        return "\(percent > 0 ? "+" : "")\(text) % at \(series.instant(found.bar).minuteText) "
            + "(\(priceText(column[found.bar])) against \(priceText(series.close[found.bar - 1])))"
    }
}
