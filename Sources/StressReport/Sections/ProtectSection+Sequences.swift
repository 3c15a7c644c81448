import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// What stops did not prevent, and where going on after every loss leads.
extension AssetSide {
    /// Days that a page lists.
    private static let mostJumps = 5

    /// Days on which stops were jumped over, most entries below zero first; empty without any.
    func stopJumpBlocks(_ results: [BehaviourResult]) -> [Block] {
        let all = results.flatMap { result in (result.estimate.stopJumps ?? []).map { (result, $0) } }
        guard !all.isEmpty else { return [] }
        let worst = all.sorted { ($1.1.negative, $0.1.day) < ($0.1.negative, $1.1.day) }.prefix(AssetSide.mostJumps)
        let rest = all.count > worst.count ? " The \(worst.count) worst of \(grouped(all.count)):" : ""
        let words =
            "A stop is an order to sell at what there is: where the price jumped over it, entries that had one ended below "
            + "zero all the same.\(rest)"
        let table = SectionTable(
            name: "Days on which stops were jumped over", caption: "",
            head: [
                "Behaviour", "Day (UTC)", "Entries", "Closed by the platform", "Below zero",
                "Lowest equity, % of margin",
            ], rows: worst.map { result, day in SectionTable.Row(visibleText(result.shownName), figures(day)) })
        return [.paragraph(.mini, words), .table(table), .source(["stop_jumps.csv"])]
    }

    private func figures(_ day: StopJumps.Day) -> [ShownFigure] {
        [
            ShownFigure(day.start.civil.dateText), .count(day.entries), .count(day.liquidated),
            ShownFigure(significantText(day.negative, digits: 3), day.negative, nil, .count),
            .signedPercent(day.lowest),
        ]
    }

    /// The risk of ruin at the headline's leverages, of the first behaviour that goes on.
    private var ruinRisks: (name: String, stops: Bool, risks: [(leverage: Double, risk: [RuinShare])])? {
        guard let cell = headline?.cell else { return nil }
        let selector = CellSelector(like: cell.key, but: [.leverage])
        let curve = records.behaviours.filter { $0.estimate.ruin != nil && selector.matches($0.cell) }
        guard let first = curve.first else { return nil }
        let own = curve.filter { $0.behaviour == first.behaviour && $0.order == first.order }
        let risks = own.map { ($0.cell.leverage.value, $0.estimate.ruin ?? []) }.sorted { $0.0 < $1.0 }
        let rules = report.study.behaviours.first { $0.name == first.behaviour }
        let stops = [rules?.stopLoss, rules?.trailingStop].contains { $0?.isFinite ?? false }
        return (first.shownName, stops, risks)
    }

    /// Nil where nobody goes on, or nobody is ruined.
    var ruinChart: RuinChart? { ruinRisks.flatMap { RuinChart($0.risks) } }

    /// Where going on leads, with what shows it; empty where nobody goes on.
    var ruinBlocks: [Block] {
        guard let (name, stops, risks) = ruinRisks, let cell = headline?.cell,
            let own = risks.first(where: { $0.leverage == cell.leverage.value })?.risk
        else { return [] }
        let lead: [Phrase] = [
            .plain("Going on after every \(stops ? "liquidation and stop" : "liquidation"), as «"), .name(name),
            .plain(
                stops
                    ? "» does, with what a stop leaves, or a new margin of the same size where nothing is left: "
                    : "» does, each time with a margin of the same size: "),
        ]
        let drawn: [[Block]] =
            ruinChart.map { chart in
                [
                    [
                        .paragraph(.note, "Share of starts that lost all of a capital"), .drawing(chart),
                        .source(["ruin.csv"], drawing: chartFile("ruin")),
                    ]
                ]
            } ?? []
        return [
            .columns(drawn + [[.paragraph(.plain, (lead + ruinPhrases(own, cell)).inline)]]), .data(ruinTable(risks)),
        ]
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

    private func ruinTable(_ risks: [(leverage: Double, risk: [RuinShare])]) -> SectionTable {
        let capitals = Set(risks.flatMap { $0.risk.map(\.margins) }).sorted()
        return SectionTable(
            name: "Risk of ruin by capital and leverage",
            head: ["Leverage", "Starts"] + capitals.map { "\(counted($0, "margin", "margins")), %" },
            rows: risks.map { leverage, risk in
                let shares = capitals.map { margins in
                    ShownFigure.share(risk.first { $0.margins == margins }?.share)
                }
                return SectionTable.Row("\(numberText(leverage))×", [.count(risk.first?.starts ?? 0)] + shares)
            })
    }
}
