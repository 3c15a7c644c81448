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
    /// What found the liquidations.
    public let kernel: KernelKind

    /// The same cell under each of its fill rules alone, as if that were the chosen one.
    public var byFill: [CellResult] {
        rules.fills.indices.map { fill in
            CellResult(
                rules: rules.filled(by: [rules.fills[fill].rule]), tally: tally.only(fill: fill),
                disjointWindows: disjointWindows, kernel: kernel)
        }
    }

    /// The estimate at a confidence strictly between 0 and 1.
    public func estimate(confidence: Double) -> CellEstimate {
        CellEstimate(
            tally: tally, disjointWindows: disjointWindows, impossible: rules.isImpossible, confidence: confidence)
    }
}

/// Which kernel is asked for.
public enum KernelChoice: String, Hashable, Sendable, CaseIterable {
    /// For every cell the fastest that answers it: a sweep of its grid, a search of its own, or the plain walk.
    case automatic = "auto"
    /// The plain walk everywhere: the judge.
    case plain
}

/// Which kernel answered a cell. The raw value is what outputs print.
public enum KernelKind: String, Hashable, Sendable, CaseIterable {
    /// One sweep over the bars for all leverages and horizons of a contract, side and platform.
    case sweep
    /// A search for the first bar that triggers, entry by entry.
    case passage
    /// A walk over every bar of every window.
    case plain
}

/// All cells of a study on one price history, prepared to be run.
public struct HistoryJob: Sendable {
    let market: MarketHistory
    let blocks: BlockRuns
    let blockLength: TimeSpan
    let stride: Int
    let maxGap: TimeSpan?
    let rules: [CellRules]
    let windows: [TimeSpan: EntryWindows]
    let disjointWindows: [TimeSpan: Int]
    let scheduled: [String: ScheduledMargins]
    let trees: PassageTrees?
    let clock: BarClock
    let sweeps: [Sweep]
    /// Cells that no sweep answers.
    let single: [Int]
    /// Whether only what ends below zero is asked for: where a grid is swept, nothing is said of entries that would have been below zero
    /// had nobody liquidated, of times to liquidation, nor of shortfalls. Tallies of such a job are kept in no store.
    public var isBrief = false
    /// Bars whose entries are followed under behaviours at once; has no influence on the numbers.
    var behaviourTileBars = BehaviourTile.bars
    /// What cells of a horizon are compared in.
    let plans = ResamplePlans()

    /// Prepares windows, blocks and grids. O(bars × horizons).
    ///
    /// - Parameters:
    ///   - study: checked, with every tier file read.
    ///   - asset: one of its assets.
    ///   - market: at least one bar.
    ///   - kernel: has no influence on the counts; sums agree to 10⁻¹².
    ///   - cells: the asset's cells that are run, such as one of its ``StudyPlan/Study/parts(of:count:)``; all by default.
    ///   - fills: rules that fill every liquidation instead of those of the platforms, all in one go: see ``CellResult/byFill``.
    public init(
        study: Study, asset: String, market: MarketHistory, kernel: KernelChoice = .automatic,
        cells: [StudyCell]? = nil, fills: [ResolvedFill]? = nil
    ) {
        self.init(
            study: study, cells: cells ?? study.cells(of: asset), market: market, kernel: kernel,
            barsPerChunk: BlockRuns.defaultBarsPerChunk, fills: fills)
    }

    /// With chunks of another size, for tests: sums are added in another order, counts are the same.
    init(study: Study, asset: String, market: MarketHistory, kernel: KernelChoice, barsPerChunk: Int) {
        self.init(
            study: study, cells: study.cells(of: asset), market: market, kernel: kernel, barsPerChunk: barsPerChunk)
    }

