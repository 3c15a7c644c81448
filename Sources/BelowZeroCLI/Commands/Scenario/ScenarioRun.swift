import ArgumentParser
import MarginModel
import Scenarios
import StressBasics
import StressPipeline
import StudyPlan

/// `belowzero scenario run`: dated events again.
struct ScenarioRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract:
            "Replay dated events: positions entered an hour, a day, a week and a month before, on real prices or on drawn ones.",
        discussion: """
            With --prices the file is read as everywhere, and positions are followed by the engine of a run, its law \
            of fills included, to \
            the end of the event. Without, the event is drawn as a path from its figures, and that is said. With \
            --json one object an \
            event, position and time of entry; null where nothing is opened, or the prices do not say.

            EXAMPLES
              belowzero scenario run march-2020 luna-2022 --leverage 2,5,20
              belowzero scenario run march-2020 --prices BTCUSDT-1h.csv --study nightly.yaml
            """)

    @Argument(help: "Events; 'belowzero scenario list' has them.")
    var name: [String]

    @Option(help: "Prices of the event's market, for one event.", completion: .file())
    var prices: String?

    @Option(
        help: "A study, whose grid and platforms are asked. (default: the options)",
        completion: .file(extensions: ["yaml", "yml"]))
    var study: String?

    @Option(help: "How long before the event positions are entered, several with commas.")
    var before = "1h,1d,7d,30d"

    @OptionGroup var grid: ScenarioGridOptions
    @OptionGroup(title: "Reading") var reading: ReadingOptions
    @OptionGroup(title: "Cache") var cache: CacheOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            let library = try EventLibrary()
            let events = try name.map(library.event)
            let leads = try parseSpans(
                before, unread: "--before: cannot read", longest: "a time before an event",
                hint: "write 1h, 1d or 7d; right before an event, at 0s: belowzero scenario matrix")
            guard leads.count <= 20 else { throw Failure(.usage, "--before names at most 20 times") }
            let grid = try grid.grid(study: study, followsPaths: prices == nil, console: common.console)
            let shown = try events.map { try outcome(of: $0, grid, leads) }
            if common.json { return try StandardOutput.write(jsonLines(shown.flatMap { $0.lines(grid) })) }
            try StandardOutput.write(shown.map { $0.text(grid) }.joined(separator: "\n") + ReplayedEvent.note)
        }
    }

    private func outcome(of event: MarketEvent, _ grid: ScenarioGrid, _ leads: [TimeSpan]) throws -> ReplayedEvent {
        guard let prices else { return try drawn(event, grid, leads) }
        guard name.count == 1 else {
            throw Failure(.usage, "--prices are those of one event", hint: "name one event at a time")
        }
        let source = try reading.source(files: [prices])
        guard source.each == nil else {
            throw Failure(.usage, "one market is replayed at a time", hint: "pick it with --symbol or --table")
        }
        let replay = try EventReplay(
            event, source: source, grid: grid, leads: leads, caches: cache.caches, threads: allCores)
        replay.findings.forEach { common.console.say(Failure.text($0)) }
        return ReplayedEvent(event: event, source: .file(prices), entries: replay.entries)
    }

    private func drawn(_ event: MarketEvent, _ grid: ScenarioGrid, _ leads: [TimeSpan]) throws -> ReplayedEvent {
        let cells = grid.cells
        let entries = try leads.map { lead in
            guard let drawn = event.path(enteredBefore: lead) else {
                throw Failure(
                    .usage, "no source says how far '\(event.name)' went, so it cannot be drawn",
                    hint: "replay it on prices with --prices")
            }
            return EventReplay.Entry(
                lead: lead, entered: UTCInstant(milliseconds: event.start.milliseconds - lead.milliseconds),
                price: drawn.entryPrice, outcomes: cells.map { $0.outcome(on: drawn.path) })
        }
        let jump = event.jump.map { jump in cells.map { $0.outcome(on: jump.path) } }
        return ReplayedEvent(event: event, source: .drawn, entries: entries, jump: jump)
    }
}

extension ScenarioGrid.Cell {
    fileprivate func outcome(on path: KnownPath) -> EventOutcome {
        guard let found = position?.outcome(on: path) else { return .rejected }
        return .ended(
            EventOutcome.Ended(
                isLiquidated: found.isLiquidated, negative: found.owed > 0 ? 1 : 0, equity: found.equity,
                owed: found.owed))
    }
}

/// An event with what became of positions.
private struct ReplayedEvent {
    enum Source {
        case drawn
        case file(String)
    }

    let event: MarketEvent
    let source: Source
    let entries: [EventReplay.Entry]
    /// The whole move at once, where it was a jump and is drawn slower.
    var jump: [EventOutcome]?

