import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension RunReport {
    /// One line for a mail: what is wrong, or else the headline, and how far the data go.
    ///
    /// `[breach] BTC-USD long 100× 7 d on typical: below zero 11.93 % of entries > 8 % — nightly, data to 2026-11-20`. It has the data's date and not the
    /// clock's, so that equal runs say the same.
    public var subject: String {
        let data = assets.map(\.last).max().map { ", data to \($0.civil.dateText)" } ?? ""
        let (finding, place) = (plainText("[\(subjectWord)] \(subjectFinding)"), plainText(" — \(study.name)\(data)"))
        // Whose mail it is stays, however much there is to say.
        let room = max(20, RunReport.longestSubject - place.count)
        return (finding.count > room ? finding.prefix(room - 1) + "…" : finding) + place
    }

    private static let longestSubject = 180

    private var subjectWord: String {
        let words = [
            limits.contains(where: \.breached) ? "breach" : nil,
            limits.contains(where: \.failsUnshown) ? "not shown" : nil,
            failures.isEmpty && unmet.isEmpty ? nil : "partial",
            unknownWords == nil ? nil : "no data",
        ].compactMap { $0 }
        return words.isEmpty ? "ok" : words.joined(separator: ", ")
    }

    private var subjectFinding: String {
        let breaches = limits.filter(\.breached)
        if let first = breaches.first {
            let others = breaches.count > 1 ? " and \(breaches.count - 1) more" : ""
            return first.breachWords + others
        }
        if let first = limits.first(where: \.failsUnshown) {
            let others = limits.count(where: \.failsUnshown) - 1
            return first.notShownWords + (others > 0 ? " and \(others) more" : "")
        }
        if !failures.isEmpty {
            let names = failures.prefix(3).map { visibleText($0.asset) }.joined(separator: ", ")
            return "no result for \(names)\(failures.count > 3 ? " and \(failures.count - 3) more" : "")"
        }
        if let unknownWords { return unknownWords }
        if let first = unmet.first {
            return visibleText(first.message) + (unmet.count > 1 ? " and \(unmet.count - 1) more" : "")
        }
        guard let row = headlineRow else { return "done" }
        return "\(row.cell.placeWords): below zero \(shareWords(row.estimate))"
    }

    private func shareWords(_ estimate: CellEstimate) -> String {
        estimate.exit.frequency.map { shareText($0) + " of entries" } ?? estimate.status.rawValue
    }

    // MARK: Text

    /// `summary.txt`: subject, headline, table, limits and what to open; for a mail or a terminal.
    var summaryText: ReportFile {
        var parts = ["Subject: \(subject)", headlineText, terminalTable(), assetLines()]
        if let words = ledgerText { parts.append("Who pays. " + words) }
        let breaches = limits.filter(\.breached)
        if !limits.isEmpty {
            let rest = breaches.count > 20 ? ["  and \(breaches.count - 20) more; see limits.csv"] : []
            let unshown = limits.filter { $0.outcome == .notShown }
            let open =
                unshown.prefix(20).map { ($0.failsUnshown ? "  NOT SHOWN  " : "  not shown  ") + $0.notShownWords }
                + (unshown.count > 20 ? ["  and \(unshown.count - 20) more; see limits.csv"] : [])
            let told = unknownLimits.prefix(20).map { "  NO VALUE  " + absenceWords($0) }
            let untold = limitsWithoutValue.count - told.count
            let empty = told + (untold > 0 ? ["  and \(untold) more without a value; see limits.csv"] : [])
            let lines = breaches.prefix(20).map { "  BREACH  " + $0.breachWords } + rest + open + empty
            let together = togetherText.map { "\n  " + $0 } ?? ""
            parts.append("Limits: \(limitCountWords)\(together)" + lines.map { "\n" + $0 }.joined())
        }
        let warnings = study.platformWarnings.map { "WARNING  " + plainText($0.message) }
        if !warnings.isEmpty { parts.append(warnings.joined(separator: "\n")) }
        if !failures.isEmpty {
            let lines = failures.prefix(20).map { "\n  " + plainText("\($0.asset): \($0.message)") }
            parts.append("Without a result: \(failures.count) of \(study.inputs.count)" + lines.joined())
        }
        parts.append("Run \(runID), belowzero \(version). Open index.html, or attach it.")
        return ReportFile(path: "summary.txt", contents: parts.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n")
    }

    /// `1 of 3 breached, 1 not shown, 1 without a value`.
    fileprivate var limitCountWords: String {
        let empty = limitsWithoutValue.count
        let notShown = limits.count { $0.outcome == .notShown }
        return "\(limits.count(where: \.breached)) of \(limits.count) breached"
            + (notShown > 0 ? ", \(notShown) not shown" : "")
            + (empty > 0 ? ", \(empty) without a value" : "")
    }

    // MARK: HTML

    /// A mail's body: tables with `bgcolor` and nothing else that a mail program may drop; at most 60 kB, whatever the size of the
    /// run. The pages are for the attachment.
    public var mailBody: String {
        for rows in [40, 20, 10, 5] {
            let body = MailBody(report: self, mostRows: rows).html
            if body.utf8.count <= RunReport.largestMailBody { return body }
        }
        return MailBody(report: self, mostRows: 1).html
    }

    /// Mail programs cut longer bodies short near 100 kB.
    public static let largestMailBody = 60_000
}

/// The body of a mail with at most so many rows in each of its tables.
private struct MailBody {
    let report: RunReport
    let mostRows: Int

    var html: String {
        var w = HTMLWriter()
        w.element("table", Attribute("width", "100%"), Attribute("cellpadding", "6"), Attribute("border", "0")) { w in
            row(&w, color: banner.color) { w in w.element("b", text: report.subject) }
            row(&w) { $0.text(report.headlineText) }
            if let words = report.ledgerText { row(&w) { $0.text("Who pays. " + words) } }
            for warning in report.study.platformWarnings.prefix(mostRows) {
                row(&w, color: "#fde6b6") { $0.text(warning.message + ".") }
            }
        }
        w.line()
        writeLimits(&w)
        writeFailures(&w)
        writeHeadlines(&w)
        writeQuality(&w)
        w.element("table", Attribute("width", "100%"), Attribute("cellpadding", "6"), Attribute("border", "0")) { w in
            row(&w) { w in
                w.text(
                    "Run \(report.runID), belowzero \(report.version). All figures and charts: index.html of the run. ")
                w.text("Shares of entries in one history under stated rules; not a forecast.")
            }
        }
        w.line()
        return w.html
    }

    private var banner: (color: String, word: String) {
        switch report.status {
        case .ok: ("#dff3e4", "ok")
        case .limitBreached: ("#fbd5d0", "breach")
        case .partial: ("#fde6b6", "partial")
        }
    }

    private func row(_ w: inout HTMLWriter, color: String = "#ffffff", content: (inout HTMLWriter) -> Void) {
        w.element("tr") { w in w.element("td", Attribute("bgcolor", color)) { content(&$0) } }
        w.line()
    }

    private func table(
        _ w: inout HTMLWriter, _ header: [String], _ rows: [(cells: [String], color: String?)], of total: Int
    ) {
        guard !rows.isEmpty else { return }
        w.element("table", Attribute("cellpadding", "4"), Attribute("border", "1")) { w in
            w.element("tr") { w in
                for title in header {
                    w.element("th", Attribute("bgcolor", "#f1f3f6"), Attribute("align", "left"), text: title)
                }
            }
            w.line()
            for row in rows { write(row.cells, color: row.color ?? "#ffffff", &w) }
            guard total > rows.count else { return }
            w.element("tr") { w in
                w.element(
                    "td", Attribute("colspan", String(header.count)),
                    text: "and \(total - rows.count) more in the run's tables")
            }
        }
        w.line()
    }

    private func write(_ cells: [String], color: String, _ w: inout HTMLWriter) {
        w.element("tr") { w in for cell in cells { w.element("td", Attribute("bgcolor", color), text: cell) } }
        w.line()
    }

    private func writeLimits(_ w: inout HTMLWriter) {
        let breaches = report.limits.filter(\.breached)
        guard !report.limits.isEmpty else { return }
        let unknown = report.unknownLimits
        let unshown = report.limits.filter { $0.outcome == .notShown }
        let rows =
            breaches.prefix(mostRows).map { ([$0.breachWords], Optional("#fbd5d0")) }
            + unshown.prefix(mostRows).map {
                ([$0.notShownWords], Optional($0.failsUnshown ? "#fbd5d0" : "#fde6b6"))
            }
            + unknown.prefix(mostRows).map { ([report.absenceWords($0)], Optional("#fde6b6")) }
        let isMet = report.limits.allSatisfy { $0.outcome == .met }
        table(
            &w, ["Limits: \(report.limitCountWords)" + (report.togetherWords.map { ". \($0)" } ?? "")],
            rows.isEmpty ? [([isMet ? "all met" : "none breached; the rest is not judged"], "#dff3e4")] : rows,
            of: max(1, breaches.count + unshown.count + report.limitsWithoutValue.count))
    }

    private func writeFailures(_ w: inout HTMLWriter) {
        let rows = report.failures.prefix(mostRows).map { ([$0.asset, $0.message], Optional("#fde6b6")) }
        table(&w, ["Without a result", "Why"], Array(rows), of: report.failures.count)
    }

    /// The headline's cell of every price history and direction, the highest shares first.
    private func writeHeadlines(_ w: inout HTMLWriter) {
        let confidence = report.study.statistics.confidence
        let all = report.pageHeadlines.enumerated().sorted {
            let (a, b) = ($0.element.estimate.exit.frequency ?? -1, $1.element.estimate.exit.frequency ?? -1)
            return a != b ? a > b : $0.offset < $1.offset
        }.map(\.element)
        let shown = all.prefix(mostRows)
        let others = [Measure.gapNegativeEquity, .worstNegativeEquity].filter { measure in
            shown.contains { $0.estimate.figure(measure, confidence: confidence)?.share != nil }
        }
        let titles =
            ["Position", "Below zero", "\(confidenceText(confidence)) CI"] + others.map(\.shownTab.label)
            + ["Liquidated", "Status"]
        table(&w, titles, shown.map { headline($0, others) }, of: all.count)
        let legend = CellStatus.legend(shown.map(\.estimate.status))
        table(&w, ["Status"], legend.isEmpty ? [] : [([legend], nil)], of: 1)
    }

    private func headline(_ row: ResultRow, _ others: [Measure]) -> (cells: [String], color: String?) {
        let (exit, confidence) = (row.estimate.exit, report.study.statistics.confidence)
        let interval = exit.interval.map {
            $0.method.isBound ? "≤" + boundText($0.high) : intervalNumber($0) + " %"
        }
        return (
            [row.cell.placeWords, row.belowZeroText(confidence), interval ?? ""]
                + others.map { row.tableText($0, confidence) } + [
                    row.estimate.liquidatedFrequency.map(shareText) ?? "", row.estimate.status.rawValue,
                ], exit.frequency.map { ColourBins.mailColours[ColourBins.bin(of: $0)] }
        )
    }

    private func writeQuality(_ w: inout HTMLWriter) {
        let lines = report.qualityText
        table(&w, ["Data"], lines.prefix(min(mostRows, 15)).map { ([String($0.prefix(300))], nil) }, of: lines.count)
    }
}
