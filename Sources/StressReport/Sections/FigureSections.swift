import StressBasics
import StressResults
import StressStatistics

extension AssetSide {
    /// The drawings: how often by leverage, how deep, and what became of it.
    var figureParts: [PagePart] {
        let others = [SafeguardChart(self).map(safeguardSection), CauseChart(self).map(causeSection)].compactMap { $0 }
        return [.beside([leverageSection, severitySection])] + (others.isEmpty ? [] : [.beside(others)])
    }

    private var horizonWords: String {
        guard let cell = headline?.cell else { return "" }
        return spanWords(cell.horizon) + scopeWords(cell)
    }

    private var initialMarginWords: String { headline?.cell.contract.initialMarginWords ?? "initial margin" }

    private var leverageSection: ReportSection {
        var chart = LeverageChart(self)
        if isExplorable { chart?.spotted = shownLeverages }
        let drawn: [Block] = chart.map { [.drawing($0), .data(leverageTable)] } ?? []
        return ReportSection(
            "leverage", label: "Leverage", title: leverageTitle, definition: leverageDefinition(chart),
            drawn + [
                .source(
                    ["results.csv"] + (band.isEmpty ? [] : ["bands.csv"]),
                    drawing: chart.map { _ in chartFile("leverage") })
            ])
    }

    /// What the curve of the headline's holding time shows.
    func leverageDefinition(_ chart: LeverageChart?) -> String {
        "Share of entries held for up to \(horizonWords) that ended below zero; band: \(confidenceText(confidence)) interval. "
            + "○ none seen, with a line up to the bound."
            + (chart?.showsBand != true
                ? "" : " Dashed: the band that holds the whole curve at once, not each point by itself.")
            + (hasBest ? " Hatched: from the best to the worst fill." : "")
    }

    /// A column of the leverage table.
    private struct LeverageColumn {
        let title: String
        let figure: (ResultRow) -> ShownFigure
    }

    private var leverageTable: SectionTable {
        let columns = leverageColumns
        return SectionTable(
            name: "Share below zero by leverage", head: ["Leverage"] + columns.map(\.title),
            rows: headlineColumn(of: rows).map { row in
                SectionTable.Row(row.cell.leverage.screenText, columns.map { $0.figure(row) })
            })
    }

    private var leverageColumns: [LeverageColumn] {
        let (other, band) = (headlineColumn(of: opposite), band)
        func column(_ title: String, _ measure: Measure) -> LeverageColumn {
            LeverageColumn(title: title) { figure($0, measure) }
        }
        let (own, twin) = side == .long ? ("Long", "Short") : ("Short", "Long")
        let all: [LeverageColumn?] = [
            column("\(own), % below zero", .negativeEquity),
            band.isEmpty
                ? nil : LeverageColumn(title: "Whole curve, %") { bandFigure(band[$0.cell.leverage]) },
            hasAtOnce ? column("At once, %", .gapNegativeEquity) : nil,
            hasBest ? column("Best fill, %", .bestNegativeEquity) : nil,
            measures.contains(.worstNegativeEquity) ? column("Worst fill, %", .worstNegativeEquity) : nil,
            other.isEmpty
                ? nil
                : LeverageColumn(title: "\(twin), % below zero") { row in
                    figure(other.first { $0.cell.leverage == row.cell.leverage }, .negativeEquity)
                },
            LeverageColumn(title: "Windows") { .count($0.estimate.effectiveEntries) },
        ]
        return all.compactMap { $0 }
    }

    private func bandFigure(_ bounds: Interval?) -> ShownFigure {
        ShownFigure(bounds.map(intervalNumber) ?? "no band", nil, bounds, .fraction)
    }

    private func figure(_ row: ResultRow?, _ measure: Measure) -> ShownFigure {
        guard let figure = row?.estimate.figure(measure, confidence: confidence) else {
            return ShownFigure("not computed")
        }
        return ShownFigure(figure.numberWithInterval, figure.share?.fraction, figure.share?.interval?.ends, .fraction)
    }

    private var severitySection: ReportSection {
        let chart = SeverityChart(self)
        let drawn: [Block] =
            chart.map { chart in
                [.drawing(chart)] + (severityMean.map { [.paragraph(.mean, $0)] } ?? []) + [.data(severityTable)]
            } ?? [.paragraph(.none, nothingToMeasure)]
        return ReportSection(
            "severity", label: "Severity", title: severityTitle, definition: severityDefinition(chart),
            drawn + [.source(["severity.csv"], drawing: chart.map { _ in chartFile("severity") })])
    }

    private var nothingToMeasure: String {
        let all = headlineColumn(of: rows).map(\.estimate)
        let isUnknown = !all.isEmpty && all.allSatisfy { $0.status == .noData }
        return (isUnknown ? "No entry has a whole window" : "No entry ended below zero")
            + " at this holding time, so nothing is drawn."
    }

    /// What the figure of the headline's shortfalls shows.
    func severityDefinition(_ chart: SeverityChart?) -> String {
        "Shortfall of the entries below zero, held for up to \(horizonWords), in % of \(initialMarginWords). "
            + "● median, bar to the 90 % and tick at the 99 % quantile, end mark at the largest."
            + (chart?.ranges.contains { $0.worst != nil } == true ? " Thin: the same with the worst fill." : "")
    }