    private init(
        study: Study, cells: [StudyCell], market: MarketHistory, kernel: KernelChoice, barsPerChunk: Int,
        fills: [ResolvedFill]? = nil
    ) {
        let series = market.series
        let maxGap = study.position.maxGap.resolved(barLength: market.barLength)
        (stride, self.maxGap) = (study.position.stride, maxGap)
        self.market = market
        blockLength = study.statistics.block
        clock = BarClock(unit: market.barLength)
        blocks = BlockRuns(market, block: study.statistics.block, barsPerChunk: barsPerChunk)
        let own = HistoryJob.rules(study, cells, market: market)
        let rules = fills.map { fills in own.map { $0.filled(by: fills) } } ?? own
        self.rules = rules
        windows = EntryWindows.windows(
            series, horizons: study.grid.horizons, stride: study.position.stride, maxGap: maxGap)
        disjointWindows = windows.mapValues { $0.disjointCount(in: series) }
        (sweeps, single) = HistoryJob.parts(rules, market, windows, blocks, kernel)
        let triggers = Set(study.platforms.map(\.rules.liquidation.trigger))
        trees = kernel == .automatic && !single.isEmpty ? PassageTrees(market, triggers: triggers) : nil
        let schedules = study.platforms.compactMap { platform in platform.rules.schedule.map { (platform.name, $0) } }
        scheduled = Dictionary(uniqueKeysWithValues: schedules).mapValues { ScheduledMargins($0, along: series) }
    }

    private static func rules(_ study: Study, _ cells: [StudyCell], market: MarketHistory) -> [CellRules] {
        cells.map { cell in
            guard let rules = study.rules(of: cell.key) else {
                preconditionFailure("a checked study has every platform its cells name")
            }
            return CellRules(cell: cell, platform: rules, notional: study.position.notional, market: market)
        }
    }

    /// The grids that are swept, and the cells that are left.
    private static func parts(
        _ rules: [CellRules], _ market: MarketHistory, _ windows: [TimeSpan: EntryWindows], _ blocks: BlockRuns,
        _ kernel: KernelChoice
    ) -> ([Sweep], [Int]) {
        if kernel == .plain { return ([], Array(rules.indices)) }
        var (grids, single) = SweepGrid.split(rules, market: market)
        let sweeps = grids.map { sweep($0, market, windows, blocks) }
        grids = zip(grids, sweeps).filter { $0.1 == nil }.map(\.0)
        single += grids.flatMap { $0.cells.map(\.place) }
        return (sweeps.compactMap { $0 }, single.sorted())
    }

    private static func sweep(
        _ grid: SweepGrid, _ market: MarketHistory, _ windows: [TimeSpan: EntryWindows], _ blocks: BlockRuns
    ) -> Sweep? {
        let maker = SweepMaker(grid: grid, market: market, windows: windows, blocks: blocks)
        return withPosition(grid.common.cell.contract, grid.common.cell.side, maker)
    }

    /// Work units, for progress: entries tried, over all cells.
    public var workUnits: Int { market.series.count * rules.count }
}

extension HistoryJob {
    /// One piece of work: some cells over a run of chunks.
    private struct Item: Sendable {
        /// Which part it is of.
        let index: Int
        let part: Part
        let chunks: Range<Int>
        /// Its places among the part's runs of chunks.
        let places: Range<Int>
    }

    /// Cells that are answered together.
    enum Part: Sendable {
        case sweep(Int)
        case single(Int)
    }

    /// Runs every cell on at most `threads` threads.
    ///
    /// The results are in plan order and have the same bits for every number of threads, with and without a store. Throws
    /// when `control` was cancelled. O(entries × (leverages + horizons)) for a grid that is swept, O(entries × log bars) for a
    /// cell that is searched, O(entries × bars of a window) for one that is walked.
    ///
    /// - Parameter store: keeps the results of chunks that take long, so that only what is new is computed when a history has
    ///   grown.
    public func run(
        threads: Int, control: RunControl = RunControl(), store: (any TallyStore)? = nil
    ) throws(RunCancelled) -> [CellResult] {
        let kept = store.flatMap(kept).map { KeptTallies($0, of: self, threads: threads) }
        let runs = SplitRuns(KeptStarts(kept, of: self, pieces: keptRuns), parts: parts.count)
        readStarts(runs, threads: threads)
        let pieces = kept.flatMap { keepsPieces(in: $0.store) ? $0 : nil }
        let open = openItems(beside: runs, threads: threads, isKept: kept != nil, inPieces: pieces != nil)
        control.finish(workUnits - open.reduce(0) { $0 + work($1) })
        let finished: [Void]? = parallelMap(count: open.count, threads: threads) { place in
            let item = open[place]
            return results(of: item, kept: pieces, control: control).map {
                runs.add($0, of: item.index, over: item.places)
            }
        }
        guard finished != nil, !control.isCancelled else { throw RunCancelled() }
        return results(runs, threads: threads)
    }

