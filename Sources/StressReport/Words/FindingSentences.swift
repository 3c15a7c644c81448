import StressBasics
import StressResults
import StressStatistics

// The titles of the figures: each says what its figure shows, by a fixed template.

extension AssetSide {
    /// Where in the grid entries ended below zero most often.
    var gridTitle: String {
        let shares = rows.compactMap { row in
            row.estimate.figure(.negativeEquity, confidence: confidence)?.share.map { (row.cell, $0) }
        }
        guard let first = shares.first else { return gridWithoutShares }
        let top = shares.dropFirst().reduce(first) { $1.1.fraction > $0.1.fraction ? $1 : $0 }
        guard top.1.count > 0 else { return "No entry in this grid ended below zero" }
        return "Most often below zero: \(top.0.leverage.screenText) held for up to \(spanWords(top.0.horizon)), "
            + "\(shareText(top.1.fraction)) of entries\(scopeWords(top.0))"
    }

    private var gridWithoutShares: String {
        let statuses = Set(rows.map(\.estimate.status))
        if statuses == [.impossible] { return "Nothing in this grid can end below zero" }
        if statuses == [.impossible, .rejected] {
            return "Nothing that the platform opens here can end below zero"
        }
        if statuses == [.rejected] { return "The platform would open none of these positions" }
        return "No cell of this grid has a result"
    }

    /// How the share moves with leverage at the headline's holding time.
    var leverageTitle: String {
        guard let horizon = headline?.cell.horizon else { return "No cell matches the headline" }
        let span = "held for up to \(spanWords(horizon))"
        let column = headlineColumn(of: rows)
        let held = column.filter { $0.estimate.windows.entries > 0 }
        if held.isEmpty { return "At no leverage was an entry \(span)" }
        if held.allSatisfy({ $0.estimate.status == .impossible }) {
            return held.count == column.count
                ? "At no leverage can an entry end below zero"
                : "At \(held.map(\.cell.leverage.screenText).joined(separator: ", ")) no entry can end below zero; the rest is not opened"
        }
        let seen = column.compactMap { row in
            row.estimate.figure(.negativeEquity, confidence: confidence)?.share.map { (row.cell.leverage, $0.fraction) }
        }.filter { $0.1 > 0 }
        return seen.isEmpty
            ? "At no leverage did an entry \(span) end below zero" : AssetSide.leverageTitle(seen, span: span)
    }

    /// The same of leverages, rising, at which some entries ended below zero.
    private static func leverageTitle(_ seen: [(leverage: Leverage, share: Double)], span: String) -> String {
        let (low, high) = (seen[0], seen[seen.count - 1])
        guard seen.count > 1 else {
            return "Only \(low.leverage.screenText) \(span) ended below zero: \(shareText(low.share)) of entries"
        }
        let (from, to) = (shareText(low.share), shareText(high.share))
        let ends = (low.leverage.screenText, high.leverage.screenText)
        if from == to { return "\(from) of entries ended below zero at \(ends.0) and at \(ends.1) alike" }
        let verb = high.share > low.share ? "rises" : "falls"
        return "From \(ends.0) to \(ends.1), the share below zero \(verb) from \(from) to \(to)"
    }

    /// How large the headline's shortfalls are.
    var severityTitle: String {
        guard let row = headline else { return "No cell matches the headline" }
        let position = "At \(row.cell.leverage.screenText)"
        if row.estimate.status == .noData { return "\(position) no entry has a whole window" }
        guard let shortfall = row.estimate.exit.shortfall else {
            return "\(position) there is no shortfall to measure"
        }
        let margin = row.cell.contract.marginWords
        guard row.estimate.exit.negativeSeen > 1 else {
            let most = row.isByLaw ? "at most " : ""
            return "\(position) the only shortfall was \(most)\(percentText(shortfall.max)) of \(margin)"
        }
        return "\(position) half the shortfalls exceed \(percentText(shortfall.p50)) of \(margin); "
            + "the largest \(row.isByLaw ? "possible " : "")is \(percentText(shortfall.max))"
    }

    /// The headline's mean shortfall with its interval, or why it has none; nil without a shortfall or an interval of its share.
    var severityMean: String? {
        guard let row = headline, let shortfall = row.estimate.exit.shortfall,
            let mean = row.estimate.inference?.severity(.chosen)?.mean
        else { return nil }
        let words =
            switch mean.method {
            case .clusteredGamma, .bootstrapT:
                "\(confidenceText(confidence)) CI\(hardSpace)\(rangeNumber(mean))\(narrowSpace)%"
            case .fewRuns: "the history is too short for an interval"
            case .fewRegimes: "too few turbulent spells for an interval"
            case .fewEpisodes: "too few episodes for an interval"
            case .unbounded: "without those that have no bound, and so without an interval"
            }
        return "Mean shortfall at \(row.cell.leverage.screenText): \(percentText(shortfall.mean)) of "
            + "\(row.cell.contract.marginWords) (\(words))."
    }

    /// What the data checks found.
    var qualityTitle: String {
        let found = asset.summaries
        guard !found.isEmpty else { return "No checks are on record for this history" }
        return found.countWords + "; nothing was repaired in silence"
    }
}

extension AssetReport {
    /// One finding a check.
    var summaries: [Finding] { findings.filter { !$0.isDetail } }

    /// The single rows, bars and gaps behind the summaries.
    var details: [Finding] { findings.filter(\.isDetail) }
}

extension [Finding] {
    /// `1 error, 2 warnings, 1 note, 5 checks passed`, without what did not occur.
    var countWords: String { countWords(passed: "check passed", "checks passed") }

    /// The same with other words for what passed, one and several.
    func countWords(passed one: String, _ many: String) -> String {
        let words: [(Finding.Severity, String, String)] = [
            (.error, "error", "errors"), (.warning, "warning", "warnings"), (.note, "note", "notes"),
            (.pass, one, many),
        ]
        return words.compactMap { severity, one, many in
            let count = count { $0.severity == severity }
            return count > 0 ? counted(count, one, many) : nil
        }.joined(separator: ", ")
    }
}
