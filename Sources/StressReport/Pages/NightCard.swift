import RunStore
import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// A limit apart from what was measured against it.
struct LimitKey: Hashable {
    let asset: String
    let cell: CellKey?
    let measure, form, bound: String
    let behaviour, platform: String?
    /// Which it is of several that are alike in all of this; nil where it is the only one, whose number may change from run to run.
    private var which: Which?

    private enum Which: Hashable {
        /// The number of a limit of its own.
        case number(Double?)
        /// The place among limits on the runs before, whose numbers change with them.
        case place(Int)
    }

    init(_ limit: StoredLimit) {
        (asset, cell, measure) = (limit.asset, limit.cell, limit.measure)
        (form, bound) = (limit.form, limit.bound)
        (behaviour, platform) = (limit.behaviour, limit.platform)
    }

    /// The key under which the history keeps a verdict of this run.
    init(_ check: LimitCheck) {
        (asset, cell, measure) = (check.asset, check.cell?.key, check.limit.measure.rawValue)
        (form, bound) = (check.limit.form.name, check.limit.bound.rawValue)
        (behaviour, platform) = (check.limit.behaviour, check.platform)
    }

    /// The limits of a run with their keys, in their order; of limits that are the same in everything the first. O(limits).
    static func keyed(_ limits: [StoredLimit]) -> [(key: LimitKey, limit: StoredLimit)] {
        keyed(limits, LimitKey.init, number: \.threshold)
    }

    /// The same of this run's verdicts.
    static func keyed(_ checks: [LimitCheck]) -> [(key: LimitKey, limit: LimitCheck)] {
        keyed(checks, LimitKey.init, number: \.threshold)
    }

    private static func keyed<Limit>(
        _ limits: [Limit], _ key: (Limit) -> LimitKey, number: (Limit) -> Double?
    ) -> [(key: LimitKey, limit: Limit)] {
        let keys = limits.map(key)
        let alike = Dictionary(keys.map { ($0, 1) }, uniquingKeysWith: +)
        var (places, seen): ([LimitKey: Int], Set<LimitKey>) = ([:], [])
        return zip(keys, limits).compactMap { key, limit in
            var own = key
            if alike[key, default: 1] > 1 {
                own.which = key.form == "drift" ? .place(places[key, default: 0]) : .number(number(limit))
                places[key, default: 0] += 1
            }
            return seen.insert(own).inserted ? (own, limit) : nil
        }
    }
}

/// One value of a study over its runs.
struct NightCard {
    /// One run of the line.
    struct Night {
        let started: UTCInstant
        let value: Double?
        /// The value's interval; nil where there is none.
        let interval: Interval?
        let limit: Double?
        let change: RunChange
    }

    let asset: String
    /// The behaviour under which the cell is looked at; nil for holding.
    let behaviour: String?
    /// The cell; nil for the age of the newest bar, and for a platform.
    let cell: CellKey?
    /// The platform of the ledger; nil for others.
    let platform: String?
    /// The column of `results.csv` that it shows, `newest_bar_age_h` or `bars_count`.
    let column: String
    /// `headline`, or the newest status of the limit.
    let status: String
    let nights: [Night]
    /// The form of its limit: `max`, `min` or `drift`; `max` for the headline.
    let form: String
    /// The largest change that the newest limit of that form allows; nil for others, and where earlier nights give it.
    private let mostChange: Double?

    var isBreached: Bool { status == "breach" }

    /// The card of the study's headline.
    init(headline cell: CellKey, runs: [RunRecord], changes: [RunChange]) {
        (asset, self.cell, column) = (cell.asset, cell, Measure.negativeEquity.rawValue)
        (behaviour, platform) = (nil, nil)
        (form, mostChange) = ("max", nil)
        nights = zip(runs, changes).map { record, change in
            let own = record.headlines.first { $0.isStudyHeadline && $0.cell == cell }
            return Night(
                started: record.run.started, value: own?.negativeEquity, interval: own?.interval,
                limit: NightCard.bound(of: cell, in: record), change: change)
        }
        status = nights.last?.value == nil ? "no_value" : "headline"
    }

