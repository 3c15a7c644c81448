import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension AssetSide {
    /// The answer: the sentence, what it means, five figures, limits.
    func writeAnswer(_ w: inout HTMLWriter) {
        w.line()
        w.element("section", .id("answer"), Attribute("aria-labelledby", "h-answer")) { w in
            guard let row = headline else {
                w.element("p", .class("kicker")) { $0.phrases(scope(nil)) }
                w.line()
                w.element("h1", .id("h-answer"), text: "No cell of this page matches the study’s headline")
                return
            }
            w.element("div", .id("cell")) { writeCell(row, &$0) }
            w.line()
            writeGlance(&w)
            writeChecks(&w)
        }
        w.line()
    }

    /// What the page says first of a cell; a reader's choice of another cell takes its place.
    private func writeCell(_ row: ResultRow, _ w: inout HTMLWriter) {
        w.line()
        w.element("p", .class("kicker")) { $0.phrases(scope(row.cell)) }
        w.line()
        let sentences = sentences(row)
        w.element("h1", .id("h-answer")) { $0.phrases(sentences.headline) }
        w.line()
        if !sentences.plainWords.isEmpty { w.element("p", .class("lede"), text: sentences.plainWords) }
        w.qualifications(sentences)
        w.line()
        if row.estimate.windows.entries > 0 { writeKeyFigures(row, &w) }
        writeFills(&w)
        if let words = pooledWords(row) {
            w.element("p", .class("src")) { w in
                w.text(words + " ")
                w.element("a", .href("../pooled.csv"), text: "pooled.csv")
            }
            w.line()
        }
    }

    /// What the page and a cell of it are about.
    func scope(_ cell: StudyCell?) -> [Phrase] {
        let parts = [
            cell?.contract.words, side.rawValue, "\(timeText(asset.barLength)) bars",
            "\(asset.first.civil.dateText) to \(asset.last.civil.dateText)",
        ]
        let platform = cell.map { [Phrase.plain(" · platform "), .name($0.platform)] } ?? []
        return [.name(asset.asset)] + parts.compactMap { $0.map { .plain(" · " + $0) } } + platform
    }

    private func writeKeyFigures(_ row: ResultRow, _ w: inout HTMLWriter) {
        w.element("dl", .class("kpi")) { w in
            for figure in keyFigures(row) { figure.write(to: &w) }
        }
        w.line()
    }

    /// The large numbers of a cell with entries; the second is the share below zero.
    func keyFigures(_ row: ResultRow) -> [KeyFigure] {
        let estimate = row.estimate
        func share(_ measure: Measure) -> MeasuredShare? {
            estimate.figure(measure, confidence: confidence)?.share
        }
        func number(_ measure: Measure) -> String {
            estimate.figure(measure, confidence: confidence)?.number ?? "not computed"
        }
        // No number stands without the reason why.
        func reason(_ measure: Measure) -> String? {
            guard case .impossible? = estimate.figure(measure, confidence: confidence) else { return nil }
            return "cannot happen, whatever the price does above zero"
        }
        let entries = grouped(estimate.windows.watched)
        let liquidation = estimate.medianTimeToLiquidation.map { "half of them within \(timeText($0))" }
        return [
            KeyFigure("Liquidated", number(.liquidated), "%", liquidation ?? "no entry was liquidated"),
            KeyFigure(
                "Ended below zero", number(.negativeEquity), share(.negativeEquity) == nil ? "" : "%",
                "\(grouped(estimate.exit.negative + estimate.exit.cutNegative)) of \(entries) entries",
                reason(.negativeEquity) ?? besideFills(row), isMain: true),
            KeyFigure(
                "No safeguards", number(.unprotected), share(.unprotected) == nil ? "" : "%",
                reason(.unprotected) ?? "below zero at some point, had nobody liquidated"),
            shortfallFigure(row),
            evidenceFigure(estimate),
        ]
    }

    /// What other fills would have given; nil where there are none, and where nobody liquidates.
    private func besideFills(_ row: ResultRow) -> String? {
        guard row.isEverLiquidated else { return nil }
        if let span = FillSpan(row.estimate, confidence: confidence) { return "best to worst fill: \(span.rangeText)" }
        let bracket = [("at once", Measure.gapNegativeEquity), ("worst fill", .worstNegativeEquity)].compactMap {
            words, measure in
            row.estimate.figure(measure, confidence: confidence)?.share.map { "\(words): \(shareText($0.fraction))" }
        }
        return bracket.isEmpty ? nil : bracket.joined(separator: " · ")
    }

    /// Resampling finds many trials where a position ends long before its holding time; with few windows it has no say.
    private func evidenceFigure(_ estimate: CellEstimate) -> KeyFigure {
        let entries = grouped(estimate.windows.entries)
        let windows = estimate.disjointWindows
        if windows < CellEstimate.fewWindows {
            return KeyFigure(
                "Independent evidence", "≈" + hardSpace + grouped(windows), windows == 1 ? "window" : "windows",
                "\(entries) entries overlap in them: treat as indicative")
        }
        return KeyFigure(
            "Independent evidence", "≈" + hardSpace + grouped(estimate.effectiveEntries),
            estimate.effectiveEntries == 1 ? "trial" : "trials",
            "\(entries) entries overlap; \(counted(windows, "window shares", "windows share")) no bar",
            effectiveEvents(estimate))
    }

    /// What is scarce where events are rare; nil where none was seen.
    private func effectiveEvents(_ estimate: CellEstimate) -> String? {
        estimate.value(.effectiveEvents).flatMap { events in
            events > 0 ? "events count for ≈\(hardSpace)\(significantText(events, digits: 2)) separate ones" : nil
        }
    }

    private func shortfallFigure(_ row: ResultRow) -> KeyFigure {
        let estimate = row.estimate
        let exit = row.isEverLiquidated ? estimate.worstExit : nil
        let worst = exit?.shortfall.map { "worst fill: \(percentText($0.max))" }
        guard let shortfall = estimate.exit.shortfall else {
            return KeyFigure("Worst shortfall", "none", "", "no entry ended below zero", worst)
        }
        return KeyFigure(
            "Worst shortfall", percentNumber(shortfall.max), "% of \(row.cell.contract.marginWords)",
            "median \(percentText(shortfall.p50))",
            worst)
    }

    /// Limits that concern this page, and a word about the data.
    private func writeChecks(_ w: inout HTMLWriter) {
        let groups = report.limitGroups(asset: asset.asset, side: side)
        let warnings = asset.summaries.filter { $0.severity >= .warning }
        guard !groups.isEmpty || !warnings.isEmpty else { return }
        w.element("ul", .class("checks"), Attribute("aria-label", "Limits and data")) { w in
            for group in groups { w.element("li") { group.write(to: &$0, withAsset: false) } }
            if !warnings.isEmpty {
                w.element("li") { w in
                    let isError = warnings.contains { $0.severity == .error }
                    w.pill(isError ? "bad" : "warn", "!", "data")
                    w.element("a", .href("#data"), text: warnings.countWords)
                }
            }
        }
        w.line()
    }
}
