import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

/// The result of one cell, before estimation.
public struct CellResult: Sendable {
    /// The cell with every choice made.
    public let rules: CellRules
    /// Counts and sums.
    public let tally: CellTally
    /// Disjoint windows among the entries that are not excluded.
    public let disjointWindows: Int

    /// The estimate at a confidence strictly between 0 and 1.
    public func estimate(confidence: Double) -> CellEstimate {
        CellEstimate(
            tally: tally, disjointWindows: disjointWindows, impossible: rules.isImpossible, confidence: confidence)
    }
}

/// Which kernel walks the windows.
public enum KernelChoice: String, Hashable, Sendable, CaseIterable {
    /// First passage where the trigger price of a position stays where it is, else the plain walk.
    case automatic = "auto"
    /// The plain walk everywhere: the judge.
    case plain
}

/// All cells of a study on one price history, prepared to be run.
public struct StressRun: Sendable {
    let market: MarketHistory
    let blocks: BlockRuns
    let blockLength: TimeSpan
    let rules: [CellRules]
    let windows: [TimeSpan: EntryWindows]
    let disjointWindows: [TimeSpan: Int]
    let scheduled: [String: ScheduledMargins]
    let tasks: [Range<Int>]
    let trees: PassageTrees?

    /// More tasks than any machine of today has cores, so that none idles long at the end; few enough that their slots
    /// stay small.
    private static let mostTasks = 128

    /// Prepares windows, blocks and tasks. O(bars × horizons).
    ///
    /// - Parameters:
    ///   - study: checked, with every tier file read.
    ///   - asset: one of its assets.
    ///   - market: at least one bar.
    ///   - kernel: has no influence on the results.
    public init(study: Study, asset: String, market: MarketHistory, kernel: KernelChoice = .automatic) {
        let series = market.series
        let maxGap = study.position.maxGap.resolved(barLength: series.barLength ?? .days(1))
        self.market = market
        blocks = BlockRuns(series: series, block: study.statistics.block)
        blockLength = study.statistics.block
        tasks = blocks.tasks(most: StressRun.mostTasks)
        rules = StressRun.rules(study, asset: asset, market: market)
        windows = Dictionary(
            uniqueKeysWithValues: study.grid.horizons.map { horizon in
                (horizon, EntryWindows(series: series, horizon: horizon, stride: study.position.stride, maxGap: maxGap))
            })
        disjointWindows = windows.mapValues { $0.disjointCount(in: series) }
        let triggers = Set(study.platforms.map(\.rules.liquidation.trigger))
        trees = kernel == .automatic ? PassageTrees(market, triggers: triggers) : nil
        let schedules = study.platforms.compactMap { platform in platform.rules.schedule.map { (platform.name, $0) } }
        scheduled = Dictionary(uniqueKeysWithValues: schedules).mapValues { ScheduledMargins($0, along: series) }
    }

    private static func rules(_ study: Study, asset: String, market: MarketHistory) -> [CellRules] {
        study.cells.filter { $0.asset == asset }.map { cell in
            guard let platform = study.platform(named: cell.platform) else {
                preconditionFailure("a checked study has every platform its cells name")
            }
            return CellRules(cell: cell, platform: platform.rules, notional: study.position.notional, market: market)
        }
    }

    /// Work units, for progress: entries tried, over all cells.
    public var workUnits: Int { market.series.count * rules.count }

    /// Runs every cell on at most `threads` threads.
    ///
    /// The results are in plan order and have the same bits for every number of threads. Throws when `control` was
    /// cancelled. O(entries × log bars × cells) for positions whose trigger price stays where it is, O(entries × bars of a
    /// window × cells) for those with funding, interest or dated margins.
    public func run(threads: Int, control: RunControl = RunControl()) throws(RunCancelled) -> [CellResult] {
        let parts = parallelMap(count: tasks.count, threads: threads) { index in
            runTask(tasks[index], control: control)
        }
        guard let parts, !control.isCancelled else { throw RunCancelled() }
        return rules.indices.map { cell in
            var tally = CellTally(roles: rules[cell].fills.map(\.role))
            for part in parts { tally.append(part[cell]) }
            return CellResult(
                rules: rules[cell], tally: tally, disjointWindows: disjointWindows[rules[cell].cell.horizon] ?? 0)
        }
    }

    /// One tally a cell over the blocks of a task; nil when cancelled.
    private func runTask(_ task: Range<Int>, control: RunControl) -> [CellTally]? {
        var tallies: [CellTally] = []
        tallies.reserveCapacity(rules.count)
        let bars = blocks.blocks[task.upperBound - 1].upperBound - blocks.blocks[task.lowerBound].lowerBound
        for rule in rules {
            if control.isCancelled { return nil }
            tallies.append(tally(task, rules: rule))
            control.finish(bars)
        }
        return tallies
    }

    /// Chooses the contract outside the loops.
    private func tally(_ task: Range<Int>, rules: CellRules) -> CellTally {
        switch (rules.cell.contract, rules.cell.side) {
        case (.linear, _): tally(task, kernel(LinearPosition.self, rules))
        case (.inverse, _): tally(task, kernel(InversePosition.self, rules))
        case (.margin, .long): tally(task, kernel(BorrowedCashPosition.self, rules))
        case (.margin, .short): tally(task, kernel(BorrowedCoinPosition.self, rules))
        case (.spot, _): tally(task, kernel(SpotPosition.self, rules))
        }
    }

    func kernel<Position: MarginPosition>(_: Position.Type, _ rules: CellRules) -> PlainKernel<Position> {
        guard let windows = windows[rules.cell.horizon] else {
            preconditionFailure("every horizon of the grid has its windows")
        }
        return PlainKernel(market: market, rules: rules, windows: windows, scheduled: scheduled[rules.cell.platform])
    }

    private func tally<Position: MarginPosition>(_ task: Range<Int>, _ kernel: PlainKernel<Position>) -> CellTally {
        let fills = kernel.rules.fills
        var tally = CellTally(roles: fills.map(\.role))
        var exits = fills.map { _ in EntryExit(equity: 0) }
        for block in task {
            tally.beginBlock()
            for entry in blocks.blocks[block] {
                let last = kernel.windows.lastBar[entry]
                if last == EntryWindows.notAnEntry { continue }
                if last == EntryWindows.excluded {
                    tally.addExcluded()
                } else if kernel.isRejected(entry: entry) {
                    tally.addRejected()
                } else {
                    hold(kernel, entry: entry, last: Int(last), exits: &exits, tally: &tally)
                }
            }
        }
        return tally
    }

    private func hold<Position: MarginPosition>(
        _ kernel: PlainKernel<Position>, entry: Int, last: Int, exits: inout [EntryExit], tally: inout CellTally
    ) {
        let path =
            if let trees, !kernel.hasCarry {
                kernel.passagePath(entry: entry, last: last, trees: trees)
            } else {
                kernel.path(entry: entry, last: last)
            }
        for (index, fill) in kernel.rules.fills.enumerated() {
            exits[index] = kernel.exit(path, entry: entry, last: last, fill: fill.rule)
        }
        let time = market.series.time
        tally.add(
            exits, tolerance: kernel.rules.toleranceOfMargin,
            timeToLiquidation: path.liquidationBar.map { time[$0] - time[entry] }, unprotected: path.isUnprotected)
    }
}
