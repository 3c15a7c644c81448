import StressBasics
import StressResults
import StressStatistics

/// What a cell's cut windows and the steps that no window spans keep from its share, and whether that is enough to be said.
struct CutEvidence {
    let row: ResultRow
    let wideSteps: WideSteps?

    /// From here on a part of the entries, of those below zero, or a move of the price is enough to be said: the same 5 % that
    /// `missing_bars` speaks of.
    static let leastPart = 0.05

    /// Entries watched, to the end of their window or to where it was cut.
    var watched: Int { row.estimate.windows.watched }
    /// Those whose window was cut.
    var cut: Int { row.estimate.windows.cut }
    /// Their share; nil where nothing was watched.
    var share: Double? { watched > 0 ? Double(cut) / Double(watched) : nil }
    /// Watched entries that ended below zero.
    var negative: Double { row.estimate.exit.negative + row.estimate.exit.cutNegative }
    /// Those of them whose window was cut.
    var cutNegative: Double { row.estimate.exit.cutNegative }

    /// Whether cut windows are many, or hold many of the entries below zero.
    var hasWeight: Bool {
        guard cut > 0, let share else { return false }
        return share >= CutEvidence.leastPart || cutNegative > 0 && cutNegative >= CutEvidence.leastPart * negative
    }

    /// The steps whose move would have been felt, the widest first.
    var feltSteps: [WideSteps.Step] {
        guard let wideSteps else { return [] }
        let farthest = wideSteps.farthest(against: row.cell.side).flatMap { $0 == wideSteps.widest ? nil : $0 }
        return [wideSteps.widest, farthest].compactMap { $0 }.filter(isFelt)
    }

    /// Whether the price went against the position by 5 %, or by as much as its margin where that is less.
    private func isFelt(_ step: WideSteps.Step) -> Bool {
        guard let move = step.move else { return true }
        return (row.cell.side == .long ? -move : move) >= min(CutEvidence.leastPart, 1 / row.cell.leverage.value)
    }
}

extension CellSentences {
    /// The share of entries whose window was cut, and the price's move across the widest step that cuts them; empty where neither
    /// matters to the cell.
    var cutWords: [Phrase] {
        guard case .share? = row.estimate.figure(.negativeEquity, confidence: confidence) else { return [] }
        let evidence = CutEvidence(row: row, wideSteps: wideSteps)
        let steps = evidence.feltSteps.isEmpty ? [] : stepWords(evidence)
        guard evidence.cut > 0, evidence.hasWeight || !steps.isEmpty, let share = evidence.share else { return steps }
        return cutShareWords(evidence, share) + (steps.isEmpty ? [] : [.plain(" ")]) + steps
    }

    private func cutShareWords(_ evidence: CutEvidence, _ share: Double) -> [Phrase] {
        let place = wideSteps == nil ? "the end of the history" : "a gap or the end of the history"
        let below =
            evidence.cutNegative > 0
            ? "; they hold \(grouped(evidence.cutNegative)) of the \(grouped(evidence.negative)) that ended below zero"
            : ""
        return [
            .finding(shareText(share)),
            .plain(" of entries (\(grouped(evidence.cut)) of \(grouped(evidence.watched)))"),
            .plain(" were watched only up to \(place)\(below)."),
        ]
    }

    private func stepWords(_ evidence: CutEvidence) -> [Phrase] {
        guard let wideSteps else { return [] }
        let which =
            wideSteps.count == 1
            ? "the one step between bars that no window spans"
            : "the widest of \(counted(wideSteps.count, "step", "steps")) between bars that no window spans"
        let widest =
            [.plain("Across \(which), ")] + wideSteps.widest.words + [
                .plain(", the price moved by "), .finding(wideSteps.widest.moveWords),
            ]
        guard let farthest = evidence.feltSteps.last, farthest != wideSteps.widest else {
            return widest + [.plain(", which no entry shows.")]
        }
        return widest + [.plain("; across ")] + farthest.words + [
            .plain(" by "), .finding(farthest.moveWords), .plain(": no entry shows either."),
        ]
    }
}
