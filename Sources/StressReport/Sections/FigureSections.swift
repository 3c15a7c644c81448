import StressBasics
import StressResults
import StressStatistics

extension AssetSide {
    /// The drawings: how often by leverage, and how deep.
    func writeFigures(_ w: inout HTMLWriter) {
        w.element("div", .class("two")) { w in
            writeLeverage(&w)
            writeSeverity(&w)
        }
        let (safeguards, causes) = (SafeguardChart(self), CauseChart(self))
        guard safeguards != nil || causes != nil else { return }
        w.element("div", .class("two")) { w in
            if let safeguards { writeSafeguards(safeguards, &w) }
            if let causes { writeCauses(causes, &w) }
        }
    }

    private var horizonWords: String {
        guard let cell = headline?.cell else { return "" }
        return spanWords(cell.horizon) + scopeWords(cell)
    }

    private var initialMarginWords: String { headline?.cell.contract.initialMarginWords ?? "initial margin" }

    private func writeLeverage(_ w: inout HTMLWriter) {
        var chart = LeverageChart(self)
        if isExplorable { chart?.spotted = shownLeverages }
        w.section(
            "leverage", label: "Leverage", title: leverageTitle, definition: leverageDefinition(chart)
        ) { w in
            if let chart {
                w.element("figure") { chart.write(to: &$0) }
                writeData("Share below zero by leverage", &w) { writeLeverageTable(&$0) }
            }
            w.source(
                ["results.csv"] + (band.isEmpty ? [] : ["bands.csv"]), root: "../",
                drawing: chart.map { _ in chartFile("leverage") })
        }
    }

    /// What the curve of the headline's holding time shows.
    func leverageDefinition(_ chart: LeverageChart?) -> String {
        "Share of entries held for up to \(horizonWords) that ended below zero; band: \(confidenceText(confidence)) interval. "
            + "○ none seen, with a line up to the bound."
            + (chart?.showsBand != true
                ? "" : " Dashed: the band that holds the whole curve at once, not each point by itself.")
            + (hasBest ? " Hatched: from the best to the worst fill." : "")
    }

    private func writeLeverageTable(_ w: inout HTMLWriter) {
        let own = headlineColumn(of: rows)
        let other = headlineColumn(of: opposite)
        let hasWorst = measures.contains(.worstNegativeEquity)
        let otherSide = side == .long ? "Short" : "Long"
        let ownSide = side == .long ? "Long" : "Short"
        let band = band
        w.tableHead(
            ["Leverage", "\(ownSide), % below zero"] + (band.isEmpty ? [] : ["Whole curve, %"])
                + (hasAtOnce ? ["At once, %"] : []) + (hasBest ? ["Best fill, %"] : [])
                + (hasWorst ? ["Worst fill, %"] : [])
                + (other.isEmpty ? [] : ["\(otherSide), % below zero"]) + ["Windows"])
        w.element("tbody") { w in
            for row in own {
                let twin = other.first { $0.cell.leverage == row.cell.leverage }
                let worst = hasWorst ? [words(row, .worstNegativeEquity)] : []
                w.numberRow(
                    row.cell.leverage.screenText,
                    [words(row, .negativeEquity)] + (band.isEmpty ? [] : [bandWords(band[row.cell.leverage])])
                        + (hasAtOnce ? [words(row, .gapNegativeEquity)] : [])
                        + (hasBest ? [words(row, .bestNegativeEquity)] : []) + worst
                        + (other.isEmpty ? [] : [words(twin, .negativeEquity)])
                        + [grouped(row.estimate.effectiveEntries)])
            }
        }
    }

    private func bandWords(_ bounds: Interval?) -> String {
        bounds.map { shareNumber($0.low) + "–" + shareNumber($0.high) } ?? "no band"
    }

    private func words(_ row: ResultRow?, _ measure: Measure) -> String {
        row?.estimate.figure(measure, confidence: confidence)?.numberWithInterval ?? "not computed"
    }

    private func writeSeverity(_ w: inout HTMLWriter) {
        let chart = SeverityChart(self)
        w.section(
            "severity", label: "Severity", title: severityTitle, definition: severityDefinition(chart)
        ) { w in
            if let chart {
                w.element("figure") { chart.write(to: &$0) }
                if let severityMean { w.element("p", .class("mean"), text: severityMean) }
                writeData("Shortfall by leverage, % of \(initialMarginWords)", &w) { writeSeverityTable(&$0) }
            } else {
                w.element(
                    "p", .class("none"), text: "No entry ended below zero at this holding time, so nothing is drawn.")
            }
            w.source(["severity.csv"], root: "../", drawing: chart.map { _ in chartFile("severity") })
        }
    }

    /// What the figure of the headline's shortfalls shows.
    func severityDefinition(_ chart: SeverityChart?) -> String {
        "Shortfall of the entries below zero, held for up to \(horizonWords), in % of \(initialMarginWords). "
            + "● median, bar to the 90 % and tick at the 99 % quantile, end mark at the largest."
            + (chart?.ranges.contains { $0.worst != nil } == true ? " Thin: the same with the worst fill." : "")
    }

