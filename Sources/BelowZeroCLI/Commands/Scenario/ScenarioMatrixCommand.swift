import ArgumentParser
import Scenarios
import StressBasics
import StressPipeline
import StressReport
import StudyPlan

/// `belowzero scenario matrix`: dated events against leverages.
struct ScenarioMatrixCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matrix",
        abstract: "Put every dated event against every leverage: what a position entered right before would have owed.",
        discussion: """
            Each event is drawn as a path from its figures and followed by the side that it hurt; where sources say \
            that prices jumped and \
            the path is slower, a second line has the whole move at once. Events whose size no source says are left \
            out. Takes a study, whose grid and platforms are asked, or the options. With --json one object an event \
            and position; --out \
            writes a page.

            EXAMPLES
              belowzero scenario matrix --leverage 2,5,10,20,50
              belowzero scenario matrix nightly.yaml --out scenarios.html
            """)

    @Argument(
        help: "A study, whose grid and platforms are asked. (default: the options)",
        completion: .file(extensions: ["yaml", "yml"]))
    var study: String?

    @Option(name: .shortAndLong, help: "Write a page to this file; '-' prints it in place of the text.")
    var out: String?

    @OptionGroup var grid: ScenarioGridOptions
    @OptionGroup var forcing: ForceOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            try OwnFile.page.expectPlace(out, force: forcing.force, isJSON: common.json)
            let grid = try grid.grid(study: study, console: common.console)
            let matrix = EventMatrix(events: try EventLibrary().events, grid: grid)
            if let out {
                let page = matrix.page.html(version: programVersion)
                try OwnFile.page.write(page, to: out, force: forcing.force, console: common.console)
                if out == StandardOutput.name { return }
            }
            try StandardOutput.write(common.json ? jsonLines(matrix.lines) : matrix.text)
        }
    }
}

/// Events against the leverages of a grid.
struct EventMatrix {
    /// What became of one position.
    struct Cell {
        let cell: ScenarioGrid.Cell
        let outcome: PathOutcome?
        /// The whole move at once, where it was a jump and is drawn slower.
        let jump: PathOutcome?
    }

    let rows: [(event: MarketEvent, cells: [Cell])]
    let grid: ScenarioGrid
    /// Events that cannot be drawn.
    let unknown: [MarketEvent]

    /// Follows every event that can be drawn, on the side that it hurt. O(events × positions).
    init(events: [MarketEvent], grid: ScenarioGrid) {
        let cells = grid.cells
        self.grid = grid
        let asked = events.filter { grid.sides.contains($0.side) }
        unknown = asked.filter { $0.path(enteredBefore: .seconds(0)) == nil }
        rows = asked.compactMap { event in
            event.path(enteredBefore: .seconds(0)).map { drawn in
                let hurt = cells.filter { $0.side == event.side }
                return (event, hurt.map { EventMatrix.cell($0, drawn, jump: event.jump) })
            }
        }
    }

    private static func cell(_ cell: ScenarioGrid.Cell, _ drawn: DrawnEvent, jump: DrawnEvent?) -> Cell {
        Cell(
            cell: cell, outcome: cell.position?.outcome(on: drawn.path),
            jump: jump.flatMap { cell.position?.outcome(on: $0.path) })
    }

    // MARK: Text

    /// A block a contract and platform.
    var text: String {
        let blocks = places.map { place in
            let header = ["event", "move", "drawn as"] + grid.leverages.map(\.plainText)
            let lines = rows.flatMap { shownLines($0.event, cells(of: $0.cells, at: place)) }
            return "\(place.contract.rawValue) on \(visibleText(place.platform)), by the side that was hurt\n"
                + scenarioTable([header] + lines)
        }
        return blocks.joined(separator: "\n")
            + "\nOwed in % of the margin; ok: nothing, and not closed; closed: nothing, but closed.\n"
            + "at once: sources say that prices jumped, so a second line has the whole move at once; *: assumed for the path, as below.\n"
            + (unknown.isEmpty ? "" : "No source says how far: \(unknown.map(\.name).joined(separator: ", ")).\n")
            + assumptions
    }

    /// What of the paths no source says.
    private var assumptions: String {
        let lines = rows.compactMap { row in row.event.assumed.map { "  \(row.event.name): \($0)\n" } }
        return lines.isEmpty ? "" : "Assumed:\n" + lines.joined()
    }

