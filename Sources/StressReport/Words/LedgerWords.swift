import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// An amount of quote currency for the screen: whole units from a thousand on, three digits that count below.
func moneyText(_ amount: LedgerAmount) -> String { moneyText(amount.quote) }

/// The same of a figure that is not booked.
func moneyText(_ quote: Double) -> String {
    let size = abs(quote)
    guard size < 1000 else { return groupedWhole(quote) }
    guard size > 0 else { return "0" }
    return size < 0.01 ? "<0.01" : fixedText(quote, decimals: size < 10 ? 2 : size < 100 ? 1 : 0)
}

extension LedgerResult {
    /// What became of everybody, in a sentence: «On typical 2.4 % of 630 420 entries were closed below zero (95 % CI 2.0–5.4 %), by
    /// 194 088 in all: the fund paid all of it.»
    func sentence(confidence: Double) -> [Phrase] {
        guard let all, all.counts.entries > 0 else {
            return [.plain("On "), .name(platform), .plain(" nobody traded.")]
        }
        let shares = [.plain("On "), .name(platform), .plain(" ")] + shareWords(all, confidence)
        guard all.counts.shortfalls > 0 else { return shares + [.plain(".")] }
        return shares + [.plain(", by \(moneyText(all.amounts.shortfall)) in all: " + payerWords(all.amounts) + ".")]
    }

    private func shareWords(_ all: LedgerGroup, _ confidence: Double) -> [Phrase] {
        let entries = "of \(grouped(all.counts.entries)) entries were closed below zero"
        let interval = all.intervals.shortfall.map {
            " (\(confidenceText(confidence)) CI \(intervalNumber($0))\u{202F}%)"
        }
        return [.finding(shareText(all.shortfallShare ?? 0)), .plain(" " + entries), .quiet(interval ?? "")]
    }

    /// Who paid how much of it.
    private func payerWords(_ amounts: LedgerAmounts) -> String {
        let payers: [(String, LedgerAmount)] = [
            ("the fund paid", amounts.fund), ("deleveraged winners gave", amounts.deleveraging),
            ("the day’s winners were charged", amounts.socialised), ("the platform bore", amounts.platform),
            ("traders owe", amounts.owed),
        ].filter { $0.1 > .zero }
        if payers.count == 1 { return payers[0].0 + " all of it" }
        let parts = payers.map { "\($0.0) \(moneyText($0.1))" }
        return parts.dropLast().joined(separator: ", ") + " and " + (parts.last ?? "")
    }

    /// What its clients owe, as a clause: «typical’s clients can owe nothing» where the platform bears what is left, «owe nothing» where
    /// nothing was.
    fileprivate var owedClause: [Phrase] {
        guard let all, let part = all.owedPerMargin, part > 0 else {
            return [
                .name(platform),
                .plain(safeguards.recourse == .platform ? "’s clients can owe nothing" : "’s clients owe nothing"),
            ]
        }
        return [.name(platform), .plain("’s clients owe "), .finding(shareText(part)), .plain(" of margin")]
    }
}

extension RunReport {
    /// Who paid, in sentences: one a platform, and the platforms beside each other; nil without a ledger.
    public var ledgerText: String? {
        ledger.map { ledger in
            let own = ledger.platforms.map { $0.sentence(confidence: study.statistics.confidence).sentence }
            return (own + [ledger.comparison.sentence]).filter { !$0.isEmpty }.joined(separator: " ")
        }
    }
}

extension LedgerResults {
    /// Platforms beside each other: «The same traders and prices: typical’s clients can owe nothing, lender’s clients owe 3.1 % of
    /// margin.» Empty for one platform.
    var comparison: [Phrase] {
        guard platforms.count > 1 else { return [] }
        let clauses = platforms.map(\.owedClause)
        return [.plain("The same traders and prices: ")]
            + clauses.enumerated().flatMap { place, clause in (place > 0 ? [.plain(", ")] : []) + clause } + [
                .plain(".")
            ]
    }
}
