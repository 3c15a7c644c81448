import PriceSeries
import StressBasics
import StressStatistics

/// Keeps every watched entry under the cell's own fill rule.
struct HeldEntriesSink: OutcomeSink {
    /// All that became of it, or only when it was liquidated, where a liquidation closes it whole: no exit is needed for that.
    let reads: OutcomeParts
    private(set) var entries: HeldEntries
    private let times: [Int64]
    /// Time blocks of a resampled one.
    private let resamplingBlocks: Int

    init(series: BarSeries, resamplingBlocks: Int, exits: Bool) {
        reads = OutcomeParts(exits: exits, causes: false, unprotected: false)
        (times, self.resamplingBlocks) = (series.time, resamplingBlocks)
        entries = HeldEntries(times: series.time)
    }

    mutating func expect(bars: Int) { entries.reserve(bars) }

    mutating func add(_ outcome: borrowing EntryOutcome) {
        let exit = outcome.exits[0]
        let closedBar = reads.exits ? exit.closedBar : outcome.path.liquidationBar
        entries.append(
            HeldEntry(
                bar: Int32(outcome.entry), block: Int32(outcome.block / resamplingBlocks), time: times[outcome.entry],
                exitTime: times[outcome.exitBar()], isLiquidated: outcome.isLiquidated, negative: outcome.negative(),
                shortfall: outcome.shortfall(), equity: exit.equity, cutTime: outcome.isCut ? times[outcome.last] : nil,
                isAtHorizon: closedBar == nil),
            exitBar: outcome.exitBar(), cutBar: outcome.isCut ? outcome.last : nil)
    }
}

extension HistoryJob {
    /// Number of resampled blocks: the time blocks of the tallies, or runs of ``resamplingBlocks`` of them.
    public var blockCount: Int { (blocks.blocks.count + resamplingBlocks - 1) / resamplingBlocks }

    /// What became of every held entry of a cell under its own fill rule, in order of time: see ``outcomes(cell:threads:control:into:)``.
    ///
    /// Agrees with the cell's tally entry by entry.
    public func heldEntries(
        cell: Int, threads: Int, control: RunControl = RunControl()
    ) throws(RunCancelled) -> [HeldEntry] {
        Array(try heldOutcomes(cell: cell, threads: threads, control: control))
    }

    /// The same in less than half the memory, for long histories.
    public func heldOutcomes(
        cell: Int, threads: Int, control: RunControl = RunControl()
    ) throws(RunCancelled) -> HeldEntries {
        try heldEntries(cell: cell, exits: true, threads, control)
    }

    /// The same entries with what is known of their liquidation alone: that of ``heldEntries(cell:threads:control:)``, for less than half
    /// the cost; how they ended is left out.
    public func liquidations(
        cell: Int, threads: Int, control: RunControl = RunControl()
    ) throws(RunCancelled) -> [HeldEntry] {
        // What is reduced is closed later, or never.
        Array(try heldEntries(cell: cell, exits: rules[cell].platform.liquidation.isPartial, threads, control))
    }

    private func heldEntries(
        cell: Int, exits: Bool, _ threads: Int, _ control: RunControl
    ) throws(RunCancelled) -> HeldEntries {
        let sink = HeldEntriesSink(series: market.series, resamplingBlocks: resamplingBlocks, exits: exits)
        let entries = HeldEntries.joined(
            try outcomes(cell: cell, threads: threads, control: control, into: sink).map(\.entries))
        return entries.weighted(by: clock)
    }
}

extension HeldEntries {
    /// The same entries with the weights of what happened to them.
    fileprivate consuming func weighted(by clock: BarClock) -> HeldEntries {
        var entries = self
        func bars(_ entry: HeldEntry, to time: Int64) -> Int {
            BarClock.bars(from: clock.place(entry.time), to: clock.place(time))
        }
        var cut = WatchTimes()
        for entry in entries { if let time = entry.cutTime { cut.add(bars: bars(entry, to: time)) } }
        guard cut.total > 0 else { return entries }
        let exposure = Exposure(entries: entries.count, cut: cut)
        for place in entries.indices {
            let entry = entries[place]
            guard entry.isNegative || entry.isLiquidated else { continue }
            let after = entry.isAtHorizon ? nil : bars(entry, to: entry.exitTime)
            entries.weigh(place, exposure.weight(bars: after) * Double(entries.count))
        }
        return entries
    }
}