    private func writeSeverityTable(_ w: inout HTMLWriter) {
        let interval = confidenceText(confidence) + " CI"
        w.tableHead(["Position", "Entries", "Mean", interval, "Median", "90 %", "99 %", "Largest"])
        w.element("tbody") { w in
            for row in headlineColumn(of: rows) {
                let (leverage, inference) = (row.cell.leverage.screenText, row.estimate.inference)
                write(leverage, row.estimate.exit, inference?.severity(.chosen), &w)
                if let worst = row.estimate.worstExit {
                    write("\(leverage) worst fill", worst, inference?.severity(.worst), &w)
                }
                if let best = row.estimate.bestExit {
                    write("\(leverage) best fill", best, inference?.severity(.best), &w)
                }
            }
        }
    }

    // MARK: Safeguards

    private func writeSafeguards(_ chart: SafeguardChart, _ w: inout HTMLWriter) {
        let first =
            chart.steps.liquidates
            ? "would have been below zero at some bar, had nobody liquidated" : "were below zero at some bar"
        let definition =
            "Entries in 10 000 that \(first), and that ended below zero, held for up to \(horizonWords)."
            + (payers == nil
                ? " What an insurance fund, other traders or the trader pay of the rest is not computed." : "")
        w.section("safeguards", label: "Safeguards", title: chart.steps.title, definition: definition) { w in
            w.element("figure") { chart.write(to: &$0) }
            writeData("Entries below zero by step", &w) { w in
                w.tableHead(["Step", "Entries", "In 10 000"])
                w.element("tbody") { w in
                    for step in chart.steps.steps {
                        let sign = step.entries < 0 ? "−" : ""
                        w.numberRow(
                            step.label,
                            [sign + grouped(abs(step.entries)), sign + perTenThousand(abs(chart.steps.share(step)))])
                    }
                }
            }
            if let payers { write(payers, &w) }
            w.source(["safeguards.csv"], root: "../", drawing: chartFile("safeguards"))
        }
    }

    /// What the ledger found of the headline's traders; nil where it has none of them.
    private var payers: LedgerGroup? {
        guard let cell = headline?.cell, let ledger = report.ledger,
            report.study.isInLedger(
                contract: cell.contract, side: cell.side, leverage: cell.leverage, horizon: cell.horizon)
        else { return nil }
        return ledger.group(
            platform: cell.platform, asset: cell.asset, side: cell.side, leverage: cell.leverage)
    }

    private func write(_ payers: LedgerGroup, _ w: inout HTMLWriter) {
        w.element("p", .class("key")) { w in
            w.text("As traders among others on the platform: \(payers.story(confidence: confidence)) ")
            w.element("a", .href("../index.html#who-pays"), text: "Who pays")
            w.text(" has all of them.")
        }
        w.line()
    }

    // MARK: Causes

    private func writeCauses(_ chart: CauseChart, _ w: inout HTMLWriter) {
        let definition =
            "Mean shortfall of the entries below zero, held for up to \(horizonWords), in parts by the stage of the exit "
            + "that made them. Left of zero: stages that lessened it."
        w.section("causes", label: "What the shortfalls are made of", title: causesTitle, definition: definition) { w in
            w.element("figure") { chart.write(to: &$0) }
            writeData("Parts of the mean shortfall by leverage, %", &w) { writeCauseTable(chart.contract, &$0) }
            writeStages(chart.contract, &w)
            w.source(["severity.csv"], root: "../", drawing: chartFile("causes"))
        }
    }

    private func writeStages(_ contract: ContractKind, _ w: inout HTMLWriter) {
        w.element("details") { w in
            w.element("summary", text: "The stages of an exit")
            w.element("dl", .class("gl")) { w in
                for cause in ShortfallCause.allCases {
                    w.element("div") { w in
                        w.element("dt", text: cause.label(contract))
                        w.element("dd", text: cause.meaning(contract))
                    }
                }
            }
        }
        w.line()
    }

    private func writeCauseTable(_ contract: ContractKind, _ w: inout HTMLWriter) {
        let causes = ShortfallCause.allCases
        w.tableHead(["Leverage"] + causes.map { $0.label(contract) } + ["Mean, % of \(contract.marginWords)"])
        w.element("tbody") { w in
            for row in headlineColumn(of: rows) {
                guard let shares = CauseShares(row.estimate.exit) else { continue }
                let parts = causes.map { signedPercentNumber(shares.share($0)) }
                w.numberRow(row.cell.leverage.screenText, parts + [percentNumber(shares.mean)])
            }
        }
    }

    private func write(
        _ title: String, _ exit: ExitEstimate, _ severity: SeverityInference?, _ w: inout HTMLWriter
    ) {
        guard let shortfall = exit.shortfall else { return }
        let figures = [shortfall.p50, shortfall.p90, shortfall.p99, shortfall.max].map(percentNumber)
        w.numberRow(
            title, [grouped(exit.negative), percentNumber(shortfall.mean), rangeNumber(severity?.mean)] + figures)
    }

    /// The numbers of a drawing, folded away under it.
    func writeData(_ name: String, _ w: inout HTMLWriter, table: (inout HTMLWriter) -> Void) {
        w.element("details", .class("data")) { w in
            w.element("summary", text: "Show as table")
            w.scrolling(name) { w in
                w.element("table", .class("tbl num")) { w in
                    w.element("caption", .class("vh"), text: name)
                    table(&w)
                }
            }
        }
        w.line()
    }
}
