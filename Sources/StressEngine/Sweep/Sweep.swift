import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

/// All that a sweep of one grid over one price history needs, shared by its tasks.
struct Sweep: Sendable {
    let grid: SweepGrid
    let market: MarketHistory
    let frame: SweepFrame
    /// One element a horizon.
    let windows: [EntryWindows]
    let blocks: BlockRuns
    let clock: BarClock
    let levels: LevelTable
    let bankruptcyLevels: LevelTable
    /// Makes the judges of one task.
    let judge: @Sendable () -> SweepJudge

    /// Nil when rounding keeps the levels of two leverages from rising, which no sane grid does.
    init?<Position: KernelPosition>(
        _: Position.Type, _ grid: SweepGrid, market: MarketHistory, windows: [TimeSpan: EntryWindows], blocks: BlockRuns
    ) {
        let frame = SweepFrame(grid.common, market: market)
        self.grid = grid
        self.market = market
        self.frame = frame
        self.windows = grid.horizons.compactMap { windows[$0] }
        self.blocks = blocks
        clock = BarClock(unit: market.barLength)
        let positions = grid.rules.map { (Position($0.terms, entryPrice: 1), $0.cell.leverage) }
        levels = LevelTable(positions.map { frame.level($0.0, $0.1) })
        bankruptcyLevels = LevelTable(positions.map { frame.bankruptcyLevel($0.0, $0.1) })
        guard let first = self.windows.first, levels.isRising, bankruptcyLevels.isRising else { return nil }
        judge = { SweepJudge(Position.self, grid, market: market, windows: first) }
    }

    /// The tallies of the grid's cells over a run of chunks, in the order of ``SweepGrid/cells``; nil when cancelled.
    ///
    /// - Parameter isBrief: see ``HistoryJob/isBrief``.
    func tallies(_ chunks: Range<Int>, isBrief: Bool = false, control: RunControl) -> [CellTally]? {
        let task = SweepTask(self, chunks: chunks, isBrief: isBrief)
        guard task.run(control) else { return nil }
        let columns = SweepColumns(task.sums)
        var tallies: [CellTally] = []
        tallies.reserveCapacity(grid.cells.count)
        for cell in grid.cells { tallies.append(task.sums.tally(cell, columns, grid: grid, unit: clock.unit)) }
        return tallies
    }
}

/// Makes the sweep of a grid.
struct SweepMaker: PositionVisitor {
    let grid: SweepGrid
    let market: MarketHistory
    let windows: [TimeSpan: EntryWindows]
    let blocks: BlockRuns

    func visit<Position: KernelPosition>(_: Position.Type) -> Sweep? {
        Sweep(Position.self, grid, market: market, windows: windows, blocks: blocks)
    }
}

/// One sweep from right to left over the entries of a run of chunks.
///
/// Not shared between threads. Every index is a bar of the history, a position of a stack, a leverage or a horizon of the grid. State
/// lives in columns because the runtime checks each access to a variable of an object, which would cost more than the work.
final class SweepTask {
    let sweep: Sweep
    let chunks: Range<Int>
    let sums: SweepSums
    let frame: SweepFrame
    let leverages: Int
    let horizons: Int
    let fills: Int
    let firstBlock: Int
    /// From the first entry to the last bar that any of their windows or fills may look at.
    let bars: Range<Int>
    /// First of ``bars``, where the inner loop finds it without a detour.
    let firstBar: Int
    /// Whether anybody liquidates.
    let liquidates: Bool
    /// Whether times, and what would be below zero unprotected, are left out.
    let isBrief: Bool
    let liquidationFee: Double
    let slackOfLevels: Double
    let pricing: ExitPricing
    let closeFee: Double
    let judge: SweepJudge
    let fillRules: Column<ResolvedFill>
    /// The laws of those that have one, by fill rule.
    let laws: Column<SweepLaw?>
    /// Records of what triggers; of what decides below zero, when that is something else.
    let records: RecordStack
    let extremes: RecordStack
    /// At each record: by fill rule, what it leaves where that does not depend on the trigger price, and where the fill has a law,
    /// the least that it may leave; place in time.
    let fillGains: Plane<Double>
    let places: Column<Double>
    /// `ln(H/L)` of the bar at each record; 0 where a fill in it is certain under every law.
    let ranges: Column<Double>
    /// Place in time at each record of ``extremes``.
    let extremePlaces: Cells<Double>
    private let ownExtremePlaces: Column<Double>
    /// What a close at each bar of the task leaves, by bar less ``firstBar``.
    let closings: Column<Double>
    let levels: Column<Double>
    let bankruptcyLevels: Column<Double>
    /// Below this gain (of the entry value) an entry may be below zero, by leverage.
    let doubtfulGain: Column<Double>
    /// `L`, by leverage.
    let multiples: Column<Double>
    /// Below zero means below minus this, in parts of the margin, by leverage.
    let tolerances: Column<Double>
    /// Last bar of each window, by horizon.
    let lastBars: Plane<Int32>

    // By horizon, and last for the window up to a cut: the deepest record inside the window, and the leverages it reaches, of the
    // entry at hand.
    let deepest: Column<Int>
    let deepestExtreme: Column<Int>
    let reached: Column<(maybe: Int, surely: Int)>
    let reachedBankruptcies: Column<(maybe: Int, surely: Int)>
    // By leverage: the record that liquidates the entry at hand; the last entry that was judged.
    let found: Column<Int32>
    let judged: Column<Int>
    /// Leverages whose record is so near its level that rounding may decide.
    let doubtful: Column<Int>
    let suspects: Column<Suspect>
    /// At their places, what they know of a law: too large to be looked at with the rest.
    let suspectLaws: Column<AnchoredLaw>
    /// How many of the two lists are in use.
    let listed: Column<(doubtful: Int, suspects: Int)>

