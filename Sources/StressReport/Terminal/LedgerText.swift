import StressBasics
import StressResults
import StudyPlan

/// Who pays, for a terminal: a sentence a platform, a table of its classes, and the platforms beside each other.
///
/// - Parameter study: the one whose ledger it is.
public func ledgerText(_ results: LedgerResults, study: Study, style: TerminalStyle) -> String {
    let (confidence, horizon) = (study.statistics.confidence, study.ledgerPopulation?.horizon)
    let parts = results.platforms.map { platform -> String in
        let warnings = platform.warnings.map { style.wrapped(plainText("Note: " + $0)) }
        let sentence = style.wrapped(plainText(platform.sentence(confidence: confidence, horizon: horizon)))
        let isIdle = platform.all?.counts.entries == 0
        return (warnings + [sentence] + (isIdle ? [] : [""] + classTable(platform, style))).joined(separator: "\n")
    }
    return (parts + [style.wrapped(plainText(results.title + "."))]).joined(separator: "\n\n") + "\n"
}

/// The classes on all histories together, everybody first.
private func classTable(_ platform: LedgerResult, _ style: TerminalStyle) -> [String] {
    let groups = platform.groups.filter { $0.asset == nil }
    func column(
        _ title: String, rank: Int, _ text: (LedgerGroup) -> String
    ) -> TerminalTable.Column { TerminalTable.Column(title, rank: rank, groups.map(text)) }
    func money(
        _ title: String, rank: Int, _ amount: (LedgerAmounts) -> LedgerAmount
    ) -> TerminalTable.Column { column(title, rank: rank) { moneyNumber(amount($0.amounts)) } }
    let table = TerminalTable(
        columns: [
            column("class", rank: 0, \.name),
            column("entries", rank: 4) { grouped($0.counts.entries) },
            column("below zero", rank: 0) { $0.shortfallShare.map(shareText) ?? "not opened" },
            money("short, quote", rank: 0, \.shortfall),
            money("fund, quote", rank: 2, \.fund), money("queue, quote", rank: 2, \.deleveraging),
            money("charged, quote", rank: 3, \.socialised), money("platform, quote", rank: 2, \.platform),
            money("owed, quote", rank: 0, \.owed),
            column("owed of margin", rank: 1) { $0.owedPerMargin.map(shareText) ?? "" },
        ], style: style)
    return table.lines(highlighting: groups.map { $0.side == nil })
}
