import StressBasics
import StressResults
import StudyPlan

/// One limit of the study with the cells it was held against.
struct LimitGroup {
    let limit: StudyLimit
    let checks: [LimitCheck]

    /// The checks that were breached.
    var breaches: [LimitCheck] { checks.filter(\.breached) }

    /// What became of the limit as a whole.
    var outcome: LimitCheck.Outcome {
        if !breaches.isEmpty { return .breach }
        if checks.contains(where: { $0.outcome == .notShown }) { return .notShown }
        if checks.contains(where: { $0.outcome == .met }) { return .met }
        return checks.contains { $0.outcome == .noHistory } ? .noHistory : .noValue
    }

    /// `20× 7 d: below zero ≤ 5 %`, with `every cell` when nothing is chosen.
    func words(withAsset: Bool) -> String {
        let cells = limit.cells
        let parts = [
            withAsset ? cells.asset : nil, cells.contract?.rawValue, withAsset ? cells.side?.rawValue : nil,
            cells.leverage?.screenText, cells.horizon?.screenText, cells.platform,
            limit.behaviour.map { "«\(visibleText($0))»" },
        ].compactMap { $0 }
        let everything =
            limit.measure.isOfHistory
            ? "every price history" : limit.measure.ledgerFigure == nil ? "every cell" : "every platform"
        // On the page of one history its name goes without saying.
        let scope = parts.isEmpty ? (withAsset || cells.asset == nil ? everything : "") : parts.joined(separator: " ")
        return (scope.isEmpty ? "" : scope + ": ") + limit.words
    }

    /// What was measured: the value of a single cell, else how many cells are within and which is worst.
    var result: String {
        guard let first = checks.first else { return "no cell" }
        if checks.count == 1 {
            return first.value == nil
                ? "no value" + (first.absence.map { ": " + $0.words } ?? "") : "measured \(first.figures)"
        }
        let within = checks.count { $0.outcome == .met }
        let subject =
            first.platform != nil
            ? ("platform", "platforms")
            : first.cell == nil ? ("price history", "price histories") : ("cell", "cells")
        let empty = checks.count { $0.outcome == .noValue }
        let notShown = checks.count { $0.outcome == .notShown }
        let words =
            "\(grouped(within)) of \(counted(checks.count, subject.0, subject.1)) within"
            + (notShown > 0 ? ", \(grouped(notShown)) not shown" : "")
            + (empty > 0 ? ", \(grouped(empty)) without a value" : "")
        guard let worst = breaches.max(by: { $0.excess < $1.excess }) else { return words }
        return
            "\(words); \(limit.extremeWord) \(worst.figures) at \(worst.cell.map(placeWords) ?? worst.platform ?? worst.asset)"
    }

    /// `20× 7 d`, with contract, platform and what else tells tables apart where the checked cells have several.
    private func placeWords(_ cell: StudyCell) -> String {
        let varied = CellAxis.betweenTables.filter { axis in Set(checks.map { $0.cell?.key[axis] }).count > 1 }
        let words = [cell.leverage.screenText, cell.horizon.screenText] + varied.map { cell.key.words($0, .short) }
        return words.joined(separator: " ")
    }

    /// State, limit and result.
    ///
    /// - Parameter more: what is there to be opened under them.
    func line(withAsset: Bool, more: [Block] = []) -> CheckLine {
        CheckLine(pill, [.text(words(withAsset: withAsset)), .aside(" " + result)], more: more)
    }

    private var pill: Pill {
        outcome != .breach && checks.contains(where: \.isUnknown)
            ? Pill("bad", "–", "no value") : outcome.pill(limit.notShown)
    }
}

extension LimitCheck.Outcome {
    /// The state in words and a sign; that a limit is not shown is as grave as its rule says.
    func pill(_ rule: StudyLimit.NotShownRule) -> Pill {
        switch self {
        case .notShown: Pill(rule == .fail ? "bad" : rule == .warn ? "warn" : "info", "?", "not shown")
        case .met: Pill("ok", "✓", "met")
        case .breach: Pill("bad", "✕", "breach")
        case .noValue: Pill("info", "–", "no value")
        case .noHistory: Pill("info", "–", "no history")
        }
    }
}

extension LimitCheck {
    /// The value, with what it was compared with where that is not the limit alone.
    var figures: String {
        guard let value else { return "no value" }
        let measured = limit.numberWords(value)
        if case .drift(let drift) = limit.form {
            guard let baseline else { return "\(measured), \(counted(earlierRuns, "run", "runs")) before" }
            if case .nightMoves = drift.change {
                return "\(measured), \(limit.numberWords(baseline)) in the run before"
            }
            return "\(measured), median \(limit.numberWords(baseline)) of \(counted(earlierRuns, "run", "runs"))"
        }
        guard limit.bound != .value || outcome == .notShown else { return measured }
        guard let interval else {
            return outcome == .notShown || absence == .noInterval ? "\(measured), without an interval" : measured
        }
        return "\(measured) (\(limit.numberWords(interval.low)) to \(limit.numberWords(interval.high)))"
    }