    init(_ sweep: Sweep, chunks: Range<Int>, isBrief: Bool) {
        self.sweep = sweep
        self.isBrief = isBrief
        self.chunks = chunks
        frame = sweep.frame
        let grid = sweep.grid
        (leverages, horizons) = (grid.rules.count, grid.horizons.count)
        let blocks = sweep.blocks.blocks(chunks)
        firstBlock = blocks.lowerBound
        sums = SweepSums(grid: grid, blocks: blocks.count, unit: sweep.clock.unit)
        fills = grid.common.fills.count
        slackOfLevels = max(sweep.levels.widest, sweep.bankruptcyLevels.widest)
        let rules = grid.rules
        judge = sweep.judge()
        pricing = ExitPricing(grid.common, market: sweep.market, windows: sweep.windows[0])
        fillRules = Column(grid.common.fills.map(\.rule))
        laws = Column(grid.common.fills.map { $0.rule.law.map(SweepLaw.init) })
        let fees = grid.common.platform.fees
        closeFee = fees.close
        liquidationFee = fees.close + fees.liquidation
        liquidates = grid.common.platform.liquidation.enabled
        bars = SweepTask.bars(sweep, chunks)
        firstBar = bars.lowerBound
        records = RecordStack(capacity: bars.count, keys: SweepTask.keys(sweep.frame, bars, of: sweep.frame.trigger))
        extremes =
            sweep.frame.sharesColumns
            ? records
            : RecordStack(capacity: bars.count, keys: SweepTask.keys(sweep.frame, bars, of: sweep.frame.extreme))
        fillGains = Plane(rows: fills, width: bars.count + 1)
        places = Column(unset: bars.count + 1)
        ranges = Column(unset: bars.count + 1)
        ownExtremePlaces = Column(unset: sweep.frame.sharesColumns ? 0 : bars.count + 1)
        extremePlaces = sweep.frame.sharesColumns ? places.cells : ownExtremePlaces.cells
        closings = Column(unset: bars.count)
        levels = Column(sweep.levels.levels)
        bankruptcyLevels = Column(sweep.bankruptcyLevels.levels)
        doubtfulGain = Column(rules.map { -1 / $0.cell.leverage.value + SweepTask.gainSlack })
        multiples = Column(rules.map(\.cell.leverage.value))
        tolerances = Column(rules.map(\.toleranceOfMargin))
        lastBars = Plane(rows: horizons, width: sweep.blocks.bars(chunks).count)
        deepest = Column(Array(repeating: 0, count: horizons + 1))
        deepestExtreme = Column(Array(repeating: 0, count: horizons + 1))
        reached = Column(Array(repeating: (leverages, leverages), count: horizons + 1))
        reachedBankruptcies = Column(Array(repeating: (leverages, leverages), count: horizons + 1))
        found = Column(Array(repeating: 0, count: leverages))
        judged = Column(Array(repeating: -1, count: leverages))
        doubtful = Column(Array(repeating: 0, count: leverages))
        suspects = Column(
            Array(repeating: Suspect(leverage: 0, horizon: 0), count: (leverages + 1) * (fills + 1)))
        suspectLaws = Column(unset: suspects.count)
        listed = Column([(0, 0)])
        for (horizon, windows) in sweep.windows.enumerated() {
            lastBars[horizon].copy(windows.lastBar[sweep.blocks.bars(chunks)])
        }
    }

    /// Bounds what rounding can move a gain without funding, in parts of the entry value.
    static var gainSlack: Double { 1e-11 }

    private static func bars(_ sweep: Sweep, _ chunks: Range<Int>) -> Range<Int> {
        let entries = sweep.blocks.bars(chunks)
        let end = entries.reduce(entries.upperBound) { end, entry in
            sweep.windows.reduce(end) { max($0, ($1.watched(entry)?.last ?? 0) + 1) }
        }
        return entries.lowerBound..<end
    }

    private static func keys(_ frame: SweepFrame, _ bars: Range<Int>, of column: (Int) -> Double)
        -> RecordStack.KeyRange
    {
        let orientation = frame.form == .fundedInverse ? -frame.sign : frame.sign
        var (smallest, largest, isPositive) = (Double.infinity, 0.0, true)
        for bar in bars {
            let value = orientation * column(bar)
            if value > 0 {
                smallest = min(smallest, value)
                largest = max(largest, value)
            } else {
                isPositive = false
            }
        }
        return RecordStack.KeyRange(
            orientation: orientation, smallest: min(smallest, largest), largest: largest, isPositive: isPositive)
    }
}

/// What is constant while one entry is answered.
struct SweepEntry {
    var index = 0
    var block = 0
    /// Position in time, in bars.
    var place = 0.0
    var scale = 0.0
    var offset = 0.0
    var slack = 0.0
    /// ``slack`` in parts of ``scale``.
    var levelSlack = 0.0
    var gainScale = 0.0
    var gainBase = 0.0
    /// What rounding of funding can move a gain.
    var gainSlack = 0.0
    /// The horizons in which it is held: from…<until; shorter ones have no bar, longer ones no whole window.
    var from = 0
    var until = 0
    /// The last bar before the cut of the longer ones; below 0 where every window is whole.
    var cutLast = -1

    @inline(__always)
    var isCut: Bool { cutLast >= 0 }

    /// The horizons whose cells count what happens within horizon `from`, which is that of the cut where it is `count`.
    @inline(__always)
    func cells(from: Int, of count: Int) -> Range<Int> { (from == count ? until : from)..<(isCut ? count : until) }
}
