import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension RunReport {
    /// The same report with the headline's second result, and a finding about the two in the headline's history. Without a
    /// check, when no bar is suspicious, the finding says that.
    public func comparing(_ check: SuspicionCheck?) -> RunReport {
        var copy = self
        copy.suspicion = check
        guard let row = headlineRow, let place = assets.firstIndex(where: { $0.asset == row.cell.asset }) else {
            return copy
        }
        let summaries = assets[place].findings.firstIndex(where: \.isDetail) ?? assets[place].findings.count
        copy.assets[place].findings.insert(finding(check, headline: row), at: summaries)
        return copy
    }

    private func finding(_ check: SuspicionCheck?, headline: ResultRow) -> Finding {
        guard let check else {
            return Finding(
                check: "suspicious_headline", severity: .pass,
                message: "no bar is suspicious, so the headline needs no second look", count: 0)
        }
        let isSame = check.row.estimate.exit.frequency == headline.estimate.exit.frequency
        return Finding(
            check: "suspicious_headline", severity: isSame ? .note : .warning,
            message: plainSpaces(suspicionSentence(check, headline)), count: check.bars,
            action: "kept; computed both ways",
            hint: "policy: {bad_ticks: drop, non_positive_prices: drop} leaves them out for good")
    }

    /// One sentence with both shares.
    func suspicionSentence(_ check: SuspicionCheck, _ headline: ResultRow) -> String {
        let words = counted(check.bars, "suspicious bar", "suspicious bars")
        return "With the \(words) \(shareWords(headline)) end below zero in the headline cell, without "
            + "\(check.bars == 1 ? "it" : "them") \(shareWords(check.row))"
    }

    private func shareWords(_ row: ResultRow) -> String {
        let estimate = row.estimate
        let (count, watched) = (estimate.exit.negative + estimate.exit.cutNegative, estimate.windows.watched)
        guard let share = estimate.exit.frequency else {
            return watched == 0
                ? "no entries"
                : "\(grouped(count)) of \(grouped(watched)) entries, none of which has a whole window,"
        }
        return "\(shareText(share)) of entries (\(grouped(count)) of \(grouped(watched))"
            + "\(estimate.exit.weightWords(watched: watched)))"
    }

    /// The sentence for the page of `asset`; nil for another one's history, and without suspicious bars.
    func suspicionSentence(for asset: String) -> String? {
        guard let suspicion, let row = headlineRow, row.cell.asset == asset else { return nil }
        return suspicionSentence(suspicion, row) + "."
    }
}

extension ExitEstimate {
    /// Behind a count of entries below zero, where the share reads otherwise than that count over all that were watched: cut windows
    /// weigh what they saw. Empty elsewhere.
    func weightWords(watched: Int) -> String {
        guard let frequency, watched > 0,
            shareText(frequency) != shareText((negative + cutNegative) / Double(watched))
        else { return "" }
        return ", weighted by how long each was watched"
    }
}

/// The text with ordinary blanks, as tables have them.
private func plainSpaces(_ text: String) -> String {
    text.replacing(narrowSpace, with: " ").replacing(hardSpace, with: " ")
}
