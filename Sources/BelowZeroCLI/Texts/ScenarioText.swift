import Scenarios
import StressBasics
import StressReport
import StudyPlan

/// A part in percent to four digits: `9.497 %`, `55870 %`. To more of them where it is nearly all and not all: `99.9998 %`.
func percentWords(_ part: Double) -> String {
    let text = significantText(part * 100, digits: 4)
    let isAll = abs(part) < 1 && (text == "100" || text == "-100")
    return (isAll ? significantText(part * 100, digits: 8) : text) + " %"
}

/// A table for a terminal, its columns flush right.
func scenarioTable(_ rows: [[String]]) -> String {
    aligned(rows.map { $0 + [""] }).map { line in
        String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
}

/// A block of rows for each contract, side and platform, under its name.
///
/// - Parameter rows: the header and the rows of the positions of a block.
func scenarioBlocks(_ cells: [ScenarioGrid.Cell], rows: ([ScenarioGrid.Cell]) -> [[String]]) -> String {
    scenarioBlocks(cells, cell: { $0 }, rows: rows)
}

/// The same of positions with what belongs to them.
func scenarioBlocks<Item>(
    _ items: [Item], cell: (Item) -> ScenarioGrid.Cell, rows: ([Item]) -> [[String]]
) -> String {
    var (names, blocks) = ([String](), [String: [Item]]())
    for item in items {
        let cell = cell(item)
        let name = "\(cell.contract.rawValue) \(cell.side.rawValue) on \(cell.platform)"
        if blocks[name] == nil { names.append(name) }
        blocks[name, default: []].append(item)
    }
    return names.map { "\(visibleText($0))\n" + scenarioTable(rows(blocks[$0] ?? [])) + "\n" }.joined()
}

/// `-48.6 %`, `+982 %`.
func moveWords(_ size: Double) -> String { (size > 0 ? "+" : "") + percentWords(size) }

/// From where to where an event went, and how fast.
func eventMove(_ event: MarketEvent) -> String {
    let move = event.size.map(moveWords) ?? "no figures"
    let prices = event.prices.map { "from \(numberText($0.from)) to \(numberText($0.extreme)), " } ?? ""
    return "\(prices)\(move); \(event.speed)"
}

/// What an event is drawn as: `line, 10m`; empty where it cannot be drawn.
func drawnWords(_ event: MarketEvent) -> String {
    guard let shape = event.drawnShape, let length = event.drawnLength else { return "" }
    return shape == .jump ? "jump" : "\(shape.rawValue), \(length.text)"
}

/// How to send positions through an event's whole move at once; nil where a shock cannot be as large.
func jumpCommand(_ event: MarketEvent) -> String? {
    guard let size = event.size, size > -1 else { return nil }
    return "belowzero scenario shock --size \(significantText(size * 100, digits: 10))% --shape jump"
}

/// What a shock is, in a sentence.
func shockWords(_ shock: Shock) -> String {
    let move = (shock.size < 0 ? "A fall of " : "A rise of ") + percentWords(abs(shock.size))
    switch shock.shape {
    case .jump: return move + " at once."
    case .line: return move + " in \(shock.length.text)."
    case .v:
        return move + " in \(shock.length.text), of which \(percentWords(shock.recovery)) comes back in the same time."
    case .cascade: return move + " in \(shock.length.text), most of it in the last third."
    }
}

/// What became of positions on a path: the header and a row each.
func pathRows(_ cells: [ScenarioGrid.Cell], _ path: KnownPath) -> [[String]] {
    let header = [
        "leverage", "trigger, % of entry", "liquidated", "closed at, % of entry", "equity, % of margin",
        "owed, % of margin",
    ]
    return [header]
        + cells.map { cell in
            let title = cell.leverage.plainText
            guard let outcome = cell.position?.outcome(on: path) else { return [title, "", "not opened", "", "", ""] }
            func number(_ part: Double) -> String {
                part.isFinite ? significantText(part * 100, digits: 4) : "unbounded"
            }
            return [
                title, outcome.trigger.map(number) ?? "never", outcome.triggered.map(afterWords) ?? "no",
                number(outcome.closing), number(outcome.equity), number(outcome.owed),
            ]
        }
}

/// `at once`, `after 95 s`, `after 12.5 min`.
private func afterWords(_ seconds: Double) -> String {
    if seconds == 0 { return "at once" }
    if seconds < 120 { return "after \(significantText(seconds, digits: 3)) s" }
    if seconds < 7200 { return "after \(significantText(seconds / 60, digits: 3)) min" }
    return "after \(significantText(seconds / 3600, digits: 3)) h"
}