    static let note = """
        What is left in % of the margin, below zero what is owed, on average where bars are too long to tell; x: closed by the platform;
        not known: the prices begin too late, or break off.

        """

    // MARK: Text

    func text(_ grid: ScenarioGrid) -> String {
        let blocks = scenarioBlocks(Array(grid.cells.enumerated()), cell: \.element, rows: rows)
        return "\(event.name): \(event.title)\n\(eventMove(event))\n\(sourceWords)\n\n" + blocks
    }

    private var sourceWords: String {
        switch source {
        case .file(let name): "On the prices of \(SourceLocation.presentablePath(name)), to the end of the event."
        case .drawn:
            (["No prices were given: drawn as \(pathWords)."] + notes).joined(separator: "\n")
        }
    }

    /// The shape of the path and how long it takes.
    private var pathWords: String {
        let length = (event.drawnLength ?? .seconds(0)).text
        return switch event.drawnShape {
        case .jump, nil:
            "a jump, at once, from its figures, before which the price stands, so that all entries are alike"
        case .line: "a line of \(length) from its figures, before which the price stands, so that all entries are alike"
        case .points:
            "a path through the prices that are known, \(event.knownPoints.count) of them in \(length), before the first of "
                + "which the price stands"
        }
    }

    /// What of the path no source says, and what it leaves out.
    private var notes: [String] {
        let assumed = event.assumed.map { "Assumed: \($0)." }
        guard jump != nil else { return [assumed].compactMap { $0 } }
        let command = jumpCommand(event).map { ": \($0)" } ?? "."
        return [
            assumed,
            "Sources say that prices jumped, and nobody could trade between. 'as a jump' is the whole move at once\(command)",
        ].compactMap { $0 }
    }

    private func rows(_ cells: [(offset: Int, element: ScenarioGrid.Cell)]) -> [[String]] {
        [["leverage"] + entries.map { "\($0.lead.text) before" } + (jump == nil ? [] : ["as a jump"])]
            + cells.map { cell in
                let found = entries.map { $0.outcomes[cell.offset] } + (jump.map { [$0[cell.offset]] } ?? [])
                return [cell.element.leverage.plainText] + found.map(words)
            }
    }

    private func words(_ outcome: EventOutcome) -> String {
        switch outcome {
        case .rejected: return "not opened"
        case .unknown: return "not known"
        case .ended(let end):
            let number = end.equity.isFinite ? significantText(end.equity * 100, digits: 4) : "unbounded"
            return number + (end.isLiquidated ? " x" : "  ")
        }
    }

    // MARK: JSON

    func lines(_ grid: ScenarioGrid) -> [ReplayLine] {
        grid.cells.enumerated().flatMap { place, cell in
            entries.map {
                ReplayLine(event, cell, $0, $0.outcomes[place], isDrawn: isDrawn, jump: jump?[place])
            }
        }
    }

    private var isDrawn: Bool { if case .drawn = source { true } else { false } }
}

/// What became of a position as `--json` prints it.
private struct ReplayLine: Encodable {
    let event, prices, contract, side: String
    let leverageX: Double
    let platform: String
    let beforeS: Double
    @Nullable var enteredUtc: String?
    @Nullable var entryPrice: Double?
    let opened: Bool
    @Nullable var liquidated: Bool?
    @Nullable var negativeEquityFrac: Double?
    @Nullable var equityMarginFrac: Double?
    @Nullable var owedMarginFrac: Double?
    @Nullable var shape: String?
    @Nullable var durationS: Double?
    @Nullable var assumed: String?
    @Nullable var jumpOwedMarginFrac: Double?

    init(
        _ event: MarketEvent, _ cell: ScenarioGrid.Cell, _ entry: EventReplay.Entry, _ outcome: EventOutcome,
        isDrawn: Bool, jump: EventOutcome?
    ) {
        (self.event, prices, contract) = (event.name, isDrawn ? "drawn" : "file", cell.contract.rawValue)
        (side, leverageX, platform) = (cell.side.rawValue, cell.leverage.value, cell.platform)
        (beforeS, enteredUtc, entryPrice) = (entry.lead.inSeconds, entry.entered?.rfc3339, entry.price)
        if case .rejected = outcome { opened = false } else { opened = true }
        var end: EventOutcome.Ended?
        if case .ended(let found) = outcome { end = found }
        (liquidated, negativeEquityFrac) = (end?.isLiquidated, end?.negative)
        (equityMarginFrac, owedMarginFrac) = (end?.equity, end?.owed)
        guard isDrawn else { return }
        (shape, durationS, assumed) = (event.drawnShape?.rawValue, event.drawnLength?.inSeconds, event.assumed)
        if case .ended(let found) = jump { jumpOwedMarginFrac = found.owed }
    }
}
