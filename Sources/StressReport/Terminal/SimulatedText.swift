import StressBasics
import StressResults
import StudyPlan

/// Results in simulated futures as a table for a terminal, with what they are.
public func simulatedText(
    _ results: [SimulatedResult], rules: ResampleRules, confidence: Double, style: TerminalStyle
) -> String {
    let head = [["Asset", "Contract", "Side", "Leverage", "Held", "Below zero", "CI", "Liquidated", "Equity"]]
    let rows = results.map { result -> [String] in
        let cell = result.cell
        return [
            SourceLocation.presentable(cell.asset), cell.contract.rawValue, cell.side.rawValue,
            plainText(cell.leverage.screenText), cell.horizon.text,
            result.negative.map { plainText(shareText($0.share)) } ?? result.status.absenceWords,
            result.negative.map { plainText(intervalNumber($0.interval)) + " %" } ?? "",
            result.liquidated.map { plainText(shareText($0.share)) } ?? "",
            result.counts.meanEquity.map { plainText(signedPercentNumber($0)) + " %" } ?? "",
        ]
    }
    let kept =
        rules.method == .filtered
        ? "a future holds the history's own bars, at another volatility"
        : "a future holds nothing that the history did not"
    let note =
        "Simulated: \(rules.paths) futures of each history by the \(rules.method.rawValue) method, \(blockWords(results, rules)), seed "
        + "\(rules.seed). CI: \(plainText(confidenceText(confidence))) interval of the draws alone; \(kept). Equity: mean left of the "
        + "margin." + absenceWords(results) + unfilteredWords(results)
    return columns(head + rows, numbersFrom: 3) + "\n\n" + style.wrapped(note)
}

/// `blocks of 1d`, as they were drawn; between which lengths where histories differ.
private func blockWords(_ results: [SimulatedResult], _ rules: ResampleRules) -> String {
    let drawn = Set(results.map(\.block)).sorted()
    guard let least = drawn.first, let most = drawn.last else { return "blocks of \(rules.block.text)" }
    let words = least == most ? "blocks of \(least.text)" : "blocks of \(least.text) to \(most.text)"
    guard drawn != [rules.block] else { return words }
    return words + " (asked for: \(rules.block.text); a bar at least, the history at most)"
}

/// Why positions were not opened; empty where all were.
private func absenceWords(_ results: [SimulatedResult]) -> String {
    let spans = Set(results.filter { $0.status == .shorterThanBar }.map(\.cell.horizon)).sorted()
    let rejected = results.contains { $0.status == .rejected }
    let short = spans.map(\.text).joined(separator: ", ")
    return
        (spans.isEmpty
        ? ""
        : " A position that is held for \(short), less than a bar, cannot be entered and left: ask for a longer --length.")
        + (rejected ? " Rejected: the platform would not open the position." : "")
}

/// Histories whose bars stayed as they were though a volatility was asked for; empty without any.
private func unfilteredWords(_ results: [SimulatedResult]) -> String {
    let names = Set(results.filter(\.isUnfiltered).map { SourceLocation.presentable($0.cell.asset) }).sorted()
    guard !names.isEmpty else { return "" }
    return
        " No volatility describes \(names.joined(separator: ", ")): closes hardly vary beside what bars reach, or stood still for long and then did not. Bars stay as they were."
}

extension SimulatedResult.Status {
    /// What stands in place of a share.
    var absenceWords: String {
        switch self {
        case .ok, .zeroSeen: ""
        case .rejected: "rejected"
        case .shorterThanBar: "shorter than a bar"
        case .noData: "no data"
        }
    }
}

/// Fields padded to columns, two blanks between them; from a place on they stand at the right.
private func columns(_ rows: [[String]], numbersFrom first: Int) -> String {
    let widths = (rows.first ?? []).indices.map { place in rows.map { $0[place].count }.max() ?? 0 }
    return rows.map { row in
        row.enumerated().map { place, field in
            let blanks = String(repeating: " ", count: widths[place] - field.count)
            return place >= first ? blanks + field : field + blanks
        }.joined(separator: "  ").trimmingTrailingBlanks
    }.joined(separator: "\n")
}

extension String {
    fileprivate var trimmingTrailingBlanks: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

/// The same as JSON, one object a line.
public func simulatedJSON(_ results: [SimulatedResult]) -> String {
    results.map { result in
        JSONValue.object(
            result.cell.members + [
                ("is_simulated", .flag(true)), ("method", .text(result.method.rawValue)),
                ("volatility_law", .optional(result.law?.rawValue)), ("bars_count", .integer(result.bars)),
                ("fill", .text(result.fill)), ("entries_count", .integer(result.counts.opened)),
                ("rejected_count", .integer(result.counts.rejected)),
                ("liquidated_count", .integer(result.counts.liquidated)),
                ("negative_count", .number(result.counts.negative)),
                ("negative_equity_frac", .optional(result.negative?.share)),
                ("ci_low_frac", .optional(result.negative?.interval.low)),
                ("ci_high_frac", .optional(result.negative?.interval.high)),
                ("liquidated_frac", .optional(result.liquidated?.share)),
                ("worst_negative_equity_frac", .optional(result.worst?.share)),
                ("shortfall_mean_margin_frac", .optional(result.counts.meanShortfall)),
                ("equity_mean_margin_frac", .optional(result.counts.meanEquity)),
                ("status", .text(result.status.rawValue)), ("block_drawn_h", .number(result.block.inHours)),
            ]
        ).line
    }.joined(separator: "\n")
}
