import StressBasics
import StressResults
import StressStatistics

/// What everybody asks first: how much leverage a history bore, and how far the fills are apart.
extension AssetSide {
    /// The highest leverage with at most the study's chosen share below zero, and surely so, by direction and holding time; empty where
    /// nothing was computed.
    var glance: [Block] {
        let lines = glanceLines
        guard lines.contains(where: { !$0.columns.isEmpty }) else { return [] }
        let most = report.study.statistics.maxFrequency
        let words: [Inline] = [
            .mark("Highest leverage with at most \(shareText(most)) below zero, and surely so:"),
            .text(
                " the upper end of the \(confidenceText(confidence)) interval is no higher, up to there\(scopeOfGlance)."
                    + " That is at the study’s fill, and as far as the history shows each kind of market."
            ),
        ]
        let table = SectionTable(
            name: "Highest leverage by direction and holding time",
            head: ["Held up to"] + shownHorizons.map(\.screenText), rows: lines.map(row))
        return [.box(.glance, [.paragraph(.key, words), .table(table), .source(["max_leverage.csv"])])]
    }

    /// One direction's columns by holding time.
    private struct GlanceLine {
        let side: Side
        let columns: [TimeSpan: MaxLeverage]
    }

    private var scopeOfGlance: String { headline.map { scopeWords($0.cell) } ?? "" }

    private var glanceLines: [GlanceLine] {
        guard let cell = headline?.cell else { return [] }
        let most = report.study.statistics.maxFrequency
        let own = (rows + opposite).filter { cell.key.table.matches($0.cell) }
        return report.study.grid.sides.map { side in
            let columns = Dictionary(grouping: own.filter { $0.cell.side == side }, by: \.cell.horizon)
            return GlanceLine(
                side: side, columns: columns.compactMapValues { MaxLeverage($0.map { $0.judged(most: most) }) })
        }
    }

    private func row(_ line: GlanceLine) -> SectionTable.Row {
        SectionTable.Row(
            [.text(line.side == .long ? "Long" : "Short")],
            shownHorizons.map { horizon in
                guard let column = line.columns[horizon] else { return .figure(ShownFigure("not computed")) }
                let leverage = column.highest?.cell.leverage
                return .noted(
                    ShownFigure(leverage?.screenText ?? "none", leverage?.value, nil, .leverage), glanceNotes(column))
            })
    }

    /// The share there with its bound and count, or what stands in the way at the lowest leverage.
    private func glanceNotes(_ column: MaxLeverage) -> [String] {
        guard let highest = column.highest else {
            if let breaking = column.breaking, column.verdict == .broken {
                let words = breaking.high.map { "could be up to \(boundText($0))" } ?? "is above"
                return ["\(breaking.cell.leverage.screenText) \(words)"]
            }
            return column.unknown.map { ["\($0.cell.leverage.screenText): \($0.reason.words)"] } ?? []
        }
        guard let row = (rows + opposite).first(where: { $0.cell == highest.cell }) else { return [] }
        guard row.estimate.status != .impossible,
            let share = row.estimate.figure(.negativeEquity, confidence: confidence)?.share
        else { return ["cannot end below zero"] }
        let bound = share.interval.map { " (≤\(boundNumber($0.high)))" } ?? ""
        return [shareText(share.fraction) + bound, "\(grouped(share.count)) of \(grouped(share.entries))"]
    }
}
