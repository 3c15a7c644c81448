import PriceSeries
import StressBasics
import StressStatistics

/// Counts and adds up.
struct TallySink: OutcomeSink {
    private(set) var tally: CellTally
    private let clock: BarClock
    private let times: [Int64]
    private let tolerance: Double

    static var readsAllFills: Bool { true }

    init(_ rules: CellRules, series: BarSeries, clock: BarClock) {
        tally = CellTally(roles: rules.fills.map(\.role), barLength: clock.unit)
        (self.clock, times, tolerance) = (clock, series.time, rules.toleranceOfMargin)
    }

    mutating func beginChunk() { tally.beginChunk() }

    mutating func beginBlock() { tally.beginBlock() }

    mutating func addExcluded(_ entry: Int) { tally.addExcluded() }

    mutating func addRejected(_ entry: Int) { tally.addRejected() }

    mutating func add(_ outcome: borrowing EntryOutcome) {
        let start = clock.place(times[outcome.entry])
        func bars(to bar: Int) -> Int { BarClock.bars(from: start, to: clock.place(times[bar])) }
        tally.add(
            outcome.exits, tolerance: tolerance,
            path: WatchedPath(
                liquidatedAfter: outcome.path.liquidationBar.map(bars),
                unprotectedAfter: outcome.path.unprotectedBar.map(bars),
                cutAfter: outcome.isCut ? bars(to: outcome.last) : nil),
            closings: outcome.exits.map { $0.closedBar.map(bars) })
    }
}

extension HistoryJob {
    /// The tally of one cell over a run of chunks, entry by entry.
    func tally(_ chunks: Range<Int>, rules: CellRules) -> CellTally {
        let sink = TallySink(rules, series: market.series, clock: clock)
        return walked(chunks, rules: rules, trees: trees, into: sink).tally
    }
}
