import PriceSeries
import StressBasics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Finds stretches in which nothing moves: 20 bars or more of one price, without volume where the volume is known. What
/// feeds such bars has often stopped while the clock went on.
struct StaleRunCheck {
    private let series: BarSeries
    private let rows: AssembledRows
    /// Runs of bars, ascending.
    private(set) var runs: [Range<Int>] = []

    /// The fewest bars of a run.
    static let leastBars = 20

    /// O(bars).
    init(_ series: BarSeries, _ rows: AssembledRows) {
        (self.series, self.rows) = (series, rows)
        var start = 0
        for bar in 0...series.count where bar == series.count || !isFlat(bar, after: start) {
            if bar - start >= StaleRunCheck.leastBars { runs.append(start..<bar) }
            start = bar
        }
    }

    /// Whether a bar goes on with the price of the bar at `start`.
    private func isFlat(_ bar: Int, after start: Int) -> Bool {
        let price = series.close[start]
        let isSame =
            series.open[bar] == price && series.high[bar] == price && series.low[bar] == price
            && series.close[bar] == price
        guard isSame, bar > start, let volume = series.volume else { return isSame }
        return !(volume[bar] > 0)
    }

    /// Bars of all runs but the first of each, which may be the last honest one; ascending.
    var bars: [Int] { runs.flatMap { Array($0.dropFirst()) } }

    func summary(action: String) -> Finding {
        let count = bars.count
        guard let longest = runs.max(by: { $0.count < $1.count }), let first = runs.first else {
            return Finding(
                check: "stale_runs", severity: .pass,
                message: "no price stands still for \(StaleRunCheck.leastBars) bars", count: 0)
        }
        let share = percentText(Double(count) / Double(series.count))
        return Finding(
            check: "stale_runs", severity: .warning,
            message: "\(spacedCount(count)) of \(counted(series.count, "bar")) repeat the bar before in "
                + "\(counted(runs.count, "run")) (\(share)); the longest \(series.instant(longest.lowerBound).minuteText) → "
                + "\(series.instant(longest.upperBound - 1).minuteText) at \(priceText(series.close[longest.lowerBound]))",
            count: count, location: rows.location(first.lowerBound), time: series.instant(first.lowerBound),
            action: action)
    }
}

/// Finds places where the level of prices changes for good from one bar to the next by a factor of five or more: another
/// unit (a power of ten), another coin under the same name (behind a gap), or a collapse.
struct LevelShiftCheck {
    /// One such place.
    struct Shift: Equatable {
        /// The first bar of the new level.
        var bar: Int
        /// New level over old level.
        var factor: Double
        var isBehindGap: Bool
    }

    private let series: BarSeries
    private let rows: AssembledRows
    private(set) var shifts: [Shift] = []

    /// The least factor of a shift.
    static let leastFactor = 5.0
    /// Bars on either side whose median closes are the levels.
    static let levelBars = 10

    /// O(bars); medians are taken at steps of the least factor only.
    init(_ series: BarSeries, _ rows: AssembledRows) {
        (self.series, self.rows) = (series, rows)
        let gap = (series.barLength?.milliseconds ?? 0) * 10
        for bar in series.indicesOfSteps where isStep(bar) {
            let (old, new) = (
                median((bar - LevelShiftCheck.levelBars)..<bar), median(bar..<(bar + LevelShiftCheck.levelBars))
            )
            guard let old, let new, old > 0, new > 0, isFar(new / old) else { continue }
            shifts.append(
                Shift(
                    bar: bar, factor: new / old, isBehindGap: series.time[bar] - series.time[bar - 1] > gap))
        }
    }

    private func isFar(_ ratio: Double) -> Bool {
        ratio >= LevelShiftCheck.leastFactor || ratio <= 1 / LevelShiftCheck.leastFactor
    }

    private func isStep(_ bar: Int) -> Bool {
        let (before, after) = (series.close[bar - 1], series.close[bar])
        guard before > 0, after > 0 else { return false }
        return after >= before * LevelShiftCheck.leastFactor || before >= after * LevelShiftCheck.leastFactor
    }

    private func median(_ range: Range<Int>) -> Double? {
        let bars = range.clamped(to: 0..<series.count)
        let closes = bars.map { series.close[$0] }.sorted()
        return closes.isEmpty ? nil : closes[closes.count / 2]
    }

    func summary(action: String) -> Finding {
        guard let first = shifts.first, let widest = shifts.max(by: { abs(log($0.factor)) < abs(log($1.factor)) })
        else {
            return Finding(
                check: "level_shifts", severity: .pass,
                message: "the level of prices never changes by a factor of 5 from one bar to the next", count: 0)
        }
        let behind = shifts.count(where: \.isBehindGap)
        let which = shifts.count == 1 ? "" : "\(spacedCount(behind)) of them "
        let gaps = behind == 0 ? "" : ", \(which)behind a gap: another coin under the same name?"
        return Finding(
            check: "level_shifts", severity: .warning,
            message:
                "the level of prices changes at \(counted(shifts.count, "place"))\(gaps); the widest \(words(widest))",
            count: shifts.count, location: rows.location(first.bar), time: series.instant(first.bar), action: action)
    }

    var details: [Finding] {
        shifts.prefix(mostDetails).map { shift in
            Finding(
                check: "level_shift", severity: .note, message: words(shift), location: rows.location(shift.bar),
                time: series.instant(shift.bar), action: "kept", isDetail: true)
        }
    }

    /// `by a factor of 0.000115 at 2022-05-13 00:00`, with the unit that a power of ten suggests.
    private func words(_ shift: Shift) -> String {
        let power = log10(shift.factor).rounded()
        let isPower = abs(log10(shift.factor) - power) < 0.01 && power != 0
        let unit = isPower ? ", a power of ten: another unit?" : ""
        return
            "by a factor of \(significantText(shift.factor, digits: 3)) at \(series.instant(shift.bar).minuteText)\(unit)"
    }
}

extension BarSeries {
    /// Bars that have one before.
    fileprivate var indicesOfSteps: Range<Int> { count > 1 ? 1..<count : 0..<0 }
}
