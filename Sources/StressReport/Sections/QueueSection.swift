import StressBasics
import StressResults

extension WhoPaysSection {
    /// Platforms where queues had something to take, as many as are drawn.
    var asked: [LedgerResult] {
        Array(ledger.whole.map(\.result).filter { QueueChart($0) != nil }.prefix(WhoPaysSection.mostDrawn))
    }

    /// What every queue took from whom.
    var queues: [PagePart] {
        asked.enumerated().compactMap { place, result in
            QueueChart(result).map { .beside([section($0, result, place), givers(result, place)]) }
        }
    }

    private func section(_ chart: QueueChart, _ result: LedgerResult, _ place: Int) -> ReportSection {
        let own = result.queues.contains(where: \.isOwn) ? " In colour: the platform’s own." : ""
        let definition =
            "What winners of the other side gave up under each queue, everything else being the platform’s. ● mean of one meeting, end mark "
            + "at the largest.\(own)"
        return ReportSection(
            "queue-\(place + 1)", label: "Winners", title: result.queueTitle, definition: definition,
            [
                .drawing(chart), .data(totals(result)),
                .source(["adl.csv"], drawing: WhoPaysSection.file("queue", place)),
            ])
    }

    private func totals(_ result: LedgerResult) -> SectionTable {
        let isOwed = result.queues.contains { $0.owed > .zero }
        return SectionTable(
            name: "What each queue took at \(visibleText(result.platform))",
            head: ["Queue", "Meetings", "Positions met", "Closed", "Given up", "of profit, %", "Largest"]
                + (isOwed ? ["Owed"] : []),
            rows: result.queues.map { queue in
                let total = queue.total
                return SectionTable.Row(
                    queue.label + (queue.isOwn ? " (own)" : ""),
                    [
                        .count(total.touched), total.positions.map { .count($0) } ?? ShownFigure("n/a"),
                        .money(total.notional), .money(total.haircut),
                        .share(total.profitShare), .money(total.largest),
                    ] + (isOwed ? [.money(queue.owed)] : []))
            })
    }

    // MARK: Classes

    private func givers(_ result: LedgerResult, _ place: Int) -> ReportSection {
        let queues = result.queues.filter { $0.total.haircut > .zero }
        let definition =
            "Share in % of what each queue took, by the class of the winners who gave it; coloured as elsewhere on these pages."
        let table = SectionTable(
            name: "Who gives under each queue at \(visibleText(result.platform))",
            caption: "Share of what each queue took, by class of the winners", style: .dense,
            head: ["Class"] + queues.map(\.label), rows: rows(queues).compactMap { row($0, queues) })
        let note = givers(queues).count > 24 ? "Shown: 24 classes" : ""
        return ReportSection(
            "givers-\(place + 1)", label: "Who gives", title: giversTitle(queues), definition: definition,
            [.table(table), .source(["adl_classes.csv", "adl.csv"], note: note)])
    }

    /// Places of the classes from whom any queue took something.
    private func givers(_ queues: [QueueResult]) -> [Int] {
        let most = queues.map(\.classes.count).min() ?? 0
        return (0..<most).filter { place in queues.contains { $0.classes[place].haircut > .zero } }
    }

    private func rows(_ queues: [QueueResult]) -> [Int] { chosen(givers(queues), limit: 24, keeping: nil) }

    private func row(_ place: Int, _ queues: [QueueResult]) -> SectionTable.Row? {
        guard let first = queues.first?.classes[place] else { return nil }
        let name = "\(first.leverage.screenText) \(first.side.rawValue)"
        return SectionTable.Row(
            [.text(name)],
            queues.map { queue in
                let group = queue.classes[place]
                let share = group.haircut.part(of: queue.total.haircut) ?? 0
                let tip =
                    "\(name), \(queue.label)\n\(moneyWords(group.haircut)) given up\n"
                    + "\(counted(group.touched, "position", "positions")) met"
                return .shade(.share(share), style: ColourBins.name(of: share), tip: tip)
            })
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