    /// How far a breach is beyond its limit.
    var excess: Double {
        guard let value, let threshold else { return 0 }
        switch limit.form {
        case .max: return value - threshold
        case .min: return threshold - value
        case .drift: return abs(value - (baseline ?? value)) - threshold
        }
    }
}

extension StudyLimit {
    /// `below zero ≤ 5 %`, `newest bar at most 36 h old`.
    var words: String {
        let subject = subjectWords
        let alarms = monitor.map { ", false alarms \($0.text)" } ?? ""
        switch form {
        case .max(let hours) where measure == .newestBarAge: return "newest bar at most \(numberWords(hours)) old"
        case .max(let most): return "\(subject) ≤ \(numberWords(most))" + alarms
        case .min(let bars) where measure == .historyBars: return "at least \(numberWords(bars)) bars"
        case .min(let least): return "\(subject) ≥ \(numberWords(least))" + alarms
        case .drift(let drift):
            let median = "of the median of the last \(counted(drift.runs, "run", "runs"))"
            switch drift.change {
            case .absolute(let change): return "\(subject) within \(numberWords(change)) \(median)"
            case .halfWidths(let widths):
                return "\(subject) within \(significantText(widths, digits: 4))× half the interval \(median)"
            case .nightMoves(let moves):
                let usual = "its usual move of the last \(counted(drift.runs, "run", "runs"))"
                return "\(subject) within \(significantText(moves, digits: 4))× \(usual) from the run before"
            }
        }
    }

    fileprivate var extremeWord: String {
        switch form {
        case .max: "highest"
        case .min: "lowest"
        case .drift: "farthest"
        }
    }

    /// A limit or a value beside it: four digits, so that a narrow breach does not look like equality.
    func numberWords(_ value: Double) -> String {
        switch measure.unit {
        case .fraction, .ofMargin: significantText(value * 100, digits: 4) + narrowSpace + "%"
        case .hours: significantText(value, digits: 4) + "\u{00A0}h"
        case .quote: quoteWords(value)
        case .entries, .windows, .bars, .events, .spells, .episodes:
            abs(value) < 1e15 ? grouped(Int(value.rounded())) : numberText(value)
        }
    }
}

extension RunReport {
    /// `All 12 together, at 95 %: not shown (1 breach, 8 met, 3 not shown).` Nil where less than two can be judged so. Where not all limits
    /// can, those that are stand in it.
    var togetherWords: String? {
        guard let together = limitsTogether, together.checks > 1 else { return nil }
        let parts = [
            (together.breached, "breach"), (together.met, "met"), (together.notShown, "not shown"),
        ].filter { $0.0 > 0 }.map { "\(grouped($0.0)) \($0.1)" }
        let word = together.outcome == .notShown ? "not shown" : together.outcome.rawValue
        let all = "All \(grouped(together.checks))\(togetherScope) together"
        return "\(all), at \(confidenceText(study.statistics.confidence)): \(word)"
            + (parts.count > 1 ? " (\(parts.joined(separator: ", ")))" : "")
    }

    /// ` cells of LTC 20×: below zero ≤ 5 %`, ` cells of 2 of 3 limits`; empty where all limits are in it.
    private var togetherScope: String {
        let groups = limitGroups
        let judged = groups.filter { $0.checks.contains { $0.togetherOutcome != nil } }
        guard judged.count < groups.count, let first = judged.first else { return "" }
        return judged.count == 1
            ? " cells of “\(first.words(withAsset: true))”"
            : " cells of \(grouped(judged.count)) of \(grouped(groups.count)) limits"
    }

    /// ``togetherWords`` for a terminal.
    public var togetherText: String? { togetherWords.map(plainText) }

    /// The limits of the study in its order, each with its cells in plan order.
    var limitGroups: [LimitGroup] {
        groups(of: limits)
    }

    /// The limits that concern one page, with its cells alone.
    func limitGroups(asset: String, side: Side) -> [LimitGroup] {
        groups(of: limits.filter { $0.asset == asset && ($0.cell == nil || $0.cell?.side == side) }).filter {
            !$0.checks.isEmpty
        }
    }

    private func groups(of checks: [LimitCheck]) -> [LimitGroup] {
        let found = Dictionary(grouping: checks, by: \.limit)
        var seen: Set<StudyLimit> = []
        return study.limits.filter { seen.insert($0).inserted }.map { LimitGroup(limit: $0, checks: found[$0] ?? []) }
    }
}