    /// An event as it is drawn and, where it was a jump and is drawn slower, as one.
    private func shownLines(_ event: MarketEvent, _ cells: [Cell]) -> [[String]] {
        let (move, mark) = (event.size.map(moveWords) ?? "", event.assumed == nil ? "" : "*")
        let drawn = [event.name, move, drawnWords(event) + mark] + cells.map { words($0.outcome) }
        return [drawn] + (event.jump == nil ? [] : [["", "", "at once"] + cells.map { words($0.jump) }])
    }

    private var places: [(contract: ContractKind, platform: String)] {
        grid.contracts.flatMap { contract in grid.platforms.map { (contract, $0.name) } }
    }

    private func cells(of row: [Cell], at place: (contract: ContractKind, platform: String)) -> [Cell] {
        row.filter { $0.cell.contract == place.contract && $0.cell.platform == place.platform }
    }

    private func words(_ outcome: PathOutcome?) -> String {
        guard let outcome else { return "-" }
        guard outcome.owed > 0 else { return outcome.isLiquidated ? "closed" : "ok" }
        return outcome.owed.isFinite ? significantText(outcome.owed * 100, digits: 3) : "unbounded"
    }

    // MARK: JSON and page

    fileprivate var lines: [MatrixLine] {
        rows.flatMap { row in row.cells.map { MatrixLine(row.event, $0) } }
    }

    /// What the page shows.
    var page: ScenarioPage {
        ScenarioPage(
            tables: places.map { place in
                ScenarioPage.Table(
                    contract: place.contract, platform: place.platform, leverages: grid.leverages,
                    rows: rows.map { pageRow($0.event, cells(of: $0.cells, at: place)) })
            }, events: rows.map { eventFacts($0.event) } + unknown.map(eventFacts))
    }

    private func pageRow(_ event: MarketEvent, _ cells: [Cell]) -> ScenarioPage.Row {
        ScenarioPage.Row(
            event: event.name, side: event.side, move: event.size.map(moveWords) ?? "", drawn: drawnWords(event),
            assumed: event.assumed, owed: cells.map { pageCell($0.outcome) },
            jump: event.jump == nil ? nil : cells.map { pageCell($0.jump) })
    }

    private func pageCell(_ outcome: PathOutcome?) -> ScenarioPage.Cell {
        guard let outcome else { return .rejected }
        return outcome.owed > 0
            ? .owed(outcome.owed) : outcome.isLiquidated ? .closed(outcome.equity) : .open(outcome.equity)
    }

    private func eventFacts(_ event: MarketEvent) -> ScenarioPage.Event {
        ScenarioPage.Event(
            name: event.name, title: event.title, market: "\(event.asset), \(event.venue), \(event.priceType)",
            window: "\(event.start.minuteText) to \(event.end.minuteText)", move: eventMove(event),
            drawn: drawnWords(event), assumed: event.assumed ?? "",
            balances: event.balances, conflicts: event.conflicts, sources: event.sources,
            confidence: event.confidence.rawValue)
    }
}

/// What a position owed as `--json` prints it.
private struct MatrixLine: Encodable {
    let event, contract, side: String
    let leverageX: Double
    let platform: String
    @Nullable var liquidated: Bool?
    @Nullable var equityMarginFrac: Double?
    @Nullable var owedMarginFrac: Double?
    @Nullable var shape: String?
    @Nullable var durationS: Double?
    @Nullable var assumed: String?
    @Nullable var jumpOwedMarginFrac: Double?

    init(_ event: MarketEvent, _ cell: EventMatrix.Cell) {
        (self.event, contract, side) = (event.name, cell.cell.contract.rawValue, cell.cell.side.rawValue)
        (leverageX, platform) = (cell.cell.leverage.value, cell.cell.platform)
        (liquidated, equityMarginFrac) = (cell.outcome?.isLiquidated, cell.outcome?.equity)
        owedMarginFrac = cell.outcome?.owed
        (shape, durationS, assumed) = (event.drawnShape?.rawValue, event.drawnLength?.inSeconds, event.assumed)
        jumpOwedMarginFrac = cell.jump?.owed
    }
}
