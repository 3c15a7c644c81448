import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// What protects, and what does not: behaviours against holding in the headline's cell.
extension AssetSide {
    /// The headline's cell under every behaviour of the study, holding first; empty where none was followed.
    private var behaviourResults: [BehaviourResult] {
        guard let cell = headline?.cell else { return [] }
        return records.behaviours.filter { $0.cell.key == cell.key }
    }

    /// Holding, and what is compared with it, worst first.
    private var compared: (hodl: BehaviourEstimate, others: [BehaviourResult])? {
        let results = behaviourResults
        guard let hodl = results.first(where: \.isHodl)?.estimate else { return nil }
        let others = results.filter { !$0.isHodl && $0.estimate.change != nil }
        guard !others.isEmpty else { return nil }
        func badness(_ result: BehaviourResult) -> (Double, Double, Double) {
            let change = result.estimate.change
            return (change?.negative ?? 0, change?.lostHalf ?? 0, -(change?.equity ?? 0))
        }
        return (hodl, others.sorted { badness($0) > badness($1) })
    }

    /// Whether the page has the section.
    var hasProtection: Bool { compared != nil }

    /// The drawings of the section with the names of their files.
    var protectCharts: [(String, ProtectChart)] {
        guard let compared else { return [] }
        return [ProtectChart.Figure.belowZero, .lostHalf, .equity].compactMap { figure in
            ProtectChart(figure, compared.others).map { (figure.file, $0) }
        }
    }

    /// The section; nil where no behaviour was followed.
    var protection: ReportSection? {
        guard let compared, let cell = headline?.cell else { return nil }
        let stops = report.stopWords(compared.others).map { " \($0)." } ?? ""
        let definition =
            "\(cell.leverage.screenText) \(side.rawValue) held for up to \(spanWords(cell.horizon))\(scopeWords(cell)): "
            + "each behaviour less holding, on the same prices, worst first; line: \(confidenceText(confidence)) interval of the "
            + "difference, both in the same resamples. Equity and losses are in parts of the margin paid in. A filter is compared "
            + "with holding at every entry.\(stops) This says what would have been, not what to do."
        let charts = protectCharts.map { drawn($1, $0) }
        let sentences = Block.list(compared.others.map { sentence($0, compared.hodl).inline })
        return ReportSection(
            "protect", label: "What protects", title: protectTitle(compared), definition: definition,
            [
                .columns(Array(charts.prefix(2))), .columns(charts.dropFirst(2) + [[sentences]]),
                .data(behaviourTable(compared)),
            ] + maxLeverageBlocks + stopJumpBlocks(compared.others) + ruinBlocks)
    }

    private func drawn(_ chart: ProtectChart, _ file: String) -> [Block] {
        [
            .paragraph(.note, chart.figure.words), .drawing(chart),
            .source(["behaviours.csv"], drawing: chartFile(file)),
        ]
    }

    private func protectTitle(_ compared: (hodl: BehaviourEstimate, others: [BehaviourResult])) -> String {
        guard let own = compared.hodl.negativeShare, own > 0,
            let best = compared.others.min(by: { ($0.estimate.negativeShare ?? 1) < ($1.estimate.negativeShare ?? 1) }),
            let least = best.estimate.negativeShare, least < own
        else { return "No behaviour leaves fewer below zero than holding" }
        return
            "«\(visibleText(best.shownName))» leaves fewest below zero: \(insteadWords(least, own))"
            + (report.stopWords(best).map { ", \($0)" } ?? "")
    }

    /// «A» takes 20× longs from 11 % to 0.4 % below zero; it closes 83 % of those that would have gained.
    private func sentence(_ result: BehaviourResult, _ hodl: BehaviourEstimate) -> [Phrase] {
        let estimate = result.estimate
        guard let from = hodl.negativeShare, let to = estimate.negativeShare, let cell = headline?.cell else {
            return []
        }
        let subject: [Phrase] = [.plain("«"), .name(result.shownName), .plain("» ")]
        let verb: [Phrase] =
            shareText(from) == shareText(to)
            ? [
                .plain("leaves \(cell.leverage.screenText) \(side.rawValue)s at "), .finding(shareText(to)),
                .plain(" below zero"),
            ]
            : [
                .plain("takes \(cell.leverage.screenText) \(side.rawValue)s from "), .finding(shareText(from)),
                .plain(" to "), .finding(shareText(to)), .plain(" below zero"),
            ]
        return subject + verb + [.plain("; " + costWords(estimate) + ".")]
    }

    private func costWords(_ estimate: BehaviourEstimate) -> String {
        var words: [String] = []
        if estimate.winners > 0, estimate.winnersClosed > 0 {
            let share = Double(estimate.winnersClosed) / Double(estimate.winners)
            words.append("it closes \(shareText(share)) of those that would have gained")
        }
        let tried = estimate.entries + estimate.filtered
        if estimate.filtered > 0, tried > 0 {
            words.append("it makes \(grouped(estimate.entries)) of \(counted(tried, "entry", "entries"))")
        }
        if let equity = estimate.equity {
            words.append("\(percentOfMargin(equity)) of the margin paid in is left on average")
        }
        return words.joined(separator: ", and ")
    }

    private func percentOfMargin(_ value: Double) -> String { signedPercentNumber(value) + narrowSpace + "%" }

    private func behaviourTable(_ compared: (hodl: BehaviourEstimate, others: [BehaviourResult])) -> SectionTable {
        SectionTable(
            name: "Behaviours against holding",
            head: [
                "Behaviour", "Entries", "Below zero, %", "against holding", "Lost half, %", "against holding",
                "Equity, % of margin", "against holding",
            ],
            rows: [SectionTable.Row("hodl", figures(compared.hodl))]
                + compared.others.map { SectionTable.Row(visibleText($0.shownName), figures($0.estimate)) })
    }

    private func figures(_ estimate: BehaviourEstimate) -> [ShownFigure] {
        let change = estimate.change
        return [
            .count(estimate.entries), .share(estimate.negativeShare),
            .change(change?.negative, estimate.negativeDifference?.interval), .share(estimate.lostHalfShare),
            .change(change?.lostHalf, estimate.lostHalfDifference?.interval), .signedPercent(estimate.equity),
            .change(change?.equity, estimate.equityDifference?.interval),
        ]
    }
}
