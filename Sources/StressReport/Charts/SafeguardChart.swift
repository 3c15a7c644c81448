import StressBasics
import StressResults
import StressStatistics

/// What liquidation makes of the entries that would have been below zero, in entries. What a platform's fund, other traders or
/// the trader would have paid of the rest is no part of it.
struct SafeguardSteps {
    /// One bar of the figure.
    struct Step {
        /// The step's name in `safeguards.csv`.
        let name: String
        /// Its words in a figure.
        let label: String
        /// Entries; below zero for those that a step took away.
        let entries: Double
    }

    /// Entries held.
    let entries: Int
    /// Those below zero at some bar, had nobody liquidated.
    let unprotected: Double
    /// Those that ended below zero.
    let negative: Double
    /// The same with the worst fill; nil where it was not measured.
    let worst: Double?
    /// Whether the platform liquidates.
    let liquidates: Bool

    /// Nil where nothing was held, and where no entry was below zero either way.
    init?(_ row: ResultRow) {
        let estimate = row.estimate
        guard estimate.windows.entries > 0,
            (estimate.unprotectedFrequency ?? 0) > 0 || (estimate.exit.frequency ?? 0) > 0
        else {
            return nil
        }
        // Where windows are cut, as many as the shares make of all that were watched.
        let watched = estimate.windows.watched
        func count(_ whole: Double, _ share: Double?) -> Double {
            estimate.windows.cut > 0 ? (share ?? 0) * Double(watched) : whole
        }
        entries = watched
        unprotected = count(Double(estimate.windows.unprotected), estimate.unprotectedFrequency)
        negative = count(estimate.exit.negative, estimate.exit.frequency)
        worst = estimate.worstExit.map { count($0.negative, $0.frequency) }
        liquidates = row.fill != "off"
    }

    /// From the unprotected entries to those that ended below zero.
    var steps: [Step] {
        let change = liquidates ? ("liquidation", "Liquidation") : ("recovery", "Came back in time")
        return [
            Step(name: "no_safeguards", label: "No safeguards", entries: unprotected),
            Step(name: change.0, label: change.1, entries: negative - unprotected),
            Step(name: "below_zero", label: "Ended below zero", entries: negative),
        ] + (worst.map { [Step(name: "below_zero_worst_fill", label: "with the worst fill", entries: $0)] } ?? [])
    }

    /// `entries` of the held ones.
    func share(_ step: Step) -> Double { step.entries / Double(entries) }

    /// `entries` of the unprotected ones; nil when there are none.
    func part(_ step: Step) -> Double? { unprotected > 0 ? step.entries / unprotected : nil }

    /// What the figure shows.
    var title: String {
        guard liquidates else {
            return unprotected > 0
                ? "Nobody liquidates: \(shareText(negative / unprotected)) of the entries that were below zero end there"
                : "Nobody liquidates, and entries end below zero by their costs alone"
        }
        if negative > unprotected { return "More entries end below zero than if nobody had liquidated" }
        if negative == unprotected { return "Liquidation spares none of the entries that would have gone below zero" }
        let spared = (unprotected - negative) / unprotected
        return "Liquidation spares \(shareText(spared)) of the entries that would have gone below zero"
    }
}

extension AssetSide {
    /// The steps of the headline's cell.
    var safeguards: SafeguardSteps? { headline.flatMap(SafeguardSteps.init) }
}

/// ``SafeguardSteps`` as bars: all, what is taken away, and what is left.
struct SafeguardChart: Drawing {
    let steps: SafeguardSteps
    private let labels: RowLabels

    let width = 560.0
    var height: Double { top + pitch * Double(steps.steps.count) + 34 }
    var alternative: String { "\(steps.title). Every value is in the table below." }

    private let top = 10.0
    private let pitch = 46.0
    private var start: Double { labels.end + 12 }
    private var end: Double { width - 78 }
    private var most: Double { Double(steps.steps.map { abs($0.entries) }.max() ?? 1) }

    /// Nil where there is nothing to draw.
    init?(_ page: AssetSide) {
        guard let steps = page.safeguards else { return nil }
        self.steps = steps
        labels = RowLabels(steps.steps.map(\.label), atLeast: 146)
    }

    /// Draws the chart.
    func writeShapes(to w: inout HTMLWriter) {
        w.rule("ax", start, top, start, top + pitch * Double(steps.steps.count))
        for (place, step) in steps.steps.enumerated() { write(step, at: top + (Double(place) + 0.5) * pitch, &w) }
        w.label("tk", (start + end) / 2, height - 8, anchor: "middle", "Entries per 10 000")
    }

    private func write(_ step: SafeguardSteps.Step, at y: Double, _ w: inout HTMLWriter) {
        let isLast = step.name == "below_zero"
        let isChange = step.name == "liquidation" || step.name == "recovery"
        // The change hangs between what was there before it and what is left.
        let from = isChange ? min(steps.negative, steps.unprotected) : 0
        let left = position(from)
        let right = position(from + abs(step.entries))
        let style = isLast ? "w2" : isChange ? "w1" : step.name == "no_safeguards" ? "w0" : "q3b"
        w.shape(
            "rect", .class(style), Attribute("x", coordinate(left)), Attribute("y", coordinate(y - 12)),
            Attribute("width", coordinate(max(1, right - left))), Attribute("height", "24"))
        w.label(isLast ? "nm s1t" : "tl", labels.end, y + 4.5, anchor: "end", step.label)
        let number = perTenThousand(abs(steps.share(step)))
        let sign = !isChange || step.entries == 0 ? "" : step.entries < 0 ? "−" : "+"
        w.label(isLast ? "nm s1t" : "tl", right + 8, y + 4.5, sign + number)
    }

    private func position(_ entries: Double) -> Double { start + (end - start) * entries / most }
}

/// A share in entries per ten thousand: `306`, `0.2`.
func perTenThousand(_ fraction: Double) -> String { percentNumber(fraction * 100) }
