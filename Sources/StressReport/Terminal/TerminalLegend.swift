import StressBasics
import StressResults
import StressStatistics

extension CellStatus {
    /// What the word means where it stands, without a full stop; nil for `ok`.
    var meaning: String? {
        switch self {
        case .ok: nil
        case .zeroSeen: "never below zero in these entries, which is not never at all"
        case .impossible: "the contract cannot end below zero, whatever the price does above zero"
        case .rejected: "the platform would not open the position"
        case .fewWindows: "fewer than \(CellEstimate.fewWindows) independent windows, indicative only"
        case .fewRegimes:
            "the history has fewer than \(TurbulentSpells.fewest) spells of high volatility: holds for regimes like this history's"
        case .noData: "no entry has a whole window"
        }
    }

    /// `zero_seen: never below zero …; few_windows: …` for the words among `statuses`; empty when all are `ok`.
    static func legend(_ statuses: [CellStatus]) -> String {
        let seen = Set(statuses)
        return allCases.filter(seen.contains).compactMap { status in
            status.meaning.map { "\(status.rawValue): \($0)" }
        }.joined(separator: "; ")
    }
}

extension TerminalTable {
    /// What the words in the table mean, as far as they stand there; empty when all speak for themselves.
    func legend(_ statuses: [CellStatus]) -> String {
        let titles = Set(columns.map(\.title))
        // `<=` of a limit is what the study says, and no bound of a rate.
        let fields = Set(columns.filter { !$0.title.hasPrefix(TerminalTable.limitTitle) }.flatMap(\.fields))
        let columnWords = TerminalTable.columnMeanings.filter { titles.contains($0.title) }
        let fieldWords = TerminalTable.fieldMeanings.filter { word in
            fields.contains { $0 == word.field || (word.field == "<=" && $0.hasPrefix("<=")) }
                && !(titles.contains("status")
                    && statuses.contains { $0.rawValue.replacing("_", with: " ") == word.field })
        }
        let own = columnWords.map { "\($0.title): \($0.meaning)" } + fieldWords.map { "\($0.field): \($0.meaning)" }
        let states = titles.contains("status") ? CellStatus.legend(statuses) : ""
        return (own + [states]).filter { !$0.isEmpty }.joined(separator: "; ")
    }

    /// What the title of the column of limits begins with.
    static let limitTitle = "limit"

    private static let columnMeanings: [(title: String, meaning: String)] = [
        ("best fill", "below zero, liquidations filled exactly at the trigger price"),
        ("at once", "below zero, liquidations filled as they trigger, or at the open behind a gap"),
        ("worst fill", "below zero, liquidations filled at each bar's worst price"),
        ("no safeguards", "below zero at some point, had nobody liquidated"),
        ("n_eff", "independent trials that the entries are worth"),
    ]

    private static let fieldMeanings: [(field: String, meaning: String)] = [
        ("n/a", "cannot happen"), ("<=", "none seen, and the rate could still be so high"),
        ("too few", "separate episodes or windows for an interval"),
        ("rejected", "the platform would not open it"), ("no data", "no entry has a whole window"),
    ]
}
