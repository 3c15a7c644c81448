import ArgumentParser
import MarginModel
import Scenarios
import StressBasics
import StressPipeline
import StudyPlan

/// `belowzero scenario zero`: a coin that goes to nothing.
struct ScenarioZero: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zero",
        abstract: "Let a coin go to nothing, at once or bar by bar, and say what positions lose and owe.",
        discussion: """
            At once (0 bars), or in bars of equal steps of price, each from one level to the next. Who is closed on \
            the way is filled by \
            gap (exactly at the trigger), worst (at the bar's end) and delay (by the law of fills, which asks how \
            long a bar is). Amounts \
            are quote money: the coins of an inverse position are worth what it is closed at, or nothing. With --json \
            one object a \
            position, way and fill.

            EXAMPLE
              belowzero scenario zero --leverage 1,5,20 --side long --bars 0,1,100
            """)

    @Argument(
        help: "A study, whose grid and platforms are asked. (default: the options)",
        completion: .file(extensions: ["yaml", "yml"]))
    var study: String?

    @Option(help: "Bars that it takes, several with commas; 0 for at once.")
    var bars = "0,1,10,100"

    @Option(help: "How long a bar is.")
    var bar = TimeSpan.hours(1)

    @OptionGroup var grid: ScenarioGridOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard bar.milliseconds > 0 else { throw ValidationError("--bar must be above 0s") }
    }

    func run() throws {
        try common.reporting {
            let ways = try parseBars().map { CoinToZero(bars: $0, barLength: bar) }
            let cells = try grid.grid(study: study, contracts: ContractKind.allCases, console: common.console).cells
            if common.json {
                return try StandardOutput.write(
                    jsonLines(cells.flatMap { cell in ways.flatMap { ZeroLine.lines(cell, $0) } }))
            }
            try StandardOutput.write(scenarioBlocks(cells, rows: { rows($0, ways) }) + ScenarioZero.note)
        }
    }

    private func parseBars() throws -> [Int] {
        let parts = bars.split(separator: ",", omittingEmptySubsequences: false)
        let counts = parts.compactMap { Int($0) }.filter(CoinToZero.allowedBars.contains)
        guard counts.count == parts.count, counts.count <= 100 else {
            throw Failure(
                .usage, "cannot read '\(SourceLocation.presentable(bars))' in --bars",
                hint: "write 0,1,10,100: at most 100 counts, each at most \(CoinToZero.allowedBars.upperBound)")
        }
        return counts
    }

    private func rows(_ cells: [ScenarioGrid.Cell], _ ways: [CoinToZero]) -> [[String]] {
        let header = [
            "leverage", "bars", "closed", "left, gap", "owed, gap", "left, worst", "owed, worst", "left, delay",
            "owed, delay",
        ]
        return [header] + cells.flatMap { cell in ways.map { row(cell, $0) } }
    }

    private func row(_ cell: ScenarioGrid.Cell, _ way: CoinToZero) -> [String] {
        let title = [cell.leverage.plainText, way.bars == 0 ? "at once" : String(way.bars)]
        guard let position = cell.position else { return title + ["not opened"] + Array(repeating: "", count: 6) }
        let found = CoinToZero.fills.map { way.outcome(of: position, fill: $0) }
        let amounts = found.flatMap { [$0.equity, $0.owed] }.map { significantText($0 * 100, digits: 4) }
        return title + [found[0].isLiquidated ? "yes" : "no"] + amounts
    }

    private static let note = """
        In % of the margin, quote money, after slippage and fees. Closed at the trigger itself (gap) nobody owes but for fees; how much others owe depends on how many bars it takes.

        """
}

/// What became of a position as `--json` prints it.
private struct ZeroLine: Encodable {
    let contract, side: String
    let leverageX: Double
    let platform: String
    let barsCount: Int
    let fill: String
    @Nullable var liquidated: Bool?
    @Nullable var equityMarginFrac: Double?
    @Nullable var owedMarginFrac: Double?

    /// One for each fill; at once there is nothing to fill at but the end.
    static func lines(_ cell: ScenarioGrid.Cell, _ way: CoinToZero) -> [ZeroLine] {
        (way.bars == 0 ? [FillRule.worst] : CoinToZero.fills).map { ZeroLine(cell, way, $0) }
    }

    private init(_ cell: ScenarioGrid.Cell, _ way: CoinToZero, _ fill: FillRule) {
        let found = cell.position.map { way.outcome(of: $0, fill: fill) }
        (contract, side, leverageX) = (cell.contract.rawValue, cell.side.rawValue, cell.leverage.value)
        (platform, barsCount) = (cell.platform, way.bars)
        self.fill = way.bars == 0 ? "at_once" : fill.rawValue
        (liquidated, equityMarginFrac, owedMarginFrac) = (found?.isLiquidated, found?.equity, found?.owed)
    }
}
