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

/// All cells of a study on one price history, prepared to be run.
public struct StressRun: Sendable {
    let series: BarSeries
    let blocks: BlockRuns
    let rules: [CellRules]
    let windows: [TimeSpan: EntryWindows]
    let disjointWindows: [TimeSpan: Int]
    let tasks: [Range<Int>]

    /// More tasks than any machine of today has cores, so that none idles long at the end; few enough that their slots
    /// stay small.
    private static let mostTasks = 128

    /// Prepares windows, blocks and tasks. O(bars × horizons).
    ///
    /// - Parameters:
    ///   - study: checked.
    ///   - asset: one of its assets.
    ///   - series: at least two bars.
    public init(study: Study, asset: String, series: BarSeries) {
        let barLength = series.barLength ?? .days(1)
        let maxGap = study.position.maxGap.resolved(barLength: barLength)
        self.series = series
        blocks = BlockRuns(series: series, block: study.statistics.block)
        tasks = blocks.tasks(most: StressRun.mostTasks)
        rules = StressRun.rules(study, asset: asset, series: series, barLength: barLength)
        windows = Dictionary(
            uniqueKeysWithValues: study.grid.horizons.map { horizon in
                (horizon, EntryWindows(series: series, horizon: horizon, stride: study.position.stride, maxGap: maxGap))
            })
        disjointWindows = windows.mapValues { $0.disjointCount(in: series) }
    }

    private static func rules(_ study: Study, asset: String, series: BarSeries, barLength: TimeSpan) -> [CellRules] {
        let neverNegative = [series.open, series.high, series.low, series.close].allSatisfy {
            $0.allSatisfy { $0 >= 0 }
        }
        return study.cells.filter { $0.asset == asset }.map { cell in
            guard let platform = study.platform(named: cell.platform) else {
                preconditionFailure("a checked study has every platform its cells name")
            }
            return CellRules(
                cell: cell, platform: platform.rules, notional: study.position.notional, barLength: barLength,
                pricesNeverNegative: neverNegative)
        }
    }

    /// Work units, for progress: entries tried, over all cells.
    public var workUnits: Int { series.count * rules.count }

    /// Runs every cell on at most `threads` threads.
    ///
    /// The results are in plan order and have the same bits for every number of threads. Throws when `control` was
    /// cancelled. O(entries × bars of a window × cells).
    public func run(threads: Int, control: RunControl = RunControl()) throws(RunCancelled) -> [CellResult] {
        let parts = parallelMap(count: tasks.count, threads: threads) { index in
            runTask(tasks[index], control: control)
        }
        guard let parts, !control.isCancelled else { throw RunCancelled() }
        return rules.indices.map { cell in
            var tally = CellTally(fillCount: rules[cell].fills.count)
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
            guard let windows = windows[rule.cell.horizon] else { return nil }
            tallies.append(tally(task, rules: rule, windows: windows))
            control.finish(bars)
        }
        return tallies
    }

    private func tally(_ task: Range<Int>, rules: CellRules, windows: EntryWindows) -> CellTally {
        let kernel = PlainKernel(series: series, rules: rules, windows: windows)
        var tally = CellTally(fillCount: rules.fills.count)
        var equities = [Double](repeating: 0, count: rules.fills.count)
        for block in task {
            tally.beginBlock()
            for entry in blocks.blocks[block] {
                let last = windows.lastBar[entry]
                if last == EntryWindows.notAnEntry { continue }
                if last == EntryWindows.excluded { tally.addExcluded(); continue }
                if rules.isRejected { tally.addRejected(); continue }
                hold(kernel, entry: entry, last: Int(last), equities: &equities, tally: &tally)
            }
        }
        return tally
    }

    private func hold(
        _ kernel: PlainKernel, entry: Int, last: Int, equities: inout [Double], tally: inout CellTally
    ) {
        let path = kernel.path(entry: entry, last: last)
        for (index, fill) in kernel.rules.fills.enumerated() {
            let equity = kernel.finalEquity(path, entry: entry, last: last, fill: fill)
            equities[index] = equity / kernel.rules.initialMargin
        }
        tally.add(
            equities: equities, tolerance: kernel.rules.toleranceOfMargin,
            timeToLiquidation: path.liquidationBar.map { series.time[$0] - series.time[entry] },
            unprotected: path.isUnprotected)
    }
}
