import ArgumentParser
import Scenarios
import StressBasics
import StressPipeline
import StudyPlan

/// `belowzero scenario reverse`: the move that a position does not survive.
struct ScenarioReverse: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reverse",
        abstract:
            "Find the smallest move that liquidates a position, and the smallest after which more is owed than asked.",
        discussion: """
            Falls of longs and rises of shorts, at once (0s) or on a line: the logarithm of the price goes straight. \
            Takes a study, whose \
            grid and platforms are asked, or the options. With --json one object a position, time and part that is \
            owed; null where it \
            cannot happen or nothing is opened. 'contract' is there where others than linear ones are asked.

            EXAMPLES
              belowzero scenario reverse --leverage 10,50 --side long --over 0s,20m --owes 0%,50%
              belowzero scenario reverse nightly.yaml --delay 5m --json
            """)

    @Argument(
        help: "A study, whose grid and platforms are asked. (default: the options)",
        completion: .file(extensions: ["yaml", "yml"]))
    var study: String?

    @OptionGroup var grid: ScenarioGridOptions

    @Option(help: "How long the move takes: 0s for at once, several with commas.")
    var over = "0s,1m,20m,2h"

    @Option(parsing: .unconditional, help: "Parts of the margin of which more is to be owed: 0% for anything at all.")
    var owes = "0%,50%"

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            let lengths = try settingValues(Settings.Scenario.over, of: over, option: "--over")
            let shares = try settingValues(Settings.Scenario.owes, of: owes, option: "--owes")
            let grid = try grid.grid(study: study, console: common.console)
            let cells = grid.cells
            guard cells.count * lengths.count * shares.count <= 1_000_000 else {
                throw Failure(.usage, "that asks for more than a million moves", hint: "name fewer leverages or times")
            }
            let table = ReverseTable(cells: cells, lengths: lengths, shares: shares)
            try StandardOutput.write(common.json ? jsonLines(table.lines(of: grid)) : table.text)
        }
    }
}

/// Answers of a grid.
private struct ReverseTable {
    let cells: [ScenarioGrid.Cell]
    let lengths: [TimeSpan]
    let shares: [Double]

    func lines(of grid: ScenarioGrid) -> [ReverseLine] {
        cells.flatMap { cell in
            lengths.flatMap { length in
                shares.map { ReverseLine(cell, length, $0, namesContract: grid.contracts != [.linear]) }
            }
        }
    }

    /// A block a contract, side and platform.
    var text: String { scenarioBlocks(cells, rows: rows) + reverseNote }

    private func rows(_ cells: [ScenarioGrid.Cell]) -> [[String]] {
        let owed = shares.map { $0 == 0 ? "leaves a debt" : "of over \(percentWords($0)) of margin" }
        return [["leverage", "move", "liquidates"] + owed] + cells.flatMap { cell in lengths.map { row(cell, $0) } }
    }

    private func row(_ cell: ScenarioGrid.Cell, _ length: TimeSpan) -> [String] {
        let move = length.milliseconds == 0 ? "at once" : "in \(length.text)"
        let title = [cell.leverage.plainText, move]
        guard let position = cell.position else {
            return title + ["not opened"] + shares.map { _ in "" }
        }
        let answers = shares.map { position.reverse(over: length, owingMoreThan: $0) }
        return title + ([answers.first?.liquidated] + answers.map(\.owes)).map { $0.map(percentWords) ?? "never" }
    }
}

private let reverseNote = """
    Falls of longs, rises of shorts, in parts of the price before; closed on the way as long after the trigger as the platform takes.

    """

/// A move as `--json` prints it.
private struct ReverseLine: Encodable {
    let contract: String?
    let side: String
    let leverageX: Double
    let platform: String
    let shape: String
    let overS: Double
    let owedMoreThanMarginFrac: Double
    @Nullable var liquidatedFrac: Double?
    @Nullable var owesFrac: Double?

    init(_ cell: ScenarioGrid.Cell, _ length: TimeSpan, _ share: Double, namesContract: Bool) {
        contract = namesContract ? cell.contract.rawValue : nil
        (side, leverageX, platform) = (cell.side.rawValue, cell.leverage.value, cell.platform)
        shape = (length.milliseconds == 0 ? ShockShape.jump : .line).rawValue
        (overS, owedMoreThanMarginFrac) = (length.inSeconds, share)
        let answer = cell.position?.reverse(over: length, owingMoreThan: share) ?? .nothing
        (liquidatedFrac, owesFrac) = (answer.liquidated, answer.owes)
    }
}
