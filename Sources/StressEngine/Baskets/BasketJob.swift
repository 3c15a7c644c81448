import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

/// How a basket is margined, and what is taken to happen inside bars.
public struct BasketVariant: Hashable, Sendable {
    /// The accounts.
    public var mode: AccountMode
    /// The path of prices.
    public var path: BarPath

    /// A variant of the given choices.
    public init(mode: AccountMode, path: BarPath) { (self.mode, self.path) = (mode, path) }
}

/// A basket of a study on its price histories, prepared to be run.
public struct BasketJob: Sendable {
    let study: Study
    let basket: Basket
    let market: BasketMarket
    /// The moments as one history, by which entries are counted and resampled: bars of the first leg.
    let frame: HistoryJob
    /// How long the histories remember: as long as the one that remembers longest.
    let memory: MarketMemory
    let maxGap: TimeSpan?
    private let extremes: BasketExtremes?

    /// Prepares moments, blocks and extremes; nil where the histories have no moment in common. O(moments × series).
    ///
    /// - Parameters:
    ///   - study: checked, with every tier file read.
    ///   - markets: of ``StudyPlan/Basket/assets``, in their order.
    ///   - kernel: has no influence on results.
    public init?(study: Study, basket: Basket, markets: [MarketHistory], kernel: KernelChoice = .automatic) {
        guard let market = BasketMarket(markets) else { return nil }
        (self.study, self.basket, self.market) = (study, basket, market)
        maxGap = study.position.maxGap.resolved(barLength: market.barLength)
        let frames = market.series.map { series in
            HistoryJob(study: study, asset: "", market: series.along, kernel: .plain, cells: [])
        }
        frame = frames[0]
        memory = frames.map(\.marketMemory).max { $0.runBlocks < $1.runBlocks } ?? MarketMemory(runBlocks: 1)
        extremes = kernel == .plain ? nil : BasketExtremes(market)
    }

    /// Entries that are tried, at most.
    public var entryCount: Int { market.times.count / max(1, study.position.stride) }

    /// The name of the fill rule in outputs; `off` where nobody liquidates.
    public func fillName(_ cell: BasketCell) -> String {
        let rules = study.platform(named: cell.platform)?.rules.liquidation
        guard let rules, rules.enabled else { return "off" }
        return rules.resolvedFill(barLength: market.barLength).name
    }

    /// What a tally counts, without intervals.
    public func estimate(of tally: BasketTally) -> BasketEstimate {
        BasketEstimate(tally, excludedBefore: excludedBefore)
    }

    /// Entries before the first moment at which all series are known.
    var excludedBefore: Int { market.entriesBefore(stride: study.position.stride) }

    /// The windows of a holding time, over the moments.
    func windows(_ horizon: TimeSpan) -> EntryWindows {
        market.windows(horizon: horizon, stride: study.position.stride, maxGap: maxGap)
    }

    /// Tallies of a cell in several variants, in their order.
    ///
    /// Has the same bits for every number of threads. Throws when `control` was cancelled. O(entries × variants × log moments) as a rule,
    /// for the plain walk O(entries × variants × moments of a window).
    public func tallies(
        of cell: BasketCell, _ variants: [BasketVariant], threads: Int, control: RunControl = RunControl()
    ) throws(RunCancelled) -> [BasketTally] {
        let windows = windows(cell.horizon)
        let chunks = frame.blocks.chunks.count
        let found = parallelMap(count: variants.count * chunks, threads: threads) { item -> BasketTally? in
            guard !control.isCancelled else { return nil }
            return tally(cell, variants[item / chunks], chunk: item % chunks, windows)
        }
        guard let found, !control.isCancelled else { throw RunCancelled() }
        return variants.indices.map { place in
            var tally = BasketTally(barLength: frame.clock.unit)
            for chunk in found[place * chunks..<(place + 1) * chunks] { tally.append(chunk) }
            return tally
        }
    }

    private func tally(
        _ cell: BasketCell, _ variant: BasketVariant, chunk: Int, _ windows: EntryWindows
    ) -> BasketTally {
        let walks = walks(cell, variant, windows)
        var tally = BasketTally(barLength: frame.clock.unit)
        tally.beginChunk()
        for block in frame.blocks.chunks[chunk] {
            tally.beginBlock()
            for entry in frame.blocks.blocks[block] where windows.lastBar[entry] != EntryWindows.notAnEntry {
                add(entry, cell, walks, windows, to: &tally)
            }
        }
        return tally
    }

    private func add(
        _ entry: Int, _ cell: BasketCell, _ walks: [AccountWalk], _ windows: EntryWindows, to tally: inout BasketTally
    ) {
        guard let (last, isCut) = windows.watched(entry) else { return tally.addExcluded() }
        guard !walks.contains(where: { $0.isRejected(entry) }) else {
            return isCut ? tally.addExcluded() : tally.addRejected()
        }
        let outcome = outcome(entry, last: last, isCut: isCut, cell, walks)
        let start = frame.clock.place(market.times[entry])
        func bars(to moment: Int) -> Int { BarClock.bars(from: start, to: frame.clock.place(market.times[moment])) }
        tally.add(
            outcome.exit, legsClosed: outcome.legsClosed, tolerance: CellRules.tolerance * cell.leverage.value,
            path: WatchedPath(
                liquidatedAfter: outcome.due.map(bars), unprotectedAfter: nil, cutAfter: isCut ? bars(to: last) : nil),
            closedAfter: outcome.ended.map(bars))
    }

    /// What becomes of one entry.
    func outcome(_ entry: Int, last: Int, isCut: Bool, _ cell: BasketCell, _ walks: [AccountWalk]) -> BasketOutcome {
        let notional = study.position.notional
        return BasketOutcome(
            walks.map { $0.ends(entry, last: last) }, isCut: isCut, margin: notional / cell.leverage.value,
            tolerance: CellRules.tolerance * notional)
    }

    /// The accounts of a variant.
    func walks(_ cell: BasketCell, _ variant: BasketVariant, _ windows: EntryWindows) -> [AccountWalk] {
        accounts(cell, variant).map { AccountWalk($0, market: market, extremes: extremes) }
    }
}