    private func work(_ item: Item) -> Int { blocks.bars(item.chunks).count * places(item.part).count }

    /// Finds what is kept of the starts of all parts.
    private func readStarts(_ runs: SplitRuns, threads: Int) {
        guard runs.hasStarts else { return }
        _ = parallelMap(count: parts.count, threads: threads) { part in runs.read(part: part, like: empty(parts[part]))
        }
    }

    /// Tallies of a part's cells before anything is added.
    private func empty(_ part: Part) -> [CellTally] {
        places(part).map { CellTally(roles: rules[$0].fills.map(\.role), barLength: clock.unit) }
    }

    /// A store, where reading from it is worth more than computing again.
    private func kept(_ store: any TallyStore) -> (any TallyStore)? {
        if isBrief || isJudged && !store.isOwn { return nil }
        let least = isJudged ? HistoryJob.leastJudgedWorkToKeep : HistoryJob.leastWorkToKeep
        let leastOfStarts = store.isOwn ? least : HistoryJob.leastWorkToKeepStarts
        return store.keepsAll || workUnits >= leastOfStarts ? store : nil
    }

    /// Whether each piece is kept by itself, and not only what the settled ones are together.
    private func keepsPieces(in store: any TallyStore) -> Bool {
        store.keepsAll || store.isOwn || workUnits >= HistoryJob.leastWorkToKeep
    }

    /// The cells in plan order, with what found their liquidations.
    private func results(_ runs: SplitRuns, threads: Int) -> [CellResult] {
        var found: [Int: CellResult] = [:]
        let joined = parallelMap(count: parts.count, threads: threads) { runs.joined(part: $0) } ?? []
        for (part, tallies) in zip(parts, joined) {
            for (cell, tally) in zip(places(part), tallies) {
                found[cell] = CellResult(
                    rules: rules[cell], tally: tally,
                    disjointWindows: disjointWindows[rules[cell].cell.horizon] ?? 0, kernel: kind(part))
            }
        }
        return rules.indices.compactMap { found[$0] }
    }

    /// Whether every window is walked bar by bar.
    private var isJudged: Bool { trees == nil && sweeps.isEmpty }

    /// What is computed faster than its pieces are read again is not kept in pieces: entries times cells. The judge is far slower.
    public static let leastWorkToKeep = 50_000_000
    /// The settled start of a history is one record, which is read faster than it is computed from here on: a night of hourly histories.
    static let leastWorkToKeepStarts = 1_000_000
    private static let leastJudgedWorkToKeep = 500_000

    /// Computes one of `count` shares of the history's chunks and keeps its tallies in a store, in which ``run(threads:control:store:)``
    /// finds them. Where there are fewer chunks than shares, some shares have none.
    ///
    /// - Parameters:
    ///   - share: 0…`count` − 1, oldest first.
    ///   - store: one that keeps all.
    public func keep(
        share: Int, of count: Int, in store: any TallyStore, threads: Int, control: RunControl = RunControl()
    ) throws(RunCancelled) {
        precondition(0..<count ~= share && store.keepsAll, "a share that there is, for a store that takes it")
        let kept = KeptTallies(store, of: self, threads: threads)
        let runs = keptRuns
        let own = share * runs.count / count..<(share + 1) * runs.count / count
        let items = parts.indices.flatMap { index in
            own.map { Item(index: index, part: parts[index], chunks: runs[$0], places: $0..<$0 + 1) }
        }
        let finished: [Void]? = parallelMap(count: items.count, threads: threads) { place in
            results(of: items[place], kept: kept, control: control).map { _ in }
        }
        guard finished != nil, !control.isCancelled else { throw RunCancelled() }
    }