    /// The card of a limit with a key, of runs whose limits have theirs.
    init(
        limit: StoredLimit, _ key: LimitKey, runs: [(record: RunRecord, limits: [LimitKey: StoredLimit])],
        changes: [RunChange]
    ) {
        (asset, cell, column) = (limit.asset, limit.cell, limit.measure)
        (behaviour, platform) = (limit.behaviour, limit.platform)
        form = limit.form
        mostChange = form == "drift" ? runs.last?.limits[key]?.threshold : nil
        nights = zip(runs, changes).map { run, change in
            let own = run.limits[key]
            return Night(
                started: run.record.run.started, value: own?.value, interval: own?.interval,
                limit: own?.form == "drift" ? nil : own?.threshold, change: change)
        }
        status = runs.last?.limits[key]?.status ?? "no_value"
    }

    /// The lowest upper limit that a run's study sets on the share below zero of a cell; nil without one.
    private static func bound(of cell: CellKey, in record: RunRecord) -> Double? {
        let own = record.limits.filter {
            $0.cell == cell && $0.behaviour == nil && $0.measure == Measure.negativeEquity.rawValue && $0.form == "max"
        }
        return own.compactMap(\.threshold).min()
    }

    /// What is shown; nil for a measure of another version of the program.
    private var known: Measure? { Measure(rawValue: column) }
    private var scope: String {
        if let platform { return ledgerPlaceWords(asset: asset, platform: platform) }
        return cell?.words ?? (known == .historyBars ? "price history" : "newest bar")
    }
    private var measure: String {
        (known?.words ?? column.replacing("_", with: " ")) + (behaviour.map { " under «\(visibleText($0))»" } ?? "")
    }

    /// The unit of the values; nil for a measure of another version of the program.
    var unit: Measure.Unit? { known?.unit }

    /// A value in the card's unit, with its sign.
    private func text(_ value: Double) -> String { (value < 0 ? "−" : "") + sizeText(abs(value)) }

    /// A value without its sign in the card's unit.
    private func sizeText(_ size: Double) -> String {
        switch unit {
        case .fraction, .ofMargin: percentText(size)
        case .hours: timeText(hours: size)
        // A median may lie half way between two counts.
        case .quote: quoteWords(size)
        case .entries, .windows, .bars, .events, .spells, .episodes:
            size < 1e15 && size == size.rounded() ? grouped(Int(size)) : numberText(size)
        case nil: numberText(size)
        }
    }

    /// What the page shows of it.
    var shown: Card {
        Card(
            name: asset.isEmpty ? "All price histories" : asset, pill: pill,
            scope: "\(scope) · \(measure)" + (limitText.map { " · limit \($0)" } ?? ""),
            value: nights.last?.value.map { ShownFigure(text($0), $0, nights.last?.interval) },
            words: nights.last?.value == nil ? absenceWords : besideValue, expected: predictionWords,
            drawing: NightChart(card: self))
    }

    /// What was known last, behind the dash that stands for a value.
    private var absenceWords: String {
        let good = lastGood.map { "last good \(text($0.value ?? 0)) on \($0.started.civil.dateText)" }
        return " no value; \(good ?? "none on record")"
    }

    /// The interval, and how far the value is from the others.
    private var besideValue: String {
        let change = changeFromMedian.map { " \(differenceText($0)) against the median of \(values.count)" }
        return (intervalWords.map { " (\($0))" } ?? "") + (change ?? "")
    }

    private var pill: Pill {
        switch status {
        case "breach": Pill("bad", "✕", "breach")
        case "not_shown": Pill("warn", "?", "not shown")
        case "met": Pill("ok", "✓", "met")
        case "headline": Pill("info", "i", "headline")
        case "no_history": Pill("info", "–", "no history")
        default: .noData
        }
    }

    /// The newest limit; nil where a limit is the largest change.
    var limit: Double? { nights.last { $0.limit != nil }?.limit }

