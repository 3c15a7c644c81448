import StressBasics
import StressResults
import StudyPlan

extension LimitCheck {
    /// What was breached, where and by how much, for a terminal or a mail: platform, measure, form and unit.
    ///
    /// `BTC-USD long 100× 7 d on typical: below zero 11.93 % of entries > 8 %`,
    /// `…: lower end of below zero 9.6 % of entries > 8 %, value 11.93 %`,
    /// `…: below zero 11.93 % of entries, 3.9 points from 8 %, the median of 20 runs; limit 2 points`.
    public var breachWords: String {
        let place = placeWords
        let words =
            switch limit.form {
            case .max: "\(heldWords) > \(amount(threshold))"
            case .min: "\(heldWords) < \(amount(threshold))"
            case .drift:
                "\(heldWords), \(distance(moved)) from \(amount(baseline)), "
                    + "\(baselineWords); limit \(distance(threshold))"
            }
        let whole = limit.bound == .value ? "" : ", value \(amount(value))" + alarmWords
        return plainText("\(place): \(words)\(whole)")
    }

    /// `BTC-USD long 100× 7 d on typical: below zero 4.2 % of entries (3.1 % to 5.8 %), not shown to be <= 5 %`.
    public var notShownWords: String {
        let place = placeWords
        let isMin = limit.form.name == "min"
        let ends = interval.map { " (\(amount($0.low)) to \(amount($0.high)))" } ?? " (without an interval)"
        return plainText(
            "\(place): \(limit.measure.words) \(amount(value))\(limit.measure.unit == .fraction ? " of entries" : "")\(ends), "
                + "not shown to be \(isMin ? ">=" : "<=") \(amount(threshold))")
    }

    /// `BTC-USD long 100× 7 d on typical`, and under which behaviour.
    var placeWords: String {
        (cell?.placeWords ?? ledgerPlaceWords ?? visibleText(asset))
            + (limit.behaviour.map { " under «\(visibleText($0))»" } ?? "")
    }

    /// Whom the ledger speaks of; nil for limits on cells and histories.
    var ledgerPlaceWords: String? { platform.map { StressReport.ledgerPlaceWords(asset: asset, platform: $0) } }

    /// `the median of 20 runs`, `the run before`: what a drift limit compares with.
    var baselineWords: String {
        if case .drift(let drift) = limit.form, case .nightMoves = drift.change { return "the run before" }
        return "the median of \(counted(earlierRuns, "run", "runs"))"
    }

    /// How many false alarms the limit may give.
    private var alarmWords: String { limit.monitor.map { ", false alarms \($0.text)" } ?? "" }

    /// How far the value is from the median of the runs before.
    private var moved: Double? {
        guard let value, let baseline else { return nil }
        return abs(value - baseline)
    }

    /// `below zero 11.93 % of entries`: what was held against the limit, with its unit.
    private var heldWords: String {
        // A breach by less than the digits shown must not look like equality.
        let isNarrow = held != nil && held != threshold && amount(held) == amount(threshold)
        let exact = isNarrow ? " (\(held.map(numberText) ?? ""))" : ""
        return "\(limit.heldWords) \(amount(held))\(limit.measure.unit == .fraction ? " of entries" : "")\(exact)"
    }

    private func amount(_ value: Double?) -> String { value.map(limit.numberWords) ?? "no value" }

    /// A distance between two values: of percentages it is in points.
    private func distance(_ value: Double?) -> String {
        guard let value else { return "no value" }
        switch limit.measure.unit {
        case .fraction, .ofMargin: return significantText(value * 100, digits: 4) + " points"
        case .hours, .entries, .windows, .bars, .events, .spells, .episodes, .quote:
            return limit.numberWords(value)
        }
    }

    /// `below zero`, `lower end of below zero`, `drift of below zero`: what a column of limits speaks of.
    var columnSubject: String {
        if let behaviour = limit.behaviour { return "\(limit.subjectWords) under «\(visibleText(behaviour))»" }
        if case .drift = limit.form { return "drift of \(limit.subjectWords)" }
        return limit.subjectWords
    }

    /// `<= 5 % ok` for a column of limits: the limit with its unit, and what became of it.
    var columnWords: String {
        guard threshold != nil else { return stateWord }
        switch limit.form {
        case .max: return "<= \(amount(threshold)) \(stateWord)"
        case .min: return ">= \(amount(threshold)) \(stateWord)"
        case .drift: return "<= \(distance(threshold)) \(stateWord)"
        }
    }

    private var stateWord: String {
        switch outcome {
        case .met: "ok"
        case .breach: "BREACH"
        case .notShown: limit.notShown == .fail ? "NOT SHOWN" : "not shown"
        case .noValue where isUnknown: "NO VALUE"
        case .noValue, .noHistory: "?"
        }
    }
}

extension StudyLimit {
    /// `below zero`, `lower end of below zero`: what is held against the limit.
    var heldWords: String {
        heldEnd.map { "\(monitor == nil ? "" : "monitored ")\($0.rawValue) end of \(measure.words)" } ?? measure.words
    }

    /// `below zero`, `lower end of below zero`, `interval of below zero`: what the limit speaks of.
    var subjectWords: String { bound == .interval ? "interval of \(measure.words)" : heldWords }
}

extension StudyCell {
    /// `BTC-USD long 100× 7 d on typical`, with the contract where it is not a linear one.
    var placeWords: String {
        let kind = contract == .linear ? "" : " \(contract.rawValue)"
        return "\(visibleText(asset)) \(side.rawValue)\(kind) \(leverage.screenText) \(horizon.screenText) "
            + "on \(visibleText(platform))"
    }
}

/// `everybody on typical`, `everybody with LTCUSDT on typical`: whom the ledger speaks of.
func ledgerPlaceWords(asset: String, platform: String) -> String {
    "everybody\(asset.isEmpty ? "" : " with \(visibleText(asset))") on \(visibleText(platform))"
}
