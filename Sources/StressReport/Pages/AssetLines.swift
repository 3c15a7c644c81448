import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension RunReport {
    /// One line a price history with its worst cell, the worst history first; empty for a study of one.
    ///
    /// The worst cell is the one with the highest share below zero; among equals the share under the worst fill decides, then
    /// that of liquidated entries, then plan order.
    public func assetLines(_ style: TerminalStyle = .plain) -> String {
        guard study.inputs.count > 1 else { return "" }
        let worst = worstCells
        let shown = worst.prefix(RunReport.mostAssetLines)
        let confidence = study.statistics.confidence
        let table = TerminalTable(
            columns: [
                TerminalTable.Column("price history", rank: 0, shown.map(\.cell.asset), isText: true),
                TerminalTable.Column("below zero", rank: 0, shown.map { $0.belowZeroText(confidence) }),
                TerminalTable.Column(
                    confidenceText(confidence) + " CI", rank: 1, shown.map { $0.intervalText(confidence) }),
                shown.contains { $0.estimate.gapExit != nil }
                    ? TerminalTable.Column(
                        "at once", rank: 3, shown.map { $0.tableText(.gapNegativeEquity, confidence) }) : nil,
                shown.contains { $0.estimate.worstExit != nil }
                    ? TerminalTable.Column(
                        "worst fill", rank: 2, shown.map { $0.tableText(.worstNegativeEquity, confidence) })
                    : nil,
                TerminalTable.Column("in its worst cell", rank: 0, shown.map { worstCellText($0) }, isText: true),
            ].compactMap { $0 }, style: style)
        let rest = worst.count > shown.count ? ["  and \(worst.count - shown.count) more; all are in results.csv"] : []
        return (["  All price histories, the worst first"] + table.lines(highlighting: shown.map { _ in false }) + rest)
            .joined(separator: "\n")
    }

    private static let mostAssetLines = 60

    private var worstCells: [ResultRow] {
        let byAsset = Dictionary(grouping: shown.rows, by: \.cell.asset)
        // Of equals the first stays.
        let worst = study.inputs.compactMap { input in
            byAsset[input.asset]?.reduce(nil as ResultRow?) { worst, row in
                guard let worst else { return row }
                return worst.severity.lexicographicallyPrecedes(row.severity) ? row : worst
            }
        }
        return worst.enumerated().sorted { a, b in
            a.element.severity == b.element.severity
                ? a.offset < b.offset : b.element.severity.lexicographicallyPrecedes(a.element.severity)
        }.map(\.element)
    }

    private func worstCellText(_ row: ResultRow) -> String {
        guard row.share != nil else {
            return failures.contains { $0.asset == row.cell.asset } ? "no result" : ""
        }
        let cell = row.cell
        let kind = CellAxis.allCases.filter { $0.standard != nil && $0.standard != cell.key[$0] }
            .map { " " + cell.key.plainText($0) }.joined()
        return "\(cell.side.rawValue)\(kind) \(cell.leverage.screenText) \(cell.horizon.screenText) on \(cell.platform)"
    }
}

extension ResultRow {
    fileprivate var share: Double? { estimate.exit.frequency }

    /// What makes one cell worse than another, the weightiest first: the share below zero, that under the worst fill, and the
    /// share that was liquidated. What cannot happen is the mildest that has a share at all.
    fileprivate var severity: [Double] {
        guard let share else { return [-2] }
        guard estimate.status != .impossible else { return [-1] }
        return [share, estimate.worstExit?.frequency ?? 0, estimate.liquidatedFrequency ?? 0]
    }

    /// `3.1 %`, or why there is no share.
    func belowZeroText(_ confidence: Double) -> String {
        guard let figure = estimate.figure(.negativeEquity, confidence: confidence) else { return "" }
        return figure.share == nil ? figure.number : figure.number + " %"
    }

    /// `3.1 %`; empty where `measure` has no share.
    func tableText(_ measure: Measure, _ confidence: Double) -> String {
        estimate.figure(measure, confidence: confidence)?.share.map { shareNumber($0.fraction) + " %" } ?? ""
    }

    /// `1.7–5.4 %`, `<=1.1 %` or `too few`; empty without a share.
    func intervalText(_ confidence: Double) -> String {
        let share = estimate.figure(.negativeEquity, confidence: confidence)?.share
        return share?.interval.map { interval in
            interval.isVacuous(windows: estimate.disjointWindows)
                ? "too few"
                : interval.method.isBound ? "<=" + boundText(interval.high) : intervalNumber(interval) + " %"
        } ?? ""
    }
}
