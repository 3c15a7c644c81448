import StressBasics
import StressStatistics

extension RunReport {
    /// The headline for a terminal: one or two sentences without markup, with ordinary spaces.
    public var headlineText: String {
        if let failure = headlineFailure { return plainText("No data for \(failure.asset): \(failure.message).") }
        guard let sentences = headlineSentences else { return "No cell matches the study's headline." }
        return [sentences.headline, sentences.worstFill].map(\.sentence).filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// Why the headline's job failed; nil when it did not.
    var headlineFailure: JobFailure? {
        study.headlineCell.flatMap { cell in failures.first { $0.asset == cell.asset } }
    }

    /// The leverages around the headline as aligned plain text without colour codes; empty without a headline. It is
    /// for people, not for programs: its columns may change.
    public func terminalTable() -> String {
        guard let cell = headlineRow?.cell else { return "" }
        let column = rows.filter {
            $0.cell.asset == cell.asset && $0.cell.contract == cell.contract && $0.cell.side == cell.side
                && $0.cell.horizon == cell.horizon && $0.cell.platform == cell.platform
        }.sorted { $0.cell.leverage < $1.cell.leverage }
        let hasWorst = column.contains { $0.estimate.worstExit != nil }
        let hasBest = column.contains { $0.estimate.bestExit != nil }
        let fills: [(String, Measure)] =
            (hasBest ? [("best fill", .bestFill)] : []) + (hasWorst ? [("worst fill", .worstFill)] : [])
        let confidence = study.statistics.confidence
        let header =
            ["leverage", "below zero", confidenceText(confidence) + " CI"] + fills.map(\.0)
            + ["liquidated", "no safeguards", "n windows", "status"]
        let lines = column.map { terminalRow($0, fills: fills.map(\.1), confidence: confidence) }
        let contract = cell.contract == .linear ? "" : " (\(cell.contract.words))"
        let title =
            "\(cell.asset) \(cell.side.rawValue)\(contract), held up to \(cell.horizon.screenText), "
            + "platform \(cell.platform)"
        return (["  " + plainText(title)] + aligned([header] + lines)).joined(separator: "\n")
    }

    /// Warnings and errors about the data, one line each, in study order; empty when there are none.
    public var qualityText: [String] {
        assets.flatMap { asset in
            asset.summaries.filter { $0.severity >= .warning }.map { finding in
                let action = finding.action.isEmpty ? "" : " (\(finding.action))"
                return plainText("\(finding.severity.rawValue): \(asset.asset): \(finding.message)\(action)")
            }
        }
    }

    private func terminalRow(_ row: ResultRow, fills: [Measure], confidence: Double) -> [String] {
        func figure(_ measure: Measure) -> String {
            guard let figure = row.estimate.figure(measure, confidence: confidence) else { return "" }
            return figure.share == nil ? figure.number : figure.number + " %"
        }
        let share = row.estimate.figure(.belowZero, confidence: confidence)?.share
        let range = share?.interval.map { interval in
            interval.isVacuous(windows: row.estimate.disjointWindows)
                ? "too few"
                : interval.method.isBound ? "<=" + boundText(interval.high) : intervalNumber(interval) + " %"
        }
        return [row.cell.leverage.screenText, figure(.belowZero), range ?? ""] + fills.map(figure)
            + [
                figure(.liquidated), figure(.unprotected), grouped(row.estimate.effectiveEntries),
                row.estimate.status.rawValue,
            ]
    }
}

/// Rows with every field but the last flush right in its column.
func aligned(_ rows: [[String]]) -> [String] {
    let plain = rows.map { $0.map(plainText) }
    let widths = (plain.first ?? []).indices.map { column in plain.map { $0[column].count }.max() ?? 0 }
    return plain.map { row in
        let fields = row.enumerated().map { column, text in
            column == row.count - 1 ? text : String(repeating: " ", count: widths[column] - text.count) + text
        }
        return "  " + fields.joined(separator: "   ")
    }
}
