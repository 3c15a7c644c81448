import CSVIngest
import MarginModel
import PriceSeries
import Scenarios
import StressBasics
import StressEngine
import StudyPlan

/// A dated event on real prices: positions of a grid that were entered so long before it, as the engine follows them to its end.
public struct EventReplay {
    /// The positions, entered so long before the event.
    public struct Entry {
        /// How long before.
        public let lead: TimeSpan
        /// When: the close of the last bar by then; nil where the prices begin later.
        public let entered: UTCInstant?
        /// Its close, quote currency per coin.
        public let price: Double?
        /// What became of each position, in the order of the grid.
        public let outcomes: [EventOutcome]

        /// Entries of the given parts.
        public init(lead: TimeSpan, entered: UTCInstant?, price: Double?, outcomes: [EventOutcome]) {
            (self.lead, self.entered, self.price, self.outcomes) = (lead, entered, price, outcomes)
        }
    }

    /// What was found reading the prices, to be said.
    public let findings: [Finding]
    /// In the order that was asked for.
    public let entries: [Entry]

    /// Reads prices and follows the positions; they are held to the close of the last bar that opens before the event ends.
    ///
    /// - Parameters:
    ///   - event: what is replayed.
    ///   - source: its prices.
    ///   - leads: how long before the event positions are entered.
    /// - Throws: a ``Failure`` when the prices cannot be read or do not hold the event.
    public init(
        _ event: MarketEvent, source: BarSource, grid: ScenarioGrid, leads: [TimeSpan], caches: RunCaches, threads: Int
    ) throws {
        let study = Study(
            name: "scenario", inputs: [StudyInput(asset: event.name, source: source)],
            grid: StudyGrid(
                contracts: grid.contracts, sides: grid.sides, leverages: grid.leverages, horizons: [.days(1)]),
            position: PositionRules(notional: grid.notional), platforms: grid.platforms)
        let reader = HistoryReader(files: InputFiles(base: ""), threads: threads, caches: caches)
        let read: AssetInput
        switch reader.history(study.inputs[0], study: study) {
        case .failure(let errors): throw Failure(errors.all)
        case .success(let input): read = input
        }
        findings = read.report.findings.filter { $0.severity >= .warning }
        let replay = ReplayedPrices(event: event, market: read.market, study: study)
        try replay.expectCover(file: source.files.first ?? "")
        entries = leads.map { replay.entry($0, grid: grid) }
    }
}

/// What became of a position. Amounts are in parts of the initial margin.
public enum EventOutcome {
    /// The platform would not open it.
    case rejected
    /// The prices do not say how it ended: they begin too late, or break off.
    case unknown
    /// How it ended.
    case ended(Ended)

    /// How a position ended; amounts in parts of the initial margin.
    public struct Ended {
        /// Whether the platform closed it.
        public let isLiquidated: Bool
        /// How likely it ended below zero, where a law says what was paid; else 0 or 1.
        public let negative: Double
        /// What is left, and what is missing; on average where a law says what was paid.
        public let equity, owed: Double

        /// An end of the given figures.
        public init(isLiquidated: Bool, negative: Double, equity: Double, owed: Double) {
            (self.isLiquidated, self.negative, self.equity, self.owed) = (isLiquidated, negative, equity, owed)
        }
    }
}

/// The prices around an event.
private struct ReplayedPrices {
    let event: MarketEvent
    let market: MarketHistory
    let study: Study

    private var series: BarSeries { market.series }

    /// The last moment at which a bar may open that still is of the event.
    private var lastOpen: UTCInstant { max(event.start, UTCInstant(milliseconds: event.end.milliseconds - 1)) }

    /// Throws a ``Failure`` when the prices do not reach over the event.
    func expectCover(file: String) throws {
        let (first, last) = (series.instant(0), series.instant(series.count - 1))
        guard first <= event.start, last + market.barLength >= event.end else {
            throw Failure(
                .badData,
                "\(SourceLocation.presentablePath(file)) has bars from \(first.minuteText) to \(last.minuteText), and '\(event.name)' was "
                    + "from \(event.start.minuteText) to \(event.end.minuteText) UTC",
                hint: "give prices of \(event.asset) that hold those times")
        }
    }

    /// Entries at one time before the event.
    func entry(_ lead: TimeSpan, grid: ScenarioGrid) -> EventReplay.Entry {
        let wanted = event.start.milliseconds - lead.milliseconds - market.barLength.milliseconds
        guard let bar = series.time.lastIndex(where: { $0 <= wanted }), series.close[bar] > 0 else {
            let count = grid.contracts.count * grid.sides.count * grid.leverages.count * grid.platforms.count
            return EventReplay.Entry(
                lead: lead, entered: nil, price: nil, outcomes: Array(repeating: .unknown, count: count))
        }
        return EventReplay.Entry(
            lead: lead, entered: series.instant(bar) + market.barLength, price: series.close[bar],
            outcomes: outcomes(entry: bar))
    }

    private func outcomes(entry bar: Int) -> [EventOutcome] {
        var study = study
        study.grid.horizons = [lastOpen - series.instant(bar)]
        let job = HistoryJob(study: study, asset: event.name, market: market)
        return study.cells.enumerated().map { place, cell in
            let terms = PositionTerms(
                side: cell.side, leverage: cell.leverage, notional: study.position.notional,
                rules: study.rules(of: cell.key) ?? study.platforms[0].rules)
            guard terms.rejection(cell.contract, entryPrice: series.close[bar]) == nil else { return .rejected }
            return job.trace(cell: place, entry: bar).map { .ended(ended($0, cell)) } ?? .unknown
        }
    }

    private func ended(_ trace: EntryTrace, _ cell: StudyCell) -> EventOutcome.Ended {
        let negative = trace.exit.negative(tolerance: CellRules.tolerance * cell.leverage.value).value
        return EventOutcome.Ended(
            isLiquidated: trace.path.liquidationBar != nil, negative: negative, equity: trace.exit.equity,
            owed: negative > 0 ? trace.exit.shortfall : 0)
    }
}
