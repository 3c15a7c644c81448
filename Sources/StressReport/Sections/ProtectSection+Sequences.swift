import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// What stops did not prevent, and where going on after every liquidation leads.
extension AssetSide {
    /// Days that a page lists.
    private static let mostJumps = 5

    /// Days on which stops were jumped over, most entries below zero first.
    func writeStopJumps(_ results: [BehaviourResult], _ w: inout HTMLWriter) {
        let all = results.flatMap { result in (result.estimate.stopJumps ?? []).map { (result, $0) } }
        guard !all.isEmpty else { return }
        let worst = all.sorted { ($1.1.negative, $0.1.day) < ($0.1.negative, $1.1.day) }.prefix(AssetSide.mostJumps)
        let rest = all.count > worst.count ? " The \(worst.count) worst of \(grouped(all.count)):" : ""
        w.element(
            "p", .class("mini"),
            text:
                "A stop is an order to sell at what there is: where the price jumped over it, entries that had one ended below "
                + "zero all the same.\(rest)")
        w.scrolling("Days on which stops were jumped over") { w in
            w.element("table", .class("tbl num")) { w in writeJumpTable(worst, &w) }
        }
        w.source(["stop_jumps.csv"], root: "../")
    }

    private func writeJumpTable(_ days: some Sequence<(BehaviourResult, StopJumps.Day)>, _ w: inout HTMLWriter) {
        w.tableHead([
            "Behaviour", "Day (UTC)", "Entries", "Closed by the platform", "Below zero", "Lowest equity, % of margin",
        ])
        w.element("tbody") { w in
            for (result, day) in days {
                let fields = [
                    day.start.civil.dateText, grouped(day.entries), grouped(day.liquidated),
                    significantText(day.negative, digits: 3),
                    signedPercentNumber(day.lowest),
                ]
                w.numberRow(visibleText(result.shownName), fields)
            }
        }
    }

    /// The risk of ruin at the headline's leverages, of the first behaviour that goes on.
    private var ruinRisks: (name: String, risks: [(leverage: Double, risk: [RuinShare])])? {
        guard let cell = headline?.cell else { return nil }
        let selector = CellSelector(like: cell.key, but: [.leverage])
        let curve = report.behaviours.filter { $0.estimate.ruin != nil && selector.matches($0.cell) }
        guard let first = curve.first else { return nil }
        let own = curve.filter { $0.behaviour == first.behaviour && $0.order == first.order }
        let risks = own.map { ($0.cell.leverage.value, $0.estimate.ruin ?? []) }.sorted { $0.0 < $1.0 }
        return (first.shownName, risks)
    }

    /// Nil where nobody goes on, or nobody is ruined.
    var ruinChart: RuinChart? { ruinRisks.flatMap { RuinChart($0.risks) } }

    func writeRuin(_ w: inout HTMLWriter) {
        guard let (name, risks) = ruinRisks, let cell = headline?.cell,
            let own = risks.first(where: { $0.leverage == cell.leverage.value })?.risk
        else { return }
        let lead: [Phrase] = [
            .plain("Going on after every liquidation, as «"), .name(name),
            .plain("» does, each time with a margin of the same size: "),
        ]
        w.element("div", .class("two")) { w in
            if let chart = ruinChart {
                w.element("div") { w in
                    w.element("p", .class("src"), text: "Share of starts that lost all of a capital")
                    w.element("figure") { chart.write(to: &$0) }
                    w.source(["ruin.csv"], root: "../", drawing: chartFile("ruin"))
                }
            }
            w.element("p") { $0.phrases(lead + ruinPhrases(own, cell)) }
        }
        writeData("Risk of ruin by capital and leverage", &w) { writeRuinTable(risks, &$0) }
    }

    private func ruinPhrases(_ risk: [RuinShare], _ cell: StudyCell) -> [Phrase] {
        var phrases: [Phrase] = []
        for (place, part) in risk.enumerated() {
            guard let share = part.share else { continue }
            let ends = part.interval.map {
                " (\(confidenceText(confidence)) CI\(hardSpace)\(shareNumber($0.low))–\(shareNumber($0.high))\(narrowSpace)%)"
            }
            phrases += [
                .plain(place == 0 ? "" : ", "),
                .plain(
                    "a capital of \(counted(part.margins, "margin", "margins")) was gone within \(spanWords(cell.horizon)) in "
                ),
                .finding(part.ruined == 0 ? "none" : shareText(share)), .plain(ends ?? ""),
            ]
        }
        return phrases + [.plain(" of \(grouped(risk.first?.starts ?? 0)) starts at \(cell.leverage.screenText).")]
    }

    private func writeRuinTable(_ risks: [(leverage: Double, risk: [RuinShare])], _ w: inout HTMLWriter) {
        let capitals = Set(risks.flatMap { $0.risk.map(\.margins) }).sorted()
        w.tableHead(["Leverage", "Starts"] + capitals.map { "\(counted($0, "margin", "margins")), %" })
        w.element("tbody") { w in
            for (leverage, risk) in risks {
                let shares = capitals.map { margins in
                    risk.first { $0.margins == margins }?.share.map(shareNumber) ?? "n/a"
                }
                w.numberRow("\(numberText(leverage))×", [grouped(risk.first?.starts ?? 0)] + shares)
            }
        }
    }
}
