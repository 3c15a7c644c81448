import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// Who paid for positions below zero, on the front page: from those that would have been below zero to what is owed, platform beside
/// platform.
struct WhoPaysSection {
    let report: RunReport
    let ledger: LedgerResults

    /// Nil where nobody asked.
    init?(_ report: RunReport) {
        guard let ledger = report.ledger, !ledger.whole.isEmpty else { return nil }
        (self.report, self.ledger) = (report, ledger)
    }

    /// Platforms that are drawn; all of them are in the tables.
    static let mostDrawn = 4

    var confidence: Double { report.study.statistics.confidence }
    private var horizon: TimeSpan? { report.study.ledgerPopulation?.horizon }

    /// Places to jump to.
    var sections: [(id: String, label: String)] {
        [("who-pays", "Who pays")] + (funded.isEmpty ? [] : [("fund-1", "Fund")])
            + (asked.isEmpty ? [] : [("queue-1", "Winners")])
    }

    /// All of it: who pays, every fund, every queue.
    var parts: [PagePart] { [.section(section)] + funds + queues }

    private var section: ReportSection {
        let horizon = horizon.map(spanWords) ?? ""
        let definition =
            "\(traders) open positions at \(opened) and hold them for up to \(horizon); amounts in the quote currency. "
            + "Short: closed below zero, under any rules. Owed: what is left when everybody has paid."
        let files = ["safeguards.csv", "platforms.csv"] + (ledger.differences.isEmpty ? [] : ["differences.csv"])
        return ReportSection(
            "who-pays", label: "Who pays", title: ledger.title, definition: definition,
            ledger.whole.flatMap(\.result.warnings).map { .paragraph(.warning, $0) } + [.columns(waterfalls)]
                + ledger.differenceWords(confidence: confidence).map { .paragraph(.key, $0) }
                + [.heading([.text("Platform by platform")]), .table(platforms)] + classes
                + [.source(files, note: drawnNote)])
    }

    private var traders: String {
        let classes = report.study.ledger?.population.classes ?? []
        let count = counted(classes.count, "class", "classes")
        let preset = report.study.ledger?.preset.map { ", \($0.name)," } ?? ""
        return "\(count) of traders\(preset)"
    }

    private var opened: String {
        let stride = report.study.ledgerPopulation?.stride ?? 1
        return stride == 1 ? "every bar" : "one bar in \(grouped(stride))"
    }

    private var drawnNote: String {
        ledger.whole.count > WhoPaysSection.mostDrawn
            ? "Drawn: \(WhoPaysSection.mostDrawn) of \(ledger.whole.count) platforms" : ""
    }

    // MARK: Waterfalls

    private var waterfalls: [[Block]] {
        ledger.whole.prefix(WhoPaysSection.mostDrawn).enumerated().map { place, platform in
            let chart = waterfall(platform.result, platform.all)
            let file = WhoPaysSection.file("who-pays", place)
            return [.heading([.phrase(.name(platform.result.platform))])] + (chart.map { [.drawing($0)] } ?? [])
                + [.paragraph(.key, platform.all.story(confidence: confidence, horizon: horizon))]
                + (chart == nil ? [] : [.paragraph(.note, [.link("drawing as SVG", to: file)])])
        }
    }

    private func waterfall(_ result: LedgerResult, _ all: LedgerGroup) -> WaterfallChart? {
        let liquidates = report.study.platform(named: result.platform)?.rules.liquidation.enabled ?? true
        return WaterfallChart(all, platform: result.platform, liquidates: liquidates)
    }

    // MARK: Tables

    private var platforms: SectionTable {
        let columns = ledger.whole.map { figures($0.all) }
        return SectionTable(
            name: "Who pays, by platform", head: ["Measure"] + ledger.whole.map { visibleText($0.result.platform) },
            rows: WhoPaysSection.figures.enumerated().map { place, title in
                SectionTable.Row(title, columns.map { $0[place] })
            })
    }

    private var classes: [Block] {
        ledger.whole.compactMap { result, _ in
            let groups = result.groups.filter { $0.asset == nil && $0.side != nil }
            let shown = chosen(groups, limit: 60, keeping: nil)
            guard !shown.isEmpty else { return nil }
            let name = "Classes of traders at \(visibleText(result.platform))"
            let table = SectionTable(
                name: name, style: .wide, head: ["Class"] + WhoPaysSection.figures,
                rows: shown.map { SectionTable.Row($0.classWords, figures($0)) })
            let left = shown.count < groups.count ? ", \(shown.count) of \(groups.count)" : ""
            return .folded(name + left, [.table(table)])
        }
    }

    private static let figures = [
        "Positions", "Without safeguards, %", "Liquidated, %", "Closed in part, times", "Closed below zero, %",
        "Owe something, %", "Missing",
        "Missing, % of margin", "Paid by the fund", "By the queue of winners", "By the day’s winners",
        "By the platform",
        "Owed", "Owed, % of margin",
    ]

    private func figures(_ group: LedgerGroup) -> [ShownFigure] {
        let (counts, amounts, intervals) = (group.counts, group.amounts, group.intervals)
        return [
            .count(counts.entries), .share(counts.share(counts.unprotected), intervals.unprotected),
            .share(counts.share(counts.liquidated), intervals.liquidated),
            counts.reductions.map { .count($0) } ?? ShownFigure("not counted"),
            .share(counts.share(counts.shortfalls), intervals.shortfall),
            .share(counts.share(counts.owing), intervals.owed), .money(amounts.shortfall),
            .percent(group.shortfallPerMargin, intervals.shortfallPerMargin),
        ] + amounts.payers.map { .money($0.amount) } + [
            .money(amounts.owed), .percent(group.owedPerMargin, intervals.owedPerMargin),
        ]
    }
}

extension WhoPaysSection {
    /// The file of a drawing of the place-th platform.
    static func file(_ name: String, _ place: Int) -> String { "charts/\(name)-\(place + 1).svg" }

    /// What the drawings show, in which units.
    private static let units = [
        "who-pays": "Money owed by positions below zero and who paid it, in the unit of the ledger.",
        "fund": "Insurance fund against time, in the unit of the ledger.",
        "queue": "What winners gave up when positions were deleveraged, by queue.",
    ]
    /// The tables with their numbers.
    private static let tables = ["who-pays": "safeguards.csv", "fund": "fund.csv", "queue": "adl.csv"]

    /// Every drawing of the section as a file.
    var drawings: [ReportFile] {
        func files(_ name: String, _ drawings: [(any Drawing)?]) -> [ReportFile] {
            drawings.enumerated().compactMap { place, drawing in
                drawing.map { drawing in
                    let credit = report.credit(
                        WhoPaysSection.units[name] ?? "", file: WhoPaysSection.tables[name] ?? "")
                    return ReportFile(path: WhoPaysSection.file(name, place), contents: drawing.standalone(credit))
                }
            }
        }
        let drawn = ledger.whole.prefix(WhoPaysSection.mostDrawn)
        return files("who-pays", drawn.map { waterfall($0.result, $0.all) })
            + files("fund", funded.map(FundChart.init)) + files("queue", asked.map(QueueChart.init))
    }
}

extension LedgerGroup {
    /// `50× long`.
    var classWords: String {
        guard let side, let leverage else { return "all" }
        return "\(leverage.screenText) \(side.rawValue)"
    }
}
