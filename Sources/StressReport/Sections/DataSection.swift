import StressBasics
import StressResults

extension AssetSide {
    /// What the checks of the history found, and what was done about it.
    func writeDataQuality(_ w: inout HTMLWriter) {
        let definition =
            "\(counted(asset.bars, "bar", "bars")) of \(timeText(asset.barLength)), "
            + "\(asset.first.minuteText) to \(asset.last.minuteText) UTC. Read as \(asset.formatName): \(asset.formatReason)."
        w.section("data", label: "Data quality", title: qualityTitle, definition: definition) { w in
            if let sentence = report.suspicionSentence(for: asset.asset) { w.element("p", text: sentence) }
            if !asset.summaries.isEmpty { writeSummaries(&w) }
            if !asset.details.isEmpty { writeDetails(&w) }
            w.source(["data_quality.csv"], root: "../")
        }
    }

    private func writeSummaries(_ w: inout HTMLWriter) {
        w.scrolling("Data checks") { w in
            w.element("table", .class("tbl checks-t")) { w in
                w.element("caption", .class("vh"), text: "Data checks")
                w.tableHead(["Check", "State", "Result", "What was done"], numbersFrom: 9)
                w.element("tbody") { w in
                    for finding in asset.summaries.sorted(by: { $0.severity > $1.severity }) { write(finding, &w) }
                }
            }
        }
    }

    private func write(_ finding: Finding, _ w: inout HTMLWriter) {
        w.element("tr") { w in
            w.element("th", Attribute("scope", "row"), text: checkWords(finding.check))
            w.element("td") { finding.severity.writePill(to: &$0) }
            w.element("td") { w in
                w.text(finding.message)
                if let place = finding.placeText { w.element("small", text: " " + place) }
            }
            w.element("td") { w in
                w.text(finding.action.isEmpty ? "nothing to do" : finding.action)
                if !finding.hint.isEmpty { w.element("small", text: ". To change it: " + finding.hint) }
            }
        }
        w.line()
    }

    /// Single rows and gaps that a page lists; the file has all of them.
    static let shownDetails = 50

    private func writeDetails(_ w: inout HTMLWriter) {
        let shown = asset.details.prefix(AssetSide.shownDetails)
        let rest = asset.details.count - shown.count
        w.element("details") { w in
            w.element("summary", text: "Single rows and gaps (\(grouped(asset.details.count)))")
            w.element("ul", .class("rows")) { w in
                for finding in shown {
                    w.element("li") { w in
                        w.element("b", text: finding.placeText ?? checkWords(finding.check))
                        w.text(" " + finding.message + (finding.action.isEmpty ? "" : " (\(finding.action))"))
                    }
                }
            }
            if rest > 0 { w.element("p", .class("key"), text: "\(grouped(rest)) more in data_quality.csv.") }
        }
        w.line()
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
    func writePill(to w: inout HTMLWriter) {
        switch self {
        case .pass: w.pill("ok", "✓", "pass")
        case .note: w.pill("info", "i", "note")
        case .warning: w.pill("warn", "!", "warning")
        case .error: w.pill("bad", "✕", "error")
        }
    }
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