    /// The newest limit, as `≤ 5 %` or `change of ≤ 0.5 points`.
    private var limitText: String? {
        if form == "drift" { return mostChange.map { "change of ≤" + narrowSpace + changeText($0) } ?? "its change" }
        return limit.map { (form == "min" ? "≥" : "≤") + narrowSpace + text($0) }
    }

    /// The newest value's interval: `0.8–4.9 %`; nil without one, and for what is no share.
    var intervalWords: String? {
        guard unit == .fraction, let ends = nights.last?.interval else { return nil }
        return shareNumber(ends.low) + "–" + shareNumber(ends.high) + narrowSpace + "%"
    }

    /// The values there are, oldest first.
    var values: [Double] { nights.compactMap(\.value) }

    /// The least and the greatest value with their words, what the height of the line says; one where they read alike, none without values.
    var extremes: [(value: Double, words: String)] {
        guard let low = values.min(), let high = values.max() else { return [] }
        let (least, greatest) = (text(low), text(high))
        return least == greatest ? [(high, greatest)] : [(high, greatest), (low, least)]
    }

    /// The newest run with a value.
    var lastGood: Night? { nights.last { $0.value != nil } }

    /// Runs whose values are not alike to those before.
    var breaks: Int { nights.count { $0.change.isBreak } }

    /// The median of the shown values; nil for fewer than three.
    var median: Double? {
        let sorted = values.sorted()
        guard sorted.count > 2 else { return nil }
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    /// The newest run's value less ``median``.
    var changeFromMedian: Double? { nights.last?.value.flatMap { value in median.map { value - $0 } } }

    /// Where tonight's value was expected by the nights before; nil where they are too few, or not alike.
    var prediction: NightPrediction? {
        NightPrediction(values: nights.map(\.value), isBreak: nights.map(\.change.isBreak), isShare: unit == .fraction)
    }

    /// `Expected 2.9 % to 3.3 %, where 26 of 28 such nights end: within.`
    private var predictionWords: String? {
        guard let prediction, let value = nights.last?.value else { return nil }
        let ends = prediction.ends
        let verdict = value < ends.low ? "below it" : value > ends.high ? "above it" : "within"
        let (low, high) = (text(ends.low), text(ends.high))
        return
            "Expected \(low == high ? low : "\(low) to \(high)"), where \(prediction.moves - 1) of \(prediction.moves + 1) such "
            + "nights end: \(verdict)."
    }

    /// A difference: shares in points.
    private func differenceText(_ difference: Double) -> String {
        difference == 0 ? "±0" : (difference < 0 ? "−" : "+") + changeText(abs(difference))
    }

    /// A difference without its sign: shares in points.
    private func changeText(_ size: Double) -> String {
        let isShare = unit == .fraction || unit == .ofMargin
        return isShare ? percentNumber(size) + " points" : sizeText(size)
    }

    /// What the line shows, in a sentence.
    var sentence: String {
        guard let low = values.min(), let high = values.max(), let first = nights.first, let last = nights.last else {
            return "\(measure): no value in \(counted(nights.count, "run", "runs"))"
        }
        let limit = limit.map { "; limit \(text($0))" } ?? ""
        let changed = breaks > 0 ? "; \(counted(breaks, "change", "changes")) of study, version or older data" : ""
        return
            "\(measure) in \(counted(nights.count, "run", "runs")) from \(first.started.civil.dateText) to "
            + "\(last.started.civil.dateText): \(text(low)) to \(text(high))\(limit)\(changed)"
    }
}

/// Hours as a time with its unit.
private func timeText(hours: Double) -> String {
    let bounded = min(max(hours, 0), 1e9)
    return timeText(TimeSpan(milliseconds: Int64(bounded * 3_600_000)))
}

extension CellKey {
    /// `long 20× 7 d`, with contract and platform where they are not the usual ones.
    fileprivate var words: String {
        let kind = contract == .linear ? "" : contract.rawValue + " "
        return "\(kind)\(side.rawValue) \(leverage.screenText) \(horizon.screenText) on \(platform)"
    }
}
