import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension AssetSide {
    /// The answer: the sentence, what it means, five figures, limits.
    var answer: PageAnswer {
        guard let row = headline else {
            let title = "No cell of this page matches the study’s headline"
            return PageAnswer(kicker: scope(nil), title: [.plain(title)], blocks: [])
        }
        let sentences = sentences(row)
        return PageAnswer(
            kicker: scope(row.cell), title: sentences.headline, blocks: words(row, sentences), rest: glance + checks,
            isOfCell: true)
    }

    /// What the page says of a cell under its sentence.
    private func words(_ row: ResultRow, _ sentences: CellSentences) -> [Block] {
        let plain = sentences.plainWords
        let figures: [Block] = row.estimate.windows.entries > 0 ? [.keyFigures(keyFigures(row))] : []
        let pooled = pooledWords(row).map { words in
            [Block.paragraph(.note, [.text(words + " "), .link("pooled.csv", to: "pooled.csv")])]
        }
        return (plain.isEmpty ? [] : [.paragraph(.lede, plain)]) + sentences.qualificationBlocks + figures + fills
            + (pooled ?? [])
    }

    /// What the page and a cell of it are about.
    func scope(_ cell: StudyCell?) -> [Phrase] {
        let parts = [
            cell?.contract.words, side.rawValue, "\(timeText(asset.barLength)) bars",
            "\(asset.first.civil.dateText) to \(asset.last.civil.dateText)",
        ]
        let platform = cell.map { [Phrase.plain(" · platform "), .name($0.platform)] } ?? []
        let others = namedAxes.filter { $0 != .contract && $0 != .platform }
        return [.name(asset.asset)] + parts.compactMap { $0.map { .plain(" · " + $0) } } + platform
            + (cell.map { cell in others.map { .plain(" · " + cell.key.words($0, .sentence)) } } ?? [])
    }

    /// The large numbers of a cell with entries; the second is the share below zero.
    ///
    /// - Parameter fill: the fill under which they hold; what no fill changes stays.
    func keyFigures(_ row: ResultRow, filled fill: FillRole = .chosen) -> [KeyFigure] {
        [
            liquidatedFigure(row.estimate), belowZeroFigure(row, fill), unprotectedFigure(row.estimate),
            shortfallFigure(row, fill), evidenceFigure(row.estimate, fill),
        ]
    }

    private func liquidatedFigure(_ estimate: CellEstimate) -> KeyFigure {
        let liquidation = estimate.halfLiquidatedWords
        let figure = estimate.figure(.liquidated, confidence: confidence)
        return KeyFigure("Liquidated", figure.keyNumber, "%", liquidation ?? "no entry was liquidated")
    }

    private func belowZeroFigure(_ row: ResultRow, _ fill: FillRole) -> KeyFigure {
        let estimate = row.estimate
        let figure = estimate.figure(fill.measure, confidence: confidence)
        let exit = estimate.exit(fill) ?? estimate.exit
        let own = estimate.figure(.negativeEquity, confidence: confidence)?.share
            .map { "as the study fills: \(shareText($0.fraction))" }
        return KeyFigure(
            "Ended below zero", figure.keyNumber, figure.keyUnit,
            "\(grouped(exit.negative + exit.cutNegative)) of \(grouped(estimate.windows.watched)) entries"
                + exit.weightWords(watched: estimate.windows.watched),
            figure.impossibility ?? (fill == .chosen ? besideFills(row) : own), isMain: true)
    }

    private func unprotectedFigure(_ estimate: CellEstimate) -> KeyFigure {
        let figure = estimate.figure(.unprotected, confidence: confidence)
        return KeyFigure(
            "No safeguards", figure.keyNumber, figure.keyUnit,
            figure.impossibility ?? "below zero at some point, had nobody liquidated")
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
    private func evidenceFigure(_ estimate: CellEstimate, _ fill: FillRole) -> KeyFigure {
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
            fill == .chosen ? effectiveEvents(estimate) : nil)
    }

    /// What is scarce where events are rare; nil where none was seen.
    private func effectiveEvents(_ estimate: CellEstimate) -> String? {
        estimate.value(.effectiveEvents).flatMap { events in
            events > 0 ? "events count for ≈\(hardSpace)\(significantText(events, digits: 2)) separate ones" : nil
        }
    }

    private func shortfallFigure(_ row: ResultRow, _ fill: FillRole) -> KeyFigure {
        let estimate = row.estimate
        let exit = fill == .worst ? estimate.worstExit ?? estimate.exit : estimate.exit
        let beside = besideShortfall(row, fill)
        guard let shortfall = exit.shortfall else {
            return KeyFigure(row.worstShortfallTitle, "none", "", "no entry ended below zero", beside)
        }
        return KeyFigure(
            row.worstShortfallTitle, percentNumber(shortfall.max), "% of \(row.cell.contract.marginWords)",
            "median \(percentText(shortfall.p50))", beside)
    }

    /// What another fill leaves missing. Of the fills whose shortfalls no file holds, the study's own stand there, and that is said.
    private func besideShortfall(_ row: ResultRow, _ fill: FillRole) -> String? {
        let estimate = row.estimate
        switch fill {
        case .chosen:
            guard row.isEverLiquidated else { return nil }
            return estimate.worstExit?.shortfall.map { "worst fill: \(percentText($0.max))" }
        case .worst: return estimate.exit.shortfall.map { "as the study fills: \(percentText($0.max))" }
        default: return "as the study fills"
        }
    }

    /// Limits that concern this page, what is strange of its platforms, and a word about the data; empty where there is nothing to say.
    private var checks: [Block] {
        let warnings = asset.summaries.filter { $0.severity >= .warning }
        let lines =
            report.limitGroups(asset: asset.asset, side: side).map { $0.line(withAsset: false) }
            + report.platformLines + (warnings.isEmpty ? [] : [warningLine(warnings)])
        return lines.isEmpty ? [] : [.checks(lines, name: "Limits and data")]
    }

    private func warningLine(_ warnings: [Finding]) -> CheckLine {
        let isError = warnings.contains { $0.severity == .error }
        return CheckLine(Pill(isError ? "bad" : "warn", "!", "data"), [.place(warnings.countWords, "#data")])
    }
}

extension ResultRow {
    /// Whether shortfalls are known by a law: the largest of them is then the end of what the law leaves possible.
    var isByLaw: Bool { fill == "delay" }

    /// One title under every fill, by which the figures of a page find each other.
    fileprivate var worstShortfallTitle: String { isByLaw ? "Worst possible shortfall" : "Worst shortfall" }
}

extension RunReport {
    /// What a reader should know of the platforms, a line each.
    var platformLines: [CheckLine] {
        study.platformWarnings.map { CheckLine(Pill("warn", "!", "platform"), [.text($0.message + ".")]) }
    }
}

extension CellFigure? {
    fileprivate var keyNumber: String { self?.number ?? "not computed" }
    fileprivate var keyUnit: String { self?.share == nil ? "" : "%" }

    /// No number stands without the reason why.
    fileprivate var impossibility: String? {
        guard case .impossible? = self else { return nil }
        return "cannot happen, whatever the price does above zero"
    }
}
