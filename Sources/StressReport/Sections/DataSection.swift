import StressBasics
import StressResults

extension AssetSide {
    /// What the checks of the history found, and what was done about it.
    var dataQuality: ReportSection {
        let definition =
            "\(counted(asset.bars, "bar", "bars")) of \(timeText(asset.barLength)), "
            + "\(asset.first.minuteText) to \(asset.last.minuteText) UTC. Read as \(asset.formatName): \(asset.formatReason)."
        let suspicion = report.suspicionSentence(for: asset.asset).map { [Block.paragraph(.plain, $0)] } ?? []
        return ReportSection(
            "data", label: "Data quality", title: qualityTitle, definition: definition,
            suspicion + (asset.summaries.isEmpty ? [] : [.table(summaryTable)])
                + (asset.details.isEmpty ? [] : [details]) + [.source(["data_quality.csv"])])
    }

    private var summaryTable: SectionTable {
        SectionTable(
            name: "Data checks", style: .checks, head: ["Check", "State", "Result", "What was done"], numbersFrom: 9,
            rows: asset.summaries.sorted { $0.severity > $1.severity }.map(row))
    }

    private func row(_ finding: Finding) -> SectionTable.Row {
        let (style, sign, words) = finding.severity.pill
        let place = finding.placeText.map { [Inline.aside(" " + $0)] } ?? []
        let hint: [Inline] = finding.hint.isEmpty ? [] : [.aside(". To change it: " + finding.hint)]
        return SectionTable.Row(
            [.text(checkWords(finding.check))],
            [
                .pill(style: style, sign: sign, words: words), .words([.text(finding.message)] + place),
                .words([.text(finding.action.isEmpty ? "nothing to do" : finding.action)] + hint),
            ])
    }

    /// Single rows and gaps that a page lists; the file has all of them.
    static let shownDetails = 50

    private var details: Block {
        let shown = asset.details.prefix(AssetSide.shownDetails)
        let rest = asset.details.count - shown.count
        let lines = shown.map { finding -> [Inline] in
            [
                .mark(finding.placeText ?? checkWords(finding.check)),
                .text(" " + finding.message + (finding.action.isEmpty ? "" : " (\(finding.action))")),
            ]
        }
        return .more(
            "Single rows and gaps (\(grouped(asset.details.count)))",
            [.places(lines)]
                + (rest > 0 ? [.paragraph(.key, "\(grouped(rest)) more in data_quality.csv.")] : []))
    }
}

extension Finding {
    /// File, line and time of the first place, when it has one.
    fileprivate var placeText: String? {
        let parts = [location?.short, time.map { $0.minuteText + " UTC" }, location?.text.map { "“\($0)”" }]
        let known = parts.compactMap { $0 }
        return known.isEmpty ? nil : known.joined(separator: " · ")
    }
}

extension Finding.Severity {
    /// Style, sign and words of the severity.
    var pill: (style: String, sign: String, words: String) {
        switch self {
        case .pass: ("ok", "✓", "pass")
        case .note: ("info", "i", "note")
        case .warning: ("warn", "!", "warning")
        case .error: ("bad", "✕", "error")
        }
    }

    /// The severity in words and a sign.
    func writePill(to w: inout HTMLWriter) { w.pill(pill.style, pill.sign, pill.words) }
}

/// `missing_bars` as `Missing bars`.
func checkWords(_ check: String) -> String {
    switch check {
    case "extreme_rates": return "Extreme funding rates"
    case "mark_coverage": return "Mark price coverage"
    case _ where check.hasPrefix("mark_"): return "Mark prices: " + plainCheckWords(String(check.dropFirst(5)))
    default:
        let words = plainCheckWords(check)
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}

private func plainCheckWords(_ check: String) -> String {
    let capitals = ["ohlc": "OHLC", "utc": "UTC", "yaml": "YAML"]
    let words = check.split(separator: "_").map { capitals[String($0)] ?? String($0) }.joined(separator: " ")
    return words.replacing("non positive", with: "non-positive")
}