    private var severityTable: SectionTable {
        let interval = confidenceText(confidence) + " CI"
        return SectionTable(
            name: "Shortfall by leverage, % of \(initialMarginWords)",
            head: ["Position", "Entries", "Mean", interval, "Median", "90 %", "99 %", "Largest"],
            rows: headlineColumn(of: rows).flatMap { row in
                let (leverage, estimate) = (row.cell.leverage.screenText, row.estimate)
                let exits: [(String, ExitEstimate?, FillRole)] = [
                    (leverage, estimate.exit, .chosen), ("\(leverage) worst fill", estimate.worstExit, .worst),
                    ("\(leverage) best fill", estimate.bestExit, .best),
                ]
                return exits.compactMap { title, exit, fill in
                    exit.flatMap { severityRow(title, $0, estimate.inference?.severity(fill)) }
                }
            })
    }

    private func severityRow(
        _ title: String, _ exit: ExitEstimate, _ severity: SeverityInference?
    ) -> SectionTable.Row? {
        guard let shortfall = exit.shortfall else { return nil }
        let figures = [shortfall.p50, shortfall.p90, shortfall.p99, shortfall.max].map { ShownFigure.percent($0) }
        let range = ShownFigure(rangeNumber(severity?.mean), nil, severity?.mean.interval, .fraction)
        return SectionTable.Row(title, [.count(exit.negativeSeen), .percent(shortfall.mean), range] + figures)
    }

    // MARK: Safeguards

    private func safeguardSection(_ chart: SafeguardChart) -> ReportSection {
        let first =
            chart.steps.liquidates
            ? "would have been below zero at some bar, had nobody liquidated" : "were below zero at some bar"
        let definition =
            "Entries in 10 000 that \(first), and that ended below zero, held for up to \(horizonWords)."
            + (payers == nil ? restWords : "")
        return ReportSection(
            "safeguards", label: "Safeguards", title: chart.steps.title, definition: definition,
            [.drawing(chart), .data(stepTable(chart.steps))] + (payers.map { [payerWords($0)] } ?? [])
                + [.source(["safeguards.csv"], drawing: chartFile("safeguards"))])
    }

    /// Who pays of the rest is not known of these entries.
    private var restWords: String {
        report.ledger == nil
            ? " What an insurance fund, other traders or the trader pay of the rest is not computed."
            : " What an insurance fund, other traders or the trader pay of the rest is followed for the traders of the study’s ledger, "
                + "who are others than these: see Who pays on the front page."
    }

    private func stepTable(_ steps: SafeguardSteps) -> SectionTable {
        SectionTable(
            name: "Entries below zero by step", head: ["Step", "Entries", "In 10 000"],
            rows: steps.steps.map { step in
                let sign = step.entries < 0 ? "−" : ""
                return SectionTable.Row(
                    step.label,
                    [
                        ShownFigure(sign + grouped(abs(step.entries)), step.entries, nil, .count),
                        ShownFigure(sign + perTenThousand(abs(steps.share(step))), steps.share(step), nil, .fraction),
                    ])
            })
    }

    /// What the ledger found of the headline's traders; nil where it has none of them.
    private var payers: LedgerGroup? {
        guard let cell = headline?.cell, let ledger = report.ledger,
            report.study.isInLedger(cell.key)
        else { return nil }
        return ledger.group(
            platform: cell.platform, asset: cell.asset, side: cell.side, leverage: cell.leverage)
    }

    private func payerWords(_ payers: LedgerGroup) -> Block {
        .paragraph(
            .key,
            [
                .text(
                    "As traders among others on the platform: \(payers.story(confidence: confidence, horizon: headline?.cell.horizon)) "
                ),
                .link("Who pays", to: "index.html#who-pays"), .text(" has all of them."),
            ])
    }

    // MARK: Causes

    private func causeSection(_ chart: CauseChart) -> ReportSection {
        let definition =
            "Mean shortfall of the entries below zero, held for up to \(horizonWords), in parts by the stage of the exit "
            + "that made them. Left of zero: stages that lessened it."
        let stages = ShortfallCause.allCases.map { ($0.label(chart.contract), $0.meaning(chart.contract)) }
        return ReportSection(
            "causes", label: "What the shortfalls are made of", title: causesTitle, definition: definition,
            [
                .drawing(chart), .data(causeTable(chart.contract)),
                .more("The stages of an exit", [.glossary(stages)]),
                .source(["severity.csv"], drawing: chartFile("causes")),
            ])
    }

    private func causeTable(_ contract: ContractKind) -> SectionTable {
        let causes = ShortfallCause.allCases
        return SectionTable(
            name: "Parts of the mean shortfall by leverage, %",
            head: ["Leverage"] + causes.map { $0.label(contract) } + ["Mean, % of \(contract.marginWords)"],
            rows: headlineColumn(of: rows).compactMap { row in
                CauseShares(row.estimate.exit).map { shares in
                    SectionTable.Row(
                        row.cell.leverage.screenText,
                        causes.map { .signedPercent(shares.share($0)) } + [.percent(shares.mean)])
                }
            })
    }
}
