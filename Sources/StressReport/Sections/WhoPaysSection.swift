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

    /// Places to jump to.
    var sections: [(id: String, label: String)] {
        [("who-pays", "Who pays")] + (funded.isEmpty ? [] : [("fund-1", "Fund")])
            + (asked.isEmpty ? [] : [("queue-1", "Winners")])
    }

    /// Writes all of it.
    func write(to w: inout HTMLWriter) {
        let horizon = report.study.ledgerPopulation.map { spanWords($0.horizon) } ?? ""
        let definition =
            "\(traders) open positions at \(opened) and hold them for up to \(horizon); amounts in the quote currency. "
            + "Short: closed below zero, under any rules. Owed: what is left when everybody has paid."
        w.section("who-pays", label: "Who pays", title: ledger.title, definition: definition) { w in
            for words in ledger.whole.flatMap(\.result.warnings) {
                w.element("p", .class("key"), Attribute("role", "note")) { w in
                    w.element("strong", text: "Note. ")
                    w.text(words)
                }
            }
            writeWaterfalls(&w)
            for words in ledger.differenceWords(confidence: confidence) { w.element("p", .class("key"), text: words) }
            writePlatforms(&w)
            writeClasses(&w)
            w.source(
                ["safeguards.csv", "platforms.csv"] + (ledger.differences.isEmpty ? [] : ["differences.csv"]), root: "",
                note: drawnNote)
        }
        writeFunds(&w)
        writeQueues(&w)
    }

    private var traders: String {
        let classes = report.study.ledger?.population.classes ?? []
        let count = counted(classes.count, "class", "classes")
        let preset = report.study.ledger?.preset.map { ", \($0.name)," } ?? ""
        return "\(count) of traders\(preset)"
    }

    private var opened: String {
        let stride = report.study.ledgerPopulation?.stride ?? 1
        return stride == 1 ? "every bar" : "every \(grouped(stride)) bars"
    }

    private var drawnNote: String {
        ledger.whole.count > WhoPaysSection.mostDrawn
            ? "Drawn: \(WhoPaysSection.mostDrawn) of \(ledger.whole.count) platforms" : ""
    }

    // MARK: Waterfalls

    private func writeWaterfalls(_ w: inout HTMLWriter) {
        w.element("div", .class("two")) { w in
            for (place, platform) in ledger.whole.prefix(WhoPaysSection.mostDrawn).enumerated() {
                w.line()
                w.element("div") { w in
                    w.element("h3") { $0.name(platform.result.platform) }
                    if let chart = waterfall(platform.result, platform.all) {
                        w.element("figure") { chart.write(to: &$0) }
                    }
                    w.element("p", .class("key"), text: platform.all.story(confidence: confidence))
                    if waterfall(platform.result, platform.all) != nil {
                        w.element("p", .class("src")) {
                            $0.element("a", .href(WhoPaysSection.file("who-pays", place)), text: "drawing as SVG")
                        }
                    }
                }
            }
            w.line()
        }
        w.line()
    }

    private func waterfall(_ result: LedgerResult, _ all: LedgerGroup) -> WaterfallChart? {
        let liquidates = report.study.platform(named: result.platform)?.rules.liquidation.enabled ?? true
        return WaterfallChart(all, platform: result.platform, liquidates: liquidates)
    }

    // MARK: Tables

    private func writePlatforms(_ w: inout HTMLWriter) {
        w.element("h3", text: "Platform by platform")
        w.scrolling("Who pays, by platform") { w in
            w.element("table", .class("tbl num")) { w in
                w.element("caption", .class("vh"), text: "Who pays, by platform")
                w.tableHead(["Measure"] + ledger.whole.map { visibleText($0.result.platform) })
                w.element("tbody") { w in
                    let columns = ledger.whole.map { figures($0.all) }
                    for (place, title) in WhoPaysSection.figures.enumerated() {
                        w.numberRow(title, columns.map { $0[place] })
                    }
                }
            }
        }
    }

    private func writeClasses(_ w: inout HTMLWriter) {
        for (result, _) in ledger.whole {
            let groups = result.groups.filter { $0.asset == nil && $0.side != nil }
            let shown = chosen(groups, limit: 60, keeping: nil)
            guard !shown.isEmpty else { continue }
            let name = "Classes of traders at \(visibleText(result.platform))"
            w.element("details", .class("data")) { w in
                w.element(
                    "summary", text: name + (shown.count < groups.count ? ", \(shown.count) of \(groups.count)" : ""))
                w.scrolling(name) { w in
                    w.element("table", .class("tbl num wide")) { w in
                        w.element("caption", .class("vh"), text: name)
                        w.tableHead(["Class"] + WhoPaysSection.figures)
                        w.element("tbody") { w in
                            for group in shown { w.numberRow(group.classWords, figures(group)) }
                        }
                    }
                }
            }
            w.line()
        }
    }

    private static let figures = [
        "Positions", "Without safeguards, %", "Liquidated, %", "Closed below zero, %", "Owe something, %", "Missing",
        "Missing, % of margin", "Paid by the fund", "By the queue of winners", "By the day’s winners",
        "By the platform",
        "Owed", "Owed, % of margin",
    ]

    private func figures(_ group: LedgerGroup) -> [String] {
        let (counts, amounts, intervals) = (group.counts, group.amounts, group.intervals)
        func share(_ count: Int, _ interval: Interval?) -> String {
            counts.share(count).map { shareNumber($0) + range(interval) } ?? "n/a"
        }
        func size(_ fraction: Double?, _ interval: Interval?) -> String {
            fraction.map { percentNumber($0) + range(interval, percentNumber) } ?? "n/a"
        }
        return [
            grouped(counts.entries), share(counts.unprotected, intervals.unprotected),
            share(counts.liquidated, intervals.liquidated), share(counts.shortfalls, intervals.shortfall),
            share(counts.owing, intervals.owed), moneyNumber(amounts.shortfall),
            size(group.shortfallPerMargin, intervals.shortfallPerMargin),
        ] + amounts.payers.map { moneyNumber($0.amount) } + [
            moneyNumber(amounts.owed), size(group.owedPerMargin, intervals.owedPerMargin),
        ]
    }

    private func range(_ interval: Interval?, _ number: (Double) -> String = shareNumber) -> String {
        interval.map { " (\(number($0.low))–\(number($0.high)))" } ?? ""
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
