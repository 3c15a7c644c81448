import Foundation
import PriceSeries
import StressBasics
import StressEngine
import StressReport
import StressStatistics
import StudyPlan

/// A trace as a person reads it.
struct TraceText {
    let cell: StudyCell
    let series: BarSeries
    let trace: EntryTrace
    /// The same entry under behaviours.
    let behaved: [BehaviourTrace]

    var text: String {
        (entryLines + ["", "  bar (UTC)          checked        equity   requirement       trigger"]
            + shortened(trace.steps.map(line)) + [""] + exitLines + behaved.flatMap(behaviourLines))
            .joined(separator: "\n") + "\n"
    }

    /// The cell and the entry for a page.
    func explanation(_ account: CellAccount) -> CellExplanation {
        func facts(_ lines: [String]) -> [(String, String)] {
            lines.map { line in
                let words = line.trimmingCharacters(in: .whitespaces)
                let name = words.prefix { $0 != " " }
                return (String(name), words.dropFirst(name.count).trimmingCharacters(in: .whitespaces))
            }
        }
        return CellExplanation(
            cell: cell, cellFacts: account.facts, episodes: account.episodes, entryFacts: facts(entryLines),
            stepTitles: ["Bar (UTC)", "Checked price", "Equity", "Requirement", "Trigger price"],
            steps: trace.steps.map { step in
                [
                    series.instant(step.bar).minuteText, price(step.checkedPrice), amount(step.equity),
                    amount(step.requirement), price(step.triggerPrice),
                ]
            }, exitFacts: facts(exitLines))
    }

    private var unit: String { cell.contract == .inverse ? "coin" : "quote currency" }

    private var entryLines: [String] {
        [
            "  entered     \(series.instant(trace.entry).rfc3339) at \(price(trace.entryPrice))",
            "  margin      \(amount(trace.initialMargin)) \(unit), opening fee \(amount(trace.openingFee))",
            "  trigger     \(price(trace.triggerPrice)) at entry",
            "  bankrupt    \(price(trace.bankruptcyPrice)) at entry",
        ]
    }

    /// The first and the last bars; what lies between adds nothing that they do not show.
    func shortened(_ lines: [String]) -> [String] {
        guard lines.count > 16 else { return lines }
        return lines.prefix(4) + ["  … \(lines.count - 12) bars …"] + lines.suffix(8)
    }

    private func line(_ step: EntryTrace.Step) -> String {
        let columns = [
            price(step.checkedPrice), amount(step.equity), amount(step.requirement), price(step.triggerPrice),
        ]
        return "  \(series.instant(step.bar).minuteText)" + columns.map { padded($0) }.joined()
    }

    private var exitLines: [String] {
        let liquidation = trace.path.liquidationBar
        let head =
            liquidation.map { "  liquidated  in the bar of \(series.instant($0).rfc3339)" }
            ?? "  held        to the close of \(series.instant(trace.last).rfc3339)"
        var lines = [
            head, "  prices      " + trace.exitPrices.map { "\($0.stage) \(price($0.price))" }.joined(separator: ", "),
        ]
        if trace.path.carry.funding != 0 {
            lines.append("  funding     \(amount(trace.path.carry.funding)) \(unit) paid")
        }
        lines.append("  ended       with \(fixedText(trace.exit.equity * 100, decimals: 2)) % of the margin")
        guard trace.exit.equity < 0 else { return lines }
        let causes = trace.exit.causes.parts.filter { $0.value != 0 }.map {
            "\($0.name) \(fixedText($0.value * 100, decimals: 2)) %"
        }
        return lines + ["  made of     " + causes.joined(separator: ", ") + " of the margin"]
    }

    func price(_ value: Double) -> String { value.isFinite ? significantText(value, digits: 7) : "none" }

    private func amount(_ value: Double) -> String { value.isFinite ? fixedText(value, decimals: 4) : "none" }

    func padded(_ text: String) -> String { String(repeating: " ", count: max(1, 14 - text.count)) + text }
}