    /// How many chunks a history of so many bars has, if it begins with one and no bar is missing.
    ///
    /// - Parameter block: of time, by which entries are counted.
    public static func chunkCount(bars: Int, barLength: TimeSpan, block: TimeSpan) -> Int {
        max(1, Int((Double(bars) / BlockRuns.chunkBars(barLength, block: block)).rounded(.up)))
    }

    /// How many runs of chunks it is kept in: the most shares that ``keep(share:of:in:threads:control:)`` can have work for.
    public static func keptRunCount(bars: Int, barLength: TimeSpan, block: TimeSpan) -> Int {
        let chunks = chunkCount(bars: bars, barLength: barLength, block: block)
        let together = chunksTogether(chunks)
        return (chunks + together - 1) / together
    }

    private static func chunksTogether(_ chunks: Int) -> Int { max(1, min(4, chunks / 16)) }

    /// What is left to compute beside what was found, oldest first: enough items to keep all threads busy to the end, and no more,
    /// because every sweep first has to read on by its longest horizon. What is kept is cut at the same places in a history that has
    /// grown.
    private func openItems(beside runs: SplitRuns, threads: Int, isKept: Bool, inPieces: Bool) -> [Item] {
        let parts = parts
        let most = max(1, (threads == 1 ? 1 : 8 * threads) / max(1, parts.count))
        let cuts = isKept ? keptRuns : blocks.tasks(most: most)
        return parts.indices.flatMap { index in
            let (found, settled) = (runs.pieces(index), isKept ? runs.settled(index) : 0)
            // What is settled goes by itself: it may be kept.
            return [found..<max(found, settled), max(found, settled)..<cuts.count].flatMap { places in
                split(places, into: isKept && !inPieces ? most : places.count)
            }
            .map { places in
                let chunks = cuts[places.lowerBound].lowerBound..<cuts[places.upperBound - 1].upperBound
                return Item(index: index, part: parts[index], chunks: chunks, places: places)
            }
        }
    }

    /// A range in at most so many ranges of about the same length, none of them empty.
    private func split(_ range: Range<Int>, into most: Int) -> [Range<Int>] {
        let count = min(most, range.count)
        return (0..<count).map { part in
            range.lowerBound + part * range.count / count..<range.lowerBound + (part + 1) * range.count / count
        }
    }

    /// Runs of chunks that are kept as one: of more chunks in a long history, where reading on by the longest horizon for each of them
    /// would cost more than computing a few chunks anew when there are new bars.
    var keptRuns: [Range<Int>] { blocks.runs(of: HistoryJob.chunksTogether(blocks.chunks.count)) }

    var parts: [Part] { sweeps.indices.map(Part.sweep) + single.map(Part.single) }

    /// Places in the plan of a part's cells.
    func places(_ part: Part) -> [Int] {
        switch part {
        case .sweep(let index): sweeps[index].grid.cells.map(\.place)
        case .single(let cell): [cell]
        }
    }

    func kind(_ part: Part) -> KernelKind {
        switch part {
        case .sweep: .sweep
        case .single: trees != nil ? .passage : .plain
        }
    }

    /// The tallies of an item's cells; nil when cancelled.
    private func results(of item: Item, kept: KeptTallies?, control: RunControl) -> [CellTally]? {
        if control.isCancelled { return nil }
        let key = kept.map { $0.key(item.chunks, part: item.index) }
        if let kept, let key, let tallies = kept.tallies(key, like: empty(item.part)) {
            control.finish(work(item))
            return tallies
        }
        guard let tallies = tallies(item.part, item.chunks, control: control) else { return nil }
        if let kept, let key { kept.store.keep(key, CellTally.record(tallies)) }
        control.finish(work(item))
        return tallies
    }

    /// The tallies of a part's cells over a run of chunks; nil when cancelled.
    func tallies(_ part: Part, _ chunks: Range<Int>, control: RunControl) -> [CellTally]? {
        switch part {
        case .sweep(let index): sweeps[index].tallies(chunks, isBrief: isBrief, control: control)
        case .single(let cell): [tally(chunks, rules: rules[cell])]
        }
    }
}
