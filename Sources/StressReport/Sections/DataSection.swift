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
        let place = finding.placeText.map { [Inline.aside(" " + $0)] } ?? []
        let hint: [Inline] = finding.hint.isEmpty ? [] : [.aside(". To change it: " + finding.hint)]
        return SectionTable.Row(
            [.text(checkWords(finding.check))],
            [
                .pill(finding.severity.pill), .words([.text(finding.message)] + place),
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

/// What was read for each price history of a run, on its front page.
struct HistoriesSection {
    let assets: [AssetReport]

    /// More are written in few bytes.
    static let mostWhole = 60

    /// The section.
    var section: ReportSection {
        ReportSection(
            "data", label: "Data", title: title,
            definition: "What was read for each price history, and what the checks found.",
            [.table(table), .source(["data_quality.csv"])])
    }

    private var title: String {
        let warned = assets.count { asset in asset.summaries.contains { $0.severity >= .warning } }
        guard warned > 0 else { return "No warnings about the data" }
        return "Data warnings in \(grouped(warned)) of \(counted(assets.count, "price history", "price histories"))"
    }

    private var table: SectionTable {
        SectionTable(
            name: "Price histories", style: .filtered, head: ["Asset", "State", "Period (UTC)", "Bars", "Checks"],
            numbersFrom: 9, isTerse: assets.count > HistoriesSection.mostWhole, rows: assets.map(row))
    }

    private func row(_ asset: AssetReport) -> SectionTable.Row {
        let texts = [
            "\(asset.first.civil.dateText) to \(asset.last.civil.dateText)",
            "\(grouped(asset.bars)) of \(timeText(asset.barLength))",
            asset.summaries.isEmpty ? "none on record" : asset.summaries.countWords(passed: "passed", "passed"),
        ]
        let worst = asset.summaries.map(\.severity).max() ?? .pass
        return SectionTable.Row([.name(asset.asset)], [.pill(worst.pill)] + texts.map { .words([.text($0)]) })
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
    /// The severity in words and a sign.
    var pill: Pill {
        switch self {
        case .pass: Pill("ok", "✓", "pass")
        case .note: Pill("info", "i", "note")
        case .warning: Pill("warn", "!", "warning")
        case .error: Pill("bad", "✕", "error")
        }
    }
}

/// `missing_bars` as `Missing bars`.
func checkWords(_ check: String) -> String {
    switch check {
    case "extreme_rates": return "Extreme funding rates"
    case "high_rates": return "High funding rates"
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
