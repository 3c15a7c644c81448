import StressBasics
import StressResults
import StressStatistics

/// What the share may be next year, and how far a history can be trusted to say so.
extension CellSentences {
    /// What the interval holds for, where the history has been through too few turbulent spells; empty elsewhere.
    var regimeWords: [Phrase] {
        guard row.estimate.hasFewRegimes, row.estimate.exit.interval != nil,
            let spells = row.estimate.inference?.turbulentSpells
        else { return [] }
        // What has no interval has said so already.
        let share = row.estimate.figure(.negativeEquity, confidence: confidence)?.share
        if let share, share.interval?.isVacuous(windows: share.windows) == true { return [] }
        if let length, length < TurbulentSpells.leastHistory { return shortHistoryWords(length) }
        let seen = spells == 0 ? "no spell" : counted(spells, "spell", "spells")
        return [
            .plain("The interval holds for regimes like this history’s: it has been through "), .key(seen),
            .plain(" of high volatility, and how often such spells come cannot be known from it."),
        ]
    }

    /// A spell is told from the rest by comparing ten days with others.
    private func shortHistoryWords(_ length: TimeSpan) -> [Phrase] {
        [
            .plain("The interval holds for regimes like this history’s: one of "), .key(spanWords(length)),
            .plain(
                " is too short to tell a spell of high volatility from what is usual, and how often such spells come "),
            .plain("cannot be known from it."),
        ]
    }

    /// `In one further year: 0–3.1 % of entries (95 % prediction). …`; empty without a prediction.
    var nextYear: [Phrase] {
        guard let ends = row.estimate.inference?.nextYear, row.estimate.exit.interval != nil,
            row.estimate.disjointWindows >= CellEstimate.fewWindows
        else { return [] }
        return [
            .plain("In one further year: "), .key(intervalNumber(ends) + narrowSpace + "%"),
            .plain(" of entries (\(confidenceText(confidence)) prediction)" + trackRecord + "."),
        ]
    }

    /// How often such predictions held on this history, as the end of a sentence; empty without a year to test them by.
    private var trackRecord: String {
        guard let first = years.first, let last = years.last else { return "" }
        let held = years.count(where: \.isInPrediction)
        guard years.count > 1 else {
            let verb = held == 1 ? "held" : "did not hold"
            return "; made from the data up to \(first.year), it \(verb) that year’s share"
        }
        return
            "; made from the data up to each of the \(years.count) years from \(first.year) to \(last.year), it held "
            + "\(held) of their \(years.count) shares"
    }
}
