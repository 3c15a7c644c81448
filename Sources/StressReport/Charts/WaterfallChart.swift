import StressBasics
import StressResults

/// From the positions that would have been below zero to what traders owe: first in positions, then in money.
struct WaterfallChart: Drawing {
    /// One bar.
    struct Step: Equatable {
        /// Its words.
        let label: String
        /// Where it begins and where it ends, on the panel's scale.
        let from: Double
        let to: Double
        /// What stands beside it.
        let number: String
        /// What it is.
        let kind: Kind
        /// What it says when it is looked at closely: its words, and its number with what it is a number of.
        let tip: String
    }

    /// What a bar is: all, what is taken away, what happened beside it and takes nothing away, what is left in between, what is left in
    /// the end.
    enum Kind { case all, change, aside, left, owed }

    /// Bars in positions, then in money; the second is empty where nothing was missing.
    let panels: [[Step]]
    private let labels: RowLabels
    private let numbers: RowLabels
    let alternative: String

    let width = 560.0
    var height: Double { panels.reduce(0) { $0 + heading + pitch * Double($1.count) } + 12 }

    private let heading = 48.0
    private let pitch = 34.0
    private var start: Double { labels.end + 12 }
    private var end: Double { width - numbers.end - 8 }

    /// Nil where nothing was ever below zero.
    init?(_ group: LedgerGroup, platform: String, liquidates: Bool) {
        guard group.counts.unprotected > 0 || group.counts.shortfalls > 0 else { return nil }
        let money = group.amounts.shortfall > .zero ? WaterfallChart.money(group.amounts) : []
        panels = [WaterfallChart.positions(group.counts, liquidates: liquidates), money].filter { !$0.isEmpty }
        let steps = panels.flatMap { $0 }
        (labels, numbers) = (RowLabels(steps.map(\.label), atLeast: 138), RowLabels(steps.map(\.number), atLeast: 76))
        alternative =
            "\(visibleText(platform)): positions that would have been below zero without any liquidation beside those that were closed below zero, who paid, and what is owed. "
            + "Every value is in the table below."
    }

    /// Bars in positions.
    static func positions(_ counts: LedgerCounts, liquidates: Bool) -> [Step] {
        let (all, short, owing) = (Double(counts.unprotected), Double(counts.shortfalls), Double(counts.owing))
        func share(_ count: Double) -> String { perTenThousand(count / Double(max(1, counts.entries))) }
        func change(_ label: String, _ from: Double, _ to: Double) -> Step {
            let sign = to < from ? "−" : to > from ? "+" : ""
            return Step(
                label: label, from: from, to: to, number: sign + share(abs(to - from)), kind: .change,
                tip: "\(label)\n\(grouped(Int(from))) to \(grouped(Int(to))) positions")
        }
        func whole(_ label: String, _ count: Double, _ kind: Kind) -> Step {
            Step(
                label: label, from: 0, to: count, number: share(count), kind: kind,
                tip: "\(label)\n\(grouped(Int(count))) of \(counted(counts.entries, "position", "positions"))")
        }
        let start = [
            whole("No safeguards", all, .all), change(liquidates ? "Liquidation" : "Back in time", all, short),
        ]
        return start + [reduced(counts)].compactMap { $0 } + [
            whole("Closed below zero", short, .left), change("Paid by others", short, owing),
            whole("Owe something", owing, .owed),
        ]
    }

    /// How often positions were closed in part, which is some of what liquidation does: times, of which a position may have several. Nil
    /// where none was, and where nobody counted.
    private static func reduced(_ counts: LedgerCounts) -> Step? {
        guard let times = counts.reductions, times > 0 else { return nil }
        return Step(
            label: "Closed in part", from: 0, to: Double(times), number: counted(times, "time", "times"), kind: .aside,
            tip:
                "Closed in part, to a lower bracket\n\(counted(times, "time", "times")) in all; a position may be closed in part more than once"
        )
    }

    /// Bars in money: who is not asked has none.
    static func money(_ amounts: LedgerAmounts) -> [Step] {
        func tip(_ label: String, _ amount: LedgerAmount) -> String {
            let part = amount.part(of: amounts.shortfall).map { "\n\(shareText($0)) of what was missing" } ?? ""
            return "\(label)\n\(moneyWords(amount))\(amount < amounts.shortfall ? part : "")"
        }
        var left = amounts.shortfall
        var steps = [
            Step(
                label: "Missing", from: 0, to: left.quote, number: moneyNumber(left), kind: .all,
                tip: tip("Missing", left))
        ]
        for payer in amounts.payers where payer.amount > .zero {
            let rest = left - payer.amount
            steps.append(
                Step(
                    label: payer.label, from: left.quote, to: rest.quote, number: "−" + moneyNumber(payer.amount),
                    kind: .change, tip: tip(payer.label, payer.amount)))
            left = rest
        }
        return steps + [
            Step(
                label: "Owed", from: 0, to: amounts.owed.quote, number: moneyNumber(amounts.owed), kind: .owed,
                tip: tip("Owed", amounts.owed))
        ]
    }

    /// Draws the chart.
    func writeShapes(to w: inout HTMLWriter) {
        var top = 0.0
        for (place, steps) in panels.enumerated() {
            let title = place == 0 ? "Positions in 10 000" : "Quote currency"
            w.label("hd", start, top + 30, title)
            w.rule("ax", start, top + heading - 6, start, top + heading + pitch * Double(steps.count))
            write(steps, top: top + heading, &w)
            top += heading + pitch * Double(steps.count)
        }
    }

    private func write(_ steps: [Step], top: Double, _ w: inout HTMLWriter) {
        // What takes nothing away may be longer than all, and ends where the panel does.
        let most = steps.filter { $0.kind != .aside }.reduce(0) { max($0, $1.from, $1.to) }
        func position(_ value: Double) -> Double { most > 0 ? start + (end - start) * min(1, value / most) : start }
        for (place, step) in steps.enumerated() {
            let y = top + (Double(place) + 0.5) * pitch
            let (left, right) = (position(min(step.from, step.to)), position(max(step.from, step.to)))
            w.shape(
                "rect", .class(step.kind.style), Attribute("x", coordinate(left)), Attribute("y", coordinate(y - 10)),
                Attribute("width", coordinate(max(1, right - left))), Attribute("height", "20"),
                Attribute("data-tip", step.tip))
            let isOwed = step.kind == .owed
            w.label(isOwed ? "nm s1t" : "tl", labels.end, y + 4.5, anchor: "end", step.label)
            w.label(isOwed ? "nm s1t" : "tl", right + 8, y + 4.5, step.number)
        }
    }
}

extension WaterfallChart.Kind {
    /// The class of its bar.
    fileprivate var style: String {
        switch self {
        case .all: "w0"
        case .change: "w1"
        case .aside: "wa"
        case .left: "q1b"
        case .owed: "w2"
        }
    }
}
