import PriceSeries
import StressBasics

/// What is found on a whole series: the summaries of all checks in their fixed order, and single bars and gaps.
struct SeriesFindings {
    var summaries: [Finding]
    var details: [Finding]
    /// Bars with a price that the bars around them do not know and no other venue confirms, ascending.
    var badTicks: [Int]
    /// Bars far from the close before, ascending.
    var extremeBars: [Int]
    /// Bars that repeat the one before in long runs, ascending.
    var staleBars: [Int]
    /// Bars that are not worth much as prices: ``badTicks``, and those with a price of exactly zero. Ascending.
    var suspicious: [Int]
}

/// Runs every check on a series. Nothing is changed. O(bars), and O(bars log bars) at most for the robust spread.
func checkSeries(
    _ series: BarSeries, rows: AssembledRows, seams: Finding? = nil, reference: BarSeries? = nil
) -> SeriesFindings {
    let gaps = GapCheck(series, rows)
    let extremes = ExtremeBarCheck(series, rows)
    let checks = BarChecks(series: series, rows: rows)
    let ticks = BadTickCheck(series, rows, threshold: extremes.threshold, reference: reference)
    let stale = StaleRunCheck(series, rows)
    let shifts = LevelShiftCheck(series, rows)
    let summaries = [
        rows.order, rows.duplicates, rows.conflicts, gaps.summary, checks.ohlcConsistency, checks.nonPositivePrices,
        extremes.summary, ticks.summary(action: "kept"), stale.summary(action: "kept"), shifts.summary(action: "kept"),
        checks.zeroVolume, checks.singlePrices, gaps.barLengthSummary, seams,
    ]
    let zeros = series.time.indices.filter { checks.lowest($0) == 0 }
    return SeriesFindings(
        summaries: summaries.compactMap { $0 },
        details: rows.conflictDetails + gaps.details + extremes.details + ticks.details(action: "kept")
            + shifts.details,
        badTicks: ticks.bars, extremeBars: extremes.bars, staleBars: stale.bars,
        suspicious: Set(ticks.bars + zeros).sorted())
}

/// Checks that look at one bar at a time.
struct BarChecks {
    let series: BarSeries
    let rows: AssembledRows

    /// Bars whose high is not the highest or whose low is not the lowest of the four prices.
    var ohlcConsistency: Finding {
        var worst: (bar: Int, excess: Double)?
        let found = bars { bar in
            let excess = excess(bar)
            if excess > worst?.excess ?? 0 { worst = (bar, excess) }
            return excess > 0
        }
        let example = worst.map { "; the widest at \(series.instant($0.bar).minuteText) by \(priceText($0.excess))" }
        return finding(
            "ohlc_consistency", found, "have open or close outside low to high, or high below low", example,
            severity: .warning)
    }

    /// Bars with a price of zero or less.
    var nonPositivePrices: Finding {
        var worst: (bar: Int, price: Double)?
        let found = bars { bar in
            let lowest = lowest(bar)
            if lowest < worst?.price ?? .infinity { worst = (bar, lowest) }
            return lowest <= 0
        }
        let example = worst.map { "; the lowest is \(numberText($0.price)) at \(series.instant($0.bar).minuteText)" }
        return finding(
            "non_positive_prices", found, "have a price of zero or below", example, severity: .warning)
    }

    /// Bars without a volume that anything could go by: nothing was traded, or what the row has is negative or no number. Nil
    /// when the volume is not known.
    var zeroVolume: Finding? {
        guard let volume = series.volume else { return nil }
        let negative = volume.count { $0 < 0 }
        let unread = volume.count(where: \.isNaN)
        let kinds = [(negative, "negative"), (unread, "missing or unreadable")].filter { $0.0 > 0 }
        let words = kinds.map { "\(spacedCount($0.0)) of them \($0.1)" }.joined(separator: ", ")
        return finding(
            "zero_volume", bars(where: lacksVolume), "have no volume", words.isEmpty ? nil : "; \(words)",
            severity: negative > 0 ? .warning : .note)
    }

    /// Closes alone, by themselves or in columns of their own: almost no bar says where between two closes prices have been. Nil for all
    /// other histories. A market in which little is traded has bars of one price, too, and of single trades all is known.
    var singlePrices: Finding? {
        guard !rows.isOfTicks, series.count >= 10 else { return nil }
        let single = bars { $0 > 0 && series.close[$0] != series.close[$0 - 1] && isOnePrice($0) }
        let ranged = bars { !isOnePrice($0) }
        guard single.count * 2 >= series.count, ranged.count * 10 <= series.count else { return nil }
        // It is of the whole history and of no bar.
        return finding(
            Finding.singlePrices, (single.count, nil), "moved from the close before and have one price themselves",
            "; what the market paid between closes is not in the file: liquidations and losses there are not seen",
            severity: .warning)
    }

    private func isOnePrice(_ bar: Int) -> Bool {
        let price = series.close[bar]
        return series.open[bar] == price && series.high[bar] == price && series.low[bar] == price
    }

    /// Whether the volume is known of other bars and not above 0 in this one.
    func lacksVolume(_ bar: Int) -> Bool { series.volume.map { !($0[bar] > 0) } ?? false }

    /// By how much a bar breaks the rule that high and low are its extremes; 0 or less for a bar that keeps it.
    func excess(_ bar: Int) -> Double {
        let top = max(series.open[bar], series.close[bar]), bottom = min(series.open[bar], series.close[bar])
        return max(top - series.high[bar], series.low[bar] - bottom, series.low[bar] - series.high[bar])
    }

    /// The lowest of a bar's prices.
    func lowest(_ bar: Int) -> Double {
        min(series.open[bar], series.high[bar], series.low[bar], series.close[bar])
    }

    private func bars(where isFound: (Int) -> Bool) -> (count: Int, first: Int?) {
        var result: (count: Int, first: Int?) = (0, nil)
        for bar in 0..<series.count where isFound(bar) {
            result.count += 1
            result.first = result.first ?? bar
        }
        return result
    }

    private func finding(
        _ check: String, _ found: (count: Int, first: Int?), _ what: String, _ example: String?,
        severity: Finding.Severity
    ) -> Finding {
        let share = found.count == 0 ? "" : " (\(percentText(Double(found.count) / Double(series.count))))"
        let total = counted(series.count, "bar")
        return Finding(
            check: check, severity: found.count == 0 ? .pass : severity,
            message: "\(spacedCount(found.count)) of \(total) \(what)\(share)"
                + (found.count == 0 ? "" : example ?? ""),
            count: found.count, location: found.first.map(rows.location), time: found.first.map(series.instant),
            action: found.count == 0 ? "" : "kept")
    }
}
