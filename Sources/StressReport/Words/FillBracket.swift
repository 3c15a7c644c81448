import StressBasics
import StressResults
import StressStatistics

extension ResultRow {
    /// Whether the platform may close the position, so that fills have something to say.
    var isEverLiquidated: Bool { fill != "off" }
}

extension CellSentences {
    /// What other fills would have given, how late the cell's own are, and what decides between them; empty where the bars tell
    /// what was paid, and where nobody liquidates: a spot holding has no trigger and no fill of one.
    var worstFill: [Phrase] {
        guard row.isEverLiquidated else { return [] }
        guard !hasSinglePrices else { return closesAlone }
        if let span = FillSpan(row.estimate, confidence: confidence) {
            let law = span.undecided > 0 ? settlingDelay.map(lawBetween) : nil
            return span.sentence(market: market, barLength: barLength) + (law ?? [])
        }
        guard case .share(let share)? = row.estimate.figure(.worstNegativeEquity, confidence: confidence) else {
            return lawAlone
        }
        return atOnce + worstShare(share) + [.plain("; \(reason).")]
    }

    /// A history of closes has no worst price of a bar.
    private var closesAlone: [Phrase] {
        (atOnceWords.map { $0 + [.plain(". ")] } ?? []) + [
            .plain(
                "The history has closes alone: what a \(market) market paid between them is not in it, so no worst fill is known"
                    + (hasUnseenTriggers ? ", and what was liquidated between two closes is not seen." : "."))
        ]
    }

    /// The delay where a law, and not the bars, says what a fill so late was paid; nil elsewhere.
    var settlingDelay: TimeSpan? { row.fill == "delay" ? delay : nil }

    /// The longest bars that tell by themselves what a fill so late is paid.
    static func settlingBars(_ delay: TimeSpan) -> TimeSpan { TimeSpan(milliseconds: 2 * delay.milliseconds) }

    private var market: String { cell.side == .long ? "falling" : "rising" }
    private var bars: String { "bars of \(spanWords(barLength))" }

    private func settling(_ delay: TimeSpan) -> String {
        "bars of \(spanWords(CellSentences.settlingBars(delay))) or less would settle it"
    }

    /// The lower side of a bracket, where there is one, and the words before the upper one.
    private var atOnce: [Phrase] {
        guard let lower = atOnceWords else { return [.plain("Filled at each bar’s worst price it would be ")] }
        return lower + [.plain(", and at each bar’s worst price ")]
    }

    /// What closing at once would have left, where that is another figure.
    private var atOnceWords: [Phrase]? {
        guard let share = row.estimate.gapExit?.frequency else { return nil }
        let late = delay.map { lateWords($0) + "; closed at once it would be " }
        return [
            .plain((late ?? "Closed at once it would be ") + (readsAsOwn(share) ? "about the same, " : "")),
            .finding(share > 0 ? shareText(share) : "0" + narrowSpace + "%"),
        ]
    }

    /// Whether a share reads like the cell's own, which the sentence before says.
    private func readsAsOwn(_ share: Double) -> Bool {
        row.estimate.exit.frequency.map { shareText($0) == shareText(share) } ?? false
    }

    private func lateWords(_ delay: TimeSpan) -> String {
        "That is with positions closed \(spanWords(delay)) after the trigger"
    }

    /// Why the figures differ. Where closing at once would have left less than half of the share, a law of prices inside the
    /// bars makes the number, and not the bars.
    private var reason: String {
        guard let delay, let atOnce = row.estimate.gapExit?.frequency, let own = row.estimate.exit.frequency,
            atOnce < own / 2
        else { return "\(bars) cannot settle what a \(market) market paid inside them" }
        return "\(bars) do not tell what a \(market) market paid inside them, so a law decides most of the number; "
            + settling(delay)
    }

    /// Behind the span from the best to the worst fill: where in it the own fill lies is not seen.
    private func lawBetween(_ delay: TimeSpan) -> [Phrase] {
        [
            .plain(
                " With positions closed \(spanWords(delay)) after the trigger a law says where between them; "
                    + settling(delay) + ".")
        ]
    }

    /// A fill by the law that a study asks for by name has nothing beside it.
    private var lawAlone: [Phrase] {
        guard let delay = settlingDelay, case .share? = row.estimate.figure(.negativeEquity, confidence: confidence)
        else {
            return []
        }
        return [
            .plain("\(lateWords(delay)), at prices that \(bars) do not tell and a law does; \(settling(delay)).")
        ]
    }

    private func worstShare(_ share: MeasuredShare) -> [Phrase] {
        if share.count > 0 { return [.finding(shareText(share.fraction))] + interval(share) }
        let bound = share.interval.map { " (at most \(boundText($0.high)))" } ?? ""
        return [.finding("0" + narrowSpace + "%"), .quiet(bound)]
    }
}
