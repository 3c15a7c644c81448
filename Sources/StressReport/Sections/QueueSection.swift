import StressBasics
import StressResults

extension WhoPaysSection {
    /// Platforms where queues had something to take, as many as are drawn.
    var asked: [LedgerResult] {
        Array(ledger.whole.map(\.result).filter { QueueChart($0) != nil }.prefix(WhoPaysSection.mostDrawn))
    }

    /// What every queue took from whom.
    func writeQueues(_ w: inout HTMLWriter) {
        for (place, result) in asked.enumerated() {
            guard let chart = QueueChart(result) else { continue }
            w.line()
            w.element("div", .class("two")) { w in
                write(chart, result, place, &w)
                writeClasses(result, place, &w)
            }
        }
    }

    private func write(_ chart: QueueChart, _ result: LedgerResult, _ place: Int, _ w: inout HTMLWriter) {
        let own = result.queues.contains(where: \.isOwn) ? " In colour: the platform’s own." : ""
        let definition =
            "What winners of the other side gave up under each queue, everything else being the platform’s. ● mean of one meeting, end mark "
            + "at the largest.\(own)"
        w.section("queue-\(place + 1)", label: "Winners", title: result.queueTitle, definition: definition) { w in
            w.element("figure") { chart.write(to: &$0) }
            writeTotals(result, &w)
            w.source(["adl.csv"], root: "", drawing: WhoPaysSection.file("queue", place))
        }
    }

    private func writeTotals(_ result: LedgerResult, _ w: inout HTMLWriter) {
        let name = "What each queue took at \(visibleText(result.platform))"
        w.element("details", .class("data")) { w in
            w.element("summary", text: "Show as table")
            w.scrolling(name) { writeTotals(name, result, &$0) }
        }
        w.line()
    }

    private func writeTotals(_ name: String, _ result: LedgerResult, _ w: inout HTMLWriter) {
        w.element("table", .class("tbl num")) { w in
            w.element("caption", .class("vh"), text: name)
            let isOwed = result.queues.contains { $0.owed > .zero }
            w.tableHead(
                ["Queue", "Met", "Closed", "Given up", "of profit, %", "Largest"] + (isOwed ? ["Owed"] : []))
            w.element("tbody") { w in
                for queue in result.queues {
                    let total = queue.total
                    w.numberRow(
                        queue.label + (queue.isOwn ? " (own)" : ""),
                        [
                            grouped(total.touched), moneyNumber(total.notional), moneyNumber(total.haircut),
                            total.profitShare.map(shareNumber) ?? "n/a", moneyNumber(total.largest),
                        ] + (isOwed ? [moneyNumber(queue.owed)] : []))
                }
            }
        }
    }

    // MARK: Classes

    private func writeClasses(_ result: LedgerResult, _ place: Int, _ w: inout HTMLWriter) {
        let queues = result.queues.filter { $0.total.haircut > .zero }
        let definition =
            "Share in % of what each queue took, by the class of the winners who gave it; coloured as elsewhere on these pages."
        let id = "givers-\(place + 1)"
        w.section(id, label: "Who gives", title: giversTitle(queues), definition: definition) { w in
            w.scrolling("Who gives under each queue at \(visibleText(result.platform))") { w in
                w.element("table", .class("heat wide dense")) { w in
                    w.element("caption", .class("vh"), text: "Share of what each queue took, by class of the winners")
                    writeHead(queues, &w)
                    w.element("tbody") { w in
                        for row in rows(queues) { write(row, queues, &w) }
                    }
                }
            }
            w.source(
                ["adl_classes.csv", "adl.csv"], root: "", note: givers(queues).count > 24 ? "Shown: 24 classes" : "")
        }
    }

    private func writeHead(_ queues: [QueueResult], _ w: inout HTMLWriter) {
        w.element("thead") { w in
            w.element("tr") { w in
                w.element("th", Attribute("scope", "col"), .class("corner"), text: "Class")
                for queue in queues { w.element("th", Attribute("scope", "col"), text: queue.label) }
            }
        }
        w.line()
    }

    /// Places of the classes from whom any queue took something.
    private func givers(_ queues: [QueueResult]) -> [Int] {
        let most = queues.map(\.classes.count).min() ?? 0
        return (0..<most).filter { place in queues.contains { $0.classes[place].haircut > .zero } }
    }

    private func rows(_ queues: [QueueResult]) -> [Int] { chosen(givers(queues), limit: 24, keeping: nil) }

    private func write(_ place: Int, _ queues: [QueueResult], _ w: inout HTMLWriter) {
        guard let first = queues.first?.classes[place] else { return }
        let name = "\(first.leverage.screenText) \(first.side.rawValue)"
        w.element("tr") { w in
            w.element("th", Attribute("scope", "row"), text: name)
            for queue in queues {
                let group = queue.classes[place]
                let share = group.haircut.part(of: queue.total.haircut) ?? 0
                let tip =
                    "\(name), \(queue.label)\n\(moneyNumber(group.haircut)) given up\n"
                    + "\(counted(group.touched, "position", "positions")) met"
                w.element(
                    "td", .class(ColourBins.name(of: share)), Attribute("data-tip", tip), text: shareNumber(share))
            }
        }
        w.line()
    }

    /// Which class gives most under the first queue, and under the one that asks it least.
    private func giversTitle(_ queues: [QueueResult]) -> String {
        guard let first = queues.first(where: \.isOwn) ?? queues.first,
            let most = first.classes.indices.max(by: { first.classes[$0].haircut < first.classes[$1].haircut }),
            let share = first.classes[most].haircut.part(of: first.total.haircut)
        else { return "Who gives" }
        let group = first.classes[most]
        let others = queues.filter { $0.rule != first.rule && $0.classes.indices.contains(most) }
        let words = "\(group.leverage.screenText) \(group.side.rawValue)s give \(shareText(share)) under \(first.label)"
        let least = others.compactMap { queue in
            queue.classes[most].haircut.part(of: queue.total.haircut).map { (queue.label, $0) }
        }.min { $0.1 < $1.1 }
        return words + (least.map { ", \(shareText($0.1)) under \($0.0)" } ?? "")
    }
}
