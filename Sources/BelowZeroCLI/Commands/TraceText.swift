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
    /// Why this entry.
    let choice: EntryChoice.Reason
    /// The same entry under behaviours.
    let behaved: [BehaviourTrace]

    var text: String {
        (lines(entryFacts) + ["", "  bar (UTC)          checked        equity   requirement       trigger"]
            + shortened(trace.steps.map { line($0.bar, figures($0)) }) + [""] + lines(exitFacts)
            + behaved.flatMap(behaviourLines))
            .joined(separator: "\n") + "\n"
    }

    /// The cell and the entry for a page.
    func explanation(_ account: CellAccount) -> CellExplanation {
        CellExplanation(
            cell: cell, cellFacts: account.facts, episodes: account.episodes, entryFacts: entryFacts,
            way: CellExplanation.Way(
                titles: ["Bar (UTC)", "Checked price", "Equity", "Requirement", "Trigger price"],
                bars: trace.steps.map { (series.instant($0.bar), figures($0)) }),
            exitFacts: exitFacts, behaved: behaved.map(explained))
    }

    /// Names and values one below the other.
    private func lines(_ facts: [(String, String)]) -> [String] { facts.map { "  " + $0.0.padded(to: 12) + $0.1 } }

    private var unit: String { cell.contract == .inverse ? "coin" : "quote currency" }

    private var entryFacts: [(String, String)] {
        [
            ("chosen", choice.words),
            ("entered", "\(series.instant(trace.entry).rfc3339) at \(price(trace.entryPrice))"),
            ("margin", "\(amount(trace.initialMargin)) \(unit), opening fee \(amount(trace.openingFee))"),
            ("trigger", "\(price(trace.triggerPrice)) at entry"),
            ("bankrupt", "\(price(trace.bankruptcyPrice)) at entry"),
        ]
    }

    /// The first and the last bars; what lies between adds nothing that they do not show.
    func shortened(_ lines: [String]) -> [String] {
        guard lines.count > 16 else { return lines }
        return lines.prefix(4) + ["  … \(lines.count - 12) bars …"] + lines.suffix(8)
    }

    /// A bar with its figures.
    func line(_ bar: Int, _ figures: [ShownFigure]) -> String {
        "  \(series.instant(bar).minuteText)" + figures.map { padded($0.words) }.joined()
    }

    private func figures(_ step: EntryTrace.Step) -> [ShownFigure] {
        [shown(step.checkedPrice), sum(step.equity), sum(step.requirement), shown(step.triggerPrice)]
    }

    private var exitFacts: [(String, String)] {
        let liquidation = trace.path.liquidationBar
        let head =
            liquidation.map { ("liquidated", "in the bar of \(series.instant($0).rfc3339)") }
            ?? ("held", "to the close of \(series.instant(trace.last).rfc3339)")
        var facts = [
            head, ("prices", trace.exitPrices.map { "\($0.stage) \(price($0.price))" }.joined(separator: ", ")),
        ]
        if trace.path.carry.funding != 0 {
            facts.append(("funding", "\(amount(trace.path.carry.funding)) \(unit) paid"))
        }
        facts += lawFacts
        let average = trace.exit.spread == nil ? "" : " on average"
        facts.append(("ended", "with \(percent(trace.exit.equity)) of the margin\(average)"))
        guard trace.exit.equity < 0 else { return facts }
        let causes = trace.exit.causes.parts.filter { $0.value != 0 }.map {
            "\($0.name) \(percent($0.value))"
        }
        return facts + [("made of", causes.joined(separator: ", ") + " of the margin")]
    }

    /// A price in quote currency, in words and exact.
    func shown(_ value: Double) -> ShownFigure { ShownFigure(price(value), finite(value), nil, .quote) }

    /// An amount in the currency of the margin.
    private func sum(_ value: Double) -> ShownFigure {
        ShownFigure(amount(value), finite(value), nil, cell.contract == .inverse ? .coin : .quote)
    }

    func price(_ value: Double) -> String { value.isFinite ? withMinus(smallText(value, digits: 7)) : "none" }

    private func amount(_ value: Double) -> String {
        value.isFinite ? withMinus(fixedText(value, decimals: 4)) : "none"
    }

    /// A part of the margin in percent.
    func percent(_ part: Double) -> String {
        part.isFinite ? withMinus(fixedText(part * 100, decimals: 2)) + " %" : "no bound"
    }

    func padded(_ text: String) -> String { String(repeating: " ", count: max(1, 14 - text.count)) + text }
}
